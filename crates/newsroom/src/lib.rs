//! The newsroom: what readers see. Lists and pages of releases, search, feeds, and the pages behind the links in alerts.
//!
//! Reads the store; writes the marks by which the archive is searched ([`Archive`]), and what a reader confirms or stops.
//! Server-rendered under a strict content security policy: one stylesheet and one script of its own, and every page works
//! without the script. Lists, search and feeds start from items, and a release's page from its item, so nothing that has
//! not cleared is seen: its address answers like one that never existed. A crash leaves the archive's counter where the
//! last whole batch ended; nothing else is begun here that could be left half done.

mod api_page;
mod archive;
mod asked;
mod assets;
mod conditional;
mod desk;
mod entries;
mod feeds;
mod frame;
mod names;
mod operator;
mod origin;
mod page;
mod piece;
mod reader;
mod release_page;
mod room;
mod rooms;
mod search;
mod trouble;
mod webhooks;

pub use archive::Archive;
pub use operator::{Pages, PagesError, Security};
pub(crate) use trouble::Trouble;

pub use reader::{Proxies, ProxiesError, Readers};

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use frame::Chrome;
use piece::Desk;
use queue::Queue;
use release::capability::LinkKey;
use release::topic::Taxonomy;
use std::sync::Arc;
use store::{Clock, Store};

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
    /// What the public rooms need beside.
    pub rooms: Arc<Rooms>,
    /// What the readers' own pages need beside.
    pub readers: Arc<Readers>,
    /// The API's routes: the desk is a client of theirs.
    pub api: Router,
}

/// What is made once for all public pages.
#[derive(Debug)]
pub struct Rooms {
    pages: Pages,
    security: Security,
    chrome: Chrome,
    desk: Desk,
    /// Unix milliseconds: no page is older than the program that makes it.
    opened_ms: i64,
}

impl Rooms {
    /// Rooms of the wire with this name, furnished with the operator's pages.
    pub fn open(
        wire_name: &str,
        taxonomy: &Taxonomy,
        pages: Pages,
        security: Security,
        opened_ms: i64,
    ) -> Rooms {
        Rooms {
            chrome: Chrome::new(wire_name, taxonomy, &pages),
            pages,
            security,
            desk: Desk::default(),
            opened_ms,
        }
    }
}

/// Scripts and styles only as files of ours; pictures from anywhere, for releases bring theirs by URL.
const POLICY: &str = "default-src 'none'; img-src 'self' https: data:; style-src 'self'; script-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

impl Newsroom {
    /// The pages' routes.
    pub fn routes(self) -> Router {
        public()
            .layer(from_fn_with_state(self.clone(), conditional::answer))
            .merge(reader::routes(&self))
            .fallback(trouble::not_found)
            .method_not_allowed_fallback(trouble::wrong_method)
            .layer(from_fn_with_state(self.clone(), trouble::in_the_frame))
            .layer(from_fn(harden))
            .merge(desk::routes())
            .with_state(self)
    }

    /// A whole address of one of our paths.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }
}

/// What is the same for every reader, and may be kept by caches that ask again.
fn public() -> Router<Newsroom> {
    Router::new()
        .route("/", get(rooms::front))
        .route("/releases", get(rooms::all))
        .route("/releases.rss", get(feeds::all_rss))
        .route("/releases.atom", get(feeds::all_atom))
        .route("/releases/{id}", get(release_page::show))
        .route("/topics", get(rooms::topics))
        .route("/topics/{slug}", get(rooms::topic))
        .route("/topics/{slug}/all", get(rooms::topic_all))
        .route("/issuers", get(rooms::issuers))
        .route("/issuers/{slug}", get(rooms::issuer))
        .route("/editions", get(rooms::editions))
        .route("/editions/{region}/{language}", get(rooms::edition))
        .route("/public-companies", get(rooms::public_companies))
        .route("/public-companies.rss", get(feeds::public_rss))
        .route("/public-companies.atom", get(feeds::public_atom))
        .route("/search", get(search::page))
        .route("/search.rss", get(search::rss))
        .route("/search.atom", get(search::atom))
        .route("/search/suggest", get(search::suggest))
        .route("/feeds", get(feeds::overview))
        .route("/api", get(api_page::show))
        .route("/pages/{name}", get(operator::page))
        .route("/robots.txt", get(operator::robots))
        .route("/.well-known/security.txt", get(operator::security))
        .route(webhooks::KEYS_PATH, get(webhooks::keys))
        .route("/schemas/{name}", get(webhooks::schema))
        .route("/sitemap.xml", get(operator::sitemap))
        .route("/sitemaps/{name}", get(operator::sitemap_part))
        .route("/favicon.ico", get(assets::favicon))
        .route("/assets/{name}", get(assets::asset))
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
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
