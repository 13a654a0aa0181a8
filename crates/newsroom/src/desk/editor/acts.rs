//! What the buttons of the form do: each a request to the API.

use super::form::{Outcome, Subject, buttons_to_end, form, margin, new_key};
use super::typed::{READ, Typed};
use crate::Newsroom;
use crate::desk::api::release;
use crate::desk::look::Look;
use crate::desk::posted::token;
use crate::desk::session::Signed;
use crate::desk::shapes::{Kept, Trial, TrialOfOne};
use crate::desk::{Refusal, frame, when};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use release::time::parse_rfc3339;
use serde_json::{Value, json};

const DRY_RUN: &str = "/v1/releases?dry_run=true";

/// Keeps a draft as it is, or gives a release on its way this text.
pub(super) async fn save(
    signed: &Signed,
    subject: Subject<'_>,
    typed: &mut Typed,
    key: &str,
) -> Result<Response, Refusal> {
    let submission = Value::Object(typed.submission());
    let to = match subject {
        Subject::New => {
            let kept: Kept = signed
                .api
                .post_once("/v1/releases?draft=true", &submission, key)
                .await?;
            format!("/desk/releases/{}/edit?done=saved", kept.id)
        }
        Subject::Draft(id) => {
            put(signed, id, typed, &submission).await?;
            format!("/desk/releases/{id}/edit?done=saved")
        }
        Subject::Underway(id) => {
            put(signed, id, typed, &submission).await?;
            format!("/desk/releases/{id}?done=changed")
        }
    };
    Ok(Redirect::to(&to).into_response())
}

/// Puts what was typed in the place of the text that was read; the form is then about the new one.
async fn put(
    signed: &Signed,
    id: &str,
    typed: &mut Typed,
    submission: &Value,
) -> Result<Kept, Refusal> {
    let path = release(id, "")?;
    let kept = signed.api.put(&path, submission, typed.get(READ)).await?;
    typed.set(READ, &kept.tag);
    Ok(kept.answer)
}

pub(super) async fn submit(
    signed: &Signed,
    subject: Subject<'_>,
    typed: &mut Typed,
    key: &str,
) -> Result<Response, Refusal> {
    let submission = Value::Object(typed.submission());
    let kept: Kept = match subject {
        Subject::New => {
            signed
                .api
                .post_once("/v1/releases", &submission, key)
                .await?
        }
        Subject::Draft(id) => {
            put(signed, id, typed, &submission).await?;
            signed
                .api
                .post(&release(id, "/submit")?, &json!({}))
                .await?
        }
        Subject::Underway(id) => put(signed, id, typed, &submission).await?,
    };
    Ok(Redirect::to(&format!("/desk/releases/{}?done=submitted", kept.id)).into_response())
}

pub(super) async fn trial(signed: &Signed, typed: &Typed) -> Result<TrialOfOne, Refusal> {
    let submission = Value::Object(typed.submission());
    let mut trial: Trial = signed.api.post(DRY_RUN, &submission).await?;
    trial
        .releases
        .pop()
        .ok_or_else(|| Refusal::Internal("a dry run without a release".to_owned()))
}

pub(super) async fn check(
    newsroom: &Newsroom,
    signed: &Signed,
    subject: Subject<'_>,
    typed: &Typed,
) -> Result<Response, Refusal> {
    let trial = trial(signed, typed).await?;
    let outcome = Outcome {
        said: Some(format!(
            "It could go like this. {}.",
            next_step(signed, &trial)
        )),
        findings: trial.findings,
        reach: trial.reach,
        ..Outcome::default()
    };
    let page = form(newsroom, signed, subject, typed, &outcome, None).await?;
    Ok(page.into_response())
}

/// What would become of it, in words.
fn next_step(signed: &Signed, trial: &TrialOfOne) -> String {
    match trial.awaits.as_slice() {
        [] => {
            let at_ms = parse_rfc3339(&trial.clear_at).unwrap_or(signed.now_ms);
            match at_ms > signed.now_ms {
                true => format!(
                    "Submitted, it would leave on {}",
                    when::plain(&trial.content.in_zone(at_ms))
                ),
                false => "Submitted, it would leave at once".to_owned(),
            }
        }
        sides => format!(
            "Submitted, it would first need the word of: {}",
            sides.join(" and ")
        ),
    }
}

pub(super) async fn preview(
    newsroom: &Newsroom,
    signed: &Signed,
    subject: Subject<'_>,
    typed: &Typed,
) -> Result<Response, Refusal> {
    let trial = trial(signed, typed).await?;
    let at_ms = parse_rfc3339(&trial.clear_at).unwrap_or(signed.now_ms);
    let look = Look::of(newsroom, "rel_preview", &trial.content, at_ms).await?;
    let main = html! {
        h1 { "Preview" }
        p { (next_step(signed, &trial)) ". Nothing is stored yet." }
        form method="post" action=(subject.path()) {
            (token(signed)) (new_key())
            @for (name, value) in typed.pairs() { textarea hidden name=(name) { "\n" (value) } }
            div.acts {
                button type="submit" name="act" value="edit" { "Back to the text" }
                (buttons_to_end(subject))
            }
        }
        div.two { div { (look.frames()) } aside.margin tabindex="0" aria-label="Findings and reach" { (margin(&trial.findings, trial.reach.as_ref())) } }
    };
    Ok(look.answer(frame::page(
        signed,
        "Preview",
        subject.path().as_str(),
        &main,
    )))
}
