//! What happened to deliveries, for whoever is asked why somebody heard of something late, twice or not at all.
//!
//! Deliveries of one endpoint are found through the alerts, newest first: the ledger has no index by endpoint, for that would
//! cost each of them. A look goes through some thousand alerts at most.

use crate::{Result, Store};
use release::model::{AlertKind, Channel};
use serde_json::Value;

/// Alerts that are looked through for the deliveries of one endpoint.
const ALERTS_LOOKED_THROUGH: i64 = 20_000;

/// A delivery with all that is known of it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TraceRow {
    /// The alert's key; ascending.
    pub alert_id: i64,
    /// The endpoint's key.
    pub endpoint_id: i64,
    /// `alr_…`.
    pub alert: String,
    /// What the alert tells.
    #[sqlx(try_from = "String")]
    pub kind: AlertKind,
    /// `rel_…` of the release told, if it told of one.
    pub release: Option<String>,
    /// `ep_…`.
    pub endpoint: String,
    /// How it travels.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// A mail address or a URL; empty once erased.
    pub address: String,
    /// When its alert was written, Unix milliseconds.
    pub alert_ms: i64,
    /// The batch it is in now.
    pub batch_id: i64,
    /// Which try that batch is: 0 for the first.
    pub round: i64,
    /// When that batch was made, Unix milliseconds.
    pub batch_ms: i64,
    /// `open`, `done` or `poisoned`.
    pub batch_state: String,
    /// Whether an operator halted that batch.
    pub halted: bool,
    /// `due`, `delivered`, `dead`, `suppressed` or `superseded`.
    pub state: String,
    /// Attempts so far.
    pub attempts: i64,
    /// When its outcome was known, Unix milliseconds; while it is due, that of the last attempt.
    pub done_ms: Option<i64>,
    /// The receiver's last status.
    pub last_status: Option<i64>,
    /// Why it failed, or was not sent.
    pub last_error: Option<String>,
    /// When it is tried again, or its digest comes, Unix milliseconds.
    pub waits_until_ms: Option<i64>,
    /// Why it waits for a digest; empty if for another try.
    pub gathered: Option<String>,
}

/// An attempt that is kept: each that failed, and one that did not if it was sent again after it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AttemptRow {
    /// The alert's key.
    pub alert_id: i64,
    /// Counted from 1.
    pub attempt: i64,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// How long it took; 0 if it did not fail, for that is not kept.
    pub duration_ms: i64,
    /// The receiver's status, if it gave one.
    pub status: Option<i64>,
    /// Why it failed; empty if it did not.
    pub error: String,
    /// What the receiver answered where it failed.
    pub answer: String,
}

/// Which deliveries of an endpoint are asked for.
#[derive(Debug, Clone, Copy)]
pub struct DeliveriesAsked<'a> {
    /// Of alerts older than the one with this key.
    pub before_id: i64,
    /// In one of these states; none for all.
    pub states: &'a [&'a str],
    /// Of alerts written from then on, Unix milliseconds.
    pub since_ms: i64,
    /// Of alerts written before then, Unix milliseconds.
    pub until_ms: i64,
    /// So many at most.
    pub limit: i64,
}

impl DeliveriesAsked<'_> {
    /// The newest so many.
    pub fn newest(limit: i64) -> DeliveriesAsked<'static> {
        DeliveriesAsked {
            before_id: i64::MAX,
            states: &[],
            since_ms: 0,
            until_ms: i64::MAX,
            limit,
        }
    }
}

/// Deliveries of an endpoint.
#[derive(Debug, Clone)]
pub struct DeliveriesPage {
    /// The newest first.
    pub rows: Vec<TraceRow>,
    /// `alr_…`: what is older than this alert was not looked at, whether it holds more or not.
    pub next_before: Option<String>,
}

/// A delivery that was told by a digest.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DigestedRow {
    /// The delivery's alert's key.
    pub alert_id: i64,
    /// `alr_…` of the digest.
    pub digest: String,
    /// When the digest was made, Unix milliseconds.
    pub digest_ms: i64,
    /// Why it waited for it.
    pub gathered: String,
}

/// Every query for traced deliveries selects these.
macro_rules! select_trace {
    ($alerts:literal, $rest:literal) => {
        concat!(
            "select d.alert_id, d.endpoint_id, a.public_id as alert, a.kind, r.public_id as release, e.public_id as endpoint, \
             e.channel, e.address, a.created_ms as alert_ms, d.batch_id, b.round, b.created_ms as batch_ms, \
             b.state as batch_state, not (",
            not_halted!(),
            ") as halted, d.state, d.attempts, d.done_ms, d.last_status, d.last_error, t.due_ms as waits_until_ms, \
             t.gathered from (",
            $alerts,
            ") a cross join deliveries d cross join endpoints e cross join batches b \
             left join releases r on r.id = d.release_id \
             left join retries t on t.alert_id = d.alert_id and t.endpoint_id = d.endpoint_id \
             where d.alert_id = a.id and e.id = d.endpoint_id and b.id = d.batch_id ",
            $rest
        )
    };
}

impl Store {
    /// The deliveries of an endpoint that are asked for, the newest first.
    pub async fn deliveries_of_endpoint(
        &self,
        endpoint_id: i64,
        asked: &DeliveriesAsked<'_>,
    ) -> Result<DeliveriesPage> {
        let states = Value::from(asked.states).to_string();
        let rows: Vec<TraceRow> = reading!(self, |conn| {
            sqlx::query_as(select_trace!(
                "select id, public_id, kind, created_ms from alerts where id < $2 order by id desc limit $3",
                "and d.endpoint_id = $1 and ($4 = '[]' or d.state in (select value from json_each($4))) \
                 and a.created_ms >= $5 and a.created_ms < $6 order by a.id desc limit $7"
            ))
            .bind(endpoint_id)
            .bind(asked.before_id)
            .bind(ALERTS_LOOKED_THROUGH)
            .bind(&states)
            .bind(asked.since_ms)
            .bind(asked.until_ms)
            .bind(asked.limit)
            .fetch_all(conn)
            .await?
        });
        let next_before = match rows.last().filter(|_| rows.len() as i64 == asked.limit) {
            Some(last) => Some(last.alert.clone()),
            None => self.last_looked_at(asked).await?,
        };
        Ok(DeliveriesPage { rows, next_before })
    }

    /// The alert with which a look ended before it had gone through all that is asked for.
    async fn last_looked_at(&self, asked: &DeliveriesAsked<'_>) -> Result<Option<String>> {
        let last: Option<(String, i64)> = reading!(self, |conn| {
            sqlx::query_as(
                "select public_id, created_ms from alerts where id < $1 order by id desc limit 1 offset $2",
            )
            .bind(asked.before_id)
            .bind(ALERTS_LOOKED_THROUGH - 1)
            .fetch_optional(conn)
            .await?
        });
        Ok(last.and_then(|(alert, created_ms)| (created_ms >= asked.since_ms).then_some(alert)))
    }

    /// The delivery of an alert to an endpoint.
    pub async fn trace_delivery(
        &self,
        endpoint_id: i64,
        alert_id: i64,
    ) -> Result<Option<TraceRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_trace!(
                "select id, public_id, kind, created_ms from alerts where id = $2",
                "and d.endpoint_id = $1"
            ))
            .bind(endpoint_id)
            .bind(alert_id)
            .fetch_optional(conn)
            .await?
        }))
    }

    /// Kept attempts at deliveries of an endpoint, by alert and attempt.
    pub async fn trace_attempts(
        &self,
        endpoint_id: i64,
        alert_ids: &[i64],
    ) -> Result<Vec<AttemptRow>> {
        let alerts = Value::from(alert_ids).to_string();
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select t.alert_id, t.attempt, t.at_ms, t.duration_ms, t.status, t.error, t.answer from attempts t \
                 where t.endpoint_id = $1 and t.alert_id in (select cast(value as bigint) from json_each($2)) \
                 order by t.alert_id, t.attempt",
            )
            .bind(endpoint_id)
            .bind(&alerts)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Every attempt at a delivery, oldest first: those that are kept, and the last if it did not fail, which its own row tells.
    pub async fn attempts(&self, row: &TraceRow) -> Result<Vec<AttemptRow>> {
        let mut attempts = self
            .trace_attempts(row.endpoint_id, &[row.alert_id])
            .await?;
        let succeeded = row.state == "delivered" && row.last_error.is_none();
        let kept = attempts.last().map_or(0, |last| last.attempt);
        if succeeded && row.attempts > kept {
            attempts.push(AttemptRow {
                alert_id: row.alert_id,
                attempt: row.attempts,
                at_ms: row.done_ms.unwrap_or(row.alert_ms),
                duration_ms: 0,
                status: row.last_status,
                error: String::new(),
                answer: String::new(),
            });
        }
        Ok(attempts)
    }

    /// Which of these deliveries of an endpoint were told by which digest.
    pub async fn trace_digests(
        &self,
        endpoint_id: i64,
        alert_ids: &[i64],
    ) -> Result<Vec<DigestedRow>> {
        let oldest = alert_ids.iter().min().copied().unwrap_or(i64::MAX);
        let alerts = Value::from(alert_ids).to_string();
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select m.alert_id, g.public_id as digest, g.created_ms as digest_ms, m.gathered \
                 from (select id, public_id, created_ms from alerts where kind = 'digest' and id > $1 order by id limit $2) g \
                 cross join digest_members m where m.digest_id = g.id and m.endpoint_id = $3 \
                 and m.alert_id in (select cast(value as bigint) from json_each($4)) order by g.id, m.alert_id",
            )
            .bind(oldest)
            .bind(ALERTS_LOOKED_THROUGH)
            .bind(endpoint_id)
            .bind(&alerts)
            .fetch_all(conn)
            .await?
        }))
    }
}
