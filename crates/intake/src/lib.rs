//! Intake: the HTTP API through which everything comes in, and through which people and the command line look at it.
//!
//! Reads requests; writes releases, subscriptions, issuers and tokens; tells the router of alerts and the sweep of new
//! due times. A 202 is answered only after the commit. A crash after it leaves a scheduled release or an unrouted alert
//! that the sweep finds; a crash before it leaves nothing, and the submitter, having no answer, repeats the request with
//! the same `Idempotency-Key`. Mail that comes back comes in here, too (`returns`).

mod accept;
mod acts;
mod api;
mod auth;
mod backtest;
mod bundle;
mod judge;
mod known;
mod limits;
mod policy;
mod problem;
mod request_id;
mod returns;
mod trial;

pub use auth::{Local, Scope};
pub use limits::Limits;
pub use problem::{FieldError, Problem};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use queue::{Message, Queue, RouteAlert, Telling};
use release::capability::LinkKey;
use release::model::{Lane, LateEditions, Review};
use release::topic::Taxonomy;
use release::webhook::Guard;
use std::sync::Arc;
use std::time::Duration;
use store::{AskLimits, Clock, Store};
use tokio_util::sync::CancellationToken;

/// What the API needs. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    /// The truth.
    pub store: Store,
    /// To tell router and sweep.
    pub queue: Queue,
    /// Time.
    pub clock: Clock,
    /// What releases and filters may name.
    pub taxonomy: Arc<Taxonomy>,
    /// What links start with, without a slash at the end.
    pub public_url: String,
    /// Signs proof links.
    pub link_key: LinkKey,
    /// How new issuers are reviewed where nobody says otherwise.
    pub review: Review,
    /// What becomes of editions that join a story which has cleared.
    pub late_editions: LateEditions,
    /// Requests of one token or session; by the digest of its secret.
    pub limits: Arc<Limits<String>>,
    /// Which webhooks may be called.
    pub guard: Guard,
    /// How often an address is asked to confirm.
    pub ask_limits: AskLimits,
    /// The least time between two confirmation mails of an import.
    pub import_mail_ms: i64,
    /// The largest request body.
    pub max_body_bytes: usize,
    /// The longest time for an answer's head; streams go on beyond it.
    pub request_timeout: Duration,
    /// The secret of this run for commands on the same machine, as an operator.
    pub local: Option<Local>,
    /// The metrics page.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Told which log level listeners of the tail want.
    pub tail: Arc<dyn Fn(Option<tracing::Level>) + Send + Sync>,
    /// Ends streams when the process stops.
    pub stop: CancellationToken,
}

impl Intake {
    /// The API's routes.
    pub fn routes(self) -> Router {
        let limit = DefaultBodyLimit::max(self.max_body_bytes);
        let timed = axum::middleware::from_fn_with_state(self.clone(), time_limit);
        let limited = axum::middleware::from_fn_with_state(self.clone(), rate_limit);
        api::routes()
            .layer(timed)
            .layer(limited)
            .layer(axum::middleware::from_fn(request_id::tag))
            .layer(limit)
            .with_state(self)
    }

    /// What a process answers that runs other stages: whether it lives, is ready, and its metrics.
    pub fn health_routes(self) -> Router {
        api::health_routes().with_state(self)
    }

    /// Tells the router of an alert. The store has it already: a hint that finds no room is left to the sweep.
    pub(crate) async fn hint_route(&self, alert_id: i64, lane: Lane, request_id: &str) {
        let request_id = request_id.to_owned();
        let message = Message::RouteAlert(RouteAlert {
            alert_id,
            lane,
            request_id,
        });
        let _ = self.queue.offer(message).await;
    }

    /// Tells those who wait for items.
    pub(crate) fn tell_cleared(&self) {
        self.queue.tell(Telling::Cleared);
    }

    /// Tells the sweep that something falls due.
    pub(crate) fn tell_due(&self) {
        self.queue.tell(Telling::Due);
    }

    /// Tells routers that filters changed.
    pub(crate) fn tell_filters(&self) {
        self.queue.tell(Telling::FiltersChanged);
    }
}

/// Refuses what is over the limit of its bearer. Commands on the same machine have none.
async fn rate_limit(State(intake): State<Intake>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let is_local = |secret: &str| intake.local.as_ref().is_some_and(|local| local.is(secret));
    if let Some(secret) = auth::bearer(&parts)
        && !is_local(secret)
    {
        let key = accept::digest(secret.as_bytes());
        if let Err(wait_ms) = intake.limits.take(key, intake.clock.now_ms()) {
            return Problem::TooMany(wait_ms).into_response();
        }
    }
    next.run(Request::from_parts(parts, body)).await
}

async fn time_limit(State(intake): State<Intake>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(intake.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail =
                "no answer in time; repeat the request with the same Idempotency-Key".to_owned();
            Problem::Unavailable(detail).into_response()
        }
    }
}
