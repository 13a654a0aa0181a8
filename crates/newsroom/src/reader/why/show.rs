//! The pages that show why.

use super::{Compared, Judged};
use crate::entries::{self, IssuerNames, name_of};
use crate::reader::fields::{Errors, Line};
use crate::reader::preferences::path;
use crate::reader::words::{Issuers, issuers, text_in_words};
use crate::reader::{Newsroom, page};
use crate::{Trouble, names};
use axum::response::Html;
use maud::{Markup, html};
use release::Explanation;
use release::body::marked_line;
use release::explain::{Highlight, Joins};
use release::model::{EndpointState, SubscriptionState};
use release::render::{boxed, wire_tail_html};
use release::subject::Section;
use std::ops::Range;
use store::EndpointRow;

/// The page behind the link of an alert.
pub(super) async fn told(
    newsroom: &Newsroom,
    compared: &Compared,
) -> Result<Html<String>, Trouble> {
    let main = html! {
        h1 { "Why you were told" }
        p { "What matched is marked in the text; by which clauses stands " a href="#clauses" { "below it" } "." }
        (article(newsroom, compared).await?)
        h2 id="clauses" { "What matched" }
        @if compared.judged.is_empty() { p { "What you had asked for was stopped since." } }
        @for judged in &compared.judged {
            section.one aria-label=(judged.row.name) {
                h3 { (judged.row.name) }
                @match &judged.shown {
                    Some((_, explanation)) => ul.clauses { (clause(explanation)) },
                    None => p { "It was changed since, and does not match any more." }
                }
            }
        }
        p.hint { a href="/alerts/manage" { "Change or stop your alerts" } }
    };
    Ok(page(newsroom, "Why you were told", &main))
}

/// What a reader's subscriptions make of a release.
pub(super) async fn compared(
    newsroom: &Newsroom,
    token: &str,
    endpoint: &EndpointRow,
    compared: &Compared,
) -> Result<Html<String>, Trouble> {
    let issuers = issuers(newsroom).await?;
    let main = html! {
        h1 { "Why you get this, or do not" }
        p { "What matches is marked in the text; clause by clause it stands " a href="#clauses" { "below it" } "." }
        (article(newsroom, compared).await?)
        h2 id="clauses" { "What you ask for" }
        @if endpoint.state != EndpointState::Active { p { strong { "Nothing is sent at present: " } "alerts are paused, or not confirmed yet." } }
        @if compared.judged.is_empty() { p { "Nothing is asked for at present." } }
        @for judged in &compared.judged { (whole(newsroom, &issuers, compared, judged)) }
        p.hint { "Of a story, the edition in a language that you read is told, once." }
        (question(token, "", &Errors::default()))
        p { a href=(path(token)) { "Back to your alerts" } }
    };
    Ok(page(newsroom, "Why you get this, or do not", &main))
}

/// The form with what was typed, where no release is at that address.
pub(super) fn asked_again(
    newsroom: &Newsroom,
    token: &str,
    typed: &str,
    errors: &Errors,
) -> Html<String> {
    let main = html! {
        h1 { "Why you get this, or do not" }
        (errors.summary())
        (question(token, typed, errors))
        p { a href=(path(token)) { "Back to your alerts" } }
    };
    page(newsroom, "Why you get this, or do not", &main)
}

/// The form that asks about a release.
pub(in crate::reader) fn question(token: &str, typed: &str, errors: &Errors) -> Markup {
    html! {
        h2 { "Why did I get this, or not?" }
        form method="get" novalidate action={ (path(token)) "/why" } {
            (Line {
                field: "release", label: "A release", kind: "text", autocomplete: "off", value: typed,
                hint: "The address of its page, or its id (rel_…).",
            }.show(errors))
            div.acts { button.quiet type="submit" { "Explain" } }
        }
    }
}

fn whole(newsroom: &Newsroom, issuers: &Issuers, compared: &Compared, judged: &Judged) -> Markup {
    let row = &judged.row;
    html! {
        section.one aria-label=(row.name) {
            h3 { (text_in_words(newsroom, issuers, &row.filter)) }
            p.hint {
                (row.name)
                @match row.state {
                    SubscriptionState::Paused => { " · " strong { "paused" } }
                    SubscriptionState::Pending => { " · " strong { "not confirmed yet" } }
                    _ => {}
                }
                @if row.created_ms > compared.piece.cleared.at_ms { " · " strong { "asked for after this release was out" } }
            }
            @match &judged.shown {
                Some((_, explanation)) => {
                    p { strong { @if explanation.held { "It matches." } @else { "It does not match." } } }
                    ul.clauses { (clause(explanation)) }
                }
                None => p { "Its filter cannot be read." }
            }
        }
    }
}

/// A clause with its parts below it.
fn clause(explanation: &Explanation) -> Markup {
    let Explanation {
        held, found, parts, ..
    } = explanation;
    html! {
        li {
            strong { @if *held { "Yes" } @else { "No" } } ": "
            @match explanation.joins {
                Joins::Term => code dir="auto" { (explanation.clause) },
                Joins::All => "all of these",
                Joins::Any => "one or more of these",
                Joins::Not => "not this",
            }
            @if let Some(why_not) = &explanation.why_not { " – " (why_not) }
            @if !found.is_empty() {
                span.hint {
                    @if *held { " – found: " } @else { " – it has: " }
                    @for (at, one) in found.iter().enumerate() { @if at > 0 { ", " } bdi { (one) } }
                }
            }
            @if !parts.is_empty() { ul { @for part in parts { (clause(part)) } } }
        }
    }
}

/// The release, with what matched marked.
async fn article(newsroom: &Newsroom, compared: &Compared) -> Result<Markup, Trouble> {
    let piece = &*compared.piece;
    let issuers: IssuerNames = entries::issuer_names(newsroom, std::iter::once(piece)).await?;
    let release = &piece.release;
    let highlights = compared.highlights();
    let mut item = piece.item(newsroom, &issuers);
    item.body = item.body.marked(&places(&highlights, Section::Body));
    let slugs = release.issuers.iter();
    let names: Vec<&str> = slugs.map(|slug| name_of(&issuers, slug)).collect();
    let line = |text: &str, section| marked_line(text, &places(&highlights, section));
    let in_summary = highlights
        .iter()
        .any(|place| place.section == Section::Summary);
    Ok(html! {
        article lang=(piece.language()) dir=(piece.direction()) {
            h2 { a href=(piece.path()) { (line(&release.headline, Section::Headline)) } }
            @if let Some(subheadline) = &release.subheadline { p.sub { (line(subheadline, Section::Subheadline)) } }
            p.hint {
                bdi { (names.join(", ")) } " · " bdi { (names::edition(&release.edition)) }
                " · " (entries::clock(&piece.cleared))
            }
            // The page of a release does not show its summary.
            @if let Some(summary) = release.summary.as_deref().filter(|_| in_summary) { p { (line(summary, Section::Summary)) } }
            div.text { (boxed(&wire_tail_html(&item))) }
        }
    })
}

fn places(highlights: &[Highlight], section: Section) -> Vec<Range<usize>> {
    let own = highlights.iter().filter(|place| place.section == section);
    own.map(|place| place.from..place.to).collect()
}
