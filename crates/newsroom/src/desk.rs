//! The desk: where people of issuers and of the wire write, check, submit, review and stop releases.
//!
//! A client of the API: every act is a request to `/v1/…` with the session's secret as bearer, so rights are decided in
//! one place and what is refused is said in the API's words. Of its own it writes sign-ins and sessions, and nothing
//! else; a crash leaves at most a link that was never mailed, and its owner asks for another. All pages work without
//! scripts, change nothing by GET, and are kept by no cache.

mod api;
mod assets;
mod calendar;
mod choices;
mod editor;
mod entry;
mod findings;
mod frame;
mod home;
mod look;
mod orders;
mod posted;
mod proof;
mod refusal;
mod review;
mod session;
mod shapes;
mod sign_in;
mod together;
mod values;
mod when;

pub(crate) use refusal::Refusal;

use crate::Newsroom;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};

/// The largest form that is read. What the API takes is less; a form over that comes back as it was typed.
const LARGEST_FORM_BYTES: usize = 16 * 1024 * 1024;

/// One stylesheet and one script, both ours; nobody may frame the desk.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The desk's pages, and the proof of a release, which opens without a session.
pub(crate) fn routes() -> Router<Newsroom> {
    let kept_nowhere = Router::new()
        .route("/desk", get(home::show))
        .route("/desk/zone", post(home::set_zone))
        .route("/desk/together", post(together::submit))
        .route("/desk/sign-in", get(sign_in::ask).post(sign_in::send))
        .route(
            "/desk/sign-in/{token}",
            get(sign_in::button).post(sign_in::open),
        )
        .route("/desk/sign-out", post(sign_in::out))
        .route("/desk/lint", post(editor::lint))
        .route("/desk/import", get(editor::ask_import).post(editor::import))
        .route(
            "/desk/releases/new",
            get(editor::new).post(editor::post_new),
        )
        .route("/desk/releases/{id}", get(entry::show))
        .route(
            "/desk/releases/{id}/edit",
            get(editor::edit).post(editor::post_edit),
        )
        .route("/desk/releases/{id}/preview", get(entry::preview))
        .route(
            "/desk/releases/{id}/review",
            get(review::show).post(review::say),
        )
        .route("/desk/releases/{id}/proof", post(orders::proof))
        .route("/desk/releases/{id}/edition", post(orders::edition))
        .route(
            "/desk/releases/{id}/{order}",
            get(orders::ask).post(orders::give),
        )
        .route("/desk/queue", get(review::queue))
        .route("/desk/calendar", get(calendar::show))
        .route("/proof/{token}", get(proof::show))
        .layer(from_fn(harden));
    Router::new()
        .route("/desk/assets/{name}", get(assets::show))
        .merge(kept_nowhere)
        .layer(DefaultBodyLimit::max(LARGEST_FORM_BYTES))
}

async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = header::CONTENT_SECURITY_POLICY;
    headers
        .entry(policy)
        .or_insert(HeaderValue::from_static(POLICY));
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        "x-robots-tag",
        HeaderValue::from_static("noindex, nofollow"),
    );
    response
}
