//! Outcomes: what became of deliveries, recorded in bulk with the counters of their batch.

use crate::bulk::Bulk;
use crate::health::Changes;
use crate::latency::Latencies;
use crate::{BatchRow, HealthChange, Result, Store};
use release::frequency::Gathered;
use serde_json::json;
use std::collections::HashSet;

/// What became of one delivery at one attempt.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// To whom.
    pub endpoint_id: i64,
    /// What became of it.
    pub verdict: Verdict,
    /// Which attempt this was, from 1; 0 if nothing was sent.
    pub attempt: i64,
    /// The receiver's status, if it gave one.
    pub status: Option<i64>,
    /// What the receiver answered to a failed attempt, as far as it is kept; may be empty.
    pub answer: String,
    /// Unix milliseconds, when it was known.
    pub at_ms: i64,
    /// How long the attempt took.
    pub duration_ms: i64,
    /// From acceptance or clear time to now.
    pub latency_ms: i64,
    /// What it says of a receiver that fails, or had failed.
    pub health: Option<HealthChange>,
    /// What a digest left out, each with what becomes of it; empty for everything else.
    pub left_out: Vec<LeftOut>,
}

/// An alert that a digest did not tell though it had waited for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The alert's key.
    pub alert_id: i64,
    /// Suppressed or superseded.
    pub verdict: Verdict,
}

/// How a delivery goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver said yes.
    Delivered,
    /// Tried again at this time.
    Retry {
        /// Unix milliseconds.
        due_ms: i64,
        /// Why it failed.
        error: String,
    },
    /// Not sent by itself, for the reader had too many mails: it waits for a digest.
    Gathered {
        /// When the digest comes, Unix milliseconds.
        due_ms: i64,
    },
    /// Given up.
    Dead {
        /// Why.
        error: String,
    },
    /// Not sent, for the reader does not want it (any more).
    Suppressed {
        /// Why.
        reason: String,
    },
    /// Not sent, for the story has a newer revision.
    Superseded,
    /// It was delivered before, so it stays delivered; this is what came of sending it again.
    Redelivered {
        /// Why it did not arrive again, if so.
        error: Option<String>,
    },
}

impl Verdict {
    /// The name of the outcome in logs, metrics and `tail --outcome`.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Delivered => "delivered",
            Verdict::Retry { .. } => "retried",
            Verdict::Gathered { .. } => "gathered",
            Verdict::Dead { .. } => "dead",
            Verdict::Suppressed { .. } => "suppressed",
            Verdict::Superseded => "superseded",
            Verdict::Redelivered { .. } => "redelivered",
        }
    }

    /// The same for a delivery that was delivered before: nothing takes that back, and a failure may be tried again.
    pub fn of_redelivery(self) -> Verdict {
        let error = match self {
            Verdict::Retry { .. } | Verdict::Gathered { .. } | Verdict::Redelivered { .. } => {
                return self;
            }
            Verdict::Delivered => None,
            Verdict::Superseded => Some("the story has a newer revision".to_owned()),
            Verdict::Dead { error } => Some(error),
            Verdict::Suppressed { reason } => Some(reason),
        };
        Verdict::Redelivered { error }
    }

    /// Whether nothing more comes.
    pub(crate) fn is_final(&self) -> bool {
        !matches!(self, Verdict::Retry { .. } | Verdict::Gathered { .. })
    }

    pub(crate) fn state(&self) -> &'static str {
        match self {
            Verdict::Retry { .. } | Verdict::Gathered { .. } => "due",
            Verdict::Redelivered { .. } => "delivered",
            other => other.name(),
        }
    }

    pub(crate) fn error(&self) -> Option<&str> {
        match self {
            Verdict::Delivered | Verdict::Superseded | Verdict::Gathered { .. } => None,
            Verdict::Retry { error, .. } | Verdict::Dead { error } => Some(error),
            Verdict::Suppressed { reason } => Some(reason),
            Verdict::Redelivered { error } => error.as_deref(),
        }
    }
}

impl Store {
    /// Records outcomes of a batch's deliveries: rows, retries, attempts and counters in one transaction.
    ///
    /// A delivery whose outcome stands already keeps it, and one that waits for its retry keeps waiting; a lost lease
    /// changes nothing about what was sent.
    pub async fn record_outcomes(&self, batch: &BatchRow, outcomes: &[Outcome]) -> Result<()> {
        let failures: Vec<_> = outcomes
            .iter()
            .filter(|outcome| outcome.failed())
            .map(failure_row)
            .collect();
        let failures =
            (!failures.is_empty()).then(|| serde_json::Value::from(failures).to_string());
        let changes = Changes::of(outcomes);
        let current = changes.is_empty() || self.is_current().await?;
        writing_beside!(self, Erasing, |conn| {
            // First, for it locks the row: two workers that record for one batch take turns.
            let stored: String =
                sqlx::query_scalar("update batches set claims = 0 where id = $1 returning latency")
                    .bind(batch.id)
                    .fetch_one(&mut *conn)
                    .await?;
            let changed = conn.change_deliveries(batch, outcomes).await?;
            if let Some(failures) = &failures {
                sqlx::query(
                    "insert into attempts (alert_id, endpoint_id, attempt, at_ms, duration_ms, status, error, answer) \
                     select $1, cast(json_extract(value, '$[0]') as bigint), cast(json_extract(value, '$[1]') as bigint), \
                     cast(json_extract(value, '$[2]') as bigint), cast(json_extract(value, '$[3]') as bigint), \
                     cast(json_extract(value, '$[4]') as bigint), json_extract(value, '$[5]'), \
                     json_extract(value, '$[6]') from json_each($2) where true on conflict do nothing",
                )
                .bind(batch.alert_id)
                .bind(failures)
                .execute(&mut *conn)
                .await?;
                forget_words_of_the_erased!(conn, batch.alert_id, failures);
            }
            if let Some(retries) = retry_rows(outcomes, &changed) {
                sqlx::query(
                    "insert into retries (alert_id, endpoint_id, due_ms, gathered) select $1, cast(json_extract(value, '$[0]') as bigint), \
                     cast(json_extract(value, '$[1]') as bigint), json_extract(value, '$[2]') from json_each($2)",
                )
                .bind(batch.alert_id)
                .bind(&retries)
                .execute(&mut *conn)
                .await?;
            }
            if current {
                note_health!(conn, &changes);
            }
            // Digests tell of no release themselves.
            if batch.release_id.is_none() {
                for outcome in outcomes.iter().filter(|outcome| {
                    changed.contains(&outcome.endpoint_id) && outcome.verdict.is_final()
                }) {
                    settle_members!(conn, batch.alert_id, outcome);
                }
            }
            let tally = Tally::of(outcomes, &changed, &stored);
            sqlx::query(
                "update batches set delivered = delivered + $1, dead = dead + $2, suppressed = suppressed + $3, \
                 superseded = superseded + $4, retried = retried + $5, latency = $6, state = case when \
                 delivered + dead + suppressed + superseded + retried + $7 >= total then 'done' else state end \
                 where id = $8",
            )
            .bind(tally.delivered)
            .bind(tally.dead)
            .bind(tally.suppressed)
            .bind(tally.superseded)
            .bind(tally.retried)
            .bind(&tally.latency)
            .bind(tally.all())
            .bind(batch.id)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }
}

impl Outcome {
    /// Whether something was sent, and failed: such an attempt is kept.
    fn failed(&self) -> bool {
        let failure = matches!(
            self.verdict,
            Verdict::Retry { .. } | Verdict::Dead { .. } | Verdict::Redelivered { error: Some(_) }
        );
        failure && self.attempt > 0
    }
}

fn failure_row(outcome: &Outcome) -> serde_json::Value {
    json!([
        outcome.endpoint_id,
        outcome.attempt,
        outcome.at_ms,
        outcome.duration_ms,
        outcome.status,
        outcome.verdict.error().unwrap_or_default(),
        outcome.answer
    ])
}

/// `[[endpoint, due, why it waits for a digest], …]` of what comes later among the outcomes that stand; none if nothing does.
fn retry_rows(outcomes: &[Outcome], changed: &HashSet<i64>) -> Option<String> {
    let row = |outcome: &Outcome| match outcome.verdict {
        Verdict::Retry { due_ms, .. } => Some(json!([outcome.endpoint_id, due_ms, ""])),
        Verdict::Gathered { due_ms } => {
            let why = Gathered::Flood.as_str();
            Some(json!([outcome.endpoint_id, due_ms, why]))
        }
        _ => None,
    };
    let rows: Vec<_> = outcomes
        .iter()
        .filter(|outcome| changed.contains(&outcome.endpoint_id))
        .filter_map(row)
        .collect();
    (!rows.is_empty()).then(|| serde_json::Value::from(rows).to_string())
}

/// What one recording adds to its batch.
#[derive(Default)]
struct Tally {
    delivered: i64,
    dead: i64,
    suppressed: i64,
    superseded: i64,
    retried: i64,
    latency: String,
}

impl Tally {
    /// Counts only rows that changed: another worker may have recorded the same delivery before.
    fn of(outcomes: &[Outcome], changed: &HashSet<i64>, stored: &str) -> Tally {
        let mut tally = Tally::default();
        let mut latency = Latencies::from_text(stored);
        for outcome in outcomes
            .iter()
            .filter(|outcome| changed.contains(&outcome.endpoint_id))
        {
            match outcome.verdict {
                Verdict::Delivered => {
                    tally.delivered += 1;
                    latency.record(outcome.latency_ms);
                }
                // Its latency was that of the first time.
                Verdict::Redelivered { .. } => tally.delivered += 1,
                Verdict::Retry { .. } | Verdict::Gathered { .. } => tally.retried += 1,
                Verdict::Dead { .. } => tally.dead += 1,
                Verdict::Suppressed { .. } => tally.suppressed += 1,
                Verdict::Superseded => tally.superseded += 1,
            }
        }
        tally.latency = latency.to_text();
        tally
    }

    fn all(&self) -> i64 {
        self.delivered + self.dead + self.suppressed + self.superseded + self.retried
    }
}
