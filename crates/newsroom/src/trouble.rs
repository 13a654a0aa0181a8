//! What a page answers instead of what was asked for, in the frame of all pages.

use crate::Newsroom;
use crate::frame::Frame;
use crate::page;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use maud::html;
use store::StoreError;
use tracing::error;

/// What a page answers instead.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// 404: no such page, or none that may be seen yet. The two must not differ in anything.
    NotFound,
    /// 400: a link that was changed on its way.
    BadLink,
    /// 400: a part of the address that cannot be read; what it is, and the mend.
    BadQuestion(String),
    /// 405: a page is read, not written.
    Method,
    /// 503: the store failed.
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        Trouble::Store(error)
    }
}

/// Goes with an answer to where the frame is put around it.
#[derive(Debug, Clone)]
struct Unframed {
    title: &'static str,
    text: String,
}

impl Trouble {
    fn status(&self) -> StatusCode {
        match self {
            Trouble::NotFound => StatusCode::NOT_FOUND,
            Trouble::BadLink | Trouble::BadQuestion(_) => StatusCode::BAD_REQUEST,
            Trouble::Method => StatusCode::METHOD_NOT_ALLOWED,
            Trouble::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn words(&self) -> (&'static str, &str) {
        match self {
            Trouble::NotFound => (
                "Not found",
                "There is nothing at this address. It may be mistyped, or cut short on its way.",
            ),
            Trouble::BadLink => (
                "This link does not work",
                "It was cut short or changed on its way. Open it from the mail once more, or copy it whole.",
            ),
            Trouble::BadQuestion(detail) => ("This address cannot be read", detail),
            Trouble::Method => (
                "This page can only be read",
                "Its address answers GET and HEAD. Releases are submitted to the API.",
            ),
            Trouble::Store(_) => (
                "Out of order",
                "Please try again in a minute. Nothing was changed.",
            ),
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        if let Trouble::Store(error) = &self {
            error!(%error, worker = "newsroom", "a page could not be made: {error}");
        }
        let status = self.status();
        let (title, text) = self.words();
        let mut response = (status, Html(page::notice(title, text))).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
        }
        let text = text.to_owned();
        response.extensions_mut().insert(Unframed { title, text });
        response
    }
}

/// Puts the frame around what went wrong.
pub(crate) async fn in_the_frame(
    State(newsroom): State<Newsroom>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let Some(unframed) = response.extensions_mut().remove::<Unframed>() else {
        return response;
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, framed(&newsroom, &unframed).into())
}

fn framed(newsroom: &Newsroom, unframed: &Unframed) -> String {
    let main = html! {
        div.narrow {
            h1 { (unframed.title) }
            p { (unframed.text) }
            ul.plain {
                li { a href="/" { "The latest releases" } }
                li { a href="/topics" { "All topics" } }
                li { a href="/search" { "Search" } }
            }
        }
    };
    newsroom.rooms.chrome.render(&Frame {
        language: "en",
        direction: "ltr",
        title: unframed.title,
        path: "",
        query: "",
        head: html! { meta name="robots" content="noindex"; },
        main,
    })
}

pub(crate) async fn not_found() -> Trouble {
    Trouble::NotFound
}

pub(crate) async fn wrong_method() -> Trouble {
    Trouble::Method
}
