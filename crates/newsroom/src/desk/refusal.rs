//! What the desk answers instead of a page.

use super::api::Problem;
use super::{findings, frame};
use crate::Trouble;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use store::StoreError;
use tracing::error;

/// What the desk answers instead of a page.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// 303: sign in first, then come back to this path.
    SignIn(String),
    /// 401: a form was sent without an open session.
    SignedOut,
    /// 403: a form that no page of this session made, or that another site sent.
    Foreign,
    /// 404: nothing there, or nothing for this person.
    NotFound,
    /// 404 or 410: a link that does not work, or not any more; why, and what to do.
    Link(StatusCode, &'static str, &'static str),
    /// 413: more than is read.
    TooLarge,
    /// What the API answered.
    Api(Box<Problem>),
    /// 503: the store failed.
    Store(StoreError),
    /// 500: the API answered what cannot be read.
    Internal(String),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::Store(error)
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Refusal {
        match trouble {
            Trouble::Store(error) => Refusal::Store(error),
            _ => Refusal::NotFound,
        }
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Refusal::SignIn(_) => StatusCode::SEE_OTHER,
            Refusal::SignedOut => StatusCode::UNAUTHORIZED,
            Refusal::Foreign => StatusCode::FORBIDDEN,
            Refusal::NotFound => StatusCode::NOT_FOUND,
            Refusal::Link(status, ..) => *status,
            Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Api(problem) => {
                StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Refusal::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(&self) -> (&str, Markup) {
        let say = |text: &str| html! { p { (text) } };
        match self {
            Refusal::SignIn(_) | Refusal::SignedOut => (
                "You are signed out",
                html! {
                    p { "Nothing was changed. Sign in in another tab, then reload this page and let your browser send the form again: \
                         it comes back as you typed it." }
                    p { a.button href="/desk/sign-in" target="_blank" { "Sign in in another tab" } }
                },
            ),
            Refusal::Foreign => (
                "This form was not sent from your desk",
                say(
                    "Nothing was changed. Go back, reload the page and send the form once more: it belongs to an earlier session, \
                     or another site sent it.",
                ),
            ),
            Refusal::NotFound => (
                "Not found",
                say("There is nothing at this address, or nothing for you."),
            ),
            Refusal::Link(_, title, text) => (title, say(text)),
            Refusal::TooLarge => (
                "That is too much at once",
                say(
                    "Nothing was changed. Go back: your browser has kept what you typed. A release has room for 500,000 \
                     characters; link to larger material instead.",
                ),
            ),
            Refusal::Api(problem) => (&problem.title, problem_words(problem)),
            Refusal::Store(_) | Refusal::Internal(_) => (
                "Out of order",
                say("Please try again in a minute. Nothing was changed."),
            ),
        }
    }
}

fn problem_words(problem: &Problem) -> Markup {
    html! {
        p { (problem.in_words()) }
        (findings::plain_list(&problem.findings))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Refusal::SignIn(to) = &self {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("to", to)
                .finish();
            return Redirect::to(&format!("/desk/sign-in?{query}")).into_response();
        }
        match &self {
            Refusal::Store(error) => {
                error!(%error, worker = "newsroom", "a page of the desk could not be made: {error}")
            }
            Refusal::Internal(error) => error!(
                error,
                worker = "newsroom",
                "a page of the desk could not be made: {error}"
            ),
            _ => {}
        }
        let (title, words) = self.words();
        let page = frame::bare(
            title,
            &html! { h1 { (title) } (words) p { a href="/desk" { "Back to the desk" } } },
        );
        let mut response = (self.status(), Html(page)).into_response();
        if let Refusal::Api(problem) = &self
            && let Some(retry_after) = &problem.retry_after
            && let Ok(value) = HeaderValue::from_str(retry_after)
        {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}
