//! What the wire knows that bears on a submission: its issuers, what they sent lately, the story's other editions.

use crate::{Intake, Problem};
use release::fingerprint::Fingerprint;
use release::language::LanguageTag;
use release::lint::known::{IssuerFacts, Known, NEAR, RecentRelease};
use release::model::Release;
use serde::Deserialize;
use store::IssuerRow;

/// So many of an issuer's newest releases are compared with a new one.
const RECENT: i64 = 20;

/// The facts for lint. `issuers` are those that the caller may speak for; `besides` is the release that this is another
/// text of. What an issuer sent before is told to nobody who may not speak for it: it may not have cleared.
pub(crate) async fn known(
    intake: &Intake,
    release: &Release,
    fingerprint: &Fingerprint,
    issuers: &[IssuerRow],
    besides: Option<&str>,
) -> Result<Known, Problem> {
    let may_know = issuers.len() == release.issuers.len();
    if !may_know {
        return Ok(Known {
            issuers: issuers.iter().map(facts).collect(),
            ..Known::default()
        });
    }
    let told = match (release.issuers.first(), &release.story) {
        (Some(owner), Some(key)) => intake.store.told_before(owner, key).await?,
        _ => None,
    };
    let own = release.edition.to_string();
    let editions = told.map(|told| told.editions).unwrap_or_default();
    Ok(Known {
        issuers: issuers.iter().map(facts).collect(),
        recent: recent(intake, release, fingerprint, besides).await?,
        other_editions: editions
            .iter()
            .filter(|edition| **edition != own)
            .filter_map(|edition| language(edition))
            .collect(),
    })
}

fn facts(issuer: &IssuerRow) -> IssuerFacts {
    IssuerFacts {
        slug: issuer.slug.clone(),
        name: issuer.name.clone(),
        site: issuer.site.clone(),
        has_boilerplate: issuer.boilerplate.is_some(),
    }
}

/// The issuers' recent releases that are near; only of those is more read than their fingerprints.
async fn recent(
    intake: &Intake,
    release: &Release,
    fingerprint: &Fingerprint,
    besides: Option<&str>,
) -> Result<Vec<RecentRelease>, Problem> {
    let issuers = release.issuers.join(" ");
    let rows = intake.store.recent_of_issuers(&issuers, RECENT).await?;
    let mut near = Vec::new();
    for row in rows {
        let share = Fingerprint::parse(&row.fingerprint)
            .map_or(0.0, |other| fingerprint.similarity(&other));
        if share < NEAR || Some(row.public_id.as_str()) == besides {
            continue;
        }
        let whole = intake.store.release(&row.public_id).await?;
        let headed: Option<Headed> =
            whole.and_then(|whole| serde_json::from_str(&whole.content).ok());
        if let (Some(Headed { headline }), Some(edition_language)) =
            (headed, language(&row.edition))
        {
            near.push(RecentRelease {
                id: row.public_id,
                headline,
                share,
                edition_language,
            });
        }
    }
    Ok(near)
}

/// What of a stored release a finding tells.
#[derive(Deserialize)]
struct Headed {
    headline: String,
}

/// The language of `US/en` or `US/en/investors`.
fn language(edition: &str) -> Option<LanguageTag> {
    LanguageTag::parse(edition.split('/').nth(1)?).ok()
}

/// The issuers' own boilerplates, for those about whom the release says nothing.
pub(crate) fn fill_boilerplates(release: &mut Release, issuers: &[IssuerRow]) {
    let known: Vec<(&str, &str)> = issuers
        .iter()
        .filter_map(|issuer| Some((issuer.slug.as_str(), issuer.boilerplate.as_deref()?)))
        .collect();
    release.fill_boilerplates(&known);
}
