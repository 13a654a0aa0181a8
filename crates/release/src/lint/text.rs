//! What an editor would remark on in the text. A machine cannot be sure, so almost all of it is warnings.

mod ahead;
mod gaps;
mod links;
mod moments;
mod opening;
mod prose;
mod quarters;
mod script;
mod shape;
mod template;
mod tickers;
mod tone;

pub(super) use ahead::{mentions_original, translation_mend};
pub(super) use prose::Prose;
pub(super) use script::mixed_word;

use super::fields::Fields;
use super::hidden;
use crate::finding::Finding;
use crate::model::Body;
use crate::model::Release;

/// How often one code may be given about one text: after that, more of them teach nobody anything.
const MOST: usize = 10;

/// The texts of a release, in the order in which it is read.
pub(super) struct Texts<'a> {
    pub(super) release: &'a Release,
    pub(super) headline: Prose<'a>,
    pub(super) subheadline: Option<Prose<'a>>,
    pub(super) summary: Option<Prose<'a>>,
    pub(super) body: Prose<'a>,
    pub(super) boilerplates: Vec<Prose<'a>>,
}

impl<'a> Texts<'a> {
    fn of(release: &'a Release) -> Texts<'a> {
        let line = |pointer: &str, text: &'a Option<String>| {
            text.as_deref().map(|text| Prose::plain(pointer, text))
        };
        let is_one = matches!(release.boilerplates.as_slice(), [one] if one.issuer.is_none());
        let about = release.boilerplates.iter().enumerate();
        Texts {
            release,
            headline: Prose::plain("/headline", &release.headline),
            subheadline: line("/subheadline", &release.subheadline),
            summary: line("/summary", &release.summary),
            body: match &release.body {
                Body::Markdown(text) => Prose::markdown("/body", text),
                Body::Html(text) => Prose::html("/body", text),
            },
            boilerplates: about
                .map(|(at, about)| match is_one {
                    true => Prose::plain("/boilerplate", &about.text),
                    false => Prose::plain(&format!("/boilerplate/{at}/text"), &about.text),
                })
                .collect(),
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Prose<'a>> {
        let lines = [
            Some(&self.headline),
            self.subheadline.as_ref(),
            self.summary.as_ref(),
        ];
        let body = std::iter::once(&self.body);
        lines
            .into_iter()
            .flatten()
            .chain(body)
            .chain(&self.boilerplates)
    }

    /// The primary subtag of the language.
    pub(super) fn language(&self) -> &'a str {
        self.release.edition.language.primary()
    }
}

/// Looks through the texts of a release whose fields have been read.
pub(super) fn check(release: &Release, fields: &mut Fields<'_>) {
    let texts = Texts::of(release);
    let mut findings = Findings::default();
    gaps::check(&texts, fields, &mut findings);
    for prose in texts
        .summary
        .iter()
        .chain([&texts.body])
        .chain(&texts.boilerplates)
    {
        hidden::in_paragraphs(&prose.pointer, prose.source)
            .into_iter()
            .for_each(|finding| findings.add(finding));
    }
    script::check(&texts, &mut findings);
    shape::check(&texts, &mut findings);
    template::check(&texts, &mut findings);
    opening::check(&texts, &mut findings);
    moments::check(&texts, &mut findings);
    quarters::check(&texts, &mut findings);
    tickers::check(&texts, fields, &mut findings);
    ahead::check(&texts, &mut findings);
    tone::check(&texts, &mut findings);
    links::check(&texts, &mut findings);
    findings
        .0
        .into_iter()
        .for_each(|finding| fields.add(finding));
}

/// The findings so far; more than [`MOST`] alike about one text are left out.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, finding: Finding) {
        let alike =
            |other: &&Finding| other.code == finding.code && other.pointer == finding.pointer;
        if self.0.iter().filter(alike).count() < MOST {
            self.0.push(finding);
        }
    }

    /// A warning about a whole field.
    fn warn(
        &mut self,
        code: &str,
        pointer: &str,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.add(Finding::warning(code, pointer, message, mend));
    }

    /// A warning about a stretch of a text.
    fn warn_at(
        &mut self,
        code: &str,
        (prose, place): (&Prose<'_>, std::ops::Range<usize>),
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let finding = Finding::warning(code, &prose.pointer, message, mend);
        self.add(finding.within(place.start, place.end));
    }
}
