//! The API's own description, made from the handlers: OpenAPI 3.1.

use axum::Json;
use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, ToSchema};

/// What stands at the head of the document.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Dateline",
        description = "Releases go in once, leave on time, and reach everybody who asked for such news. Errors are RFC 9457 problem \
                       details that name the field and the mend. Bearer tokens are made with `dateline token add`.",
    ),
    components(schemas(crate::problem::ProblemDetails)),
    modifiers(&Bearer),
    security(("bearer" = [])),
    tags(
        (name = "releases", description = "Submit, change, stop, look at"),
        (name = "review", description = "What approvers and editors say"),
        (name = "items", description = "What went out on the wire"),
        (name = "subscriptions", description = "Who wants to hear of what"),
        (name = "people", description = "Who signs in"),
        (name = "operators", description = "Issuers, tokens, deliveries, how the wire stands"),
    )
)]
pub(super) struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let scheme =
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", scheme);
    }
}

/// A release as it is submitted. What each field may hold is checked by lint, whose findings name the field.
#[derive(Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes submissions to readers of the API; lint reads the object itself"
)]
pub(super) struct Submission {
    /// Slugs, in order: "SOURCE A and B"
    issuers: Vec<String>,
    /// Who acts for the issuers: `{ "name": "Ruiz PR", "email": "ana@ruiz.example" }`
    agent: Option<Value>,
    /// Your key for the story: editions with the same key tell the same news
    story: Option<String>,
    /// `{ "region": "US", "language": "es" }`
    edition: Value,
    /// One line, best under 100 characters
    headline: String,
    /// One line
    subheadline: Option<String>,
    /// One or two sentences: what alerts show
    summary: Option<String>,
    /// `{ "city": "AUSTIN", "region": "Texas", "country": "US" }`
    dateline: Option<Value>,
    /// `2026-12-01T09:00` with a `zone`, or a time with an offset; absent means at once
    clear_at: Option<String>,
    /// An IANA zone
    zone: Option<String>,
    /// regular, or flash where it is granted
    lane: Option<String>,
    /// Slugs, names or aliases of the taxonomy
    topics: Option<Vec<String>>,
    /// ISO 3166-1 or -2 codes
    places: Option<Vec<String>>,
    /// `XNYS:KYN`
    tickers: Option<Vec<Value>>,
    /// `{ "name": …, "role": …, "email": …, "phone": …, "visibility": "public" }`, or visibility `media`
    contacts: Option<Vec<Value>>,
    /// Text, or one for each issuer: `[{ "issuer": "acme", "text": … }]`; absent means the issuer's own
    boilerplate: Option<Value>,
    /// `{ "url": …, "title": … }`
    links: Option<Vec<Value>>,
    /// `{ "url": …, "type": "image/jpeg", "caption": …, "alt": …, "credit": …, "licence": … }`
    media: Option<Vec<Value>>,
    /// Markdown with tables, or HTML
    body: String,
    /// markdown or html
    body_format: Option<String>,
}

/// This document
#[utoipa::path(get, path = "/v1/openapi.json", tag = "operators", security(),
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(super) async fn document() -> Json<OpenApi> {
    Json(super::document())
}
