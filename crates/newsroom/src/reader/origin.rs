//! Forms are taken from pages of this site only: there is no session that another site could not use unseen.

use super::refusal::Refusal;
use crate::Newsroom;
use crate::origin::is_same_site;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses what a browser says comes from another site. Programs that say nothing of the kind are no browsers, and carry
/// no reader's capability but the one they were given.
pub(super) async fn same_site_only(
    State(newsroom): State<Newsroom>,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match reads || is_same_site(request.headers(), &newsroom.public_url) {
        true => next.run(request).await,
        false => Refusal::OtherSite.into_response(),
    }
}
