//! The page behind the link of a confirmation mail.

use super::fields::Fields;
use super::refusal::Refusal;
use super::words::{issuers, text_in_words};
use super::{Newsroom, page};
use crate::Trouble;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::response::Html;
use maud::html;
use queue::Telling;
use release::address::masked;
use release::capability::Capability;
use release::model::{EndpointState, SubscriptionState};
use release::time::rfc3339;
use store::{EndpointRow, SubscriptionRow};
use tracing::info;

/// What a link lets its holder confirm.
pub(super) struct Open {
    pub(super) endpoint: EndpointRow,
    pub(super) upto: i64,
    pub(super) subscriptions: Vec<SubscriptionRow>,
}

impl Open {
    /// The endpoint with all that it is, or would be, sent.
    pub(super) async fn load(newsroom: &Newsroom, id: i64, upto: i64) -> Result<Open, Refusal> {
        let endpoint = newsroom.store.endpoint(id).await?;
        let endpoint = endpoint.filter(|endpoint| endpoint.state != EndpointState::Deleted);
        Ok(Open {
            endpoint: endpoint.ok_or(Refusal::Gone)?,
            upto,
            subscriptions: newsroom.store.subscriptions_of(id).await?,
        })
    }

    pub(super) fn pending(&self) -> impl Iterator<Item = &SubscriptionRow> {
        self.subscriptions
            .iter()
            .filter(|row| row.state == SubscriptionState::Pending)
    }

    /// Of the pending ones, those that a form chose; those that the mail told of, where it had none to choose from.
    pub(super) fn chosen(&self, fields: &Fields) -> Vec<i64> {
        let shown = fields.has("shown");
        let chosen = |row: &SubscriptionRow| match shown {
            true => fields.all("subscription").any(|id| id == row.public_id),
            false => row.id <= self.upto,
        };
        self.pending()
            .filter(|row| chosen(row))
            .map(|row| row.id)
            .collect()
    }

    /// Of the pending ones, those that were shown and not chosen: nobody wants them.
    pub(super) fn refused<'a>(&'a self, fields: &'a Fields) -> impl Iterator<Item = &'a str> {
        self.pending()
            .map(|row| row.public_id.as_str())
            .filter(|id| fields.all("shown").any(|shown| shown == *id))
            .filter(|id| !fields.all("subscription").any(|chosen| chosen == *id))
    }

    /// What can be confirmed, each to be chosen; what came after the mail is not chosen by itself.
    pub(super) async fn choices(&self, newsroom: &Newsroom) -> Result<maud::Markup, Refusal> {
        let issuers = issuers(newsroom).await?;
        Ok(html! {
            ul.ticks {
                @for row in self.pending() {
                    li {
                        input type="hidden" name="shown" value=(row.public_id);
                        label.tick {
                            input type="checkbox" name="subscription" value=(row.public_id) checked[row.id <= self.upto];
                            " " (text_in_words(newsroom, &issuers, &row.filter))
                        }
                        p.hint {
                            code { (row.filter) }
                            @if row.id > self.upto { " Asked for after this mail was sent: tick it if it was you." }
                        }
                    }
                }
            }
        })
    }
}

pub(super) async fn ask(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
) -> Result<Html<String>, Refusal> {
    let (id, upto) = confirmation(&newsroom, &token)?;
    let open = Open::load(&newsroom, id, upto).await?;
    let sure: Vec<&SubscriptionRow> = open
        .subscriptions
        .iter()
        .filter(|row| row.state != SubscriptionState::Pending)
        .collect();
    let pending = open.endpoint.state == EndpointState::Pending;
    let nothing = open.pending().next().is_none() && (!pending || sure.is_empty());
    let main = html! {
        @if nothing {
            h1 { "Nothing to confirm" }
            p { "You get these alerts already, or stopped them since." }
            p { a href="/alerts/manage" { "See what you get" } }
        } @else {
            h1 { "Do you want these alerts?" }
            p { "They would go to " strong { (masked(&open.endpoint.address)) } "." }
            form method="post" {
                @if pending && !sure.is_empty() {
                    p { "Asked for on your behalf:" }
                    ul { @for row in &sure { li { (row.name) } } }
                }
                (open.choices(&newsroom).await?)
                div.acts { button type="submit" { "Yes, send them" } }
            }
            p.hint { "If it was not you, close this page: nothing is sent." }
        }
    };
    Ok(page(&newsroom, "Do you want these alerts?", &main))
}

pub(super) async fn confirm(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Html<String>, Refusal> {
    let (id, upto) = confirmation(&newsroom, &token)?;
    let open = Open::load(&newsroom, id, upto).await?;
    apply(&newsroom, &open, &Fields::parse(&body?)).await?;
    let paused = open.endpoint.state == EndpointState::Paused;
    let main = html! {
        h1 { "Confirmed" }
        @if paused {
            p { "Your alerts are paused at present, and so are these. Ask for the link to your alerts, and resume them there." }
        } @else {
            p { "Alerts will reach you from now on. Each has a link that stops them." }
        }
        p { a href="/alerts/manage" { "See or change what you get" } " · " a href="/" { "The newest releases" } }
    };
    Ok(page(&newsroom, "Confirmed", &main))
}

/// Confirms what was chosen and drops what was refused.
pub(super) async fn apply(
    newsroom: &Newsroom,
    open: &Open,
    fields: &Fields,
) -> Result<(), Refusal> {
    let (id, now_ms) = (open.endpoint.id, newsroom.clock.now_ms());
    let consent = format!("; confirmed {}", rfc3339(now_ms));
    for public_id in open.refused(fields) {
        let gone = SubscriptionState::Deleted;
        newsroom
            .store
            .set_own_subscription_state(id, public_id, gone)
            .await?;
    }
    let chosen = open.chosen(fields);
    let confirmed = newsroom
        .store
        .confirm_subscriptions(id, &chosen, &consent)
        .await?;
    newsroom.queue.tell(Telling::FiltersChanged);
    let activated = confirmed.activated;
    info!(
        worker = "newsroom",
        endpoint = open.endpoint.public_id,
        activated,
        outcome = "confirmed",
        "{activated} subscriptions were confirmed by their reader"
    );
    Ok(())
}

fn confirmation(newsroom: &Newsroom, token: &str) -> Result<(i64, i64), Refusal> {
    match newsroom.link_key.verify(token) {
        Ok(Capability::Confirm { endpoint_id, upto }) => Ok((endpoint_id, upto)),
        _ => Err(Trouble::BadLink.into()),
    }
}
