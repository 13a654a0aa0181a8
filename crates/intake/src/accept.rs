//! Accepting a release: read, lint, commit, and only then say yes.

use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use release::finding::{Finding, Severity};
use release::ids::{Kind, PublicId, base32};
use release::lint::lint;
use release::model::{Lane, Release, ReleaseState};
use release::source;
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
        token_id: caller.token_id,
        request_id,
    };
    let body_hash = digest(body);
    let idempotency = key.map(|key| Idempotency {
        key,
        body_hash: &body_hash,
    });
    match intake.store.accept(&new, idempotency, now_ms).await? {
        Accepted::New(id) => {
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
        Accepted::KeyReused => Err(Problem::KeyReused),
        Accepted::EditionTaken(public_id) => Err(Problem::Conflict(format!(
            "the story has the edition {} already: {public_id}; submit another edition, or another story",
            release.edition
        ))),
    }
}

fn gone(public_id: &str) -> Problem {
    Problem::Internal(format!("release {public_id} was stored and is not there"))
}

/// All findings in one pass: those of lint, and those that need the store and the caller's rights.
async fn judge(
    intake: &Intake,
    caller: &Caller,
    body: &[u8],
) -> Result<(Release, Vec<Finding>), Problem> {
    let submission = source::parse(body).map_err(|error| Problem::Malformed(error.to_string()))?;
    let mut linted = lint(&submission, &intake.taxonomy);
    let named: Vec<String> = match &linted.release {
        Some(release) => release.issuers.clone(),
        None => Vec::new(),
    };
    for (at, slug) in named.iter().enumerate() {
        let pointer = format!("/issuers/{at}");
        if intake.store.issuer(slug).await?.is_none() {
            let mend =
                "add it with `dateline issuer add`, or use a known slug (`dateline issuer list`)";
            linted.findings.push(Finding::error(
                "issuer-unknown",
                &pointer,
                format!("no issuer `{slug}`"),
                mend,
            ));
        } else if !caller.may_speak_for(slug) {
            let message = format!("this token may not speak for `{slug}`");
            linted.findings.push(Finding::error(
                "issuer-forbidden",
                &pointer,
                message,
                "use a token of that issuer",
            ));
        }
    }
    if let Some(release) = &linted.release {
        linted.findings.extend(lane(release, caller));
        linted
            .findings
            .extend(past_clear_time(release, intake.clock.now_ms()));
    }
    for finding in linted
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
    {
        metrics::counter!("dateline_refused_total", "code" => finding.code.clone()).increment(1);
    }
    match linted.release {
        Some(release)
            if linted
                .findings
                .iter()
                .all(|finding| finding.severity == Severity::Warning) =>
        {
            Ok((release, linted.findings))
        }
        _ => Err(Problem::Findings(linted.findings)),
    }
}

/// The flash lane is granted by scope, never by a submitted field alone.
fn lane(release: &Release, caller: &Caller) -> Option<Finding> {
    (release.lane == Lane::Flash && !caller.may(Scope::Flash)).then(|| {
        let message = "this token may not use the flash lane";
        Finding::error(
            "lane-forbidden",
            "/lane",
            message,
            "remove `lane`, or use a token with the scope `flash`",
        )
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
        Ok(Some(cleared)) => {
            intake
                .hint_route(cleared.alert_id, cleared.lane, &cleared.request_id)
                .await
        }
        Ok(None) => {}
        Err(error) => {
            tracing::warn!(%error, worker = "intake", "a release could not be cleared at once, the sweep will: {error}")
        }
    }
}

/// SHA-256 as text.
pub(crate) fn digest(bytes: &[u8]) -> String {
    base32(&Sha256::digest(bytes))
}
