//! What is ordered of one release: hold, cancel, reschedule, each after a page that asks; a proof link; another edition.

use super::editor::Typed;
use super::posted::{Fields, Posted, token};
use super::session::Signed;
use super::shapes::{Kept, ProofLink, Stopped, Whole};
use super::{Refusal, api, choices, entry, findings, frame, when};
use crate::Newsroom;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use release::finding::Finding;
use release::ids::base32;
use release::time::{ClearTime, parse_rfc3339};
use serde_json::{Value, json};

/// An order that stops or moves a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Hold,
    Cancel,
    Reschedule,
}

impl Order {
    fn parse(text: &str) -> Result<Order, Refusal> {
        match text {
            "hold" => Ok(Order::Hold),
            "cancel" => Ok(Order::Cancel),
            "reschedule" => Ok(Order::Reschedule),
            _ => Err(Refusal::NotFound),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Order::Hold => "hold",
            Order::Cancel => "cancel",
            Order::Reschedule => "reschedule",
        }
    }

    /// What is asked, what it means, and the button.
    fn words(self, is_draft: bool) -> (&'static str, &'static str, &'static str) {
        match self {
            Order::Hold => (
                "Hold this release?",
                "It does not leave until it is rescheduled.",
                "Hold it",
            ),
            Order::Cancel if is_draft => (
                "Discard this draft?",
                "It cannot be taken up again.",
                "Discard it",
            ),
            Order::Cancel => (
                "Cancel this release?",
                "It never leaves, and cannot be taken up again.",
                "Cancel it",
            ),
            Order::Reschedule => (
                "Another clear time",
                "A held release goes on with it.",
                "Reschedule",
            ),
        }
    }
}

pub(crate) async fn ask(
    signed: Signed,
    Path((id, order)): Path<(String, String)>,
) -> Result<Html<String>, Refusal> {
    let order = Order::parse(&order)?;
    let whole: Whole = signed.api.get(&api::release(&id, "")?).await?;
    Ok(question(&signed, &whole, order, None, &[]))
}

/// The page that asks; with what was typed and found wrong, where it comes back.
fn question(
    signed: &Signed,
    whole: &Whole,
    order: Order,
    typed: Option<&Fields>,
    found: &[Finding],
) -> Html<String> {
    let shown = &whole.shown;
    let (title, text, button) = order.words(shown.state == "draft");
    let main = html! {
        h1 { (title) }
        p { a href={ "/desk/releases/" (shown.id) } dir="auto" { (shown.headline()) } }
        @if let Some(clear_at) = &shown.clear_at { p { "It is " (shown.state) ", and its clear time is " (when::in_zone(clear_at, &signed.zone, signed.now_ms)) "." } }
        @if shown.bundle.is_some() { p.note { "The editions that were submitted with it are stopped or moved with it." } }
        p { (text) }
        form.narrow method="post" action={ "/desk/releases/" (shown.id) "/" (order.name()) } {
            (token(signed))
            @if order == Order::Reschedule { (times(signed, whole, typed, found)) }
            @if order == Order::Hold { div.field { label for="note" { "Why" }
                span.hint id="note-hint" { "For those who see the release; may stay empty" }
                textarea id="note" name="note" rows="3" maxlength="2000" dir="auto" aria-describedby="note-hint" {} } }
            div.acts { button type="submit" { (button) } a href={ "/desk/releases/" (shown.id) } { "Leave it as it is" } }
        }
    };
    let title = if found.is_empty() {
        title.to_owned()
    } else {
        format!("Error: {title}")
    };
    frame::page(signed, &title, "", &main)
}

fn times(signed: &Signed, whole: &Whole, typed: Option<&Fields>, found: &[Finding]) -> Markup {
    let zone = whole
        .release()
        .and_then(|release| release.clear)
        .map_or_else(|| signed.zone.clone(), |clear| clear.zone);
    let at_ms = whole
        .shown
        .clear_at
        .as_deref()
        .and_then(|at| parse_rfc3339(at).ok());
    let local = at_ms
        .map(|at_ms| {
            ClearTime {
                at_ms,
                zone: zone.clone(),
            }
            .strftime("%Y-%m-%dT%H:%M")
        })
        .unwrap_or_default();
    let value = |name: &str, other: &str| {
        typed.map_or_else(|| other.to_owned(), |typed| typed.get(name).to_owned())
    };
    let is_wrong = !found.is_empty();
    html! {
        @if is_wrong { div.said.failed id="said" role="alert" tabindex="-1" autofocus { (findings::plain_list(found)) } }
        div.row {
            div.field { label for="clear_at" { "Day and time" }
                input type="datetime-local" id="clear_at" name="clear_at" value=(value("clear_at", &local)) required
                    aria-invalid=[is_wrong.then_some("true")] aria-describedby=[is_wrong.then_some("said")]; }
            div.field { label for="zone" { "Zone" } select id="zone" name="zone" { (choices::zones(&value("zone", &zone))) } }
            @if is_wrong { div.field { label for="offset" { "Offset" }
                span.hint id="offset-hint" { "Only where the clocks change: which of the two is meant, -04:00" }
                input type="text" id="offset" name="offset" value=(value("offset", "")) aria-describedby="offset-hint"; } }
        }
    }
}

pub(crate) async fn give(
    Path((id, order)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Refusal> {
    let (order, Posted { signed, fields }) = (Order::parse(&order)?, posted);
    let body = match order {
        Order::Reschedule => {
            json!({ "clear_at": format!("{}{}", fields.get("clear_at"), fields.get("offset").trim()), "zone": fields.get("zone") })
        }
        Order::Hold => json!({ "note": fields.get("note") }),
        Order::Cancel => json!({}),
    };
    let path = api::release(&id, &format!("/{}", order.name()))?;
    match signed.api.post::<Stopped>(&path, &body).await {
        Ok(stopped) => {
            let done = if order == Order::Reschedule {
                "rescheduled"
            } else {
                &stopped.state
            };
            Ok(Redirect::to(&format!("/desk/releases/{id}?done={done}")).into_response())
        }
        Err(Refusal::Api(problem)) if order == Order::Reschedule && problem.is("invalid") => {
            let whole: Whole = signed.api.get(&api::release(&id, "")?).await?;
            let page = question(
                &signed,
                &whole,
                order,
                Some(&fields),
                &problem.as_findings(),
            );
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(refusal) => Err(refusal),
    }
}

/// Makes a proof link and shows it.
pub(crate) async fn proof(
    State(newsroom): State<Newsroom>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Html<String>, Refusal> {
    let Posted { signed, fields } = posted;
    let hours: i64 = fields.get("hours").parse().unwrap_or(72);
    let link: ProofLink = signed
        .api
        .post(&api::release(&id, "/proof")?, &json!({ "hours": hours }))
        .await?;
    entry::page(&newsroom, &signed, &id, None, Some(&link)).await
}

/// Makes a draft of another edition of the same story, filled with this one's text to translate.
pub(crate) async fn edition(Path(id): Path<String>, posted: Posted) -> Result<Response, Refusal> {
    let signed = posted.signed;
    let path = api::release(&id, "")?;
    let api::Tagged { answer, tag } = signed.api.get_tagged(&path).await?;
    let whole: Whole = answer;
    let mut typed = Typed::of_submission(&whole.source);
    if typed.get("story").is_empty() {
        if whole.shown.state != "draft" {
            return Err(Refusal::Link(
                StatusCode::CONFLICT,
                "Its story has no key",
                "Editions join a story by its key, and this release was submitted without one. While it has not cleared you can \
                 change it and write a story key; then add the edition.",
            ));
        }
        typed.set(
            "story",
            &format!("story-{}", base32(&rand::random::<[u8; 5]>())),
        );
        signed
            .api
            .put::<Kept>(&path, &Value::Object(typed.submission()), &tag)
            .await?;
    }
    for name in ["edition/region", "edition/language"] {
        typed.set(name, "");
    }
    let kept: Kept = signed
        .api
        .post(
            "/v1/releases?draft=true",
            &Value::Object(typed.submission()),
        )
        .await?;
    Ok(Redirect::to(&format!("/desk/releases/{}/edit", kept.id)).into_response())
}
