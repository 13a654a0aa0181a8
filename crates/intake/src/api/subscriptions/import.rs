//! Imports: subscriptions as CSV, with evidence of consent, or else asked for confirmation one after the other.

use super::asking;
use super::check::{Add, Asked, Checked, check_fields};
use crate::api::table::{self, Fields, How, Line, LineError, Shape};
use crate::auth::{Caller, Scope};
use crate::request_id::RequestId;
use crate::{Intake, Problem};
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::{Extension, Json};
use release::model::{Channel, EndpointState};
use release::time::rfc3339;
use serde_json::{Value, json};
use std::collections::HashMap;
use store::NewSubscription;

/// A file of subscriptions.
const READERS: Shape = Shape {
    columns: &[
        "email",
        "webhook",
        "filter",
        "name",
        "languages",
        "extent",
        "frequency",
        "digest_at",
        "repeats",
        "consent",
        "owner",
    ],
    needed: &[&["filter"], &["email", "webhook"]],
    example: "email,filter,consent",
};
/// Lines that are stored in one transaction.
const AT_ONCE: usize = 200;

/// A file's lines after every check.
#[derive(Default)]
struct Checklist {
    good: Vec<(u64, Checked)>,
    bad: Vec<LineError>,
    /// Lines that say the same as an earlier one: (line, the earlier one).
    doubled: Vec<(u64, u64)>,
}

/// What taking the good lines did.
#[derive(Default)]
struct Taken {
    added: u64,
    known: u64,
    active: u64,
    asked: u64,
    last_ask_ms: Option<i64>,
    secrets: Vec<Value>,
}

/// Import subscriptions from CSV
#[utoipa::path(post, path = "/v1/subscriptions/import", tag = "subscriptions", params(How),
    request_body(content = String, content_type = "text/csv"), responses((status = 200, body = Value), Problem))]
pub(in crate::api) async fn import(
    State(intake): State<Intake>,
    caller: Caller,
    Extension(request): Extension<RequestId>,
    how: Result<Query<How>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::SubscriptionsWrite)?;
    let (Query(how), bytes) = (how?, body?);
    let list = checklist(&intake, &caller, &bytes)?;
    if !list.bad.is_empty() && !how.partial && !how.dry_run {
        return Err(Problem::Lines(table::shown(&list.bad)));
    }
    let taken = match how.dry_run {
        true => Taken::default(),
        false => take(&intake, &list.good, &request.0).await?,
    };
    Ok(Json(json!({
        "dry_run": how.dry_run, "lines": list.good.len() + list.bad.len() + list.doubled.len(), "good": list.good.len(),
        "added": taken.added, "known": taken.known, "active": taken.active, "asked": taken.asked,
        "last_asked_at": taken.last_ask_ms.map(rfc3339), "secrets": taken.secrets,
        "doubled": list.doubled.iter().map(|(line, first)| json!({ "line": line, "same_as": first })).collect::<Vec<_>>(),
        "errors": table::shown(&list.bad),
    })))
}

fn checklist(intake: &Intake, caller: &Caller, bytes: &[u8]) -> Result<Checklist, Problem> {
    let mut list = Checklist::default();
    let mut seen: HashMap<(String, String), u64> = HashMap::new();
    for line in table::lines(&READERS, bytes)? {
        let Line { line, fields } = match line {
            Ok(line) => line,
            Err(error) => {
                list.bad.push(error);
                continue;
            }
        };
        match check_fields(intake, caller, asked(&fields), "") {
            Ok(checked) => {
                let key = (checked.address.to_lowercase(), checked.filter.clone());
                match seen.get(&key) {
                    Some(first) => list.doubled.push((line, *first)),
                    None => {
                        seen.insert(key, line);
                        list.good.push((line, checked));
                    }
                }
            }
            Err(errors) => {
                let of_line = |error| LineError::of(line, &fields, error);
                list.bad.extend(errors.into_iter().map(of_line));
            }
        }
    }
    Ok(list)
}

/// What a line asks for.
fn asked(fields: &Fields) -> Add {
    let languages = fields.given("languages").map(|text| {
        let tags = text.split([' ', ',', ';']).filter(|tag| !tag.is_empty());
        tags.map(str::to_owned).collect()
    });
    Add {
        filter: Asked::Text(fields.value("filter").to_owned()),
        name: fields.given("name"),
        email: fields.given("email"),
        webhook: fields.given("webhook"),
        owner: fields.given("owner"),
        languages,
        extent: fields.given("extent"),
        frequency: fields.given("frequency"),
        digest_at: fields.given("digest_at"),
        repeats: fields.given("repeats"),
        consent: fields.given("consent"),
        ..Add::default()
    }
}

/// Stores the good lines, some at a time. A crash leaves those stored before it; the same file again adds the rest.
async fn take(
    intake: &Intake,
    good: &[(u64, Checked)],
    request_id: &str,
) -> Result<Taken, Problem> {
    let mut taken = Taken::default();
    let waiting_ms = intake.store.last_waiting_ask_ms().await?;
    let mut next_ask_ms = waiting_ms.map_or(0, |last_ms| last_ms + intake.import_mail_ms);
    for chunk in good.chunks(AT_ONCE) {
        let new: Vec<NewSubscription<'_>> =
            chunk.iter().map(|(_, checked)| checked.as_new()).collect();
        let now_ms = intake.clock.now_ms();
        let added = intake.store.add_subscriptions(&new, now_ms).await?;
        intake.tell_filters();
        for ((line, checked), at) in chunk.iter().zip(&added) {
            taken.known += u64::from(at.known);
            taken.added += u64::from(!at.known);
            taken.active += u64::from(at.state == EndpointState::Active);
            if at.new && checked.channel == Channel::Webhook {
                taken.secrets.push(
                    json!({ "line": line, "webhook": checked.address, "secret": checked.secret }),
                );
            }
            if at.state == EndpointState::Pending {
                let leaves_ms = next_ask_ms.max(now_ms);
                if asking::ask(intake, checked, at.endpoint_id, leaves_ms, request_id).await? {
                    taken.asked += 1;
                    taken.last_ask_ms = Some(leaves_ms);
                    if checked.channel == Channel::Email {
                        next_ask_ms = leaves_ms + intake.import_mail_ms;
                    }
                }
            }
        }
    }
    Ok(taken)
}
