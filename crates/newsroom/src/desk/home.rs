//! The first page: a person's releases by where they stand, with what can be done about each.

use super::posted::{Posted, token};
use super::session::{self, Signed};
use super::shapes::{Page, Report, Reported, Shown};
use super::{Refusal, api, choices, frame, when};
use crate::Newsroom;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

/// Releases of one state on the page; the oldest are left out, and it says so.
const MOST: usize = 100;
/// Cleared releases on the page.
const LATELY: usize = 10;
/// A year, for a cookie.
const YEAR_S: i64 = 365 * 86_400;

#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

pub(crate) async fn show(
    signed: Signed,
    Query(done): Query<Done>,
) -> Result<Html<String>, Refusal> {
    let of = async |state: &str, most: usize| {
        let path = format!("/v1/releases?state={state}&limit={most}");
        signed.api.get::<Page>(&path).await
    };
    let (drafts, submitted) = (of("draft", MOST).await?, of("submitted", MOST).await?);
    let (scheduled, held) = (of("scheduled", MOST).await?, of("held", MOST).await?);
    let mut cleared = Vec::new();
    for shown in of("cleared", LATELY).await?.releases {
        let reported: Reported = signed.api.get(&api::release(&shown.id, "/report")?).await?;
        cleared.push((shown, reported.report));
    }
    let ended = [
        of("refused", LATELY).await?.releases,
        of("cancelled", LATELY).await?.releases,
    ]
    .concat();
    let may_write = signed.me.may("releases:write");
    let main = html! {
        div.head { h1 { "Releases" } @if may_write { a.button href="/desk/releases/new" { "Write a release" } } }
        @if done.done == "together" { div.said role="status" { p { strong { "Submitted together: they go together, or not at all." } } } }
        (section(&signed, "Awaiting a word", &by_clear_time(submitted), "Nothing awaits review."))
        (section(&signed, "Scheduled", &by_clear_time(scheduled), "Nothing is scheduled."))
        @if !held.releases.is_empty() { (section(&signed, "Held", &held, "")) }
        (drafts_section(&signed, &drafts))
        section aria-labelledby="cleared" {
            h2 id="cleared" { "Cleared lately" }
            @if cleared.is_empty() { p.soft { "Nothing has cleared yet." } }
            @else { ul.list { @for (shown, report) in &cleared { li { (line(&signed, shown)) p { (reached(report)) } } } } }
        }
        @if !ended.is_empty() {
            section aria-labelledby="ended" { h2 id="ended" { "Refused or cancelled" }
                ul.list { @for shown in &ended { li { (line(&signed, shown)) } } }
            }
        }
        (zone_form(&signed))
    };
    Ok(frame::page(&signed, "Releases", "/desk", &main))
}

fn by_clear_time(mut page: Page) -> Page {
    page.releases.sort_by(|a, b| a.clear_at.cmp(&b.clear_at));
    page
}

fn section(signed: &Signed, title: &str, page: &Page, none: &str) -> Markup {
    let id = title.to_lowercase().replace(' ', "-");
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (title) }
            @if page.releases.is_empty() { p.soft { (none) } }
            @else { ul.list { @for shown in &page.releases { li { (line(signed, shown)) (acts(signed, shown)) } } } }
            (left_out(page))
        }
    }
}

fn drafts_section(signed: &Signed, drafts: &Page) -> Markup {
    html! {
        section aria-labelledby="drafts" {
            h2 id="drafts" { "Drafts" }
            @if drafts.releases.is_empty() { p.soft { "No drafts." } }
            @else { form method="post" action="/desk/together" {
                (token(signed))
                ul.list { @for shown in &drafts.releases { li {
                    @if drafts.releases.len() > 1 {
                        label.tick { input type="checkbox" name="release" value=(shown.id); span.sr { "Choose " (shown.headline()) } }
                    }
                    div { (line(signed, shown)) p.acts { a href={ "/desk/releases/" (shown.id) "/edit" } { "Go on" } a href={ "/desk/releases/" (shown.id) "/cancel" } { "Discard" } } }
                } } }
                @if drafts.releases.len() > 1 {
                    p { button.quiet type="submit" { "Submit the chosen editions together" } " "
                        span.soft { "All or none, with one clear time" } }
                }
            } }
            (left_out(drafts))
        }
    }
}

fn left_out(page: &Page) -> Markup {
    html! { @if page.next_before.is_some() { p.soft { "Older ones are left out here: the API lists them." } } }
}

/// What it is and where it stands.
pub(crate) fn line(signed: &Signed, shown: &Shown) -> Markup {
    let at = shown.cleared_at.as_ref().or(shown.clear_at.as_ref());
    html! {
        h3 { a href={ "/desk/releases/" (shown.id) } dir="auto" { (shown.headline()) } }
        p.meta {
            span.state { (shown.state) }
            @if !shown.awaits.is_empty() { " · awaits " (shown.awaits.join(" and ")) }
            @if !shown.edition.is_empty() { " · " bdi { (shown.edition) } }
            @if !shown.issuers.is_empty() { " · " (shown.issuers.join(", ")) }
            @if shown.lane == "flash" { " · flash" }
            @if shown.bundle.is_some() { " · in a bundle" }
            @match at {
                Some(at) => { " · " (when::in_zone(at, &signed.zone, signed.now_ms)) }
                None => { " · written " (when::in_zone(&shown.accepted_at, &signed.zone, signed.now_ms)) }
            }
        }
    }
}

/// What this person may do about a release on its way.
pub(crate) fn acts(signed: &Signed, shown: &Shown) -> Markup {
    let path = |act: &str| format!("/desk/releases/{}/{act}", shown.id);
    let may_write = signed.me.may("releases:write");
    html! {
        @if shown.is_underway() { p.acts {
            @if signed.me.is_awaited(shown) { a href=(path("review")) { "Review" } }
            a href=(path("preview")) { "Preview" }
            @if may_write {
                a href=(path("edit")) { "Change" }
                @if shown.state != "held" { a href=(path("hold")) { "Hold" } }
                a href=(path("reschedule")) { "Reschedule" }
                a href=(path("cancel")) { "Cancel" }
            }
        } }
    }
}

fn reached(report: &Report) -> String {
    let counts = &report.counts;
    let rest = match report.complete {
        true => String::new(),
        false => format!(", {} still due", counts.due),
    };
    format!(
        "Reached {} of {} who had asked for such news{rest}",
        counts.delivered, counts.matched
    )
}

fn zone_form(signed: &Signed) -> Markup {
    html! {
        form.zone method="post" action="/desk/zone" {
            (token(signed))
            label for="zone" { "Show times in" } " "
            select id="zone" name="zone" { (choices::zones(&signed.zone)) } " "
            button.quiet type="submit" { "Show" }
        }
    }
}

/// Remembers in which zone this browser shows times.
pub(crate) async fn set_zone(State(newsroom): State<Newsroom>, posted: Posted) -> Response {
    let zone = posted.fields.get("zone");
    if !session::is_zone(zone) {
        return Redirect::to("/desk").into_response();
    }
    let zone: String = form_urlencoded::byte_serialize(zone.as_bytes()).collect();
    let cookie = session::set_cookie(&newsroom, session::ZONE, &zone, YEAR_S);
    ([(header::SET_COOKIE, cookie)], Redirect::to("/desk")).into_response()
}
