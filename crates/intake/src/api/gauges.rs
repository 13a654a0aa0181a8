//! The metrics page: what stands in the store and the queue, asked for at each look, beside what this process has counted.
//!
//! Any process answers for the whole wire, so a rule takes the `max` of what several say; only `dateline_clock_offset_ms` and
//! the counters are the process's own.

use super::status::{SILENT_MS, verdict};
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::extract::State;
use metrics::gauge;
use queue::{Queue, QueueName};
use store::{Status, WorkerRow};

/// The roles that a whole wire has, as workers report them. One that nobody runs is told of, too: with 0 workers.
const ROLES: [&str; 6] = ["intake", "router", "email", "webhook", "newsroom", "sweep"];

pub(super) async fn metrics(
    State(intake): State<Intake>,
    caller: Caller,
) -> Result<String, Problem> {
    caller.must(Scope::Metrics)?;
    let now_ms = intake.clock.now_ms();
    let status = intake.store.status(now_ms).await?;
    let workers = intake.store.workers().await?;
    let halts = intake.store.halts().await?;
    let asking = intake.store.open_blasts().await?;
    let failing = intake.store.failing_endpoints(now_ms).await?;
    set_work(&status, now_ms);
    gauge!("dateline_endpoints_failing").set(failing.failing as f64);
    gauge!("dateline_endpoints_stopped").set(failing.stopped as f64);
    gauge!("dateline_endpoints_disabled").set(failing.disabled as f64);
    gauge!("dateline_halts").set(halts.len() as f64);
    gauge!("dateline_blasts").set(asking.len() as f64);
    set_workers(&workers, now_ms);
    set_queue(&intake.queue).await;
    gauge!("dateline_verdict").set(
        match verdict(&status, &workers, &halts, &asking, now_ms).0 {
            "OK" => 0.0,
            "LATE" | "HALTED" | "ASKS" => 1.0,
            _ => 2.0,
        },
    );
    gauge!("dateline_clock_offset_ms").set(intake.clock.offset_ms() as f64);
    Ok((intake.metrics)())
}

fn set_work(status: &Status, now_ms: i64) {
    let age_ms = status
        .oldest_due_ms
        .map_or(0, |since_ms| (now_ms - since_ms).max(0));
    gauge!("dateline_oldest_due_seconds").set(age_ms as f64 / 1000.0);
    gauge!("dateline_scheduled").set(status.scheduled as f64);
    gauge!("dateline_unrouted").set(status.unrouted as f64);
    gauge!("dateline_open_batches").set(status.open_batches as f64);
    gauge!("dateline_poisoned_batches").set(status.poisoned as f64);
    gauge!("dateline_due").set(status.due as f64);
    gauge!("dateline_retrying").set(status.retrying as f64);
    gauge!("dateline_gathered").set(status.gathered as f64);
    gauge!("dateline_dead").set(status.dead as f64);
    gauge!("dateline_halted").set(status.halted as f64);
}

fn set_workers(workers: &[WorkerRow], now_ms: i64) {
    for role in ROLES {
        let living = workers
            .iter()
            .filter(|worker| worker.role == role && now_ms - worker.beat_ms <= SILENT_MS);
        gauge!("dateline_workers", "role" => role).set(living.count() as f64);
    }
}

/// Not a number while the broker is away: what Prometheus shows as missing.
async fn set_queue(queue: &Queue) {
    let shown = |depth: Result<usize, _>| depth.map_or(f64::NAN, |depth: usize| depth as f64);
    for name in QueueName::ALL {
        let depth = shown(queue.depth(name).await);
        gauge!("dateline_queue_depth", "queue" => name.to_string()).set(depth);
    }
    gauge!("dateline_dead_letters").set(shown(queue.dead_depth().await));
}
