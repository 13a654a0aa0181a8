//! The form in which a release is written: it lints as one writes, previews, and keeps what was typed whatever happens.

mod import;
mod sheet;
mod typed;

pub(crate) use import::{ask as ask_import, import};
pub(crate) use typed::Typed;

use super::api::release;
use super::look::Look;
use super::posted::{Posted, Unproven, token};
use super::session::Signed;
use super::shapes::{Kept, Reach, Trial, TrialOfOne, Whole};
use super::{Refusal, choices, findings, frame, when};
use crate::Newsroom;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use release::finding::Finding;
use release::ids::base32;
use release::time::parse_rfc3339;
use serde::Deserialize;
use serde_json::{Value, json};
use sheet::Sheet;

const DRY_RUN: &str = "/v1/releases?dry_run=true";

/// What the form is for.
#[derive(Clone, Copy)]
enum Subject<'a> {
    /// Nothing that is stored yet.
    New,
    /// A draft, by its id.
    Draft(&'a str),
    /// A release on its way: its text can be changed until it clears.
    Underway(&'a str),
}

/// What came of what was typed.
#[derive(Default)]
struct Outcome {
    findings: Vec<Finding>,
    reach: Option<Reach>,
    /// Said above the form.
    said: Option<String>,
    /// Whether it is a failure: then the reader is taken to it.
    failed: bool,
}

impl Subject<'_> {
    fn path(&self) -> String {
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
    let whole: Whole = signed.api.get(&release(&id, "")?).await?;
    let mut typed = Typed::of_submission(&whole.source);
    typed.suggest("zone", &signed.zone);
    let subject = subject_of(&whole, &id)?;
    let outcome = Outcome {
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
    let typed = Typed::of_form(fields);
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
        "save" | "change" => save(&signed, subject, &typed, &key).await,
        "submit" => submit(&signed, subject, &typed, &key).await,
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
                reach: None,
            };
            let status =
                StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let page = form(newsroom, &signed, subject, &typed, &outcome, None).await?;
            Ok((status, page).into_response())
        }
        other => other,
    }
}

/// Keeps a draft as it is, or gives a release on its way this text.
async fn save(
    signed: &Signed,
    subject: Subject<'_>,
    typed: &Typed,
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
            let kept: Kept = signed.api.put(&release(id, "")?, &submission).await?;
            format!("/desk/releases/{}/edit?done=saved", kept.id)
        }
        Subject::Underway(id) => {
            let kept: Kept = signed.api.put(&release(id, "")?, &submission).await?;
            format!("/desk/releases/{}?done=changed", kept.id)
        }
    };
    Ok(Redirect::to(&to).into_response())
}

async fn submit(
    signed: &Signed,
    subject: Subject<'_>,
    typed: &Typed,
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
            signed
                .api
                .put::<Kept>(&release(id, "")?, &submission)
                .await?;
            signed
                .api
                .post(&release(id, "/submit")?, &json!({}))
                .await?
        }
        Subject::Underway(id) => signed.api.put(&release(id, "")?, &submission).await?,
    };
    Ok(Redirect::to(&format!("/desk/releases/{}?done=submitted", kept.id)).into_response())
}

async fn trial(signed: &Signed, typed: &Typed) -> Result<TrialOfOne, Refusal> {
    let submission = Value::Object(typed.submission());
    let mut trial: Trial = signed.api.post(DRY_RUN, &submission).await?;
    trial
        .releases
        .pop()
        .ok_or_else(|| Refusal::Internal("a dry run without a release".to_owned()))
}

async fn check(
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
        failed: false,
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

async fn preview(
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
        div.two { div { (look.frames()) } aside.margin aria-label="Findings and reach" { (margin(&trial.findings, trial.reach.as_ref())) } }
    };
    Ok(look.answer(frame::page(
        signed,
        "Preview",
        subject.path().as_str(),
        &main,
    )))
}

fn buttons_to_end(subject: Subject<'_>) -> Markup {
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
fn new_key() -> Markup {
    html! { input type="hidden" name="key" value={ "desk-" (base32(&rand::random::<[u8; 16]>())) }; }
}

async fn form(
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
        @if matches!(subject, Subject::Underway(_)) {
            p.note { "This release is on its way. With another text it is reviewed again, where review is needed." }
        }
        form.editor method="post" action=(subject.path()) data-lint="/desk/lint" {
            (token(signed)) (new_key())
            // The first button of a form is what Enter presses: it only looks.
            button.first type="submit" name="act" value="check" tabindex="-1" aria-hidden="true" { "Check" }
            div.two {
                div { (sheet.render()) }
                aside.margin aria-label="Findings and reach" {
                    div id="margin" { (margin(&outcome.findings, outcome.reach.as_ref())) }
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
            @if !outcome.findings.is_empty() {
                p { (findings::counted(&outcome.findings)) ":" }
                (findings::linked_list(&outcome.findings))
            }
        }
    }
}

/// What stands beside the form: findings, and whom it would reach.
fn margin(found: &[Finding], reach: Option<&Reach>) -> Markup {
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
