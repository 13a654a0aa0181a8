//! How the wire stands: for operators, load balancers and Prometheus.

use super::blasts;
use super::halts::HaltShape;
use super::shapes::BouncesShape;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use queue::QueueName;
use release::time::{human_duration, rfc3339};
use serde_json::{Value, json};
use store::{BlastRow, HaltRow, Status, WorkerRow};

/// Work overdue for longer than this is late.
const LATE_MS: i64 = 5_000;
/// Work overdue for longer than this is stuck.
const STUCK_MS: i64 = 60_000;
/// A worker silent for longer than this is gone.
pub(super) const SILENT_MS: i64 = 10_000;
/// A clock that is further off than this makes releases leave early or late.
const FAR_OFF_MS: i64 = 500;
/// How far back bounces are counted.
const DAY_MS: i64 = 24 * 3_600_000;

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
    let halts = intake.store.halts().await?;
    let asking = intake.store.open_blasts().await?;
    let (verdict, why) = verdict(&status, &workers, &halts, &asking, now_ms);
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
        "halted": status.halted, "halts": halts.iter().map(HaltShape::of).collect::<Vec<_>>(),
        "bounces": BouncesShape::of(intake.store.bounces_since(now_ms - DAY_MS).await?),
        "blasts": blasts::shapes(&intake, &asking).await?,
        "oldest_due_age_ms": status.oldest_due_ms.map(|since_ms| (now_ms - since_ms).max(0)), "workers": workers,
    })))
}

fn worker_json(worker: &WorkerRow, now_ms: i64) -> Value {
    json!({
        "id": worker.id, "role": worker.role, "doing": worker.doing, "silent_ms": (now_ms - worker.beat_ms).max(0),
        "up_ms": (now_ms - worker.started_ms).max(0),
    })
}

/// OK, LATE, ASKS, HALTED or STUCK, and why. What is halted by hand is not late; other work may be stuck beside it.
pub(super) fn verdict(
    status: &Status,
    workers: &[WorkerRow],
    halts: &[HaltRow],
    asking: &[BlastRow],
    now_ms: i64,
) -> (&'static str, String) {
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
    if !halts.is_empty() {
        return ("HALTED", halted(status, halts));
    }
    if let Some(oldest) = asking.first() {
        return ("ASKS", asks(oldest, asking.len(), now_ms));
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

/// What is halted, why, and how much waits for it.
fn halted(status: &Status, halts: &[HaltRow]) -> String {
    let say = |row: &HaltRow| {
        let since = rfc3339(row.created_ms);
        match row.note.as_str() {
            "" => format!("{} since {since}", row.halted),
            note => format!("{} since {since} ({note})", row.halted),
        }
    };
    let said: Vec<String> = halts.iter().map(say).collect();
    let waiting = status.halted;
    format!(
        "sending is stopped by hand: {}; {waiting} deliveries wait; `dateline resume` lets it go on",
        said.join(", ")
    )
}

/// Which story waits for an operator's word, and for how long.
fn asks(oldest: &BlastRow, count: usize, now_ms: i64) -> String {
    let BlastRow {
        alert,
        reach,
        usual,
        ..
    } = oldest;
    let since = human_duration((now_ms - oldest.asked_ms).max(0));
    let others = match count {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    format!(
        "{alert} would be told to {reach}, usually at most {usual} are, and has waited for a word for {since}{others}: \
         `dateline blast`"
    )
}

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready means that work completes: the store takes writes, nothing is stuck, and our clock is near the store's. A process
/// that is halted by hand is ready: it has to answer whoever wants to resume.
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
            &intake.store.halts().await?,
            &intake.store.open_blasts().await?,
            now_ms,
        ))
    };
    match check.await {
        Ok(("STUCK", why)) => (StatusCode::SERVICE_UNAVAILABLE, format!("STUCK: {why}\n")),
        Ok((verdict, why)) => (StatusCode::OK, format!("{verdict}: {why}\n")),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Halted;

    #[test]
    fn verdict_says_what_is_wrong() {
        let fine = Status {
            scheduled: 0,
            unrouted: 0,
            open_batches: 0,
            poisoned: 0,
            due: 0,
            halted: 0,
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
            assert_eq!(verdict(status, workers, &[], &[], 100_000).0, expect);
        };
        let halt = HaltRow {
            halted: Halted::Issuer("acme".into()),
            note: "a loop".into(),
            actor: "local".into(),
            created_ms: 1_800_000_000_000,
        };
        let while_halted =
            |status: &Status| verdict(status, &[], std::slice::from_ref(&halt), &[], 100_000);

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
                ..fine.clone()
            },
            &[],
            "STUCK",
        );
        let waiting = Status {
            halted: 7,
            oldest_due_ms: Some(90_000),
            ..fine.clone()
        };
        let stuck = Status {
            oldest_due_ms: Some(1_000),
            ..fine
        };
        assert_eq!(
            while_halted(&waiting),
            (
                "HALTED",
                "sending is stopped by hand: issuer acme since 2027-01-15T08:00:00.000Z (a loop); 7 deliveries wait; \
                 `dateline resume` lets it go on"
                    .to_owned()
            )
        );
        assert_eq!(while_halted(&stuck).0, "STUCK", "something else is");
        let asked = BlastRow {
            alert_id: 1,
            alert: "alr_1".into(),
            story_id: 1,
            revision: 0,
            generation: 0,
            reach: 5200,
            usual: 310,
            asked_ms: 40_000,
            word: String::new(),
            actor: String::new(),
            note: String::new(),
        };
        let asking = [asked.clone(), asked];
        assert_eq!(
            verdict(&waiting, &[], &[], &asking, 100_000),
            (
                "ASKS",
                "alr_1 would be told to 5200, usually at most 310 are, and has waited for a word for 60 s, and 1 more: \
                 `dateline blast`"
                    .to_owned()
            )
        );
    }
}
