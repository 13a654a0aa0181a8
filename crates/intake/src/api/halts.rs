//! Halts: sending stopped by hand, at once and without loss, and resumed.

use super::note::checked;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use queue::Telling;
use release::address::printable;
use release::model::Channel;
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use store::{HaltRow, Halted};
use tracing::warn;
use utoipa::ToSchema;

/// What is to stop: exactly one of `all`, `channel`, `issuer`.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Halt {
    /// Everything, flash and the wire's own mails too
    all: bool,
    /// `email` or `webhook`
    channel: Option<String>,
    /// A slug: its news; notices to its own people go on
    issuer: Option<String>,
    /// Why, for those who look at the status
    #[schema(max_length = 2000)]
    note: String,
}

/// Sending that is stopped by hand.
#[derive(Serialize, ToSchema)]
pub(super) struct HaltShape {
    /// `all`, `channel` or `issuer`
    kind: &'static str,
    /// The channel or the issuer's slug; null for all
    name: Option<String>,
    note: String,
    /// `tok_…`, `per_…` or `local`
    by: String,
    since: String,
}

/// What is halted.
#[derive(Serialize, ToSchema)]
pub(super) struct HaltsShape {
    halts: Vec<HaltShape>,
}

impl HaltShape {
    pub(super) fn of(row: &HaltRow) -> HaltShape {
        let name = row.halted.subject();
        HaltShape {
            kind: row.halted.kind(),
            name: (!name.is_empty()).then(|| name.to_owned()),
            note: row.note.clone(),
            by: row.actor.clone(),
            since: rfc3339(row.created_ms),
        }
    }
}

/// Stop sending, at once and without loss
///
/// Every worker of every process stops within a second; what has begun at a receiver ends. Releases clear and are planned as
/// ever, and what was to be sent stays due until it is resumed.
#[utoipa::path(post, path = "/v1/halts", tag = "operators", request_body = Halt,
    responses((status = 201, body = HaltShape), (status = 200, description = "It was halted before; its note stands", body = HaltShape), Problem))]
pub(super) async fn halt(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<Halt>, JsonRejection>,
) -> Result<(StatusCode, Json<HaltShape>), Problem> {
    caller.must(Scope::Operator)?;
    let Json(body) = body?;
    let (halted, note) = (body.halted()?, checked(&body.note)?);
    if let Halted::Issuer(slug) = &halted
        && intake.store.issuer(slug).await?.is_none()
    {
        return Err(Problem::NotFound {
            what: "issuer",
            id: slug.clone(),
        });
    }
    let subject = halted.to_string();
    let act = intake.act(&caller, "halt", &subject, note);
    let is_new = intake.store.halt(&halted, note, act).await?;
    intake.queue.tell(Telling::HaltsChanged);
    let halts = intake.store.halts().await?;
    let row = halts.iter().find(|row| row.halted == halted);
    let row =
        row.ok_or_else(|| Problem::Conflict("it was resumed at the same moment".to_owned()))?;
    if is_new {
        warn!(
            worker = "intake",
            by = caller.actor,
            request_id = caller.request_id,
            outcome = "halted",
            "sending is halted by hand: {halted}"
        );
    }
    let status = match is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok((status, Json(HaltShape::of(row))))
}

/// Go on with what was halted; gives what is still halted
#[utoipa::path(post, path = "/v1/halts/resume", tag = "operators", request_body = Halt,
    responses((status = 200, body = HaltsShape), Problem))]
pub(super) async fn resume(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<Halt>, JsonRejection>,
) -> Result<Json<HaltsShape>, Problem> {
    caller.must(Scope::Operator)?;
    let Json(body) = body?;
    let (halted, note) = (body.halted()?, checked(&body.note)?);
    let subject = halted.to_string();
    let act = intake.act(&caller, "resume", &subject, note);
    if !intake.store.resume(&halted, act).await? {
        return Err(Problem::NotFound {
            what: "halt",
            id: subject,
        });
    }
    intake.queue.tell(Telling::HaltsChanged);
    intake.tell_due();
    warn!(
        worker = "intake",
        by = caller.actor,
        request_id = caller.request_id,
        outcome = "resumed",
        "sending goes on: {halted}"
    );
    halts(&intake).await
}

/// What is halted now
#[utoipa::path(get, path = "/v1/halts", tag = "operators", responses((status = 200, body = HaltsShape), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
) -> Result<Json<HaltsShape>, Problem> {
    caller.must(Scope::Operator)?;
    halts(&intake).await
}

async fn halts(intake: &Intake) -> Result<Json<HaltsShape>, Problem> {
    let halts = intake.store.halts().await?;
    let halts = halts.iter().map(HaltShape::of).collect();
    Ok(Json(HaltsShape { halts }))
}

impl Halt {
    fn halted(&self) -> Result<Halted, Problem> {
        match (self.all, &self.channel, &self.issuer) {
            (true, None, None) => Ok(Halted::All),
            (false, Some(channel), None) => {
                let invalid = || Problem::Invalid {
                    pointer: "/channel".into(),
                    detail: format!("no channel `{}`", printable(channel)),
                    mend: "use email or webhook".into(),
                };
                Channel::parse(channel)
                    .map(Halted::Channel)
                    .ok_or_else(invalid)
            }
            (false, None, Some(slug)) => Ok(Halted::Issuer(slug.clone())),
            _ => Err(Problem::Invalid {
                pointer: String::new(),
                detail: "it names none, or several, of `all`, `channel` and `issuer`".into(),
                mend: "name exactly one, such as `{\"channel\": \"email\"}`".into(),
            }),
        }
    }
}
