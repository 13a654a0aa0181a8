//! The page of one delivery to a webhook: each attempt, and what its receiver answered.

use super::{open, path};
use crate::Trouble;
use crate::reader::fields::Fields;
use crate::reader::refusal::Refusal;
use crate::reader::words::moment;
use crate::reader::{Newsroom, page};
use axum::extract::{Path, RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use queue::Telling;
use release::model::{AlertKind, Channel, EndpointState, Release};
use store::{AttemptRow, DeliveriesAsked, EndpointRow, TraceRow};

/// The path of a delivery's page.
pub(super) fn delivery_path(token: &str, alert: &str) -> String {
    format!("{}/delivery/{alert}", path(token))
}

pub(in crate::reader) async fn show(
    State(newsroom): State<Newsroom>,
    Path((token, alert)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    let row = find(&newsroom, &endpoint, &alert).await?;
    let attempts = newsroom.store.attempts(&row).await?;
    let headline = headline(&newsroom, &row).await?;
    let done = Fields::parse(query.unwrap_or_default().as_bytes());
    let may = endpoint.state == EndpointState::Active && row.state != "due";
    let main = html! {
        h1 { (headline) }
        @match done.one("done") {
            "again" => p.done role="status" { "It is sent again. Load this page again in a moment to see what came of it." },
            "nothing" => p.done role="status" { "Nothing was sent again: it is on its way, or overtaken by a newer text." },
            _ => {}
        }
        p { (stands(&row)) }
        p.hint { "webhook-id: " code { (row.alert) "_" (row.endpoint) } }
        @if !attempts.is_empty() { h2 { "Attempts" } }
        ol.told { @for attempt in &attempts { li { (tried(attempt)) } } }
        form.acts method="post" action=(delivery_path(&token, &alert)) {
            @if may { button type="submit" { "Send again" } }
            a.button.quiet href=(path(&token)) { "Go back" }
        }
    };
    Ok(page(&newsroom, &headline, &main))
}

/// Sends it again, if it has come to an end.
pub(in crate::reader) async fn again(
    State(newsroom): State<Newsroom>,
    Path((token, alert)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    let row = find(&newsroom, &endpoint, &alert).await?;
    let asked = DeliveriesAsked {
        before_id: row.alert_id + 1,
        ..DeliveriesAsked::newest(1)
    };
    let done = match send_again(&newsroom, &endpoint, &asked).await? {
        true => "again",
        false => "nothing",
    };
    let to = format!("{}?done={done}", delivery_path(&token, &alert));
    Ok(Redirect::to(&to).into_response())
}

/// Sends a webhook's alerts again, if it is active; false if there are none to send.
pub(super) async fn send_again(
    newsroom: &Newsroom,
    endpoint: &EndpointRow,
    asked: &DeliveriesAsked<'_>,
) -> Result<bool, Refusal> {
    if endpoint.state != EndpointState::Active {
        return Ok(false);
    }
    let now_ms = newsroom.clock.now_ms();
    let (redelivered, _) = newsroom.store.redeliver(endpoint.id, asked, now_ms).await?;
    newsroom.queue.tell(Telling::Due);
    Ok(redelivered > 0)
}

/// A webhook's delivery that tells of a release.
async fn find(
    newsroom: &Newsroom,
    endpoint: &EndpointRow,
    alert: &str,
) -> Result<TraceRow, Refusal> {
    let store = &newsroom.store;
    let row = match store.alert_stands(alert).await? {
        Some(alert) => store.trace_delivery(endpoint.id, alert.id).await?,
        None => None,
    };
    let row = row.filter(|row| row.kind == AlertKind::Story && row.channel == Channel::Webhook);
    row.ok_or_else(|| Trouble::NotFound.into())
}

async fn headline(newsroom: &Newsroom, row: &TraceRow) -> Result<String, Refusal> {
    let id = row.release.as_deref().unwrap_or_default();
    let release = newsroom.store.release(id).await?;
    let content = release.and_then(|row| serde_json::from_str::<Release>(&row.content).ok());
    Ok(content.map_or_else(|| id.to_owned(), |release| release.headline))
}

fn stands(row: &TraceRow) -> Markup {
    let error = row.last_error.as_deref();
    html! {
        @match (row.state.as_str(), error) {
            ("delivered", None) => { strong { "Delivered" } "." }
            ("delivered", Some(error)) => { strong { "Delivered" } " before; sent again, and it did not arrive: " (error) "." }
            ("dead", _) => { strong { "Given up" } ": " (error.unwrap_or("no reason is known")) "." }
            ("suppressed", _) => { strong { "Not sent" } ": " (error.unwrap_or("not wanted any more")) "." }
            ("superseded", _) => { strong { "Not sent" } ": a newer text took its place." }
            _ => {
                strong { "On its way" }
                @if let Some(due_ms) = row.waits_until_ms { ": the next attempt is at " (moment(due_ms)) }
                "."
            }
        }
    }
}

fn tried(attempt: &AttemptRow) -> Markup {
    html! {
        p {
            (moment(attempt.at_ms)) ": "
            @match (attempt.error.as_str(), attempt.status) {
                ("", Some(status)) => { "answered with " strong { (status) } }
                ("", None) => strong { "delivered" },
                (error, _) => { strong { (error) } ", after " (attempt.duration_ms) " ms" }
            }
        }
        @if !attempt.answer.is_empty() {
            p.hint { "It said:" }
            pre.answer tabindex="0" { (attempt.answer) }
        }
    }
}
