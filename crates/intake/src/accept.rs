//! Accepting releases: read, judge, commit, and only then say yes.

use crate::api::changed;
use crate::auth::{Caller, Scope};
use crate::judge::{Judged, count_refusals, judge};
use crate::{Intake, Problem, bundle, policy};
use release::finding::Finding;
use release::ids::{Kind, PublicId, base32};
use release::model::ReleaseState;
use release::source::Places;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::{Accepted, Idempotency, NewRelease, ReleaseRow, Replaced, TextRead};
use tracing::info;

/// Releases that stand in the store now.
pub(crate) struct Standing {
    /// One, or the editions of a bundle, each with its warnings.
    pub(crate) releases: Vec<(ReleaseRow, Vec<Finding>)>,
    /// Whether they stood there before, under the same idempotency key.
    pub(crate) repeated: bool,
}

/// A request to accept something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// As sent.
    pub(crate) body: &'a [u8],
    /// The submitter's key.
    pub(crate) key: Option<&'a str>,
    /// Followed through the log.
    pub(crate) id: &'a str,
}

/// A judged submission, ready for the store.
pub(crate) struct Prepared {
    public_id: String,
    story_public_id: String,
    story_owner: String,
    story_key: Option<String>,
    edition: String,
    pub(crate) state: ReleaseState,
    pub(crate) clear_at_ms: i64,
    content: String,
    content_hash: String,
    source: String,
    issuers: String,
    bundle: Option<String>,
    pub(crate) awaits: String,
    lane: release::model::Lane,
    fingerprint: String,
    findings: Vec<Finding>,
}

/// Reads, judges and accepts one submission, or a bundle of editions.
pub(crate) async fn accept(
    intake: &Intake,
    caller: &Caller,
    request: Request<'_>,
) -> Result<Standing, Problem> {
    caller.must(Scope::ReleasesWrite)?;
    let body_hash = digest(request.body);
    if let Some(standing) = repeated(intake, caller, request.key, &body_hash).await? {
        return Ok(standing);
    }
    let judged = judge_all(intake, caller, request.body).await?;
    let mut prepared = Vec::with_capacity(judged.len());
    let bundle =
        (judged.len() > 1).then(|| PublicId::from_random(Kind::Bundle, rand::random()).to_string());
    for judged in &judged {
        prepared.push(prepare(intake, caller, judged, bundle.as_deref()).await?);
    }
    if prepared.iter().any(|one| !one.awaits.is_empty()) {
        prepared
            .iter_mut()
            .for_each(|one| one.state = ReleaseState::Submitted);
    }
    commit(intake, caller, prepared, request, &body_hash).await
}

/// Keeps a submission as a draft, whatever is wrong with it.
pub(crate) async fn keep_draft(
    intake: &Intake,
    caller: &Caller,
    request: Request<'_>,
) -> Result<Standing, Problem> {
    caller.must(Scope::ReleasesWrite)?;
    let body_hash = digest(request.body);
    if let Some(standing) = repeated(intake, caller, request.key, &body_hash).await? {
        return Ok(standing);
    }
    let mut judged = judge(intake, caller, bundle::read_one(request.body)?, None).await?;
    Places::fill(request.body, &mut judged.findings);
    let draft = draft(&judged);
    commit(intake, caller, vec![draft], request, &body_hash).await
}

/// Judges all that a body holds; refuses it with every finding of every edition, each under the place of its edition.
pub(crate) async fn judge_all(
    intake: &Intake,
    caller: &Caller,
    body: &[u8],
) -> Result<Vec<Judged>, Problem> {
    let submissions = bundle::read(body)?;
    let is_bundle = submissions.len() > 1;
    let (submissions, mut findings) = bundle::unite(submissions);
    let mut judged = Vec::with_capacity(submissions.len());
    for (at, submission) in submissions.into_iter().enumerate() {
        let mut one = judge(intake, caller, submission, None).await?;
        if is_bundle {
            for finding in &mut one.findings {
                finding.pointer = format!("/{at}{}", finding.pointer);
            }
        }
        Places::fill(body, &mut one.findings);
        judged.push(one);
    }
    if !findings.is_empty() || judged.iter().any(Judged::is_refused) {
        Places::fill(body, &mut findings);
        findings.extend(judged.into_iter().flat_map(|one| one.findings));
        count_refusals(&findings);
        return Err(Problem::Findings(findings));
    }
    Ok(judged)
}

/// What the store is to hold of a judged submission.
pub(crate) async fn prepare(
    intake: &Intake,
    caller: &Caller,
    judged: &Judged,
    bundle: Option<&str>,
) -> Result<Prepared, Problem> {
    let release = judged.accepted()?;
    let awaits = policy::awaits(intake, caller, judged, release).await?;
    let now_ms = intake.clock.now_ms();
    let clear = release.clear.as_ref();
    let content =
        serde_json::to_string(release).map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(Prepared {
        story_owner: release.issuers.first().cloned().unwrap_or_default(),
        // Editions that come together tell one story, whether or not it has a name.
        story_key: release.story.clone().or(bundle.map(str::to_owned)),
        edition: release.edition.to_string(),
        state: match awaits.is_empty() {
            true => ReleaseState::Scheduled,
            false => ReleaseState::Submitted,
        },
        clear_at_ms: clear.map_or(now_ms, |clear| clear.at_ms.max(now_ms)),
        content_hash: digest(content.as_bytes()),
        content,
        issuers: release.issuers.join(" "),
        bundle: bundle.map(str::to_owned),
        awaits,
        lane: release.lane,
        ..draft(judged)
    })
}

/// A draft: its source, and whom it is meant to speak for.
fn draft(judged: &Judged) -> Prepared {
    let slugs: Vec<&str> = judged
        .issuers
        .iter()
        .map(|issuer| issuer.slug.as_str())
        .collect();
    Prepared {
        public_id: PublicId::from_random(Kind::Release, rand::random()).to_string(),
        story_public_id: PublicId::from_random(Kind::Story, rand::random()).to_string(),
        story_owner: slugs.first().copied().unwrap_or_default().to_owned(),
        story_key: None,
        edition: String::new(),
        state: ReleaseState::Draft,
        clear_at_ms: 0,
        content: "{}".to_owned(),
        content_hash: String::new(),
        source: Value::Object(judged.source.clone()).to_string(),
        issuers: slugs.join(" "),
        bundle: None,
        awaits: String::new(),
        lane: release::model::Lane::Regular,
        fingerprint: judged
            .fingerprint
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        findings: judged.findings.clone(),
    }
}

impl Prepared {
    fn as_new<'a>(&'a self, caller: &'a Caller, request_id: &'a str) -> NewRelease<'a> {
        NewRelease {
            public_id: &self.public_id,
            story_public_id: &self.story_public_id,
            story_owner: &self.story_owner,
            story_key: self.story_key.as_deref(),
            edition: &self.edition,
            state: self.state,
            lane: self.lane,
            clear_at_ms: self.clear_at_ms,
            content: &self.content,
            content_hash: &self.content_hash,
            source: &self.source,
            issuers: &self.issuers,
            bundle: self.bundle.as_deref(),
            awaits: &self.awaits,
            submitted_by: &caller.actor,
            notify: &caller.email,
            fingerprint: &self.fingerprint,
            request_id,
        }
    }
}

async fn commit(
    intake: &Intake,
    caller: &Caller,
    prepared: Vec<Prepared>,
    request: Request<'_>,
    body_hash: &str,
) -> Result<Standing, Problem> {
    let new: Vec<NewRelease<'_>> = prepared
        .iter()
        .map(|one| one.as_new(caller, request.id))
        .collect();
    let idempotency = request.key.map(|key| Idempotency { key, body_hash });
    let now_ms = intake.clock.now_ms();
    match intake.store.accept(&new, idempotency, now_ms).await? {
        Accepted::New(ids) => {
            let mut releases = Vec::with_capacity(ids.len());
            if let Some(&first) = ids.first() {
                set_out(intake, first, &prepared[0], now_ms).await;
            }
            for (id, one) in ids.into_iter().zip(prepared) {
                let row = stands(intake, id).await?;
                say_accepted(&row, request.id);
                releases.push((row, one.findings));
            }
            Ok(Standing {
                releases,
                repeated: false,
            })
        }
        Accepted::Repeated(made) => again(intake, &made).await,
        Accepted::KeyReused(made) => Err(refused("key-reused", Problem::KeyReused(made))),
        Accepted::EditionTaken { at, release } => {
            Err(edition_taken(&prepared[at].edition, &release))
        }
    }
}

fn say_accepted(row: &ReleaseRow, request_id: &str) {
    if row.state != ReleaseState::Draft {
        metrics::counter!("dateline_accepted_total").increment(1);
    }
    info!(worker = "intake", release = row.public_id, issuer = row.issuers, lane = %row.lane, state = %row.state,
        request_id, outcome = "accepted", "release {} accepted", row.public_id);
}

fn edition_taken(edition: &str, release: &str) -> Problem {
    refused(
        "edition-taken",
        Problem::Conflict(format!(
            "the story has the edition {edition} already: {release}; submit another edition, or another story"
        )),
    )
}

/// Another text for a release.
pub(crate) struct Change<'a> {
    /// The submission.
    pub(crate) source: Map<String, Value>,
    /// The only text that it may replace; none for whatever stands.
    pub(crate) read: Option<TextRead<'a>>,
    /// What history calls it: `changed` or `submitted`.
    pub(crate) act: &'a str,
    /// Followed through the log.
    pub(crate) request_id: &'a str,
}

/// Gives a release that has not cleared another text: a draft stays one unless it is `submitted`.
pub(crate) async fn replace(
    intake: &Intake,
    caller: &Caller,
    row: &ReleaseRow,
    change: Change<'_>,
) -> Result<(ReleaseRow, Vec<Finding>), Problem> {
    caller.must(Scope::ReleasesWrite)?;
    let judged = judge(intake, caller, change.source, Some(&row.public_id)).await?;
    let mut prepared = match (row.state, change.act) {
        (ReleaseState::Draft, "changed") => draft(&judged),
        _ => prepare(intake, caller, &judged, row.bundle.as_deref()).await?,
    };
    if row.state == ReleaseState::Held {
        prepared.state = ReleaseState::Held;
    }
    let now_ms = intake.clock.now_ms();
    let new = prepared.as_new(caller, change.request_id);
    let replaced = intake
        .store
        .replace(row.id, &new, change.read, change.act, now_ms)
        .await?;
    match replaced {
        Replaced::Done => {
            set_out(intake, row.id, &prepared, now_ms).await;
            Ok((stands(intake, row.id).await?, prepared.findings))
        }
        Replaced::Changed => Err(changed(intake, &stands(intake, row.id).await?).await?),
        Replaced::EditionTaken(release) => Err(edition_taken(&prepared.edition, &release)),
        Replaced::NotPossible(state) => Err(Problem::Conflict(format!(
            "the release is {state}: its text cannot be changed any more"
        ))),
    }
}

/// The release with this key, which must be there.
pub(crate) async fn stands(intake: &Intake, id: i64) -> Result<ReleaseRow, Problem> {
    let row = intake.store.release_by_id(id).await?;
    row.ok_or_else(|| Problem::Internal(format!("release {id} was stored and is not there")))
}

/// What this request made before, however its content would be judged today.
async fn repeated(
    intake: &Intake,
    caller: &Caller,
    key: Option<&str>,
    body_hash: &str,
) -> Result<Option<Standing>, Problem> {
    let Some(key) = key else { return Ok(None) };
    match intake.store.made_before(&caller.actor, key).await? {
        None => Ok(None),
        Some((hash, made)) if hash == body_hash => Ok(Some(again(intake, &made).await?)),
        Some((_, made)) => Err(refused("key-reused", Problem::KeyReused(made))),
    }
}

/// What was made under an idempotency key: a release, with its bundle.
async fn again(intake: &Intake, made: &str) -> Result<Standing, Problem> {
    let row = intake.store.release(made).await?;
    let row = row
        .ok_or_else(|| Problem::Internal(format!("release {made} was stored and is not there")))?;
    let rows = match &row.bundle {
        Some(bundle) => intake.store.bundle(bundle).await?,
        None => vec![row],
    };
    Ok(Standing {
        releases: rows.into_iter().map(|row| (row, Vec::new())).collect(),
        repeated: true,
    })
}

/// Counts a refusal on its way out.
fn refused(code: &'static str, problem: Problem) -> Problem {
    metrics::counter!("dateline_refused_total", "code" => code).increment(1);
    problem
}

/// Clears what is due, with its bundle; tells the sweep of what is not. A failure here loses nothing: the sweep does the
/// same.
async fn set_out(intake: &Intake, id: i64, prepared: &Prepared, now_ms: i64) {
    if prepared.state != ReleaseState::Scheduled {
        return intake.tell_due();
    }
    clear_if_due(intake, id, prepared.clear_at_ms, now_ms).await;
}

/// Clears a scheduled release whose time has come.
pub(crate) async fn clear_if_due(intake: &Intake, id: i64, clear_at_ms: i64, now_ms: i64) {
    if clear_at_ms > now_ms {
        return intake.tell_due();
    }
    match intake.store.clear(id, intake.clock.now_ms()).await {
        Ok(cleared) => {
            if let Some(first) = cleared.first() {
                let (alert_id, lane) = (first.alert_id, first.lane);
                let request_id = first.request_id.clone();
                intake.hint_route(alert_id, lane, &request_id).await;
                intake.tell_cleared();
            }
            for store::Cleared {
                release,
                seq,
                lane,
                request_id,
                ..
            } in cleared
            {
                info!(worker = "intake", release, seq, %lane, request_id, outcome = "cleared", "release {release} cleared at once as item {seq}");
            }
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
