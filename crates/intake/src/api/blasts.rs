//! What the blast guard asks: stories that would reach far more than usual, and an operator's word about each.

use super::Id;
use super::note::Note;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use release::time::rfc3339;
use serde::Serialize;
use serde_json::Value;
use store::{BlastRow, Word};
use tracing::warn;
use utoipa::ToSchema;

/// A release that an alert tells.
#[derive(Serialize, ToSchema)]
pub(super) struct ToldShape {
    /// `rel_…`
    id: String,
    headline: String,
}

/// A story that would reach far more than usual.
#[derive(Serialize, ToSchema)]
pub(super) struct BlastShape {
    /// `alr_…`
    alert: String,
    /// Its editions that have cleared
    releases: Vec<ToldShape>,
    /// How many would be told
    reach: i64,
    /// What nine of ten of the last stories reached at most
    usual: i64,
    /// Since when it waits
    since: String,
    /// `go`, `stop`, or null while nobody has said anything
    word: Option<String>,
    /// `tok_…`, `per_…` or `local`
    by: Option<String>,
    note: String,
}

/// What waits for an operator's word.
#[derive(Serialize, ToSchema)]
pub(super) struct BlastsShape {
    blasts: Vec<BlastShape>,
}

/// What would reach far more than usual, and waits for an operator's word
///
/// Such a story has cleared and is published; nobody is sent it yet.
#[utoipa::path(get, path = "/v1/blasts", tag = "operators", responses((status = 200, body = BlastsShape), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
) -> Result<Json<BlastsShape>, Problem> {
    caller.must(Scope::Operator)?;
    let rows = intake.store.open_blasts().await?;
    Ok(Json(BlastsShape {
        blasts: shapes(&intake, &rows).await?,
    }))
}

/// Let it go: all of them are told
///
/// Also what was stopped before.
#[utoipa::path(post, path = "/v1/blasts/{id}/go", tag = "operators",
    params(("id" = String, Path, description = "`alr_…`, or `rel_…` of a release that it tells")),
    request_body = Option<Note>, responses((status = 200, body = BlastShape), Problem))]
pub(super) async fn go(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<BlastShape>, Problem> {
    answer(&intake, &caller, &id, Word::Go, &Note::of_body(&body?)?).await
}

/// Stop it: nobody is told
///
/// The release stays published. An edition that clears later is asked about again, and a later word may let it go.
#[utoipa::path(post, path = "/v1/blasts/{id}/stop", tag = "operators",
    params(("id" = String, Path, description = "`alr_…`, or `rel_…` of a release that it tells")),
    request_body = Option<Note>, responses((status = 200, body = BlastShape), Problem))]
pub(super) async fn stop(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<BlastShape>, Problem> {
    answer(&intake, &caller, &id, Word::Stop, &Note::of_body(&body?)?).await
}

async fn answer(
    intake: &Intake,
    caller: &Caller,
    id: &str,
    word: Word,
    note: &str,
) -> Result<Json<BlastShape>, Problem> {
    caller.must(Scope::Operator)?;
    let row = find(intake, id).await?;
    let name = match word {
        Word::Go => "blast.go",
        Word::Stop => "blast.stop",
    };
    let act = intake.act(caller, name, &row.alert, note);
    if !intake.store.answer_blast(&row, word, act).await? {
        return Err(refused(&find(intake, id).await?));
    }
    intake.tell_due();
    let BlastRow { alert, reach, .. } = &row;
    warn!(
        worker = "intake",
        alert,
        reach,
        by = caller.actor,
        request_id = caller.request_id,
        outcome = word.as_str(),
        "an operator says `{}` to {alert}, which would be told to {reach} endpoints",
        word.as_str()
    );
    let row = find(intake, id).await?;
    Ok(Json(shape(intake, &row).await?))
}

async fn find(intake: &Intake, id: &str) -> Result<BlastRow, Problem> {
    let found = intake.store.find_blast(id).await?;
    found.ok_or_else(|| Problem::NotFound {
        what: "question of the blast guard about",
        id: id.to_owned(),
    })
}

/// Why a word was not taken.
fn refused(row: &BlastRow) -> Problem {
    let BlastRow { word, actor, .. } = row;
    Problem::Conflict(match word.as_str() {
        "" => "another edition has joined meanwhile: look at `GET /v1/blasts` again".to_owned(),
        "go" => {
            format!("{actor} has let it go before: `POST /v1/halts` stops sending, without loss")
        }
        word => format!("{actor} has said `{word}` before"),
    })
}

pub(super) async fn shapes(intake: &Intake, rows: &[BlastRow]) -> Result<Vec<BlastShape>, Problem> {
    let mut shapes = Vec::with_capacity(rows.len());
    for row in rows {
        shapes.push(shape(intake, row).await?);
    }
    Ok(shapes)
}

async fn shape(intake: &Intake, row: &BlastRow) -> Result<BlastShape, Problem> {
    let editions = intake
        .store
        .cleared_editions(row.story_id, row.revision)
        .await?;
    let told = |edition: store::ReleaseRow| {
        let content: Value = serde_json::from_str(&edition.content).unwrap_or_default();
        ToldShape {
            id: edition.public_id,
            headline: content["headline"].as_str().unwrap_or_default().to_owned(),
        }
    };
    let said = |text: &String| (!text.is_empty()).then(|| text.clone());
    Ok(BlastShape {
        alert: row.alert.clone(),
        releases: editions.into_iter().map(told).collect(),
        reach: row.reach,
        usual: row.usual,
        since: rfc3339(row.asked_ms),
        word: said(&row.word),
        by: said(&row.actor),
        note: row.note.clone(),
    })
}
