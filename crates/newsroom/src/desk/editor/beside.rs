//! When somebody else has changed the text meanwhile: what they wrote, beside what was typed. Nothing typed is lost, and
//! nothing of theirs is overwritten before its reader has seen it and pressed the button again.

use super::form::{Outcome, Subject, form};
use super::typed::{READ, Typed};
use crate::Newsroom;
use crate::desk::api::{Problem, Tagged, release};
use crate::desk::session::Signed;
use crate::desk::shapes::Whole;
use crate::desk::values::{in_words, label};
use crate::desk::{Refusal, when};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// The form with what was typed, now about the text as it stands.
pub(super) async fn show(
    newsroom: &Newsroom,
    signed: &Signed,
    subject: Subject<'_>,
    typed: &mut Typed,
    problem: &Problem,
) -> Result<Response, Refusal> {
    let id = subject.id().ok_or(Refusal::NotFound)?;
    let Tagged { answer, tag } = signed.api.get_tagged(&release(id, "")?).await?;
    let whole: Whole = answer;
    typed.set(READ, &tag);
    let theirs = Typed::of_submission(&whole.source).submission();
    let by = problem.changed_by.as_deref().unwrap_or("Somebody else");
    let at = problem.changed_at.as_deref().unwrap_or_default();
    let at = when::in_zone(at, &signed.zone, signed.now_ms);
    let said = format!(
        "{by} has changed the text since you read it. Nothing was overwritten, and what you typed is below. Take over \
         what you want to keep of theirs, then press the button again: what you typed then stands."
    );
    let outcome = Outcome {
        said: Some(said),
        failed: true,
        beside: Some(differences(by, &at, &theirs, &typed.submission())),
        ..Outcome::default()
    };
    let page = form(newsroom, signed, subject, typed, &outcome, None).await?;
    Ok((StatusCode::PRECONDITION_FAILED, page).into_response())
}

/// The fields that differ, theirs beside the typed ones.
fn differences(
    by: &str,
    at: &Markup,
    theirs: &Map<String, Value>,
    typed: &Map<String, Value>,
) -> Markup {
    let mut names: Vec<&String> = theirs.keys().chain(typed.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| theirs.get(*name) != typed.get(*name));
    html! {
        h2 id="beside" { "What differs" }
        p { "Changed by " (by) ", " (at) "." }
        @if names.is_empty() { p { "Nothing: they wrote what you typed." } }
        @else {
            div.table role="region" tabindex="0" aria-labelledby="beside" { table.beside {
                thead { tr { th scope="col" { "Field" } th scope="col" { "As it stands, by " (by) } th scope="col" { "What you typed" } } }
                tbody { @for name in names { tr {
                    th scope="row" { (label(name)) }
                    td dir="auto" { (in_words(theirs.get(name))) }
                    td dir="auto" { (in_words(typed.get(name))) }
                } } }
            } }
        }
    }
}
