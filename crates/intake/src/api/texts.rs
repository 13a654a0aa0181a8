//! Texts that a release had before: as first submitted, and as each approval or query was about.

use super::releases::find;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A text that a release has or had.
#[derive(Serialize, ToSchema)]
pub(super) struct TextShape {
    /// As history names it
    content_hash: String,
    /// The text as it would have left, every field read
    #[schema(value_type = Object)]
    content: Value,
}

/// A text that a release had when somebody spoke about it
///
/// By the `content_hash` that history has of it: as it was first submitted, approved or queried, or as it stands.
#[utoipa::path(get, path = "/v1/releases/{id}/texts/{content_hash}", tag = "review",
    params(("id" = String, Path, description = "`rel_…`"), ("content_hash" = String, Path, description = "As history names it")),
    responses((status = 200, body = TextShape), Problem))]
pub(super) async fn show(
    State(intake): State<Intake>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Json<TextShape>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let nothing = |hash: &str| Problem::NotFound {
        what: "text",
        id: hash.to_owned(),
    };
    let Path((id, content_hash)) = path.map_err(|_| nothing(""))?;
    let row = find(&intake, &caller, &id).await?;
    let content = intake.store.release_text(row.id, &content_hash).await?;
    let content = content.ok_or_else(|| nothing(&content_hash))?;
    let content = serde_json::from_str(&content)
        .map_err(|error| Problem::Internal(format!("a text of {id} cannot be read: {error}")))?;
    Ok(Json(TextShape {
        content_hash,
        content,
    }))
}
