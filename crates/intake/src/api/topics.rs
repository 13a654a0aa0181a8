//! The taxonomy, open to everybody: it is printed in every newsroom.

use super::Id;
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

/// The whole taxonomy
#[utoipa::path(get, path = "/v1/topics", tag = "items", security(), responses((status = 200, body = Object), Problem))]
pub(super) async fn list(State(intake): State<Intake>) -> Json<Value> {
    Json(json!({ "topics": intake.taxonomy.iter().collect::<Vec<_>>() }))
}

/// A topic, with what is above and below it
#[utoipa::path(get, path = "/v1/topics/{slug}", tag = "items", security(),
    params(("slug" = String, Path, description = "A slug, a name or an alias")),
    responses((status = 200, body = Object), Problem))]
pub(super) async fn show(
    State(intake): State<Intake>,
    Id(slug): Id,
) -> Result<Json<Value>, Problem> {
    match intake.taxonomy.resolve(&slug) {
        Some(topic) => Ok(Json(json!({
            "topic": topic,
            "ancestors": intake.taxonomy.ancestors(&topic.slug),
            "descendants": intake.taxonomy.descendants(&topic.slug),
        }))),
        None => {
            let nearest: Vec<_> = intake
                .taxonomy
                .nearest(&slug, 3)
                .iter()
                .map(|topic| topic.slug.to_string())
                .collect();
            Err(Problem::NoTopic { slug, nearest })
        }
    }
}
