//! Suggestions while a reader types: topics, issuers, tickers.

use crate::asked::{Asked, encoded};
use crate::conditional::Shown;
use crate::{Newsroom, Trouble};
use axum::extract::State;
use release::text::fold;
use serde::Serialize;

/// Suggestions of each kind.
const OF_EACH: usize = 4;
/// What is read of the text, in characters.
const LONGEST: usize = 60;

/// One suggestion.
#[derive(Debug, Serialize)]
struct Suggestion {
    label: String,
    kind: &'static str,
    path: String,
}

pub(crate) async fn suggest(
    State(newsroom): State<Newsroom>,
    asked: Asked,
) -> Result<Shown, Trouble> {
    let text: String = asked.q.chars().take(LONGEST).collect();
    let text = text.trim();
    let mut suggestions = Vec::new();
    if text.chars().count() >= 2 {
        suggestions.extend(topics(&newsroom, text));
        suggestions.extend(issuers(&newsroom, text).await?);
        suggestions.extend(tickers(&newsroom, text).await?);
    }
    Ok(Shown {
        media_type: "application/json",
        text: serde_json::to_string(&suggestions).expect("texts are always JSON"),
        newest_ms: None,
    })
}

/// Those with a word that begins so, then those that are like it.
fn topics(newsroom: &Newsroom, text: &str) -> Vec<Suggestion> {
    let begin = fold(text);
    let begins = |name: &str| {
        let name = fold(name);
        name.starts_with(&begin) || name.contains(&format!(" {begin}"))
    };
    let named = newsroom.taxonomy.iter();
    let named =
        named.filter(|topic| begins(&topic.name) || topic.aliases.iter().any(|a| begins(a)));
    let mut found: Vec<_> = named.take(OF_EACH).collect();
    if found.is_empty() {
        found = newsroom.taxonomy.nearest(text, OF_EACH);
    }
    found
        .into_iter()
        .map(|topic| Suggestion {
            label: topic.name.clone(),
            kind: "topic",
            path: format!("/topics/{}", topic.slug),
        })
        .collect()
}

async fn issuers(newsroom: &Newsroom, text: &str) -> Result<Vec<Suggestion>, Trouble> {
    let lower = text.to_lowercase();
    let found = newsroom
        .store
        .heard_issuers_like(&lower, OF_EACH as i64)
        .await?;
    let suggestion = |issuer: store::IssuerName| Suggestion {
        path: format!("/issuers/{}", issuer.slug),
        label: issuer.name,
        kind: "issuer",
    };
    Ok(found.into_iter().map(suggestion).collect())
}

async fn tickers(newsroom: &Newsroom, text: &str) -> Result<Vec<Suggestion>, Trouble> {
    let prefix = format!("ticker:{}", text.to_uppercase());
    let found = newsroom
        .store
        .marks_with_prefix(&prefix, OF_EACH as i64)
        .await?;
    let suggestion = |mark: String| Suggestion {
        path: format!("/search?q={}", encoded(&mark)),
        label: mark.trim_start_matches("ticker:").to_owned(),
        kind: "ticker",
    };
    Ok(found.into_iter().map(suggestion).collect())
}
