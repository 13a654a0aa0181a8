//! How readers know what filters name by code.

use crate::Newsroom;
use release::filter::{Filter, sentence};
use release::time::rfc3339;
use std::collections::HashMap;

/// Names of issuers by slug.
pub(super) type Issuers = HashMap<String, String>;

/// The issuers that a filter may name.
pub(super) async fn issuers(newsroom: &Newsroom) -> store::Result<Issuers> {
    let rows = newsroom.store.issuers().await?;
    Ok(rows
        .into_iter()
        .map(|issuer| (issuer.slug, issuer.name))
        .collect())
}

/// `Releases about Mining, in German and not by Acme`.
pub(super) fn in_words(newsroom: &Newsroom, issuers: &Issuers, filter: &Filter) -> String {
    let name = |term: &Filter| match term {
        Filter::Topic(slug) => Some(newsroom.taxonomy.get(slug)?.name.clone()),
        Filter::Source(slug) => issuers.get(slug).cloned(),
        _ => None,
    };
    format!("Releases {}", sentence(filter, &name))
}

/// The same of a filter's text; the text itself where it cannot be read.
pub(super) fn text_in_words(newsroom: &Newsroom, issuers: &Issuers, text: &str) -> String {
    Filter::parse(text).map_or_else(
        |_| text.to_owned(),
        |filter| in_words(newsroom, issuers, &filter),
    )
}

/// At most so many characters, with a sign where some were left out.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

/// `2026-12-01 09:00 UTC`.
pub(super) fn moment(at_ms: i64) -> String {
    let text = rfc3339(at_ms);
    let minute = text.get(..16).unwrap_or(&text);
    format!("{} UTC", minute.replace('T', " "))
}
