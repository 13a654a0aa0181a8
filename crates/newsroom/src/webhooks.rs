//! What receivers of calls read: the public halves of the keys that sign them, and a schema for each type of event.

use crate::asked::Name;
use crate::conditional::Shown;
use crate::{Newsroom, Trouble};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use release::render::Event;
use release::time::rfc3339;
use serde_json::{Value, json};
use store::SigningKeyRow;

/// Where the keys are.
pub(crate) const KEYS_PATH: &str = "/.well-known/dateline-webhook-keys";
/// How long the keys may be kept, in seconds: a new one signs beside the old for longer, unless the old one is known to others.
const KEYS_S: u32 = 300;

/// The keys that sign now; none where the store has no room for them.
pub(crate) async fn keys(State(newsroom): State<Newsroom>) -> Result<impl IntoResponse, Trouble> {
    let now_ms = newsroom.clock.now_ms();
    let keys = newsroom.store.signing_keys(now_ms).await?;
    let keys = keys.into_iter();
    let keys = keys.flat_map(|keys| std::iter::once(keys.newest).chain(keys.before));
    let keys: Vec<Value> = keys.map(|row| shown(&row)).collect();
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CACHE_CONTROL, format!("public, max-age={KEYS_S}")),
    ];
    Ok((headers, json!({ "keys": keys }).to_string()))
}

fn shown(row: &SigningKeyRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "key": row.key.public(),
        "created_at": rfc3339(row.created_ms),
        "retired_at": row.retired_ms.map(rfc3339),
    })
}

/// `release.cleared.json`: what such a call carries.
pub(crate) async fn schema(Name(name): Name) -> Result<Shown, Trouble> {
    let event = name.strip_suffix(".json").and_then(Event::parse);
    let event = event.ok_or(Trouble::NotFound)?;
    Ok(Shown {
        media_type: "application/schema+json",
        text: event.schema().to_owned(),
        newest_ms: None,
    })
}
