//! Digests: what waited for an endpoint, told in one mail.
//!
//! A delivery that waits is still due, and has a row in `retries` that says why it waits and until when. The sweep turns
//! such rows into the members of a digest, in one transaction; whatever becomes of the digest becomes of its members, in
//! the transaction that records it. So a delivery is told by one digest or by none, and a crash repeats or loses nothing.

use crate::{NewBatch, Result, Store, StoreError};
use release::frequency::Gathered;
use release::ids::{Kind, PublicId};
use release::model::{Channel, Lane};
use serde_json::{Value, json};

/// Deliveries that are looked at in one go: a transaction that gathers them stays short.
const GATHERED_AT_ONCE: i64 = 2000;

/// Something that a digest is to tell.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DigestMember {
    /// The alert that waited.
    pub alert_id: i64,
    /// The story it tells.
    pub story_id: i64,
    /// Its revision.
    pub revision: i64,
    /// The release it tells.
    pub release_id: i64,
    /// Keys of the subscriptions that caused it, space-separated.
    pub reasons: String,
    /// Why it waited.
    #[sqlx(try_from = "String")]
    pub gathered: Gathered,
    /// Whether the story has a newer revision by now.
    pub superseded: bool,
}

/// A delivery whose digest is due.
#[derive(Debug, Clone, sqlx::FromRow)]
struct Waiting {
    endpoint_id: i64,
    alert_id: i64,
    gathered: String,
}

/// Gives the members of a digest the outcome that the digest had for their endpoint, each with the counters of the batch
/// it was planned in. A member's time on the way is its reader's choice, so it is not among the latencies; what went
/// wrong stands at the digest.
macro_rules! settle_members {
    ($conn:ident, $digest_id:expr, $outcome:expr) => {{
        let outcome: &$crate::Outcome = $outcome;
        for left in &outcome.left_out {
            let batch_id: Option<i64> = sqlx::query_scalar(
                "update deliveries set state = $1, done_ms = $2, last_error = $3 where alert_id = $4 and endpoint_id = $5 \
                 and state = 'due' and exists (select 1 from digest_members m where m.digest_id = $6 \
                 and m.endpoint_id = $5 and m.alert_id = $4 and m.batch_id = deliveries.batch_id) and not exists (select 1 from retries t \
                 where t.alert_id = $4 and t.endpoint_id = $5) returning batch_id",
            )
            .bind(left.verdict.state())
            .bind(outcome.at_ms)
            .bind(left.verdict.error())
            .bind(left.alert_id)
            .bind(outcome.endpoint_id)
            .bind($digest_id)
            .fetch_optional(&mut *$conn)
            .await?;
            if let Some(batch_id) = batch_id {
                move_counted!($conn, batch_id, left.verdict.state());
            }
        }
        let error = match &outcome.verdict {
            $crate::Verdict::Dead { .. } => Some("its digest was given up"),
            other => other.error(),
        };
        let batches: Vec<i64> = sqlx::query_scalar(
            "update deliveries set state = $1, attempts = attempts + $2, done_ms = $3, last_status = $4, last_error = $5 \
             where endpoint_id = $6 and state = 'due' \
             and alert_id in (select m.alert_id from digest_members m where m.digest_id = $7 and m.endpoint_id = $6) \
             and exists (select 1 from digest_members m where m.digest_id = $7 and m.endpoint_id = $6 \
             and m.alert_id = deliveries.alert_id and m.batch_id = deliveries.batch_id) \
             and not exists (select 1 from retries t where t.alert_id = deliveries.alert_id and t.endpoint_id = $6) \
             returning batch_id",
        )
        .bind(outcome.verdict.state())
        .bind(i64::from(outcome.attempt > 0))
        .bind(outcome.at_ms)
        .bind(outcome.status)
        .bind(error)
        .bind(outcome.endpoint_id)
        .bind($digest_id)
        .fetch_all(&mut *$conn)
        .await?;
        for batch_id in batches {
            move_counted!($conn, batch_id, outcome.verdict.state());
        }
    }};
}

/// Counts a delivery of a batch that was to come later as what has become of it.
macro_rules! move_counted {
    ($conn:ident, $batch_id:expr, $state:expr) => {
        sqlx::query(
            "update batches set retried = retried - 1, \
             delivered = delivered + case when $1 = 'delivered' then 1 else 0 end, \
             dead = dead + case when $1 = 'dead' then 1 else 0 end, \
             suppressed = suppressed + case when $1 = 'suppressed' then 1 else 0 end, \
             superseded = superseded + case when $1 = 'superseded' then 1 else 0 end where id = $2",
        )
        .bind($state)
        .bind($batch_id)
        .execute(&mut *$conn)
        .await?
    };
}

impl Store {
    /// Gathers what has waited long enough into digests: one for each endpoint with all that is due to it, however late
    /// the sweep comes, in batches of at most `batch_size`. Looks at some thousand deliveries, and leaves the rest to the
    /// next look. Where nothing waits, nothing is made.
    pub async fn gather_digests(&self, batch_size: usize, now_ms: i64) -> Result<Vec<NewBatch>> {
        let mut waiting: Vec<Waiting> = reading!(self, |conn| {
            sqlx::query_as(
                "select endpoint_id, alert_id, gathered from retries where gathered <> '' and due_ms <= $1 \
                 and endpoint_id in (select first.endpoint_id from (select endpoint_id from retries \
                 where gathered <> '' and due_ms <= $1 order by due_ms limit $2) as first) \
                 order by endpoint_id, alert_id limit $3",
            )
            .bind(now_ms)
            .bind(GATHERED_AT_ONCE)
            .bind(2 * GATHERED_AT_ONCE)
            .fetch_all(conn)
            .await?
        });
        // The last of a page that is full may have more: it comes whole with the next.
        if waiting.len() as i64 == 2 * GATHERED_AT_ONCE {
            let (first, last) = (
                waiting[0].endpoint_id,
                waiting.last().map(|w| w.endpoint_id),
            );
            if last != Some(first) {
                waiting.retain(|one| Some(one.endpoint_id) != last);
            }
        }
        let by_endpoint: Vec<&[Waiting]> = waiting
            .chunk_by(|a, b| a.endpoint_id == b.endpoint_id)
            .collect();
        let mut batches = Vec::new();
        for chunk in by_endpoint.chunks(batch_size) {
            match self.write_digest(chunk, now_ms).await {
                Ok(batch) => batches.push(batch),
                // Another sweep was faster with some of them; what is left is gathered at the next look.
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(batches)
    }

    /// One digest, for endpoints with what waits for each; a conflict if another sweep was faster.
    async fn write_digest(&self, endpoints: &[&[Waiting]], now_ms: i64) -> Result<NewBatch> {
        let public_id = PublicId::from_random(Kind::Alert, rand::random());
        let request_id = PublicId::from_random(Kind::Request, rand::random());
        let ids: Vec<i64> = endpoints.iter().map(|all| all[0].endpoint_id).collect();
        let (first, last) = (ids.first().copied(), ids.last().copied());
        let total = ids.len() as i64;
        let ids = Value::from(ids).to_string();
        let members: Vec<Value> = endpoints
            .iter()
            .flat_map(|all| all.iter())
            .map(|one| json!([one.endpoint_id, one.alert_id, one.gathered]))
            .collect();
        let expected = members.len() as u64;
        let members = Value::from(members).to_string();
        let batch_id = writing!(self, |conn| {
            let taken: u64 = sqlx::query(
                "delete from retries where gathered <> '' and due_ms <= $1 and (endpoint_id, alert_id) in \
                 (select cast(json_extract(value, '$[0]') as bigint), cast(json_extract(value, '$[1]') as bigint) from json_each($2))",
            )
            .bind(now_ms)
            .bind(&members)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if taken != expected {
                Err(StoreError::Conflict(
                    "another sweep gathered some of these".into(),
                ))
            } else {
                let digest_id = next_ids!(conn, "alert", 1);
                sqlx::query(
                    "insert into alerts (id, public_id, kind, lane, state, matched, request_id, created_ms, hinted_ms) \
                     values ($1, $2, 'digest', 'regular', 'routed', $3, $4, $5, $5)",
                )
                .bind(digest_id)
                .bind(public_id.as_str())
                .bind(total)
                .bind(request_id.as_str())
                .bind(now_ms)
                .execute(&mut *conn)
                .await?;
                let batch_id = next_ids!(conn, "batch", 1);
                sqlx::query(
                    "insert into batches (id, alert_id, channel, lane, round, first_endpoint_id, last_endpoint_id, state, \
                     total, request_id, created_ms, hinted_ms) \
                     values ($1, $2, 'email', 'regular', 0, $3, $4, 'open', $5, $6, $7, $7)",
                )
                .bind(batch_id)
                .bind(digest_id)
                .bind(first)
                .bind(last)
                .bind(total)
                .bind(request_id.as_str())
                .bind(now_ms)
                .execute(&mut *conn)
                .await?;
                sqlx::query(
                    "insert into deliveries (alert_id, endpoint_id, batch_id, state, reasons) \
                     select $1, cast(value as bigint), $2, 'due', '' from json_each($3)",
                )
                .bind(digest_id)
                .bind(batch_id)
                .bind(&ids)
                .execute(&mut *conn)
                .await?;
                sqlx::query(
                    "insert into digest_members (digest_id, endpoint_id, alert_id, batch_id, gathered) \
                     select $1, d.endpoint_id, d.alert_id, d.batch_id, json_extract(value, '$[2]') from json_each($2) \
                     join deliveries d on d.alert_id = cast(json_extract(value, '$[1]') as bigint) \
                     and d.endpoint_id = cast(json_extract(value, '$[0]') as bigint)",
                )
                .bind(digest_id)
                .bind(&members)
                .execute(&mut *conn)
                .await?;
                Ok(batch_id)
            }?
        });
        Ok(NewBatch {
            id: batch_id,
            channel: Channel::Email,
            lane: Lane::Regular,
            request_id: request_id.to_string(),
        })
    }

    /// What a digest is to tell an endpoint, oldest first; without what has an outcome already.
    pub async fn digest_members(
        &self,
        digest_id: i64,
        endpoint_id: i64,
    ) -> Result<Vec<DigestMember>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select m.alert_id, a.story_id, a.revision, d.release_id, d.reasons, m.gathered, (s.revision > a.revision) as superseded \
                 from digest_members m join deliveries d on d.alert_id = m.alert_id and d.endpoint_id = m.endpoint_id and d.batch_id = m.batch_id \
                 join alerts a on a.id = m.alert_id join stories s on s.id = a.story_id \
                 where m.digest_id = $1 and m.endpoint_id = $2 and d.state = 'due' and not exists (select 1 from retries t \
                 where t.alert_id = m.alert_id and t.endpoint_id = m.endpoint_id) order by m.alert_id",
            )
            .bind(digest_id)
            .bind(endpoint_id)
            .fetch_all(conn)
            .await?
        }))
    }
}
