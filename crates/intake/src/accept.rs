//! Accepting a release: read, lint, commit, and only then say yes.

use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use release::finding::{Finding, Severity};
use release::ids::{Kind, PublicId, base32};
use release::lint::{is_issuer_slug, lint};
use release::model::{Lane, Release, ReleaseState};
use release::source;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::{Accepted, Idempotency, NewRelease, ReleaseRow};
use tracing::info;

/// A release that stands in the store now.
pub(crate) struct Standing {
    pub(crate) release: ReleaseRow,
    /// Warnings of the release just submitted.
    pub(crate) findings: Vec<Finding>,
    /// Whether it stood there before, under the same idempotency key.
    pub(crate) repeated: bool,
}

/// Reads, lints and accepts a submission.
pub(crate) async fn accept(
    intake: &Intake,
    caller: &Caller,
    body: &[u8],
    key: Option<&str>,
    request_id: &str,
) -> Result<Standing, Problem> {
    caller.must(Scope::ReleasesWrite)?;
    let body_hash = digest(body);
    if let Some(standing) = repeated(intake, caller, key, &body_hash).await? {
        return Ok(standing);
    }
    let (release, findings) = judge(intake, caller, body).await?;
    let now_ms = intake.clock.now_ms();
    let clear_at_ms = release
        .clear
        .as_ref()
        .map_or(now_ms, |clear| clear.at_ms.max(now_ms));
    let content =
        serde_json::to_string(&release).map_err(|error| Problem::Internal(error.to_string()))?;
    let public_id = PublicId::from_random(Kind::Release, rand::random());
    let story_public_id = PublicId::from_random(Kind::Story, rand::random());
    let new = NewRelease {
        public_id: public_id.as_str(),
        story_public_id: story_public_id.as_str(),
        story_owner: release.issuers.first().map_or("", String::as_str),
        story_key: release.story.as_deref(),
        edition: &release.edition.to_string(),
        state: ReleaseState::Scheduled,
        lane: release.lane,
        clear_at_ms,
        content: &content,
        content_hash: &digest(content.as_bytes()),
        source: "{}",
        issuers: &release.issuers.join(" "),
        bundle: None,
        awaits: "",
        submitted_by: &caller.actor,
        notify: &caller.email,
        fingerprint: "",
        request_id,
    };
    let idempotency = key.map(|key| Idempotency {
        key,
        body_hash: &body_hash,
    });
    match intake
        .store
        .accept(std::slice::from_ref(&new), idempotency, now_ms)
        .await?
    {
        Accepted::New(ids) => {
            let id = ids[0];
            metrics::counter!("dateline_accepted_total").increment(1);
            set_out(intake, id, clear_at_ms, now_ms).await;
            let release = intake
                .store
                .release_by_id(id)
                .await?
                .ok_or_else(|| gone(new.public_id))?;
            info!(worker = "intake", release = release.public_id, issuer = new.story_owner, lane = %release.lane, state = %release.state,
                request_id, outcome = "accepted", "release {} accepted", release.public_id);
            Ok(Standing {
                release,
                findings,
                repeated: false,
            })
        }
        Accepted::Repeated(public_id) => {
            let release = intake
                .store
                .release(&public_id)
                .await?
                .ok_or_else(|| gone(&public_id))?;
            Ok(Standing {
                release,
                findings,
                repeated: true,
            })
        }
        Accepted::KeyReused(public_id) => Err(refused("key-reused", Problem::KeyReused(public_id))),
        Accepted::EditionTaken {
            release: public_id, ..
        } => Err(refused(
            "edition-taken",
            Problem::Conflict(format!(
                "the story has the edition {} already: {public_id}; submit another edition, or another story",
                release.edition
            )),
        )),
    }
}

fn gone(public_id: &str) -> Problem {
    Problem::Internal(format!("release {public_id} was stored and is not there"))
}

/// The release that this request made before, however its content would be judged today.
async fn repeated(
    intake: &Intake,
    caller: &Caller,
    key: Option<&str>,
    body_hash: &str,
) -> Result<Option<Standing>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let Some((hash, public_id)) = intake.store.made_before(&caller.actor, key).await? else {
        return Ok(None);
    };
    if hash != body_hash {
        return Err(refused("key-reused", Problem::KeyReused(public_id)));
    }
    let release = intake
        .store
        .release(&public_id)
        .await?
        .ok_or_else(|| gone(&public_id))?;
    Ok(Some(Standing {
        release,
        findings: Vec::new(),
        repeated: true,
    }))
}

/// Counts a refusal on its way out.
fn refused(code: &'static str, problem: Problem) -> Problem {
    metrics::counter!("dateline_refused_total", "code" => code).increment(1);
    problem
}

/// All findings in one pass: those of lint, and those that need the store and the caller's rights. The latter are looked
/// for in the submission itself, so that they come with the others.
async fn judge(
    intake: &Intake,
    caller: &Caller,
    body: &[u8],
) -> Result<(Release, Vec<Finding>), Problem> {
    let submission = source::parse(body)
        .map_err(|error| refused("malformed", Problem::Malformed(error.to_string())))?;
    let mut linted = lint(&submission, &intake.taxonomy);
    for (pointer, slug) in issuers(&submission) {
        if intake.store.issuer(slug).await?.is_none() {
            let message = format!("no issuer `{slug}`");
            let mend =
                "add it with `dateline issuer add`, or use a known slug (`dateline issuer list`)";
            linted
                .findings
                .push(Finding::error("issuer-unknown", &pointer, message, mend));
        } else if !caller.may_speak_for(slug) {
            let message = format!("this token may not speak for `{slug}`");
            let mend = "use a token of that issuer";
            linted
                .findings
                .push(Finding::error("issuer-forbidden", &pointer, message, mend));
        }
    }
    linted.findings.extend(lane(&submission, caller));
    if let Some(release) = &linted.release {
        linted
            .findings
            .extend(past_clear_time(release, intake.clock.now_ms()));
    }
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    for finding in linted.findings.iter().filter(is_error) {
        metrics::counter!("dateline_refused_total", "code" => finding.code.clone()).increment(1);
    }
    match linted.release {
        Some(release) if linted.findings.iter().find(is_error).is_none() => {
            Ok((release, linted.findings))
        }
        _ => Err(Problem::Findings(linted.findings)),
    }
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

/// The flash lane is granted by scope, never by a submitted field alone.
fn lane(submission: &Map<String, Value>, caller: &Caller) -> Option<Finding> {
    let asked = submission
        .get("lane")
        .and_then(Value::as_str)
        .map(str::trim);
    (asked == Some(Lane::Flash.as_str()) && !caller.may(Scope::Flash)).then(|| {
        let message = "this token may not use the flash lane";
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

/// Clears what is due, tells the sweep of what is not. A failure here loses nothing: the sweep does the same.
async fn set_out(intake: &Intake, id: i64, clear_at_ms: i64, now_ms: i64) {
    if clear_at_ms > now_ms {
        return intake.tell_due();
    }
    match intake.store.clear(id, intake.clock.now_ms()).await {
        Ok(cleared) => {
            let Some(store::Cleared {
                release,
                seq,
                alert_id,
                lane,
                request_id,
            }) = cleared.into_iter().next()
            else {
                return;
            };
            info!(worker = "intake", release, seq, %lane, request_id, outcome = "cleared", "release {release} cleared at once as item {seq}");
            intake.hint_route(alert_id, lane, &request_id).await;
        }
        Err(error) => {
            tracing::warn!(%error, worker = "intake", "a release could not be cleared at once, the sweep will: {error}")
        }
    }
}

/// SHA-256 as text.
pub(crate) fn digest(bytes: &[u8]) -> String {
    base32(&Sha256::digest(bytes))
}
