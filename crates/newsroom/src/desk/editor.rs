//! The form in which a release is written: it lints as one writes, previews, and keeps what was typed whatever happens.

mod acts;
mod beside;
mod form;
mod import;
mod sheet;
mod typed;

pub(crate) use import::{ask as ask_import, import};
use typed::READ;
pub(crate) use typed::Typed;

use super::api::{Tagged, release};
use super::posted::{Posted, Unproven};
use super::session::Signed;
use super::shapes::Whole;
use super::{Refusal, choices};
use crate::Newsroom;
use acts::{check, preview, save, submit, trial};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use form::{Outcome, Subject, form, margin};
use release::lint::lint as lint_text;
use serde::Deserialize;

pub(crate) async fn new(
    State(newsroom): State<Newsroom>,
    signed: Signed,
) -> Result<Html<String>, Refusal> {
    let mut typed = Typed::default();
    let issuers = choices::issuers(&signed).await?;
    if let [only] = issuers.as_slice() {
        typed.set("issuers/0", &only.slug);
    }
    typed.set("zone", &signed.zone);
    form(
        &newsroom,
        &signed,
        Subject::New,
        &typed,
        &Outcome::default(),
        None,
    )
    .await
}

#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

pub(crate) async fn edit(
    State(newsroom): State<Newsroom>,
    signed: Signed,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Refusal> {
    let Tagged { answer, tag } = signed.api.get_tagged(&release(&id, "")?).await?;
    let whole: Whole = answer;
    let mut typed = Typed::of_submission(&whole.source);
    typed.suggest("zone", &signed.zone);
    typed.set(READ, &tag);
    let subject = subject_of(&whole, &id)?;
    let outcome = Outcome {
        findings: lint_text(&whole.source, &newsroom.taxonomy).findings,
        said: (done.done == "saved")
            .then(|| "Saved. Nobody but you and your issuer's people sees it.".to_owned()),
        ..Outcome::default()
    };
    form(&newsroom, &signed, subject, &typed, &outcome, None).await
}

fn subject_of<'a>(whole: &Whole, id: &'a str) -> Result<Subject<'a>, Refusal> {
    match whole.shown.state.as_str() {
        "draft" => Ok(Subject::Draft(id)),
        "submitted" | "held" | "scheduled" => Ok(Subject::Underway(id)),
        _ => Err(Refusal::Link(
            StatusCode::CONFLICT,
            "Too late to change it",
            "The release has cleared, or was refused or cancelled: its text stays as it is.",
        )),
    }
}

pub(crate) async fn post_new(
    State(newsroom): State<Newsroom>,
    form: Unproven,
) -> Result<Response, Refusal> {
    posted(&newsroom, form, Subject::New).await
}

pub(crate) async fn post_edit(
    State(newsroom): State<Newsroom>,
    Path(id): Path<String>,
    form: Unproven,
) -> Result<Response, Refusal> {
    let whole: Whole = form.signed.api.get(&release(&id, "")?).await?;
    let subject = subject_of(&whole, &id)?;
    posted(&newsroom, form, subject).await
}

/// Does what the pressed button says.
async fn posted(
    newsroom: &Newsroom,
    form_sent: Unproven,
    subject: Subject<'_>,
) -> Result<Response, Refusal> {
    let Unproven {
        signed,
        fields,
        is_ours,
    } = form_sent;
    let (act, key) = (fields.get("act").to_owned(), fields.get("key").to_owned());
    let mut typed = Typed::of_form(fields);
    if !is_ours {
        let outcome = Outcome {
            said: Some("This form belonged to an earlier session, so nothing was done. Here is what you typed: press the button again.".to_owned()),
            failed: true,
            ..Outcome::default()
        };
        let page = form(newsroom, &signed, subject, &typed, &outcome, None).await?;
        return Ok((StatusCode::FORBIDDEN, page).into_response());
    }
    let done = match act.as_str() {
        "save" | "change" => save(&signed, subject, &mut typed, &key).await,
        "submit" => submit(&signed, subject, &mut typed, &key).await,
        "preview" => preview(newsroom, &signed, subject, &typed).await,
        "check" => check(newsroom, &signed, subject, &typed).await,
        other => {
            let more = other.strip_prefix("add:");
            let page = form(
                newsroom,
                &signed,
                subject,
                &typed,
                &Outcome::default(),
                more,
            )
            .await;
            page.map(IntoResponse::into_response)
        }
    };
    match done {
        Err(Refusal::Api(problem)) if problem.is("changed") => {
            beside::show(newsroom, &signed, subject, &mut typed, &problem).await
        }
        Err(Refusal::Api(problem)) => {
            let findings = problem.as_findings();
            let said = match findings.is_empty() {
                true => format!("{}: {}", problem.title, problem.in_words()),
                false => "It cannot go like this".to_owned(),
            };
            let outcome = Outcome {
                findings,
                said: Some(said),
                failed: true,
                ..Outcome::default()
            };
            let status =
                StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let page = form(newsroom, &signed, subject, &typed, &outcome, None).await?;
            Ok((status, page).into_response())
        }
        other => other,
    }
}

/// What lint says of a form as it stands: the same as the check, as a fragment, for the script.
pub(crate) async fn lint(posted: Posted) -> Result<Html<String>, Refusal> {
    let typed = Typed::of_form(posted.fields);
    match trial(&posted.signed, &typed).await {
        Ok(trial) => Ok(Html(
            margin(&trial.findings, trial.reach.as_ref()).into_string(),
        )),
        Err(Refusal::Api(problem)) if problem.is("findings") => {
            Ok(Html(margin(&problem.findings, None).into_string()))
        }
        Err(refusal) => Err(refusal),
    }
}
