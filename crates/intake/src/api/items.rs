//! What went out on the wire, in order, for programs that read it all: a cursor, and a wait for what comes next.

use super::page;
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use queue::Telling;
use release::model::Release;
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;
use store::{ReleaseRow, StoreError};
use utoipa::{IntoParams, ToSchema};

/// The longest wait for the next item, in seconds.
const LONGEST_WAIT_S: u64 = 25;
/// How often the store is looked at while no telling comes.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemsQuery {
    /// The last `seq` that you have; 0 begins at the beginning
    #[serde(default)]
    #[param(minimum = 0, default = 0)]
    after: i64,
    /// 1 to 500; 50 if absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
    /// Seconds to wait where there is nothing yet, up to 25
    #[serde(default)]
    #[param(minimum = 0, maximum = 25, default = 0)]
    wait: u64,
}

/// Items in the order in which they went out.
#[derive(Serialize, ToSchema)]
pub(super) struct ItemPage {
    items: Vec<ItemShape>,
    /// `after` for the next request
    next_after: i64,
}

/// A release as it went out on the wire.
#[derive(Serialize, ToSchema)]
struct ItemShape {
    /// Gap-free and ascending
    seq: i64,
    /// `rel_…`
    release: String,
    /// `sty_…`
    story: String,
    revision: i64,
    /// `US/en`
    edition: String,
    headline: String,
    summary: String,
    #[schema(value_type = Vec<Object>)]
    issuers: Vec<Value>,
    topics: Vec<String>,
    places: Vec<String>,
    tickers: Vec<String>,
    cleared_at: String,
    url: String,
    /// Safe to be placed inside a page
    html: String,
    text: String,
}

/// What went out on the wire, in order
///
/// Open to everybody. Ask again with `after` = `next_after`; nothing is skipped and nothing comes twice. With `wait` the answer
/// comes as soon as there is something.
#[utoipa::path(get, path = "/v1/items", tag = "items", params(ItemsQuery), security(),
    responses((status = 200, body = ItemPage), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    query: Result<Query<ItemsQuery>, QueryRejection>,
) -> Result<Json<ItemPage>, Problem> {
    let Query(query) = query?;
    let limit = page(query.limit)?;
    if query.after < 0 || query.wait > LONGEST_WAIT_S {
        let (pointer, detail) = match query.after < 0 {
            true => ("/after", query.after.to_string()),
            false => ("/wait", query.wait.to_string()),
        };
        return Err(Problem::Invalid {
            pointer: pointer.into(),
            detail: format!("`{detail}` is out of range"),
            mend: format!("`after` is 0 or more, `wait` at most {LONGEST_WAIT_S}"),
        });
    }
    let rows = wait_for(&intake, query.after, limit, Duration::from_secs(query.wait)).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        items.push(item(&intake, row).await?);
    }
    Ok(Json(ItemPage {
        next_after: items.last().map_or(query.after, |last| last.seq),
        items,
    }))
}

/// What is there after `after`, waiting for it if need be.
async fn wait_for(
    intake: &Intake,
    after: i64,
    limit: i64,
    wait: Duration,
) -> Result<Vec<ReleaseRow>, StoreError> {
    let mut tellings = intake.queue.listen();
    let found = async {
        loop {
            let rows = intake.store.items_after(after, limit).await?;
            if !rows.is_empty() || wait.is_zero() {
                return Ok(rows);
            }
            let told =
                async { while !matches!(tellings.recv().await, Ok(Telling::Cleared) | Err(_)) {} };
            let _ = tokio::time::timeout(LOOK, told).await;
        }
    };
    if wait.is_zero() {
        return found.await;
    }
    tokio::select! {
        rows = found => rows,
        () = intake.stop.cancelled() => Ok(Vec::new()),
        () = tokio::time::sleep(wait) => Ok(Vec::new()),
    }
}

async fn item(intake: &Intake, row: &ReleaseRow) -> Result<ItemShape, Problem> {
    let release: Release = serde_json::from_str(&row.content)
        .map_err(|error| Problem::Internal(format!("{}: {error}", row.public_id)))?;
    let mut issuers = Vec::with_capacity(release.issuers.len());
    for slug in &release.issuers {
        let name = intake.store.issuer(slug).await?.map(|issuer| issuer.name);
        issuers.push(json!({ "slug": slug, "name": name.as_deref().unwrap_or(slug) }));
    }
    let body = release.body.render();
    Ok(ItemShape {
        seq: row.seq.unwrap_or_default(),
        release: row.public_id.clone(),
        story: row.story_public_id.clone(),
        revision: row.revision,
        edition: row.edition.clone(),
        summary: release.summary_or_lead(&body.text, 1000),
        issuers,
        topics: release.topics.iter().map(ToString::to_string).collect(),
        places: release.places.iter().map(ToString::to_string).collect(),
        tickers: release.tickers.iter().map(ToString::to_string).collect(),
        cleared_at: rfc3339(row.cleared_ms.unwrap_or(row.clear_at_ms)),
        url: format!("{}/releases/{}", intake.public_url, row.public_id),
        html: body.html,
        text: body.text,
        headline: release.headline,
    })
}
