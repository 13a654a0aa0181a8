//! What happened to an address, a delivery or a release, in order: for whoever is asked why somebody heard of something late,
//! twice, or not at all.
//!
//! Reads the ledger and what stands beside it; writes one line of the audit log where addresses are shown whole. Addresses are
//! masked otherwise, also where a receiver's words repeat them.

mod deliveries;
mod release;

use super::page;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use ::release::address::{masked, printable};
use ::release::time::rfc3339;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct TraceQuery {
    /// A mail address, a webhook's URL, `ep_…`, a webhook-id or Message-ID (`alr_…_ep_…`), or `rel_…`
    of: String,
    /// Addresses whole, not masked; the audit log keeps that they were looked at
    #[serde(default)]
    full: bool,
    /// The newest so many deliveries of an address: 1 to 500; 50 if absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

/// What happened, in order.
#[derive(Serialize, ToSchema)]
pub(super) struct Trace {
    /// What it is about: `address`, `delivery` or `release`
    kind: &'static str,
    /// Oldest first; what still waits comes last
    events: Vec<Event>,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
struct Event {
    at: String,
    #[serde(skip)]
    at_ms: i64,
    /// As `planned`, `failed`, `delivered`, `bounced`, `waits`
    what: &'static str,
    /// The webhook-id, and the left part of the Message-ID
    delivery: Option<String>,
    /// `rel_…`
    release: Option<String>,
    /// In words
    detail: String,
}

impl Event {
    fn new(at_ms: i64, what: &'static str, detail: String) -> Event {
        Event {
            at: rfc3339(at_ms),
            at_ms,
            what,
            delivery: None,
            release: None,
            detail,
        }
    }
}

/// How addresses are shown.
#[derive(Clone, Copy)]
enum Shown {
    Whole,
    Masked,
}

impl Shown {
    fn address(self, address: &str) -> String {
        match (self, address) {
            (_, "") => "an erased address".to_owned(),
            (Shown::Whole, address) => address.to_owned(),
            (Shown::Masked, address) => masked(address),
        }
    }

    /// Somebody's words, in which the address may stand.
    fn words(self, words: &str, address: &str) -> String {
        match self {
            Shown::Masked if !address.is_empty() => hide(words, address),
            _ => words.to_owned(),
        }
    }
}

/// Receivers write an address as it came or in lower case.
fn hide(words: &str, address: &str) -> String {
    let masked = masked(address);
    words
        .replace(address, &masked)
        .replace(&address.to_lowercase(), &masked)
}

/// What happened to an address, a delivery or a release, in order
#[utoipa::path(get, path = "/v1/trace", tag = "operators", params(TraceQuery),
    responses((status = 200, body = Trace), Problem))]
pub(super) async fn trace(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<TraceQuery>, QueryRejection>,
) -> Result<Json<Trace>, Problem> {
    caller.must(Scope::Operator)?;
    let Query(TraceQuery { of, full, limit }) = query?;
    let limit = page(limit)?;
    let shown = match full {
        true => Shown::Whole,
        false => Shown::Masked,
    };
    let of = of.trim();
    let (kind, mut events) = if of.starts_with("rel_") {
        ("release", release::trace(&intake, &caller, of).await?)
    } else if let Some(id) = delivery_id(of) {
        let (alert, endpoint) = id;
        let events = deliveries::one(&intake, &caller, alert, &endpoint, shown).await?;
        ("delivery", events)
    } else if of.starts_with("ep_") || of.contains('@') || of.contains("://") {
        let events = deliveries::all(&intake, &caller, of, limit, shown).await?;
        ("address", events)
    } else {
        return Err(Problem::Invalid {
            pointer: "/of".into(),
            detail: format!("nothing can be told of `{}`", printable(of)),
            mend: "give a mail address, a webhook's URL, `ep_…`, a webhook-id, a Message-ID or `rel_…`"
                .into(),
        });
    };
    events.sort_by_key(|event| event.at_ms);
    Ok(Json(Trace { kind, events }))
}

/// Alert and endpoint of `alr_…_ep_…`, as a header of a mail has it or by itself.
pub(super) fn delivery_id(text: &str) -> Option<(&str, String)> {
    let id = text.trim_start_matches('<').split('@').next()?;
    let (alert, endpoint) = id.split_once("_ep_")?;
    alert
        .starts_with("alr_")
        .then(|| (alert, format!("ep_{endpoint}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delivery_is_named_by_either_header() {
        let expect = Some(("alr_a", "ep_b".to_owned()));

        assert_eq!(delivery_id("alr_a_ep_b"), expect);
        assert_eq!(delivery_id("<alr_a_ep_b@wire.example>"), expect);
        assert_eq!(delivery_id("ana_ep_b@example.com"), None);
        assert_eq!(delivery_id("alr_a"), None);
    }

    #[test]
    fn address_is_hidden_in_words_however_it_is_written() {
        let hidden = hide("no <Ana@x.example> here, ana@x.example", "Ana@x.example");

        assert_eq!(hidden, "no <A***@x.example> here, A***@x.example");
    }
}
