//! Imports: addresses that must not be written to, as CSV.

use super::{parse, reason};
use crate::api::table::{self, Fields, How, Line, LineError, Shape};
use crate::auth::{Caller, Scope};
use crate::{FieldError, Intake, Problem};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use release::address::MailAddress;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use utoipa::ToSchema;

/// A file of suppressions.
const SUPPRESSIONS: Shape = Shape {
    columns: &["address", "reason"],
    needed: &[&["address"], &["reason"]],
    example: "address,reason",
};
/// Lines that are stored in one transaction.
const AT_ONCE: usize = 1000;

/// What an import did.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct ImportedSuppressions {
    dry_run: bool,
    lines: usize,
    good: usize,
    added: i64,
    /// Suppressed before; the first reason stands
    known: i64,
    /// Lines that name an address again: `line`, `same_as`
    doubled: Vec<Value>,
    /// Bad lines: `line`, `column`, `value`, `detail`, `mend`
    errors: Vec<Value>,
}

/// A file's lines after every check.
#[derive(Default)]
struct Checklist {
    good: Vec<(MailAddress, String)>,
    bad: Vec<LineError>,
    doubled: Vec<Value>,
}

/// Import suppressions from CSV: `address,reason`
///
/// A crash leaves those stored before it; the same file again adds the rest.
#[utoipa::path(post, path = "/v1/suppressions/import", tag = "operators", params(How),
    request_body(content = String, content_type = "text/csv"), responses((status = 200, body = ImportedSuppressions), Problem))]
pub(in crate::api) async fn import(
    State(intake): State<Intake>,
    caller: Caller,
    how: Result<Query<How>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<ImportedSuppressions>, Problem> {
    caller.must(Scope::Operator)?;
    let (Query(how), bytes) = (how?, body?);
    let list = checklist(&bytes)?;
    if !list.bad.is_empty() && !how.partial && !how.dry_run {
        return Err(Problem::Lines(table::shown(&list.bad)));
    }
    let (good, lines) = (
        list.good.len(),
        list.good.len() + list.bad.len() + list.doubled.len(),
    );
    let (added, known) = match how.dry_run {
        true => (0, 0),
        false => {
            let added = take(&intake, &list.good).await?;
            (added, good as i64 - added)
        }
    };
    if added > 0 {
        let subject = format!("{added} addresses");
        let act = intake.act(&caller, "suppress.import", &subject, "");
        intake.record(act).await;
    }
    Ok(Json(ImportedSuppressions {
        dry_run: how.dry_run,
        lines,
        good,
        added,
        known,
        doubled: list.doubled,
        errors: table::shown(&list.bad),
    }))
}

fn checklist(bytes: &[u8]) -> Result<Checklist, Problem> {
    let mut list = Checklist::default();
    let mut seen: HashMap<String, u64> = HashMap::new();
    for line in table::lines(&SUPPRESSIONS, bytes)? {
        let Line { line, fields } = match line {
            Ok(line) => line,
            Err(error) => {
                list.bad.push(error);
                continue;
            }
        };
        match checked(&fields) {
            Err(error) => list.bad.push(LineError::of(line, &fields, error)),
            Ok(good) => match seen.entry(good.0.as_str().to_lowercase()) {
                Entry::Occupied(first) => {
                    let first = first.get();
                    list.doubled.push(json!({ "line": line, "same_as": first }));
                }
                Entry::Vacant(place) => {
                    place.insert(line);
                    list.good.push(good);
                }
            },
        }
    }
    Ok(list)
}

fn checked(fields: &Fields) -> Result<(MailAddress, String), FieldError> {
    let address = parse(fields.value("address"))?;
    let reason = reason(fields.value("reason"), &address)?.to_owned();
    Ok((address, reason))
}

async fn take(intake: &Intake, good: &[(MailAddress, String)]) -> Result<i64, Problem> {
    let mut added = 0;
    for chunk in good.chunks(AT_ONCE) {
        let new: Vec<(&str, &str)> = chunk
            .iter()
            .map(|(address, reason)| (address.as_str(), reason.as_str()))
            .collect();
        added += intake
            .store
            .suppress_all(&new, intake.clock.now_ms())
            .await?;
    }
    Ok(added)
}
