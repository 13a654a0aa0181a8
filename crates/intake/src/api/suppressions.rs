//! Suppressions: addresses that must not be written to, whatever is asked for them. For operators only: to everybody else
//! the answer is the same whether an address is known or not.

pub(super) mod import;

use super::{PageQuery, last_of, page};
use crate::auth::{Caller, Scope};
use crate::{FieldError, Intake, Problem};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use release::address::{MailAddress, masked, printable};
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use store::SuppressionRow;
use utoipa::ToSchema;

/// An address that must not be written to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Suppress {
    /// A mail address
    address: String,
    /// Why; kept when the address is erased, so it must not repeat it
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}

/// An address that may be written to again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Lift {
    /// A mail address or a webhook's URL, as it was suppressed
    address: String,
}

/// An address that is not written to.
#[derive(Serialize, ToSchema)]
pub(super) struct SuppressionShape {
    /// In lower case; null once erased, when only a keyed hash is left
    address: Option<String>,
    reason: String,
    created_at: String,
}

/// A page of suppressions.
#[derive(Serialize, ToSchema)]
pub(super) struct SuppressionPage {
    /// Oldest first
    suppressions: Vec<SuppressionShape>,
    /// `after` for the next page; null on the last
    next_after: Option<String>,
}

impl SuppressionShape {
    fn of(row: &SuppressionRow) -> SuppressionShape {
        SuppressionShape {
            address: row.address().map(str::to_owned),
            reason: row.reason.clone(),
            created_at: rfc3339(row.created_ms),
        }
    }
}

/// Suppress a mail address; the first reason stands
///
/// What is under way is not sent to it, nor is anything that is asked for later.
#[utoipa::path(post, path = "/v1/suppressions", tag = "operators", request_body = Suppress,
    responses((status = 201, body = SuppressionShape), (status = 200, description = "It was suppressed before", body = SuppressionShape), Problem))]
pub(super) async fn add(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<Suppress>, JsonRejection>,
) -> Result<(StatusCode, Json<SuppressionShape>), Problem> {
    caller.must(Scope::Operator)?;
    let Json(add) = body?;
    let address = parse(&add.address)?;
    let reason = reason(&add.reason, &address)?;
    let now_ms = intake.clock.now_ms();
    let is_new = intake
        .store
        .suppress(address.as_str(), reason, now_ms)
        .await?;
    if is_new {
        let masked = address.masked();
        let act = intake.act(&caller, "suppress", &masked, reason);
        intake.record(act).await;
    }
    let row = intake.store.suppression(address.as_str()).await?;
    let row = row.ok_or_else(|| Problem::Conflict("it was lifted at the same moment".into()))?;
    let status = match is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok((status, Json(SuppressionShape::of(&row))))
}

fn parse(address: &str) -> Result<MailAddress, FieldError> {
    MailAddress::parse(address).map_err(|error| FieldError {
        pointer: "/address".into(),
        detail: error.to_string(),
        mend: "write `name@example.com`".into(),
    })
}

fn reason<'a>(text: &'a str, address: &MailAddress) -> Result<&'a str, FieldError> {
    let invalid = |detail: String, mend: &str| {
        Err(FieldError {
            pointer: "/reason".into(),
            detail,
            mend: mend.into(),
        })
    };
    let reason = text.trim();
    if reason.is_empty() || reason.chars().count() > 200 || reason.chars().any(char::is_control) {
        let detail = format!("`{}` is not a reason", printable(reason));
        return invalid(detail, "say why in one line of 1 to 200 characters");
    }
    if reason
        .to_lowercase()
        .contains(&address.as_str().to_lowercase())
    {
        let detail = "the reason repeats the address".to_owned();
        return invalid(
            detail,
            "say why without it: the reason outlives the address",
        );
    }
    Ok(reason)
}

/// Let an address be written to again
///
/// An erased address stays suppressed: it is answered like one that never was.
#[utoipa::path(post, path = "/v1/suppressions/lift", tag = "operators", request_body = Lift,
    responses((status = 204), Problem))]
pub(super) async fn lift(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<Lift>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    caller.must(Scope::Operator)?;
    let Json(Lift { address }) = body?;
    match intake.store.lift_suppression(address.trim()).await? {
        true => {
            let masked = masked(address.trim());
            let act = intake.act(&caller, "suppress.lift", &masked, "");
            intake.record(act).await;
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(Problem::NotFound {
            what: "suppression",
            id: address,
        }),
    }
}

/// Addresses that are not written to, oldest first
#[utoipa::path(get, path = "/v1/suppressions", tag = "operators", params(PageQuery),
    responses((status = 200, body = SuppressionPage), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<SuppressionPage>, Problem> {
    caller.must(Scope::Operator)?;
    let Query(PageQuery { after, limit }) = query?;
    let limit = page(limit)?;
    let start = match &after {
        None => Place { at_ms: 0, skip: 0 },
        Some(after) => Place::parse(after)?,
    };
    let rows = intake
        .store
        .suppressions(start.at_ms, start.skip, limit)
        .await?;
    Ok(Json(SuppressionPage {
        next_after: last_of(&rows, limit).map(|_| start.after(&rows).to_string()),
        suppressions: rows.iter().map(SuppressionShape::of).collect(),
    }))
}

/// A place in the list: a moment, and how many of that very moment were shown. An address has no id that could stand
/// here, and does not belong into a path that logs repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    at_ms: i64,
    skip: i64,
}

impl Place {
    fn parse(text: &str) -> Result<Place, Problem> {
        let parts = text.split_once('.');
        let read = |part: &str| part.parse::<i64>().ok().filter(|number| *number >= 0);
        let place = parts.and_then(|(at_ms, skip)| {
            Some(Place {
                at_ms: read(at_ms)?,
                skip: read(skip)?,
            })
        });
        place.ok_or_else(|| Problem::Invalid {
            pointer: "/after".into(),
            detail: format!("no place `{}`", printable(text)),
            mend: "give `next_after` of the page before".into(),
        })
    }

    /// The place after these rows, which begin here.
    fn after(self, rows: &[SuppressionRow]) -> Place {
        let at_ms = rows.last().map_or(self.at_ms, |row| row.created_ms);
        let same = rows.iter().rev().take_while(|row| row.created_ms == at_ms);
        let same = same.count() as i64;
        let skip = match at_ms == self.at_ms {
            true => self.skip + same,
            false => same,
        };
        Place { at_ms, skip }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.at_ms, self.skip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_goes_on_within_a_moment_and_after_it() {
        let check = |start: (i64, i64), moments: &[i64], expect: (i64, i64)| {
            let row = |&created_ms| SuppressionRow {
                address_key: String::new(),
                reason: String::new(),
                created_ms,
            };
            let rows: Vec<_> = moments.iter().map(row).collect();
            let (at_ms, skip) = start;
            let place = Place { at_ms, skip }.after(&rows);
            assert_eq!((place.at_ms, place.skip), expect, "{start:?} {moments:?}");
            assert_eq!(Place::parse(&place.to_string()).unwrap(), place);
        };

        check((0, 0), &[5, 7], (7, 1));
        check((0, 0), &[7, 7], (7, 2));
        check((7, 2), &[7, 7], (7, 4));
        check((7, 2), &[7, 9], (9, 1));
        for bad in ["", "7", "7.", "x.1", "-1.0", "1.-1", "1.2.3"] {
            assert!(Place::parse(bad).is_err(), "{bad}");
        }
    }
}
