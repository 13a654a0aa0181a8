//! Asking for the link to one's own alerts. It is mailed, never shown: a mail that is forwarded must not open them.

use super::fields::{Errors, Fields, Line};
use super::refusal::Refusal;
use super::signup::{Counted, hint};
use super::{Newsroom, page};
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::html;
use release::address::MailAddress;
use release::ids::{Kind, PublicId};
use release::model::AlertKind;
use store::NewAsk;

pub(super) async fn form(State(newsroom): State<Newsroom>) -> Html<String> {
    show(&newsroom, "", &Errors::default())
}

/// The answer is the same, and takes as long, whether or not anybody reads at the address.
pub(super) async fn submit(
    State(newsroom): State<Newsroom>,
    _: Counted,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let fields = Fields::parse(&body?);
    let typed = fields.one("address");
    let address = match MailAddress::parse(typed) {
        Ok(address) => address,
        Err(error) => {
            let mut errors = Errors::default();
            errors.add(
                "address",
                format!("{error}. Write it like name@example.com."),
            );
            let again = show(&newsroom, typed, &errors);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
        }
    };
    let now_ms = newsroom.clock.now_ms();
    let request = PublicId::from_random(Kind::Request, rand::random());
    let ask = NewAsk {
        kind: AlertKind::Manage,
        address: address.as_str(),
        about: "",
        limits: newsroom.readers.ask_limits,
        request_id: request.as_str(),
        leaves_ms: now_ms,
    };
    match newsroom.store.has_preferences(address.as_str()).await? {
        true => {
            if let Some(alert_id) = newsroom.store.ask_by_mail(&ask, now_ms).await? {
                hint(&newsroom, alert_id, request.as_str()).await;
            }
        }
        // A commit, as the other way has one.
        false => newsroom.store.check_writable().await?,
    }
    let main = html! {
        h1 { "Look at your mail" }
        p { "If alerts go to " strong { (address) } ", a mail with a link to them is on its way. The link works for 24 hours." }
        p.hint { "No second mail is sent within a few minutes." }
    };
    Ok(page(&newsroom, "Look at your mail", &main).into_response())
}

fn show(newsroom: &Newsroom, typed: &str, errors: &Errors) -> Html<String> {
    let main = html! {
        h1 { "Change or stop your alerts" }
        (errors.summary())
        p { "Give your mail address, and a link to your alerts is mailed to you: see, change, pause, stop, export or erase them." }
        form method="post" novalidate {
            (Line {
                field: "address", label: "Your mail address", kind: "email", autocomplete: "email", value: typed,
                hint: "The one that alerts go to, or the one that looks after a webhook.",
            }.show(errors))
            div.acts { button type="submit" { "Mail me the link" } }
        }
        p.hint { a href="/alerts/new" { "Ask for new alerts" } }
    };
    page(newsroom, "Change or stop your alerts", &main)
}
