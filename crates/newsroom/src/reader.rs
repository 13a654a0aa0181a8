//! What readers do by themselves: ask for alerts, confirm, change, stop, export, erase.
//!
//! A GET only asks, for scanners follow links; a POST does it. There are no sessions: what a reader may do is in the link
//! that was mailed to them, one capability a link, and a page never tells whether an address is known. Each act is one
//! transaction of the store; a mail that a crash kept from being asked for is asked for again by its reader.

mod calls;
mod client;
mod confirm;
mod edit;
mod fields;
mod hook;
mod less;
mod manage;
mod often;
mod once;
mod origin;
mod preferences;
mod refusal;
mod signup;
mod unsubscribe;
mod wants;
mod why;
mod words;

pub use client::{Proxies, ProxiesError};

use crate::Newsroom;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use client::Tries;
use maud::{Markup, html};
use release::webhook::Guard;
use store::AskLimits;

/// The largest form.
const FORM_BYTES: usize = 128 * 1024;
/// How long a link to the preferences works.
const LINK_MS: i64 = 86_400_000;

/// What readers' pages need beside the rest.
#[derive(Debug)]
pub struct Readers {
    /// Whose word about a client's address is taken.
    pub proxies: Proxies,
    /// How often an address is written to because somebody asked for it.
    pub ask_limits: AskLimits,
    /// Which webhooks may be called.
    pub guard: Guard,
    tries: Tries,
    /// Counted apart: who works here is not kept out by who reads behind the same address.
    pub(crate) sign_ins: Tries,
}

impl Readers {
    /// With a limit of forms that one client may send in an hour, and of links to sign in that it may ask for.
    pub fn new(
        proxies: Proxies,
        ask_limits: AskLimits,
        per_client_hour: u32,
        guard: Guard,
    ) -> Readers {
        Readers {
            proxies,
            ask_limits,
            guard,
            tries: Tries::new(per_client_hour),
            sign_ins: Tries::new(per_client_hour),
        }
    }
}

/// The readers' pages.
pub(crate) fn routes(newsroom: &Newsroom) -> Router<Newsroom> {
    Router::new()
        .route("/alerts/new", get(signup::form).post(signup::submit))
        .route("/alerts/webhook", get(hook::form).post(hook::submit))
        .route(
            "/alerts/webhook/confirm/{token}",
            get(hook::ask_confirm).post(hook::confirm),
        )
        .route("/alerts/manage", get(manage::form).post(manage::submit))
        .route(
            "/alerts/preferences/{token}",
            get(preferences::show).post(preferences::act),
        )
        .route(
            "/alerts/preferences/{token}/export",
            get(preferences::export),
        )
        .route(
            "/alerts/preferences/{token}/erase",
            get(preferences::ask_erase).post(preferences::erase),
        )
        .route(
            "/alerts/preferences/{token}/edit/{subscription}",
            get(edit::form).post(edit::submit),
        )
        .route(
            "/alerts/preferences/{token}/less/{alert}",
            get(less::form).post(less::submit),
        )
        .route(
            "/alerts/preferences/{token}/delivery/{alert}",
            get(preferences::delivery::show).post(preferences::delivery::again),
        )
        .route("/alerts/preferences/{token}/why", get(why::ask))
        .route("/why/{token}", get(why::show))
        .route("/confirm/{token}", get(confirm::ask).post(confirm::confirm))
        .layer(middleware::from_fn_with_state(
            newsroom.clone(),
            origin::same_site_only,
        ))
        // One click of a mail provider comes from anywhere (RFC 8058).
        .route(
            "/unsubscribe/{token}",
            get(unsubscribe::ask).post(unsubscribe::unsubscribe),
        )
        .route("/alerts/alerts.css", get(style))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(middleware::from_fn(private))
}

async fn style() -> ([(header::HeaderName, &'static str); 1], &'static str) {
    let css = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (css, include_str!("reader/alerts.css"))
}

/// Nothing of a reader's pages is kept on the way, and no link of theirs is told to other sites. Forms must tell this
/// one where they come from.
async fn private(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// A page of a reader's own.
fn page(newsroom: &Newsroom, title: &str, main: &Markup) -> axum::response::Html<String> {
    let head = html! {
        meta name="robots" content="noindex";
        link rel="stylesheet" href="/alerts/alerts.css";
    };
    let page = crate::page::Page {
        language: "en",
        direction: "ltr",
        title,
        wire: &newsroom.name,
        head,
        main: html! { div.alerts { (main) } },
    };
    axum::response::Html(page.render())
}
