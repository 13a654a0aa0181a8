//! Stories: all releases that tell the same news.

use super::Id;
use super::shapes::ReleaseShape;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// A story.
#[derive(Serialize, ToSchema)]
pub(super) struct StoryShape {
    /// `sty_…`
    id: String,
    /// Its releases in all editions, in the order in which they came
    releases: Vec<ReleaseShape>,
}

/// A story, with all its releases that you may see
#[utoipa::path(get, path = "/v1/stories/{id}", tag = "releases", params(("id" = String, Path, description = "`sty_…`")),
    responses((status = 200, body = StoryShape), Problem))]
pub(super) async fn show(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<StoryShape>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let rows = intake.store.story(&id).await?;
    let seen = rows.iter().filter(|row| caller.may_see(row));
    let releases: Vec<ReleaseShape> = seen.map(|row| ReleaseShape::of(&intake, row)).collect();
    match releases.is_empty() {
        true => Err(Problem::NotFound { what: "story", id }),
        false => Ok(Json(StoryShape { id, releases })),
    }
}
