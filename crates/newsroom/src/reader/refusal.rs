//! What a reader's page answers instead.

use crate::Trouble;
use crate::page::Page;
use axum::extract::rejection::BytesRejection;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::html;
use store::StoreError;

#[derive(Debug)]
pub(super) enum Refusal {
    /// As on every page.
    Trouble(Trouble),
    /// 403: a form of another site.
    OtherSite,
    /// 410: a link whose time is over.
    Expired,
    /// 410: what the link was for is not there any more.
    Gone,
    /// 413: larger than any form.
    TooLarge,
    /// 429: too many forms from one client; when the next may come, milliseconds from now.
    TooMany(i64),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::Trouble(error.into())
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Refusal {
        Refusal::Trouble(trouble)
    }
}

impl From<BytesRejection> for Refusal {
    fn from(_: BytesRejection) -> Refusal {
        Refusal::TooLarge
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let wait_s = match self {
            Refusal::TooMany(wait_ms) => Some(wait_ms.div_euclid(1000) + 1),
            _ => None,
        };
        let (status, title, text, link) = match self {
            Refusal::Trouble(trouble) => return trouble.into_response(),
            Refusal::OtherSite => (
                StatusCode::FORBIDDEN,
                "Not from here",
                "This form was sent from another site, so nothing was changed. Open the page itself, and send it from there.",
                None,
            ),
            Refusal::Expired => (
                StatusCode::GONE,
                "This link has expired",
                "A link in a mail works for a limited time: those to your alerts for 24 hours, those to what matched for 30 days.",
                Some(("/alerts/manage", "Ask for a new link")),
            ),
            Refusal::Gone => (
                StatusCode::GONE,
                "Nothing here any more",
                "What this link was for was removed or erased.",
                Some(("/alerts/new", "Ask for alerts")),
            ),
            Refusal::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "Too much at once",
                "The form holds more than is read: 128 kB in all. Go back, shorten it, and send it again.",
                None,
            ),
            Refusal::TooMany(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many at once",
                "Many requests came from your network in the last hour. Nothing was changed; please try again in an hour.",
                None,
            ),
        };
        let retry_after = wait_s.map(|s| [(header::RETRY_AFTER, s.to_string())]);
        (status, retry_after, Html(notice(title, text, link))).into_response()
    }
}

fn notice(title: &str, text: &str, link: Option<(&str, &str)>) -> String {
    let main = html! {
        h1 { (title) }
        p { (text) }
        @if let Some((to, says)) = link { p { a href=(to) { (says) } } }
    };
    let page = Page {
        language: "en",
        direction: "ltr",
        title,
        wire: "Dateline",
        head: html! { meta name="robots" content="noindex"; },
        main,
    };
    page.render()
}
