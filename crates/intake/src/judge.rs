//! Judging a submission: every finding in one pass, those of lint, and those that need the store and the caller's rights.

use crate::auth::{Caller, Scope};
use crate::{Intake, Problem, known};
use release::finding::{Finding, Severity};
use release::fingerprint::Fingerprint;
use release::lint::known::fingerprint_of;
use release::lint::{is_issuer_slug, lint};
use release::model::{Lane, Release};
use serde_json::{Map, Value};
use store::IssuerRow;

/// A submission that has been looked at.
pub(crate) struct Judged {
    /// As it was sent.
    pub(crate) source: Map<String, Value>,
    /// Everything found.
    pub(crate) findings: Vec<Finding>,
    /// The release, if it can be read at all; it is not accepted while a finding is an error.
    pub(crate) release: Option<Release>,
    /// What its text is recognised by, if it can be read.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// The issuers it names that exist.
    pub(crate) issuers: Vec<IssuerRow>,
}

impl Judged {
    /// Whether a finding refuses it.
    pub(crate) fn is_refused(&self) -> bool {
        let is_error = |finding: &Finding| finding.severity == Severity::Error;
        self.release.is_none() || self.findings.iter().any(is_error)
    }

    /// The release, or the refusal; each finding that refuses is counted.
    pub(crate) fn accepted(&self) -> Result<&Release, Problem> {
        match &self.release {
            Some(release) if !self.is_refused() => Ok(release),
            _ => {
                count_refusals(&self.findings);
                Err(Problem::Findings(self.findings.clone()))
            }
        }
    }
}

/// Counts what refuses a release, by code.
pub(crate) fn count_refusals(findings: &[Finding]) {
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    for finding in errors {
        metrics::counter!("dateline_refused_total", "code" => finding.code.clone()).increment(1);
    }
}

/// Looks a submission over. What needs the store is looked for in the submission itself, so that it is found beside what
/// lint finds. `besides` is the release that it is another text of, which it may be like.
pub(crate) async fn judge(
    intake: &Intake,
    caller: &Caller,
    source: Map<String, Value>,
    besides: Option<&str>,
) -> Result<Judged, Problem> {
    let linted = lint(&source, &intake.taxonomy);
    let mut judged = Judged {
        findings: linted.findings,
        fingerprint: linted.release.as_ref().map(fingerprint_of),
        release: linted.release,
        issuers: Vec::new(),
        source,
    };
    for (pointer, slug) in issuers(&judged.source) {
        match intake.store.issuer(slug).await? {
            None => judged.findings.push(unknown(&pointer, slug)),
            Some(_) if !caller.may_speak_for(slug) => {
                judged.findings.push(forbidden(&pointer, slug));
            }
            Some(issuer) => judged.issuers.push(issuer),
        }
    }
    judged.findings.extend(lane(&judged.source, caller));
    if let (Some(release), Some(fingerprint)) = (&mut judged.release, &judged.fingerprint) {
        let known = known::known(intake, release, fingerprint, &judged.issuers, besides).await?;
        judged
            .findings
            .extend(release::lint::known::check(release, &known));
        known::fill_boilerplates(release, &judged.issuers);
    }
    let now_ms = intake.clock.now_ms();
    let release = judged.release.as_ref();
    judged
        .findings
        .extend(release.and_then(|release| past_clear_time(release, now_ms)));
    Ok(judged)
}

/// The slugs that the submission names, with their places; what is no slug is lint's affair.
fn issuers(submission: &Map<String, Value>) -> Vec<(String, &str)> {
    let named: Vec<(String, &Value)> = match submission.get("issuers") {
        Some(Value::Array(list)) => list
            .iter()
            .enumerate()
            .map(|(at, slug)| (format!("/issuers/{at}"), slug))
            .collect(),
        Some(one) => vec![("/issuers".to_owned(), one)],
        None => Vec::new(),
    };
    let slugs = named
        .into_iter()
        .filter_map(|(pointer, slug)| Some((pointer, slug.as_str()?.trim())));
    slugs.filter(|(_, slug)| is_issuer_slug(slug)).collect()
}

fn unknown(pointer: &str, slug: &str) -> Finding {
    let message = format!("no issuer `{slug}`");
    let mend = "add it with `dateline issuer add`, or use a known slug (`dateline issuer list`)";
    Finding::error("issuer-unknown", pointer, message, mend)
}

fn forbidden(pointer: &str, slug: &str) -> Finding {
    let message = format!("you may not speak for `{slug}`");
    let mend = "submit as somebody who may";
    Finding::error("issuer-forbidden", pointer, message, mend)
}

/// The flash lane is granted by scope, never by a submitted field alone.
fn lane(submission: &Map<String, Value>, caller: &Caller) -> Option<Finding> {
    let asked = submission
        .get("lane")
        .and_then(Value::as_str)
        .map(str::trim);
    (asked == Some(Lane::Flash.as_str()) && !caller.may(Scope::Flash)).then(|| {
        let message = "you may not use the flash lane";
        let mend = "remove `lane`, or use a token with the scope `flash`";
        Finding::error("lane-forbidden", "/lane", message, mend)
    })
}

fn past_clear_time(release: &Release, now_ms: i64) -> Option<Finding> {
    let clear = release
        .clear
        .as_ref()
        .filter(|clear| clear.at_ms < now_ms)?;
    let message = format!(
        "the clear time {} has passed: the release leaves at once",
        clear.rfc3339()
    );
    Some(Finding::warning(
        "clear-time-past",
        "/clear_at",
        message,
        "cancel it if that is not meant",
    ))
}
