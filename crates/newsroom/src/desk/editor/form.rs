//! The page of the form: what it is for, what came of what was typed, and what stands beside it.

use super::sheet::Sheet;
use super::typed::{READ, Typed};
use crate::Newsroom;
use crate::desk::posted::token;
use crate::desk::session::Signed;
use crate::desk::shapes::Reach;
use crate::desk::{Refusal, choices, findings, frame};
use axum::response::Html;
use maud::{Markup, html};
use release::finding::Finding;
use release::ids::base32;

/// What the form is for.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    /// Nothing that is stored yet.
    New,
    /// A draft, by its id.
    Draft(&'a str),
    /// A release on its way: its text can be changed until it clears.
    Underway(&'a str),
}

/// What came of what was typed.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) findings: Vec<Finding>,
    pub(super) reach: Option<Reach>,
    /// Said above the form.
    pub(super) said: Option<String>,
    /// Whether it is a failure: then the reader is taken to it.
    pub(super) failed: bool,
    /// What somebody else wrote meanwhile, beside what was typed.
    pub(super) beside: Option<Markup>,
}

impl<'a> Subject<'a> {
    /// Its id, if it is stored.
    pub(super) fn id(&self) -> Option<&'a str> {
        match self {
            Subject::New => None,
            Subject::Draft(id) | Subject::Underway(id) => Some(id),
        }
    }

    pub(super) fn path(&self) -> String {
        match self {
            Subject::New => "/desk/releases/new".to_owned(),
            Subject::Draft(id) | Subject::Underway(id) => format!("/desk/releases/{id}/edit"),
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Subject::New => "Write a release",
            Subject::Draft(_) => "Go on with a draft",
            Subject::Underway(_) => "Change a release",
        }
    }
}

pub(super) fn buttons_to_end(subject: Subject<'_>) -> Markup {
    match subject {
        Subject::Underway(_) => {
            html! { button type="submit" name="act" value="change" { "Save the changes" } }
        }
        _ => html! {
            button.quiet type="submit" name="act" value="save" { "Save draft" }
            button type="submit" name="act" value="submit" { "Submit" }
        },
    }
}

/// Makes a second press of the button harmless.
pub(super) fn new_key() -> Markup {
    html! { input type="hidden" name="key" value={ "desk-" (base32(&rand::random::<[u8; 16]>())) }; }
}

pub(super) async fn form(
    newsroom: &Newsroom,
    signed: &Signed,
    subject: Subject<'_>,
    typed: &Typed,
    outcome: &Outcome,
    more: Option<&str>,
) -> Result<Html<String>, Refusal> {
    let issuers = choices::issuers(signed).await?;
    let sheet = Sheet {
        typed,
        findings: &outcome.findings,
        issuers: &issuers,
        taxonomy: &newsroom.taxonomy,
        may_flash: signed.me.may("flash"),
        more,
    };
    let main = html! {
        h1 { (subject.title()) }
        (said(outcome))
        @if let Some(beside) = &outcome.beside { (beside) }
        @if matches!(subject, Subject::Underway(_)) {
            p.note { "This release is on its way. With another text it is reviewed again, where review is needed." }
        }
        form.editor method="post" action=(subject.path()) data-lint="/desk/lint" {
            (token(signed)) (new_key())
            @if !typed.get(READ).is_empty() { input type="hidden" name=(READ) value=(typed.get(READ)); }
            // The first button of a form is what Enter presses: it only looks.
            button.first type="submit" name="act" value="check" tabindex="-1" aria-hidden="true" { "Check" }
            div.two {
                div { (sheet.render()) }
                aside.margin tabindex="0" aria-label="Findings and reach" {
                    div id="margin" {
                        // A failure has its list at the top, where the reader is taken.
                        @if outcome.failed { h2 { "Findings" } p { (findings::counted(&outcome.findings)) ", listed at the top." } }
                        @else { (margin(&outcome.findings, outcome.reach.as_ref())) }
                    }
                    p.sr role="status" id="margin-said" {}
                }
            }
            div.acts.bottom {
                button.quiet type="submit" name="act" value="check" { "Check" }
                button.quiet type="submit" name="act" value="preview" { "Preview" }
                (buttons_to_end(subject))
            }
        }
    };
    let title = match outcome.failed {
        true => format!("Error: {}", subject.title()),
        false => subject.title().to_owned(),
    };
    Ok(frame::page(signed, &title, subject.path().as_str(), &main))
}

/// What came of it, above the form; a failure takes the focus.
fn said(outcome: &Outcome) -> Markup {
    let Some(said) = &outcome.said else {
        return html! {};
    };
    html! {
        div.said.failed[outcome.failed] id="said" tabindex="-1" role=(if outcome.failed { "alert" } else { "status" }) autofocus[outcome.failed] {
            p { strong { (said) } }
            @if outcome.failed && !outcome.findings.is_empty() {
                p { (findings::counted(&outcome.findings)) ":" }
                (findings::linked_list(&outcome.findings))
            }
        }
    }
}

/// What stands beside the form: findings, and whom it would reach.
pub(super) fn margin(found: &[Finding], reach: Option<&Reach>) -> Markup {
    html! {
        h2 { "Findings" }
        p data-said { (findings::counted(found)) "." }
        (findings::linked_list(found))
        @if let Some(reach) = reach {
            h2 { "Reach" }
            p { (about(reach, reach.endpoints)) " would hear of it now." }
            dl.counts {
                @for (channel, n) in &reach.channels { dt { "By " (channel) } dd { (about(reach, *n)) } }
                @for (topic, n) in &reach.topics { dt { (topic) } dd { (about(reach, *n)) } }
            }
        }
    }
}

/// Rounded numbers say so.
fn about(reach: &Reach, n: i64) -> String {
    match (reach.exact, n) {
        (true, n) => n.to_string(),
        (false, 0) => "Fewer than 10".to_owned(),
        (false, n) => format!("At least {n}"),
    }
}
