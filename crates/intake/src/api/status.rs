//! How the wire stands: for operators, load balancers and Prometheus.

use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use queue::QueueName;
use release::time::{human_duration, rfc3339};
use serde_json::{Value, json};
use store::{Status, WorkerRow};

/// Work overdue for longer than this is late.
const LATE_MS: i64 = 5_000;
/// Work overdue for longer than this is stuck.
const STUCK_MS: i64 = 60_000;
/// A worker silent for longer than this is gone.
const SILENT_MS: i64 = 10_000;
/// A clock that is further off than this makes releases leave early or late.
const FAR_OFF_MS: i64 = 500;

/// How the wire stands: a verdict, and numbers
#[utoipa::path(get, path = "/v1/status", tag = "operators", responses((status = 200, body = Object), Problem))]
pub(super) async fn status(
    State(intake): State<Intake>,
    caller: Caller,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::Operator)?;
    let now_ms = intake.clock.now_ms();
    let status = intake.store.status(now_ms).await?;
    let workers = intake.store.workers().await?;
    let (verdict, why) = verdict(&status, &workers, now_ms);
    let mut depth = serde_json::Map::new();
    for name in QueueName::ALL {
        // Null while the broker is away.
        depth.insert(name.to_string(), json!(intake.queue.depth(name).await.ok()));
    }
    let workers: Vec<Value> = workers
        .iter()
        .map(|worker| worker_json(worker, now_ms))
        .collect();
    Ok(Json(json!({
        "verdict": verdict, "why": why, "at": rfc3339(now_ms), "queue_depth": depth, "scheduled": status.scheduled,
        "unrouted": status.unrouted, "open_batches": status.open_batches, "poisoned": status.poisoned,
        "due": status.due, "retrying": status.retrying, "gathered": status.gathered, "dead": status.dead,
        "oldest_due_age_ms": status.oldest_due_ms.map(|since_ms| (now_ms - since_ms).max(0)), "workers": workers,
    })))
}

fn worker_json(worker: &WorkerRow, now_ms: i64) -> Value {
    json!({
        "id": worker.id, "role": worker.role, "doing": worker.doing, "silent_ms": (now_ms - worker.beat_ms).max(0),
        "up_ms": (now_ms - worker.started_ms).max(0),
    })
}

/// OK, LATE or STUCK, and why.
fn verdict(status: &Status, workers: &[WorkerRow], now_ms: i64) -> (&'static str, String) {
    let age_ms = status.oldest_due_ms.map_or(0, |since_ms| now_ms - since_ms);
    // Of several workers of a role one may be gone: the others do its work.
    let lives = |worker: &WorkerRow| now_ms - worker.beat_ms <= SILENT_MS;
    let covered = |role: &str| {
        workers
            .iter()
            .any(|other| other.role == role && lives(other))
    };
    let silent: Vec<&str> = workers
        .iter()
        .filter(|worker| !covered(&worker.role))
        .map(|worker| worker.id.as_str())
        .collect();
    if let Some(seq) = status.restored {
        return (
            "STUCK",
            format!(
                "restored from a backup that ends with item {seq}, and halted: see what could be sent twice, then start \
                 with `dateline serve --resume-from SEQ`, SEQ being the newest item that went out"
            ),
        );
    }
    if status.poisoned > 0 {
        return (
            "STUCK",
            format!(
                "{} batches were claimed again and again without an outcome; see the log",
                status.poisoned
            ),
        );
    }
    if !silent.is_empty() {
        return (
            "STUCK",
            format!("silent for over 10 s: {}", silent.join(", ")),
        );
    }
    if age_ms > STUCK_MS {
        return (
            "STUCK",
            format!(
                "the oldest work has been due for {}",
                human_duration(age_ms)
            ),
        );
    }
    if age_ms > LATE_MS {
        return (
            "LATE",
            format!(
                "the oldest work has been due for {}",
                human_duration(age_ms)
            ),
        );
    }
    ("OK", "nothing is overdue".to_owned())
}

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready means that work completes: the store takes writes, nothing is stuck, and our clock is near the store's.
pub(super) async fn readyz(State(intake): State<Intake>) -> (StatusCode, String) {
    let offset_ms = intake.clock.offset_ms();
    if offset_ms.abs() > FAR_OFF_MS {
        let says =
            format!("this machine's clock is {offset_ms} ms behind the store's: set it by NTP\n");
        return (StatusCode::SERVICE_UNAVAILABLE, says);
    }
    let check = async {
        intake.store.check_writable().await?;
        let now_ms = intake.clock.now_ms();
        Ok::<_, store::StoreError>(verdict(
            &intake.store.status(now_ms).await?,
            &intake.store.workers().await?,
            now_ms,
        ))
    };
    match check.await {
        Ok(("STUCK", why)) => (StatusCode::SERVICE_UNAVAILABLE, format!("STUCK: {why}\n")),
        Ok((verdict, why)) => (StatusCode::OK, format!("{verdict}: {why}\n")),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
    }
}

pub(super) async fn metrics(
    State(intake): State<Intake>,
    caller: Caller,
) -> Result<String, Problem> {
    caller.must(Scope::Metrics)?;
    let now_ms = intake.clock.now_ms();
    let status = intake.store.status(now_ms).await?;
    let age_ms = status
        .oldest_due_ms
        .map_or(0, |since_ms| (now_ms - since_ms).max(0));
    for name in QueueName::ALL {
        // Not a number while the broker is away: what Prometheus shows as missing.
        let depth = intake
            .queue
            .depth(name)
            .await
            .map_or(f64::NAN, |depth| depth as f64);
        metrics::gauge!("dateline_queue_depth", "queue" => name.to_string()).set(depth);
    }
    metrics::gauge!("dateline_due").set(status.due as f64);
    metrics::gauge!("dateline_retrying").set(status.retrying as f64);
    metrics::gauge!("dateline_gathered").set(status.gathered as f64);
    metrics::gauge!("dateline_poisoned_batches").set(status.poisoned as f64);
    metrics::gauge!("dateline_oldest_due_seconds").set(age_ms as f64 / 1000.0);
    Ok((intake.metrics)())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdict_says_what_is_wrong() {
        let fine = Status {
            scheduled: 0,
            unrouted: 0,
            open_batches: 0,
            poisoned: 0,
            due: 0,
            retrying: 0,
            gathered: 0,
            dead: 0,
            oldest_due_ms: None,
            restored: None,
        };
        let worker = |beat_ms| WorkerRow {
            id: "router-1".into(),
            role: "router".into(),
            doing: "waiting".into(),
            started_ms: 0,
            beat_ms,
        };
        let check = |status: &Status, workers: &[WorkerRow], expect| {
            assert_eq!(verdict(status, workers, 100_000).0, expect);
        };

        check(&fine, &[worker(99_000)], "OK");
        check(&fine, &[worker(80_000)], "STUCK");
        check(
            &Status {
                oldest_due_ms: Some(97_000),
                ..fine.clone()
            },
            &[],
            "OK",
        );
        check(
            &Status {
                oldest_due_ms: Some(90_000),
                ..fine.clone()
            },
            &[],
            "LATE",
        );
        check(
            &Status {
                oldest_due_ms: Some(1_000),
                ..fine.clone()
            },
            &[],
            "STUCK",
        );
        check(
            &Status {
                restored: Some(7),
                ..fine.clone()
            },
            &[],
            "STUCK",
        );
        check(
            &Status {
                poisoned: 1,
                ..fine
            },
            &[],
            "STUCK",
        );
    }
}
