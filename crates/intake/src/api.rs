//! The routes.

mod deliveries;
mod issuers;
mod releases;
mod status;
mod subscriptions;
mod tail;
mod tokens;
mod topics;

use crate::{Intake, Problem};
use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::routing::{delete, get, post};

/// Entries of a page where the caller asks for no number.
const PAGE: i64 = 50;
/// Entries of a page at most.
const LONGEST_PAGE: i64 = 500;

pub(crate) fn routes() -> Router<Intake> {
    Router::new()
        .route("/v1/releases", post(releases::submit).get(releases::list))
        .route("/v1/releases/{id}", get(releases::show))
        .route("/v1/releases/{id}/report", get(releases::report))
        .route("/v1/releases/{id}/hold", post(releases::hold))
        .route("/v1/releases/{id}/cancel", post(releases::cancel))
        .route("/v1/releases/{id}/reschedule", post(releases::reschedule))
        .route("/v1/deliveries/dead", get(deliveries::dead))
        .route("/v1/deliveries/replay", post(deliveries::replay))
        .route(
            "/v1/subscriptions",
            post(subscriptions::add).get(subscriptions::list),
        )
        .route(
            "/v1/subscriptions/{id}",
            get(subscriptions::show).delete(subscriptions::remove),
        )
        .route("/v1/subscriptions/{id}/pause", post(subscriptions::pause))
        .route("/v1/subscriptions/{id}/resume", post(subscriptions::resume))
        .route("/v1/issuers", post(issuers::add).get(issuers::list))
        .route("/v1/tokens", post(tokens::add).get(tokens::list))
        .route("/v1/tokens/{id}", delete(tokens::revoke))
        .route("/v1/topics", get(topics::list))
        .route("/v1/topics/{slug}", get(topics::show))
        .route("/v1/status", get(status::status))
        .route("/v1/tail", get(tail::tail))
        .route("/v1/{*rest}", axum::routing::any(unknown))
        .route("/healthz", get(status::healthz))
        .route("/readyz", get(status::readyz))
        .route("/metrics", get(status::metrics))
        .method_not_allowed_fallback(method)
}

/// The id or slug in a path. One that is not UTF-8 names nothing.
struct Id(String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Id(id)),
            Err(_) => Err(Problem::NotFound {
                what: "path",
                id: parts.uri.path().to_owned(),
            }),
        }
    }
}

async fn unknown(uri: axum::http::Uri) -> Problem {
    Problem::NotFound {
        what: "path",
        id: uri.path().to_owned(),
    }
}

async fn method() -> Problem {
    Problem::Method
}

/// How many entries, within bounds.
fn page(limit: Option<i64>) -> i64 {
    limit.unwrap_or(PAGE).clamp(1, LONGEST_PAGE)
}
