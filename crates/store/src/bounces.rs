//! Mail that came back, and readers who complained: each once for a delivery and kind, with what follows from it.
//!
//! The table came with version 6 of the schema: on a database of the version before nothing came back, and what does is refused, so
//! that whoever brings it tries again later.

use crate::{Result, Store};
use release::bounce::{Bounce, BounceKind};
use std::fmt;

/// So many soft bounces of one endpoint...
const SOFT_MOST: i64 = 3;
/// ...within so long pause it.
const SOFT_WITHIN_MS: i64 = 7 * 24 * 3_600_000;

/// What followed from mail that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// Nothing: it was known already, or there is no such mailbox (any more).
    Nothing,
    /// It is counted.
    Counted,
    /// It was one too many: the endpoint is paused.
    Paused,
    /// Nothing more is sent to the address.
    Suppressed,
}

impl Followed {
    /// The name in logs and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Followed::Nothing => "nothing",
            Followed::Counted => "counted",
            Followed::Paused => "paused",
            Followed::Suppressed => "suppressed",
        }
    }
}

impl fmt::Display for Followed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that came back.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BounceRow {
    /// The alert's key.
    pub alert_id: i64,
    /// `alr_…`; none once it was pruned.
    pub alert: Option<String>,
    /// What it was.
    #[sqlx(try_from = "String")]
    pub kind: BounceKind,
    /// `5.1.1`, or empty.
    pub status: String,
    /// In the receiver's words.
    pub said: String,
    /// Unix milliseconds.
    pub at_ms: i64,
}

/// How much came back, by what follows from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct BounceCounts {
    /// Mailboxes that are not there.
    pub hard: i64,
    /// What may be otherwise another day.
    pub soft: i64,
    /// Readers who complained.
    pub complaints: i64,
}

/// Counts the rows of `bounces b` that a condition leaves.
macro_rules! count_bounces {
    ($rest:literal) => {
        concat!(
            "select cast(coalesce(sum(case when b.kind = 'hard' then 1 else 0 end), 0) as bigint) as hard, \
             cast(coalesce(sum(case when b.kind = 'soft' then 1 else 0 end), 0) as bigint) as soft, \
             cast(coalesce(sum(case when b.kind = 'complaint' then 1 else 0 end), 0) as bigint) as complaints from bounces b ",
            $rest
        )
    };
}

impl Store {
    /// Writes down what came back of the delivery of an alert to a mailbox, and does in the same transaction what follows: a hard
    /// bounce and a complaint suppress the address, the third soft one within seven days pauses the endpoint.
    ///
    /// # Errors
    /// [`crate::StoreError::Schema`] if there is no room for it yet.
    pub async fn record_bounce(
        &self,
        alert_id: i64,
        endpoint_id: i64,
        bounce: &Bounce,
        now_ms: i64,
    ) -> Result<Followed> {
        self.must_be_current().await?;
        // In turn with erasing, which would miss words that are not committed yet.
        Ok(writing_in_turn!(self, Erasing, |conn| {
            let new = sqlx::query(
                "insert into bounces (alert_id, endpoint_id, kind, status, said, at_ms) select $1, id, $2, $3, $4, $5 from endpoints \
                 where id = $6 and channel = 'email' and address <> '' on conflict do nothing",
            )
            .bind(alert_id)
            .bind(bounce.kind.as_str())
            .bind(&bounce.status)
            .bind(&bounce.said)
            .bind(now_ms)
            .bind(endpoint_id)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            match (new, bounce.kind) {
                (0, _) => Followed::Nothing,
                (_, BounceKind::Hard | BounceKind::Complaint) => {
                    sqlx::query(
                        "insert into suppressions (address_key, reason, created_ms) select address_key, $1, $2 from endpoints \
                         where id = $3 on conflict do nothing",
                    )
                    .bind(reason(bounce))
                    .bind(now_ms)
                    .bind(endpoint_id)
                    .execute(&mut *conn)
                    .await?;
                    Followed::Suppressed
                }
                (_, BounceKind::Soft) => {
                    let paused = sqlx::query(
                        "update endpoints set state = 'paused' where id = $1 and state = 'active' and (select count(*) from bounces b \
                         where b.endpoint_id = $1 and b.kind = 'soft' and b.at_ms > $2) >= $3",
                    )
                    .bind(endpoint_id)
                    .bind(now_ms - SOFT_WITHIN_MS)
                    .bind(SOFT_MOST)
                    .execute(&mut *conn)
                    .await?
                    .rows_affected();
                    if paused > 0 {
                        touch_subscriptions!(conn, endpoint_id);
                    }
                    match paused {
                        0 => Followed::Counted,
                        _ => Followed::Paused,
                    }
                }
            }
        }))
    }

    /// What came back from an endpoint, the newest first.
    pub async fn bounces_of(&self, endpoint_id: i64, limit: i64) -> Result<Vec<BounceRow>> {
        if !self.is_current().await? {
            return Ok(Vec::new());
        }
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select b.alert_id, a.public_id as alert, b.kind, b.status, b.said, b.at_ms from bounces b \
                 left join alerts a on a.id = b.alert_id where b.endpoint_id = $1 order by b.at_ms desc, b.alert_id desc limit $2",
            )
            .bind(endpoint_id)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// How much of what told of a release came back. It was delivered to a relay all the same, unless that refused it at once.
    pub async fn bounces_of_release(&self, release_id: i64) -> Result<BounceCounts> {
        if !self.is_current().await? {
            return Ok(BounceCounts::default());
        }
        Ok(reading!(self, |conn| {
            sqlx::query_as(count_bounces!(
                "join deliveries d on d.alert_id = b.alert_id and d.endpoint_id = b.endpoint_id where d.release_id = $1 \
                 and b.alert_id in (select t.alert_id from batches t where t.release_id = $1)"
            ))
            .bind(release_id)
            .fetch_one(conn)
            .await?
        }))
    }

    /// How much came back since a moment.
    pub async fn bounces_since(&self, since_ms: i64) -> Result<BounceCounts> {
        if !self.is_current().await? {
            return Ok(BounceCounts::default());
        }
        Ok(reading!(self, |conn| {
            sqlx::query_as(count_bounces!("where b.at_ms >= $1"))
                .bind(since_ms)
                .fetch_one(conn)
                .await?
        }))
    }
}

/// Why an address is suppressed; it never repeats the address, for it outlives it.
fn reason(bounce: &Bounce) -> String {
    match (bounce.kind, bounce.status.as_str()) {
        (BounceKind::Complaint, _) => "complained".to_owned(),
        (_, "") => "bounced".to_owned(),
        (_, status) => format!("bounced: {status}"),
    }
}
