//! Why a reader was told of a release, or was not: what matched, marked in its text, and the clauses of what they asked for.
//!
//! A mail may be forwarded, so the link of an alert shows what the alert said, of the subscriptions behind it: the clauses that
//! held. The rest of a filter, and what did not match, is behind the link to the preferences, for releases that are out.

mod show;

use super::Newsroom;
use super::fields::{Errors, Fields};
use super::preferences::open;
use super::refusal::Refusal;
use crate::Trouble;
use crate::piece::Piece;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use release::address::printable;
use release::explain::{explain, satisfied};
use release::filter::Filter;
use release::subject::Subject;
use release::{Explanation, highlights};
use std::sync::Arc;
use store::SubscriptionRow;

pub(super) use show::question;

/// A subscription, held against a release.
struct Judged {
    row: SubscriptionRow,
    /// What is shown of its filter; none where nothing of it may be, for it does not hold, or cannot be read.
    shown: Option<(Filter, Explanation)>,
}

impl Judged {
    /// Of what holds, that which makes it hold.
    fn held(row: SubscriptionRow, subject: &Subject) -> Judged {
        let held = read(&row).and_then(|filter| satisfied(&filter, subject));
        Judged::of(row, held, subject)
    }

    /// All of it.
    fn whole(row: SubscriptionRow, subject: &Subject) -> Judged {
        let filter = read(&row);
        Judged::of(row, filter, subject)
    }

    fn of(row: SubscriptionRow, filter: Option<Filter>, subject: &Subject) -> Judged {
        let shown = filter.map(|filter| {
            let explanation = explain(&filter, subject);
            (filter, explanation)
        });
        Judged { row, shown }
    }
}

fn read(row: &SubscriptionRow) -> Option<Filter> {
    Filter::parse_stored(&row.filter, row.grammar).ok()
}

/// A release, and what of a reader's was held against it.
struct Compared {
    piece: Arc<Piece>,
    subject: Subject,
    judged: Vec<Judged>,
}

impl Compared {
    fn new(
        newsroom: &Newsroom,
        piece: Arc<Piece>,
        rows: Vec<SubscriptionRow>,
        judge: impl Fn(SubscriptionRow, &Subject) -> Judged,
    ) -> Compared {
        let subject = piece.subject(&newsroom.taxonomy);
        let judged = rows.into_iter().map(|row| judge(row, &subject)).collect();
        Compared {
            piece,
            subject,
            judged,
        }
    }

    /// Where the words stand by which any of them holds.
    fn highlights(&self) -> Vec<release::explain::Highlight> {
        let shown = self
            .judged
            .iter()
            .filter_map(|judged| judged.shown.as_ref());
        let filters = shown.map(|(filter, _)| filter.clone()).collect();
        highlights(&Filter::Any(filters), &self.subject)
    }
}

/// A release that is out; all others do not exist.
async fn piece(newsroom: &Newsroom, public_id: &str) -> Result<Option<Arc<Piece>>, Trouble> {
    let desk = &newsroom.rooms.desk;
    let piece = desk.piece_of(&newsroom.store, public_id).await?;
    Ok(piece.filter(|piece| piece.cleared.at_ms <= newsroom.clock.now_ms()))
}

/// What the link in an alert shows.
pub(super) async fn show(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
) -> Result<Html<String>, Refusal> {
    let Ok(release::capability::Capability::Why {
        endpoint_id,
        release_id,
        expires_ms,
        subscriptions,
    }) = newsroom.link_key.verify(&token)
    else {
        return Err(Trouble::BadLink.into());
    };
    if newsroom.clock.now_ms() >= expires_ms {
        return Err(Refusal::Expired);
    }
    let endpoint = newsroom.store.endpoint(endpoint_id).await?;
    let release = newsroom.store.release_by_id(release_id).await?;
    let (Some(_), Some(release)) = (endpoint.filter(|e| !e.address.is_empty()), release) else {
        return Err(Refusal::Gone);
    };
    let piece = piece(&newsroom, &release.public_id).await?;
    let piece = piece.ok_or(Trouble::NotFound)?;
    let mut rows = newsroom.store.subscriptions_of(endpoint_id).await?;
    rows.retain(|row| subscriptions.contains(&row.id));
    let compared = Compared::new(&newsroom, piece, rows, Judged::held);
    Ok(show::told(&newsroom, &compared).await?)
}

/// What a reader asks of a release: each of their subscriptions, with all its clauses.
pub(super) async fn ask(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let typed = fields.one("release");
    let found = match release_id(typed) {
        Some(id) => piece(&newsroom, id).await?,
        None => None,
    };
    let Some(piece) = found else {
        let mut errors = Errors::default();
        errors.add(
            "release",
            format!(
                "No release is out at “{}”. Copy the address of its page, or its id (rel_…).",
                printable(typed)
            ),
        );
        let again = show::asked_again(&newsroom, &token, typed, &errors);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    };
    let rows = newsroom.store.subscriptions_of(endpoint.id).await?;
    let compared = Compared::new(&newsroom, piece, rows, Judged::whole);
    let page = show::compared(&newsroom, &token, &endpoint, &compared).await?;
    Ok(page.into_response())
}

/// The id in an address, or by itself.
fn release_id(typed: &str) -> Option<&str> {
    let id = &typed[typed.find("rel_")?..];
    let end = id.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    Some(&id[..end.unwrap_or(id.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_is_named_by_address_or_id() {
        let check = |typed: &str, expect: Option<&str>| assert_eq!(release_id(typed), expect);

        check("rel_4xAb", Some("rel_4xAb"));
        check(
            "https://wire.example/releases/rel_4xAb?a=1#b",
            Some("rel_4xAb"),
        );
        check("Acme opens", None);
        check("", None);
    }
}
