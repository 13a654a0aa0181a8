//! The page of one release at the desk: where it stands, what became of it and by whom, whom it reached.

use super::look::Look;
use super::posted::token;
use super::session::Signed;
use super::shapes::{Counts, Event, History, ProofLink, Report, Reported, Shown, Whole};
use super::{Refusal, api, choices, findings, frame, home, when};
use crate::Newsroom;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Response};
use maud::{Markup, html};
use release::lint::lint;
use release::time::{ClearTime, human_duration, parse_rfc3339};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

pub(crate) async fn show(
    State(newsroom): State<Newsroom>,
    signed: Signed,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Refusal> {
    page(&newsroom, &signed, &id, said(&done.done), None).await
}

/// What was just done, in words; anybody may write an address, so only these words are said.
fn said(done: &str) -> Option<&'static str> {
    Some(match done {
        "submitted" => "Submitted.",
        "changed" => "Changed.",
        "held" => "Held. Nobody had been told.",
        "cancelled" => "Cancelled. Nobody had been told.",
        "rescheduled" => "Rescheduled. Nobody had been told.",
        "approved" => "Approved.",
        "queried" => "Asked: the submitter gets your words by mail.",
        "refused" => "Refused: the submitter gets your words by mail.",
        "edition" => "This edition is a draft of its own, with the same story.",
        _ => return None,
    })
}

/// The page; with a proof link if one was just made.
pub(crate) async fn page(
    newsroom: &Newsroom,
    signed: &Signed,
    id: &str,
    said: Option<&str>,
    proof: Option<&ProofLink>,
) -> Result<Html<String>, Refusal> {
    let whole: Whole = signed.api.get(&api::release(id, "")?).await?;
    let History { events } = signed.api.get(&api::release(id, "/history")?).await?;
    let shown = &whole.shown;
    let report = match shown.state.as_str() {
        "cleared" => Some(
            signed
                .api
                .get::<Reported>(&api::release(id, "/report")?)
                .await?
                .report,
        ),
        _ => None,
    };
    let names = names(newsroom, &events).await?;
    let found = lint(&whole.source, &newsroom.taxonomy).findings;
    let main = html! {
        @if let Some(said) = said { div.said role="status" { p { strong { (said) } } } }
        h1 dir="auto" { (shown.headline()) }
        (standing(newsroom, signed, &whole).await?)
        (home::acts(signed, shown))
        (more_acts(signed, shown))
        @if let Some(proof) = proof { (proof_link(signed, proof)) }
        @if let Some(report) = &report { (report_table(report)) }
        h2 { "History" }
        (history(signed, shown, &events, &names))
        @if report.is_none() { h2 { "Findings" } p { (findings::counted(&found)) "." } (findings::plain_list(&found)) }
    };
    Ok(frame::page(signed, shown.headline(), "", &main))
}

async fn standing(newsroom: &Newsroom, signed: &Signed, whole: &Whole) -> Result<Markup, Refusal> {
    let shown = &whole.shown;
    let issuers = choices::names(newsroom, &shown.issuers).await?;
    let at = shown.cleared_at.as_deref().or(shown.clear_at.as_deref());
    let at_ms = at.and_then(|at| parse_rfc3339(at).ok());
    // In the release's own zone, as it will be printed, and in the reader's, if that is another.
    let own = whole
        .release()
        .zip(at_ms)
        .map(|(release, at_ms)| release.in_zone(at_ms));
    let other = own.as_ref().filter(|own| own.zone != signed.zone);
    let other = other.map(|own| ClearTime {
        zone: signed.zone.clone(),
        ..own.clone()
    });
    let held_by = match &shown.hold {
        Some(hold) => name_of(newsroom, &hold.by).await?,
        None => String::new(),
    };
    Ok(html! {
        dl.standing {
            dt { "Stands" } dd { span.state { (shown.state) } @if !shown.awaits.is_empty() { ", awaits the word of: " (shown.awaits.join(" and ")) } }
            @if let Some(hold) = &shown.hold {
                dt { "Held by" }
                dd { (held_by) @if hold.right == "editor" { ", an editor: only an editor or operator lets it go on" }
                    @if !hold.note.is_empty() { blockquote dir="auto" { (hold.note) } } }
            }
            @if let Some(own) = &own {
                dt { @if shown.cleared_at.is_some() { "Cleared" } @else { "Clears" } }
                dd { (when::shown(own, signed.now_ms)) @if let Some(other) = &other { br; span.soft { (when::plain(other)) } } }
            }
            dt { "Issuer" } dd { (issuers.join(", ")) }
            @if !shown.edition.is_empty() { dt { "Edition" } dd { bdi { (shown.edition) } } }
            @if shown.lane == "flash" { dt { "Lane" } dd { "flash" } }
            @if shown.bundle.is_some() { dt { "Bundle" } dd { "Submitted with other editions: they are held, moved and cleared together" } }
            @if shown.cleared_at.is_some() { dt { "Page" } dd { a href=(shown.url) { (shown.url) } } }
        }
    })
}

fn more_acts(signed: &Signed, shown: &Shown) -> Markup {
    let path = |act: &str| format!("/desk/releases/{}/{act}", shown.id);
    html! {
        @if signed.me.may("releases:write") { div.acts {
            @if shown.state == "draft" {
                a.button href=(path("edit")) { "Go on writing" }
                a.button.quiet href=(path("cancel")) { "Discard" }
            }
            @if shown.is_underway() {
                form method="post" action=(path("proof")) {
                    (token(signed))
                    label for="hours" { "Proof link for " }
                    select id="hours" name="hours" { option value="24" { "a day" } option value="72" selected { "3 days" } option value="720" { "30 days" } }
                    button.quiet type="submit" { "Make a proof link" }
                }
            }
            form method="post" action=(path("edition")) { (token(signed)) button.quiet type="submit" { "Add another edition" } }
        } }
    }
}

fn proof_link(signed: &Signed, proof: &ProofLink) -> Markup {
    html! {
        div.said role="status" {
            p { strong { "Proof link" } " — whoever has it sees the release before it is out: treat it like the text itself." }
            div.row {
                input.wide id="proof" type="text" readonly value=(proof.url) aria-label="Proof link";
                button.quiet type="button" hidden data-copy="proof" data-done="Copied" { "Copy" }
            }
            p { "It works until " (when::in_zone(&proof.expires_at, &signed.zone, signed.now_ms))
                ", or until the release clears, is refused or cancelled." }
        }
    }
}

fn report_table(report: &Report) -> Markup {
    let ms = |ms: Option<f64>| ms.map_or("–".to_owned(), |ms| human_duration(ms.round() as i64));
    let row = |name: &str, counts: &Counts| {
        html! {
            tr { th scope="row" { (name) }
                td { (counts.matched) } td { (counts.delivered) } td { (counts.dead) } td { (counts.suppressed + counts.superseded) }
                td { (counts.due) } td { (ms(counts.p50_ms)) } td { (ms(counts.p95_ms)) } }
        }
    };
    html! {
        h2 id="reached" { "Whom it reached" }
        div.table role="region" tabindex="0" aria-labelledby="reached" { table.counts {
            caption { @if report.complete { "Complete: nothing is due any more" } @else { "Still on its way" } }
            thead { tr { th scope="col" { "Channel" } th scope="col" { "Matched" } th scope="col" { "Delivered" } th scope="col" { "Given up" }
                th scope="col" { "Not sent" } th scope="col" { "Due" } th scope="col" { "Half within" } th scope="col" { "95 % within" } } }
            tbody {
                @for (channel, counts) in &report.channels { (row(channel, counts)) }
                (row("All", &report.counts))
            }
        } }
    }
}

/// Who did what, when, in their words; and whether an approval was of the text as it is now.
fn history(signed: &Signed, shown: &Shown, events: &[Event], names: &[String]) -> Markup {
    html! {
        ol.history { @for (event, name) in events.iter().zip(names) { li {
            strong { (event.act) } " by " (name) ", " (when::in_zone(&event.at, &signed.zone, signed.now_ms))
            @if event.act == "approved" && event.content_hash != shown.content_hash { " " span.soft { "(another text: it was changed afterwards)" } }
            @if !event.note.is_empty() { blockquote dir="auto" { (event.note) } }
        } } }
    }
}

/// The names of those who did something.
async fn names(newsroom: &Newsroom, events: &[Event]) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::with_capacity(events.len());
    for event in events {
        names.push(name_of(newsroom, &event.actor).await?);
    }
    Ok(names)
}

/// The name of a person; what else acts is called what it is.
pub(crate) async fn name_of(newsroom: &Newsroom, actor: &str) -> Result<String, Refusal> {
    Ok(match actor {
        "local" => "an operator on this machine".to_owned(),
        "wire" => "the wire".to_owned(),
        id if id.starts_with("per_") => {
            let person = newsroom.store.person(id).await?;
            person.map_or_else(|| "somebody who has left".to_owned(), |person| person.name)
        }
        id => format!("a program ({id})"),
    })
}

/// How it will look.
pub(crate) async fn preview(
    State(newsroom): State<Newsroom>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let whole: Whole = signed.api.get(&api::release(&id, "")?).await?;
    let release = whole.release().ok_or(Refusal::NotFound)?;
    let at = whole
        .shown
        .cleared_at
        .as_deref()
        .or(whole.shown.clear_at.as_deref());
    let at_ms = at
        .and_then(|at| parse_rfc3339(at).ok())
        .unwrap_or(signed.now_ms);
    let look = Look::of(&newsroom, &id, &release, at_ms).await?;
    let main = html! {
        h1 { "Preview" }
        p { a href={ "/desk/releases/" (id) } dir="auto" { (whole.shown.headline()) } }
        (look.frames())
    };
    Ok(look.answer(frame::page(&signed, "Preview", "", &main)))
}
