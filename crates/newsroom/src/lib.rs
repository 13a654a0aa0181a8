//! The newsroom: what readers see. One page per release, and the pages behind the links in alerts.
//!
//! Reads the store; writes only what a reader confirms or stops. Server-rendered, without scripts, under a strict
//! content security policy. Nothing of a release is shown before its clear time: until then its address answers like one
//! that never existed. Nothing is begun here that a crash could leave half done.

mod page;
mod reader;
mod release_page;

pub use reader::{Proxies, ProxiesError, Readers};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use queue::Queue;
use release::capability::LinkKey;
use release::model::ReleaseState;
use release::topic::Taxonomy;
use std::sync::Arc;
use store::{Clock, Store, StoreError};
use tracing::error;

/// What the pages need. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Newsroom {
    /// The truth.
    pub store: Store,
    /// To tell routers of an unsubscription.
    pub queue: Queue,
    /// Time.
    pub clock: Clock,
    /// Names of topics.
    pub taxonomy: Arc<Taxonomy>,
    /// Verifies links.
    pub link_key: LinkKey,
    /// The wire's name.
    pub name: String,
    /// What links start with, without a slash at the end.
    pub public_url: String,
    /// What the readers' own pages need beside.
    pub readers: Arc<Readers>,
}

/// No scripts at all; pictures from anywhere, for releases bring theirs by URL.
const POLICY: &str = "default-src 'none'; img-src https: data:; style-src 'self' 'unsafe-inline'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Releases on the front page.
const FRONT: i64 = 50;

impl Newsroom {
    /// The pages' routes.
    pub fn routes(self) -> Router {
        Router::new()
            .route("/", get(front))
            .route("/releases/{id}", get(show))
            .merge(reader::routes(&self))
            .fallback(not_found)
            .layer(axum::middleware::from_fn(harden))
            .with_state(self)
    }
}

async fn harden(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers
        .entry(header::REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("no-referrer"));
    response
}

async fn front(State(newsroom): State<Newsroom>) -> Result<Html<String>, Trouble> {
    let rows = newsroom.store.newest_items(FRONT).await?;
    let entries = rows
        .iter()
        .filter_map(release_page::Entry::of)
        .collect::<Vec<_>>();
    Ok(Html(release_page::front(&newsroom, &entries)))
}

/// The release's page; a release that has not cleared answers like one that never existed.
async fn show(
    State(newsroom): State<Newsroom>,
    Path(id): Path<String>,
) -> Result<Html<String>, Trouble> {
    let row = newsroom.store.release(&id).await?;
    let now_ms = newsroom.clock.now_ms();
    match row {
        Some(row) if row.state == ReleaseState::Cleared && row.clear_at_ms <= now_ms => {
            Ok(Html(release_page::page(&newsroom, &row).await?))
        }
        _ => Err(Trouble::NotFound),
    }
}

async fn not_found() -> Trouble {
    Trouble::NotFound
}

/// What a page answers instead.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// 404: no such page, or none that may be seen yet.
    NotFound,
    /// 400: a link that was changed on its way.
    BadLink,
    /// 500 or 503: the store failed.
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        Trouble::Store(error)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let (status, title, text) = match &self {
            Trouble::NotFound => (
                StatusCode::NOT_FOUND,
                "Not found",
                "There is nothing at this address.",
            ),
            Trouble::BadLink => (
                StatusCode::BAD_REQUEST,
                "This link does not work",
                "It was cut short or changed on its way. Open it from the mail once more, or copy it whole.",
            ),
            Trouble::Store(error) => {
                error!(%error, worker = "newsroom", "a page could not be made: {error}");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "Out of order",
                    "Please try again in a minute. Nothing was changed.",
                )
            }
        };
        (status, Html(page::notice(title, text))).into_response()
    }
}
