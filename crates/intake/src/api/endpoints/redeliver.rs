//! Sending an endpoint again what it was sent, or was not: one delivery, those of a time, all that failed.

use super::find;
use super::ledger::{before, one};
use crate::api::{Id, LONGEST_PAGE};
use crate::auth::{AnyCaller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use release::address::printable;
use release::model::{AlertKind, Channel, EndpointState};
use release::time::{parse_rfc3339, rfc3339};
use serde::{Deserialize, Serialize};
use store::{DeliveriesAsked, EndpointRow, TraceRow};
use utoipa::ToSchema;

/// What is to be sent again: one delivery, or all that `since`, `until` and `failed` leave.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Redeliver {
    /// The webhook-id: `alr_…_ep_…`
    delivery: Option<String>,
    /// Planned from then on, RFC 3339
    since: Option<String>,
    /// Planned before then, RFC 3339
    until: Option<String>,
    /// Only what was given up
    failed: Option<bool>,
    /// `next_before` of the answer before
    before: Option<String>,
}

/// What is sent again.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Redelivered {
    redelivered: u64,
    /// `before` for the rest; null if there is none
    next_before: Option<String>,
}

/// Send an endpoint's alerts about releases again, the newest first and up to 500 at once, each with the webhook-id that it had
#[utoipa::path(post, path = "/v1/endpoints/{id}/redeliver", tag = "subscriptions", request_body = Redeliver,
    params(("id" = String, Path, description = "`ep_…`")), responses((status = 200, body = Redelivered), Problem))]
pub(in crate::api) async fn redeliver(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Id(id): Id,
    body: Result<Json<Redeliver>, JsonRejection>,
) -> Result<Json<Redelivered>, Problem> {
    let whose = caller.whose(Scope::SubscriptionsWrite)?;
    let endpoint = find(&intake, whose, &id).await?;
    let Json(wanted) = body?;
    must_take_calls(&endpoint)?;
    let (asked, named) = wanted.read(&intake, &endpoint).await?;
    let states = match wanted.failed {
        Some(true) => &["dead"][..],
        _ => &[],
    };
    let asked = DeliveriesAsked { states, ..asked };
    let now_ms = intake.clock.now_ms();
    let (redelivered, next_before) = intake.store.redeliver(endpoint.id, &asked, now_ms).await?;
    intake.tell_due();
    let counts = format!("{redelivered} deliveries");
    let act = intake.act(&caller, "redeliver", &id, &counts);
    intake.record(act).await;
    if let Some(row) = named.filter(|_| redelivered == 0) {
        return Err(Problem::Conflict(format!(
            "{}_{} is {}: what came to an end is sent again",
            row.alert, row.endpoint, row.state
        )));
    }
    Ok(Json(Redelivered {
        redelivered,
        next_before: next_before.filter(|_| wanted.delivery.is_none()),
    }))
}

/// To whom nothing is sent, nothing is sent again.
fn must_take_calls(endpoint: &EndpointRow) -> Result<(), Problem> {
    let id = &endpoint.public_id;
    match (endpoint.channel, endpoint.state) {
        (Channel::Webhook, EndpointState::Active) => Ok(()),
        (Channel::Webhook, state) => Err(Problem::Conflict(format!(
            "{id} is {state}, so nothing is sent there; make it active first"
        ))),
        (Channel::Email, _) => Err(Problem::Conflict(format!(
            "{id} takes mails, and only calls are sent again"
        ))),
    }
}

impl Redeliver {
    /// What is asked for; and the one delivery, if it is one.
    async fn read(
        &self,
        intake: &Intake,
        endpoint: &EndpointRow,
    ) -> Result<(DeliveriesAsked<'static>, Option<TraceRow>), Problem> {
        let ranged = self.since.is_some() || self.until.is_some();
        let many = ranged || self.failed == Some(true);
        match &self.delivery {
            Some(_) if many => Err(invalid(
                "/delivery",
                "one delivery is named, and more are asked for",
                "give `delivery`, or `since`, `until` and `failed`",
            )),
            None if !many => Err(invalid(
                "",
                "nothing says what to send again",
                "give `delivery`, `since`, `until`, or `failed`: true",
            )),
            Some(delivery) => {
                let row = one(intake, endpoint, delivery).await?;
                if row.kind != AlertKind::Story {
                    return Err(Problem::Conflict(format!(
                        "{delivery} is a {}: only alerts about releases are sent again",
                        row.kind.as_str()
                    )));
                }
                let asked = DeliveriesAsked {
                    before_id: row.alert_id + 1,
                    ..DeliveriesAsked::newest(1)
                };
                Ok((asked, Some(row)))
            }
            None => {
                let asked = DeliveriesAsked {
                    before_id: before(intake, self.before.as_deref()).await?,
                    since_ms: time("/since", self.since.as_deref())?.unwrap_or(0),
                    until_ms: time("/until", self.until.as_deref())?.unwrap_or(i64::MAX),
                    ..DeliveriesAsked::newest(LONGEST_PAGE)
                };
                must_span(&asked)?;
                Ok((asked, None))
            }
        }
    }
}

fn must_span(asked: &DeliveriesAsked<'_>) -> Result<(), Problem> {
    match asked.since_ms < asked.until_ms {
        true => Ok(()),
        false => Err(invalid(
            "/until",
            &format!(
                "{} is not after `since`, {}",
                rfc3339(asked.until_ms),
                rfc3339(asked.since_ms)
            ),
            "give the earlier time as `since`",
        )),
    }
}

/// Unix milliseconds.
fn time(pointer: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let at_ms = parse_rfc3339(text).map_err(|_| {
        let detail = format!("`{}` is no time", printable(text));
        invalid(
            pointer,
            &detail,
            "write RFC 3339, as `2026-12-01T09:00:00Z`",
        )
    });
    at_ms.map(Some)
}

fn invalid(pointer: &str, detail: &str, mend: &str) -> Problem {
    Problem::Invalid {
        pointer: pointer.to_owned(),
        detail: detail.to_owned(),
        mend: mend.to_owned(),
    }
}
