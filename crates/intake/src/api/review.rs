//! Review: what approvers and editors say of a release, its history, and the link that shows it before it clears.

use super::Id;
use super::releases::find;
use super::shapes::{EventShape, ReleaseShape};
use crate::accept::{clear_if_due, stands};
use crate::auth::{Caller, Scope};
use crate::policy::{APPROVER, EDITOR};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use release::capability::Capability;
use release::model::ReleaseState;
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use store::{NewEvent, ReleaseRow, Reviewed};
use utoipa::ToSchema;

const HOUR_MS: i64 = 3_600_000;
/// Hours that a proof link works where nobody asks for another number.
const PROOF_HOURS: i64 = 72;
/// Hours that a proof link may work.
const LONGEST_PROOF_HOURS: i64 = 720;

/// An approval of the text that was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approve {
    /// `content_hash` of the release as it was read
    content_hash: String,
}

/// Approve a release that awaits your word
///
/// The approval is bound to the text: where it has changed since it was read, this is a 409.
#[utoipa::path(post, path = "/v1/releases/{id}/approve", tag = "review", params(("id" = String, Path, description = "`rel_…`")),
    request_body = Approve, responses((status = 200, body = ReleaseShape), Problem))]
pub(super) async fn approve(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    body: Result<Json<Approve>, JsonRejection>,
) -> Result<Json<ReleaseShape>, Problem> {
    let Json(approve) = body?;
    let row = find(&intake, &caller, &id).await?;
    let sides = sides(&caller, &row)?;
    let now_ms = intake.clock.now_ms();
    for side in sides {
        let event = NewEvent {
            at_ms: now_ms,
            actor: &caller.actor,
            act: "approved",
            note: "",
        };
        let reviewed = intake
            .store
            .approve(row.id, side, &approve.content_hash, event)
            .await?;
        judge(reviewed)?;
    }
    let row = stands(&intake, row.id).await?;
    if row.state == ReleaseState::Scheduled {
        clear_if_due(&intake, row.id, row.clear_at_ms, now_ms).await;
    }
    let row = stands(&intake, row.id).await?;
    Ok(Json(ReleaseShape::of(&intake, &row)))
}

/// The missing words that this caller may give. Nobody approves for an issuer what they submitted themselves.
fn sides(caller: &Caller, row: &ReleaseRow) -> Result<Vec<&'static str>, Problem> {
    let is_own = row.submitted_by == caller.actor;
    let may = |side: &str| match side {
        EDITOR => caller.may(Scope::ReleasesReview),
        _ => caller.may(Scope::ReleasesApprove) && !is_own,
    };
    let missing: Vec<&'static str> = [APPROVER, EDITOR]
        .into_iter()
        .filter(|side| row.awaits.split(' ').any(|missing| missing == *side))
        .collect();
    if missing.is_empty() {
        let state = row.state;
        return Err(Problem::Conflict(format!(
            "the release is {state} and awaits nobody's word"
        )));
    }
    let sides: Vec<&'static str> = missing.iter().copied().filter(|side| may(side)).collect();
    match sides.is_empty() {
        true => Err(Problem::Forbidden(format!(
            "the release awaits the word of: {}; yours is not among them",
            missing.join(", ")
        ))),
        false => Ok(sides),
    }
}

/// What is said with a refusal or a query.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Say {
    /// For the submitter, who gets it by mail
    #[schema(min_length = 1, max_length = 2000)]
    note: String,
}

/// Refuse a release, with the reason
#[utoipa::path(post, path = "/v1/releases/{id}/refuse", tag = "review", params(("id" = String, Path, description = "`rel_…`")),
    request_body = Say, responses((status = 200, body = ReleaseShape), Problem))]
pub(super) async fn refuse(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    body: Result<Json<Say>, JsonRejection>,
) -> Result<Json<ReleaseShape>, Problem> {
    say(&intake, &caller, &id, body?.0, "refused").await
}

/// Ask the submitter something about a release that awaits review
#[utoipa::path(post, path = "/v1/releases/{id}/query", tag = "review", params(("id" = String, Path, description = "`rel_…`")),
    request_body = Say, responses((status = 200, body = ReleaseShape), Problem))]
pub(super) async fn query(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    body: Result<Json<Say>, JsonRejection>,
) -> Result<Json<ReleaseShape>, Problem> {
    say(&intake, &caller, &id, body?.0, "queried").await
}

async fn say(
    intake: &Intake,
    caller: &Caller,
    id: &str,
    say: Say,
    act: &str,
) -> Result<Json<ReleaseShape>, Problem> {
    let row = find(intake, caller, id).await?;
    if !caller.may(Scope::ReleasesReview) {
        caller.must(Scope::ReleasesApprove)?;
    }
    let note = say.note.trim();
    if note.is_empty() || note.chars().count() > 2000 {
        return Err(Problem::Invalid {
            pointer: "/note".into(),
            detail: "a note of no or too many words".to_owned(),
            mend: "say why, in 1 to 2000 characters: the submitter gets it by mail".into(),
        });
    }
    let event = NewEvent {
        at_ms: intake.clock.now_ms(),
        actor: &caller.actor,
        act,
        note,
    };
    let reviewed = match act {
        "refused" => intake.store.refuse(row.id, event).await?,
        _ => intake.store.query_release(row.id, event).await?,
    };
    judge(reviewed)?;
    intake.tell_due();
    let row = stands(intake, row.id).await?;
    Ok(Json(ReleaseShape::of(intake, &row)))
}

fn judge(reviewed: Reviewed) -> Result<(), Problem> {
    match reviewed {
        Reviewed::Done(_) => Ok(()),
        Reviewed::Changed(hash) => Err(Problem::Conflict(format!(
            "the text has changed since it was read: its content_hash is {hash} now; read it again"
        ))),
        Reviewed::NotPossible(state) => Err(Problem::Conflict(format!("the release is {state}"))),
    }
}

/// What became of a release, and by whom.
#[derive(Serialize, ToSchema)]
pub(super) struct History {
    /// Oldest first
    events: Vec<EventShape>,
}

/// What became of a release, when, and by whom
#[utoipa::path(get, path = "/v1/releases/{id}/history", tag = "review", params(("id" = String, Path, description = "`rel_…`")),
    responses((status = 200, body = History), Problem))]
pub(super) async fn history(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<History>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let row = find(&intake, &caller, &id).await?;
    let rows = intake.store.release_events(row.id).await?;
    let mut events = Vec::with_capacity(rows.len() + 2);
    // A draft's submission is an act of its own; before it nothing was accepted.
    if !rows.iter().any(|event| event.act == "submitted") {
        let act = match row.state {
            ReleaseState::Draft => "drafted",
            _ => "submitted",
        };
        let mut first = EventShape::own(&row, act, row.accepted_ms);
        let kept = intake.store.first_text(row.id).await?;
        first.content_hash = kept.unwrap_or_else(|| row.content_hash.clone());
        events.push(first);
    }
    events.extend(rows.iter().map(EventShape::of));
    events.extend(
        row.cleared_ms
            .map(|at_ms| EventShape::own(&row, "cleared", at_ms)),
    );
    Ok(Json(History { events }))
}

/// How long a proof link is to work.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofFor {
    /// 1 to 720; 72 if absent
    #[schema(minimum = 1, maximum = 720)]
    hours: Option<i64>,
}

/// A link that shows a release before it clears.
#[derive(Serialize, ToSchema)]
pub(super) struct ProofLink {
    /// Whoever has it sees the release: treat it like the text itself
    url: String,
    expires_at: String,
}

/// Make a link that shows a release exactly as it will look
#[utoipa::path(post, path = "/v1/releases/{id}/proof", tag = "review", params(("id" = String, Path, description = "`rel_…`")),
    request_body = ProofFor, responses((status = 200, body = ProofLink), Problem))]
pub(super) async fn proof(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    body: Result<Json<ProofFor>, JsonRejection>,
) -> Result<Json<ProofLink>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let row = find(&intake, &caller, &id).await?;
    let hours = body?.0.hours.unwrap_or(PROOF_HOURS);
    if !(1..=LONGEST_PROOF_HOURS).contains(&hours) {
        return Err(Problem::Invalid {
            pointer: "/hours".into(),
            detail: format!("{hours} hours"),
            mend: format!("give 1 to {LONGEST_PROOF_HOURS}"),
        });
    }
    if row.state == ReleaseState::Draft {
        let detail = "a draft has no form yet: submit it, or look at it in the editor".to_owned();
        return Err(Problem::Conflict(detail));
    }
    let expires_ms = intake.clock.now_ms() + hours * HOUR_MS;
    let token = intake.link_key.sign(&Capability::Proof {
        release_id: row.id,
        expires_ms,
    });
    Ok(Json(ProofLink {
        url: format!("{}/proof/{token}", intake.public_url),
        expires_at: rfc3339(expires_ms),
    }))
}
