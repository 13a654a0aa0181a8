//! Review: the queue of what awaits a word, and the page on which it is given. An approval is bound to the text that was
//! read; where that has changed meanwhile, it does not hold.

mod changes;
mod place;
mod text;
mod words;

use super::entry::name_of;
use super::findings::counted;
use super::look::Look;
use super::posted::{Posted, token};
use super::session::Signed;
use super::shapes::{Page, Shown, Whole};
use super::{Refusal, api, frame, home, when};
use crate::Newsroom;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use release::finding::Finding;
use release::lint::{lint, lint_source};
use release::time::parse_rfc3339;
use serde_json::{Value, json};

/// Releases in the queue at a time.
const MOST: usize = 100;

pub(crate) async fn queue(
    State(newsroom): State<Newsroom>,
    signed: Signed,
) -> Result<Html<String>, Refusal> {
    let waiting = waiting(&signed).await?;
    let mut entries = Vec::with_capacity(waiting.len());
    for shown in &waiting {
        let whole: Whole = signed.api.get(&api::release(&shown.id, "")?).await?;
        let by = name_of(&newsroom, &shown.submitted_by).await?;
        entries.push((shown, by, lint(&whole.source, &newsroom.taxonomy).findings));
    }
    let (mine, others): (Vec<_>, Vec<_>) = entries
        .iter()
        .partition(|(shown, ..)| signed.me.is_awaited(shown));
    let list = |entries: &[&(&Shown, String, Vec<Finding>)]| {
        html! {
            ol.list { @for (shown, by, found) in entries { li {
                (home::line(&signed, shown))
                p.meta { "By " (by) " · " (counted(found)) }
                p.acts { a.button href={ "/desk/releases/" (shown.id) "/review" } { "Read" span.sr { " " (shown.headline()) } } }
            } } }
        }
    };
    let main = html! {
        h1 { "Queue" }
        h2 { "Awaiting your word" }
        @if mine.is_empty() { p { "Nothing." } } @else { (list(&mine)) }
        @if !others.is_empty() { h2 { "Awaiting others, or held" } (list(&others)) }
    };
    Ok(frame::page(&signed, "Queue", "/desk/queue", &main))
}

/// What is submitted or held, oldest clear time first.
async fn waiting(signed: &Signed) -> Result<Vec<Shown>, Refusal> {
    let mut waiting = Vec::new();
    for state in ["submitted", "held"] {
        let page: Page = signed
            .api
            .get(&format!("/v1/releases?state={state}&limit={MOST}"))
            .await?;
        waiting.extend(page.releases);
    }
    waiting.sort_by(|a, b| a.clear_at.cmp(&b.clear_at));
    Ok(waiting)
}

pub(crate) async fn show(
    State(newsroom): State<Newsroom>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let whole: Whole = signed.api.get(&api::release(&id, "")?).await?;
    let shown = &whole.shown;
    let release = whole.release().ok_or(Refusal::NotFound)?;
    let at_ms = shown
        .clear_at
        .as_deref()
        .and_then(|at| parse_rfc3339(at).ok())
        .unwrap_or(signed.now_ms);
    let look = Look::of(&newsroom, &id, &release, at_ms).await?;
    let source = Value::Object(whole.source.clone()).to_string();
    let found = lint_source(source.as_bytes(), &newsroom.taxonomy)
        .map_or_else(|_| Vec::new(), |linted| linted.findings);
    let by = name_of(&newsroom, &shown.submitted_by).await?;
    let main = html! {
        p.crumbs { a href="/desk/queue" { "Queue" } }
        h1 { "Review" }
        p { "Submitted by " (by) " for " (shown.issuers.join(", ")) ". "
            "Clears " (when::shown(&release.in_zone(at_ms), signed.now_ms)) ". " (counted(&found)) "." }
        (changes::since(&newsroom, &signed, shown, &release).await?)
        h2 { "The text" }
        (text::with_margin(&release, &source, &found))
        @if signed.me.is_awaited(shown) { (words(&signed, shown)) }
        @else { p.note { @if shown.awaits.is_empty() { "It awaits nobody's word." } @else { "It awaits the word of: " (shown.awaits.join(" and ")) "." } } }
        h2 { "As it will look" }
        (look.frames())
    };
    Ok(look.answer(frame::page(&signed, "Review", "/desk/queue", &main)))
}

/// The three words that can be said.
fn words(signed: &Signed, shown: &Shown) -> Markup {
    html! {
        section.words aria-labelledby="word" {
            h2 id="word" { "Your word" }
            form method="post" action={ "/desk/releases/" (shown.id) "/review" } {
                (token(signed))
                input type="hidden" name="content_hash" value=(shown.content_hash);
                button type="submit" name="act" value="approve" { "Approve this text" }
            }
            form.narrow method="post" action={ "/desk/releases/" (shown.id) "/review" } {
                (token(signed))
                div.field { label for="note" { "A question, or why not" }
                    span.hint id="note-hint" { "The submitter gets it by mail" }
                    textarea id="note" name="note" rows="4" required maxlength="2000" dir="auto" aria-describedby="note-hint" {} }
                div.acts {
                    button.quiet type="submit" name="act" value="query" { "Ask the submitter" }
                    button.danger type="submit" name="act" value="refuse" { "Refuse the release" }
                }
            }
        }
    }
}

pub(crate) async fn say(Path(id): Path<String>, posted: Posted) -> Result<Response, Refusal> {
    let Posted { signed, fields } = posted;
    let (rest, done, body) = match fields.get("act") {
        "approve" => (
            "/approve",
            "approved",
            json!({ "content_hash": fields.get("content_hash") }),
        ),
        "query" => ("/query", "queried", json!({ "note": fields.get("note") })),
        "refuse" => ("/refuse", "refused", json!({ "note": fields.get("note") })),
        _ => return Err(Refusal::NotFound),
    };
    signed
        .api
        .post::<Shown>(&api::release(&id, rest)?, &body)
        .await?;
    Ok(Redirect::to(&format!("/desk/releases/{id}?done={done}")).into_response())
}
