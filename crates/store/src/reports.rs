//! Who was reached: counts and latencies from the batches, single deliveries from the ledger.

use crate::latency::Latencies;
use crate::{Result, Store};
use release::model::Channel;

/// What became of one release's deliveries.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Whether the router has finished.
    pub routed: bool,
    /// By channel, those with any deliveries.
    pub channels: Vec<ChannelReport>,
}

/// What became of one release's deliveries on one channel.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ChannelReport {
    /// The channel.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// Endpoints planned for.
    pub matched: i64,
    /// The receiver said yes.
    pub delivered: i64,
    /// Given up.
    pub dead: i64,
    /// Not wanted any more.
    pub suppressed: i64,
    /// Overtaken by a newer revision.
    pub superseded: i64,
    /// Tries that failed, or that somebody wants again, and were or will be tried again.
    pub retried: i64,
    /// Deliveries whose first try has no outcome yet.
    pub untried: i64,
    /// From acceptance or clear time to the receiver's yes.
    #[sqlx(skip)]
    pub latencies: Latencies,
}

impl ChannelReport {
    /// Deliveries without an outcome.
    pub fn due(&self) -> i64 {
        self.matched - self.delivered - self.dead - self.suppressed - self.superseded
    }
}

/// A delivery that was given up.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DeadDelivery {
    /// `rel_…`, unless the alert was not about a release.
    pub release: Option<String>,
    /// `ep_…`.
    pub endpoint: String,
    /// How it travelled.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// A mail address or a URL; mask it before showing it.
    pub address: String,
    /// How often it was tried.
    pub attempts: i64,
    /// The last failure.
    pub last_error: Option<String>,
    /// The last status.
    pub last_status: Option<i64>,
    /// What the receiver answered last, as far as it is kept.
    pub last_answer: Option<String>,
    /// Unix milliseconds.
    pub done_ms: Option<i64>,
}

/// A delivery of one release, for those who may see whom it reached.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ReachedRow {
    /// The endpoint's key.
    pub endpoint_id: i64,
    /// `ep_…`.
    pub endpoint: String,
    /// How it travelled.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// A mail address or a URL; mask it before showing it.
    pub address: String,
    /// Where it stands.
    pub state: String,
    /// Attempts so far.
    pub attempts: i64,
    /// The receiver's last status.
    pub last_status: Option<i64>,
    /// When its outcome was known, Unix milliseconds.
    pub done_ms: Option<i64>,
}

/// A delivery with its ids, for those who compare the ledger with what arrived.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TracedDelivery {
    /// `alr_…`.
    pub alert: String,
    /// `ep_…`.
    pub endpoint: String,
    /// `rel_…`.
    pub release: Option<String>,
    /// How it travelled.
    pub channel: String,
    /// Where it stands.
    pub state: String,
    /// Attempts so far.
    pub attempts: i64,
    /// When its outcome was known, Unix milliseconds.
    pub done_ms: Option<i64>,
}

impl Store {
    /// The deliveries of a release in the order of their endpoints, after the endpoint with the key `after_id`.
    pub async fn deliveries_of_release(
        &self,
        release_id: i64,
        after_id: i64,
        limit: i64,
    ) -> Result<Vec<ReachedRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select d.endpoint_id, e.public_id as endpoint, e.channel, e.address, d.state, d.attempts, d.last_status, \
                 d.done_ms from releases r \
                 join alerts a on a.kind = 'story' and a.story_id = r.story_id and a.revision = r.revision \
                 join deliveries d on d.alert_id = a.id and d.release_id = r.id join endpoints e on e.id = d.endpoint_id \
                 where r.id = $1 and d.endpoint_id > $2 order by d.endpoint_id limit $3",
            )
            .bind(release_id)
            .bind(after_id)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// What became of a release's deliveries.
    pub async fn report(&self, release_id: i64) -> Result<Report> {
        // Asked first: once it is routed, all its batches are there to be counted.
        let unrouted: Option<i64> = reading!(self, |conn| {
            sqlx::query_scalar(
                "select a.id from alerts a join releases r on r.story_id = a.story_id and r.revision = a.revision \
                 where r.id = $1 and a.state = 'unrouted'",
            )
            .bind(release_id)
            .fetch_optional(conn)
            .await?
        });
        let mut channels: Vec<ChannelReport> = reading!(self, |conn| {
            sqlx::query_as(
                "select channel, cast(sum(case when round = 0 then total else 0 end) as bigint) as matched, \
                 cast(sum(delivered) as bigint) as delivered, cast(sum(dead) as bigint) as dead, \
                 cast(sum(suppressed) as bigint) as suppressed, cast(sum(superseded) as bigint) as superseded, \
                 cast(sum(retried) as bigint) as retried, cast(sum(case when round = 0 then \
                 total - delivered - dead - suppressed - superseded - retried else 0 end) as bigint) as untried from batches where release_id = $1 group by channel order by channel",
            )
            .bind(release_id)
            .fetch_all(conn)
            .await?
        });
        let latencies: Vec<(String, String)> = reading!(self, |conn| {
            sqlx::query_as(
                "select channel, latency from batches where release_id = $1 and latency <> ''",
            )
            .bind(release_id)
            .fetch_all(conn)
            .await?
        });
        for (channel, text) in latencies {
            if let Some(report) = channels
                .iter_mut()
                .find(|report| report.channel.as_str() == channel)
            {
                report.latencies.merge(&Latencies::from_text(&text));
            }
        }
        Ok(Report {
            routed: unrouted.is_none(),
            channels,
        })
    }

    /// Deliveries that were given up, newest first; of one release if given.
    pub async fn dead_deliveries(
        &self,
        release_id: Option<i64>,
        limit: i64,
    ) -> Result<Vec<DeadDelivery>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select r.public_id as release, e.public_id as endpoint, e.channel, e.address, d.attempts, \
                 d.last_error, d.last_status, d.done_ms, (select t.answer from attempts t where t.alert_id = d.alert_id \
                 and t.endpoint_id = d.endpoint_id order by t.attempt desc limit 1) as last_answer from deliveries d join endpoints e on e.id = d.endpoint_id \
                 left join releases r on r.id = d.release_id \
                 where d.state = 'dead' and ($1 is null or d.release_id = $1) \
                 order by d.alert_id desc, d.endpoint_id limit $2",
            )
            .bind(release_id)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// The whole ledger in order of alert and endpoint, a page at a time; `after` is the last page's end.
    pub async fn ledger(
        &self,
        after: (i64, i64),
        limit: i64,
    ) -> Result<Vec<((i64, i64), TracedDelivery)>> {
        let rows: Vec<LedgerRow> = reading!(self, |conn| {
            sqlx::query_as(
                "select d.alert_id, d.endpoint_id, a.public_id as alert, e.public_id as endpoint, \
                 r.public_id as release, e.channel, d.state, d.attempts, d.done_ms \
                 from deliveries d join alerts a on a.id = d.alert_id join endpoints e on e.id = d.endpoint_id \
                 left join releases r on r.id = d.release_id \
                 where (d.alert_id, d.endpoint_id) > ($1, $2) order by d.alert_id, d.endpoint_id limit $3",
            )
            .bind(after.0)
            .bind(after.1)
            .bind(limit)
            .fetch_all(conn)
            .await?
        });
        Ok(rows
            .into_iter()
            .map(|row| ((row.alert_id, row.endpoint_id), row.delivery))
            .collect())
    }
}

#[derive(sqlx::FromRow)]
struct LedgerRow {
    alert_id: i64,
    endpoint_id: i64,
    #[sqlx(flatten)]
    delivery: TracedDelivery,
}
