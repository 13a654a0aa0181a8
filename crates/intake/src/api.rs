//! The routes, each with its own description.

mod alerts;
mod audit;
mod backtest;
mod batches;
mod blasts;
mod bounces;
mod calendar;
mod deliveries;
mod endpoints;
mod filters;
mod gauges;
mod halts;
mod issuers;
mod items;
mod note;
mod openapi;
mod people;
mod releases;
mod review;
mod secret;
pub(crate) mod shapes;
mod status;
mod stops;
mod stories;
mod subscriptions;
mod suppressions;
mod table;
mod tag;
mod tail;
mod texts;
mod tokens;
mod topics;
mod trace;
mod webhook_keys;

pub(crate) use tag::changed;

use crate::{Intake, Problem};
use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::routing::get;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Entries of a page where the caller asks for no number.
const PAGE: i64 = 50;
/// Entries of a page at most.
const LONGEST_PAGE: i64 = 500;

pub(crate) fn routes() -> Router<Intake> {
    let (described, _) = described().split_for_parts();
    described
        .route("/v1/{*rest}", axum::routing::any(unknown))
        .merge(health_routes())
        .method_not_allowed_fallback(method)
}

/// What every process answers, whatever it runs.
pub(crate) fn health_routes() -> Router<Intake> {
    Router::new()
        .route("/healthz", get(status::healthz))
        .route("/readyz", get(status::readyz))
        .route("/metrics", get(gauges::metrics))
}

/// The OpenAPI document.
fn document() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}

fn described() -> OpenApiRouter<Intake> {
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .routes(routes!(releases::submit, releases::list))
        .routes(routes!(releases::show, releases::change))
        .routes(routes!(releases::submit_draft))
        .routes(routes!(releases::report))
        .routes(routes!(releases::deliveries))
        .routes(routes!(stories::show))
        .routes(routes!(stops::hold))
        .routes(routes!(stops::cancel))
        .routes(routes!(stops::reschedule))
        .routes(routes!(calendar::calendar))
        .routes(routes!(review::approve))
        .routes(routes!(review::refuse))
        .routes(routes!(review::query))
        .routes(routes!(review::history))
        .routes(routes!(review::proof))
        .routes(routes!(texts::show))
        .routes(routes!(items::list))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::show))
        .routes(routes!(batches::list))
        .routes(routes!(batches::show))
        .routes(routes!(deliveries::dead))
        .routes(routes!(deliveries::replay))
        .routes(routes!(subscriptions::add, subscriptions::list))
        .routes(routes!(
            subscriptions::show,
            subscriptions::edit,
            subscriptions::remove
        ))
        .routes(routes!(subscriptions::pause))
        .routes(routes!(subscriptions::resume))
        .routes(routes!(subscriptions::import::import))
        .routes(routes!(filters::read))
        .routes(routes!(filters::import_query))
        .routes(routes!(filters::matches))
        .routes(routes!(backtest::backtest))
        .routes(routes!(endpoints::list))
        .routes(routes!(endpoints::show, endpoints::edit))
        .routes(routes!(endpoints::test, endpoints::test_result))
        .routes(routes!(secret::rotate))
        .routes(routes!(endpoints::ledger::list))
        .routes(routes!(endpoints::ledger::show))
        .routes(routes!(endpoints::redeliver::redeliver))
        .routes(routes!(endpoints::export))
        .routes(routes!(endpoints::erase))
        .routes(routes!(endpoints::export_owner))
        .routes(routes!(endpoints::erase_owner))
        .routes(routes!(suppressions::add, suppressions::list))
        .routes(routes!(suppressions::lift))
        .routes(routes!(suppressions::import::import))
        .routes(routes!(bounces::take))
        .routes(routes!(issuers::add, issuers::list))
        .routes(routes!(issuers::show, issuers::change))
        .routes(routes!(people::add, people::list))
        .routes(routes!(people::change, people::remove))
        .routes(routes!(people::me))
        .routes(routes!(tokens::add, tokens::list))
        .routes(routes!(tokens::revoke))
        .routes(routes!(topics::list))
        .routes(routes!(topics::show))
        .routes(routes!(halts::halt, halts::list))
        .routes(routes!(halts::resume))
        .routes(routes!(blasts::list))
        .routes(routes!(blasts::go))
        .routes(routes!(blasts::stop))
        .routes(routes!(webhook_keys::rotate))
        .routes(routes!(audit::list))
        .routes(routes!(trace::trace))
        .routes(routes!(status::status))
        .routes(routes!(tail::tail))
        .routes(routes!(openapi::document))
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

/// Where a page of a list that is read forwards begins, and how long it is.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    /// `next_after` of the page before
    after: Option<String>,
    /// 1 to 500; 50 if absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

/// A time in hours from 0 on, in milliseconds.
fn hours_ms(asked: Option<i64>, usual: i64, longest: i64) -> Result<i64, Problem> {
    match asked.unwrap_or(usual) {
        hours if (0..=longest).contains(&hours) => Ok(hours * 3_600_000),
        hours => Err(Problem::Invalid {
            pointer: "/hours".into(),
            detail: format!("{hours} hours"),
            mend: format!("give 0 (at once) to {longest}"),
        }),
    }
}

/// The last entry of a page that is as long as was asked for: where the next one begins.
fn last_of<T>(rows: &[T], limit: i64) -> Option<&T> {
    rows.last().filter(|_| rows.len() as i64 == limit)
}

/// How many entries.
fn page(limit: Option<i64>) -> Result<i64, Problem> {
    match limit {
        None => Ok(PAGE),
        Some(limit @ 1..=LONGEST_PAGE) => Ok(limit),
        Some(limit) => Err(Problem::Invalid {
            pointer: "/limit".into(),
            detail: format!("a page of {limit}"),
            mend: format!("ask for 1 to {LONGEST_PAGE}"),
        }),
    }
}
