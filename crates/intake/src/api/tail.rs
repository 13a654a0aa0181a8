//! The tail: log lines of the workers as server-sent events, filtered here so that a slow terminal gets little.

use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{self, Stream};
use queue::Telling;
use serde::Deserialize;
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::Mutex;
use tokio::sync::broadcast::error::RecvError;
use tracing::Level;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct TailQuery {
    /// `rel_…`
    release: Option<String>,
    /// A role, or a worker's name
    worker: Option<String>,
    /// email or webhook
    channel: Option<String>,
    /// delivered, retried, dead, …
    outcome: Option<String>,
    /// error, warn, info, debug or trace
    level: Option<String>,
}

/// What the fields that can be filtered by may hold; a worker is named by its role or in full.
const CHANNELS: &[&str] = &["email", "webhook"];
const WORKERS: &[&str] = &["intake", "router", "sweep", "newsroom", "email", "webhook"];
const OUTCOMES: &[&str] = &[
    "accepted",
    "cleared",
    "routed",
    "delivered",
    "retried",
    "dead",
    "suppressed",
    "superseded",
    "done",
    "unfinished",
    "poisoned",
    "confirmed",
    "unsubscribed",
];

impl TailQuery {
    /// A filter that no line can pass would wait for ever.
    fn check(&self) -> Result<(), Problem> {
        let role = self
            .worker
            .as_ref()
            .and_then(|worker| worker.split('-').next());
        let given = [
            ("channel", self.channel.as_deref(), CHANNELS),
            ("worker", role, WORKERS),
            ("outcome", self.outcome.as_deref(), OUTCOMES),
        ];
        for (field, value, known) in given {
            if let Some(value) = value.filter(|value| !known.contains(value)) {
                return Err(Problem::Invalid {
                    pointer: format!("/{field}"),
                    detail: format!("no {field} `{}`", release::address::printable(value)),
                    mend: format!("use one of {}", known.join(", ")),
                });
            }
        }
        Ok(())
    }

    fn wants(&self, line: &Value, level: Level) -> bool {
        let is = |wanted: &Option<String>, field: &str| {
            wanted.as_ref().is_none_or(|wanted| {
                line[field]
                    .as_str()
                    .is_some_and(|value| value.starts_with(wanted.as_str()))
            })
        };
        let severe = line["level"]
            .as_str()
            .and_then(|text| text.parse::<Level>().ok())
            .is_some_and(|of| of <= level);
        severe
            && is(&self.release, "release")
            && is(&self.worker, "worker")
            && is(&self.channel, "channel")
            && is(&self.outcome, "outcome")
    }
}

/// The levels that listeners want now; the most verbose of them is asked of the log.
static WANTED: Mutex<Vec<Level>> = Mutex::new(Vec::new());

/// Says which level is wanted, until dropped.
struct Wanting {
    level: Level,
    tell: Arc<dyn Fn(Option<Level>) + Send + Sync>,
}

impl Wanting {
    fn new(level: Level, tell: Arc<dyn Fn(Option<Level>) + Send + Sync>) -> Wanting {
        let mut wanted = WANTED.lock().expect("no holder panics");
        wanted.push(level);
        tell(wanted.iter().max().copied());
        Wanting { level, tell }
    }
}

impl Drop for Wanting {
    fn drop(&mut self) {
        let mut wanted = WANTED.lock().expect("no holder panics");
        if let Some(at) = wanted.iter().position(|level| *level == self.level) {
            wanted.swap_remove(at);
        }
        (self.tell)(wanted.iter().max().copied());
    }
}

/// The workers' log, line by line, as server-sent events
#[utoipa::path(get, path = "/v1/tail", tag = "operators", params(TailQuery),
    responses((status = 200, content_type = "text/event-stream", body = String), Problem))]
pub(super) async fn tail(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<TailQuery>, QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    caller.must(Scope::Operator)?;
    let Query(query) = query?;
    query.check()?;
    let level = match query.level.as_deref() {
        None => Level::INFO,
        Some(text) => text.parse().map_err(|_| Problem::Invalid {
            pointer: "/level".into(),
            detail: format!("no level `{}`", release::address::printable(text)),
            mend: "use error, warn, info, debug or trace".into(),
        })?,
    };
    let wanting = Wanting::new(level, intake.tail.clone());
    let begin = (intake.queue.listen(), query, intake.stop.clone(), wanting);
    let lines = stream::unfold(
        begin,
        move |(mut tellings, query, stop, wanting)| async move {
            loop {
                let told = tokio::select! {
                    () = stop.cancelled() => return None,
                    told = tellings.recv() => told,
                };
                match told {
                    Ok(Telling::Log(line)) if query.wants(&line, level) => {
                        let event = Event::default().data(line.to_string());
                        return Some((Ok(event), (tellings, query, stop, wanting)));
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(missed)) => {
                        let event = Event::default().event("missed").data(missed.to_string());
                        return Some((Ok(event), (tellings, query, stop, wanting)));
                    }
                    Err(RecvError::Closed) => return None,
                }
            }
        },
    );
    Ok(Sse::new(lines).keep_alive(KeepAlive::default()))
}
