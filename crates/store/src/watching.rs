//! Alerts and batches as they stand, for those who watch the wire at work.

use crate::{Result, Store};
use release::model::{AlertKind, Channel, Lane};

/// An alert as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AlertStands {
    /// Its key; ascending.
    pub id: i64,
    /// `alr_…`.
    pub public_id: String,
    /// What it tells.
    #[sqlx(try_from = "String")]
    pub kind: AlertKind,
    /// Granted.
    #[sqlx(try_from = "String")]
    pub lane: Lane,
    /// `unrouted` or `routed`.
    pub state: String,
    /// `sty_…`, for stories.
    pub story: Option<String>,
    /// The revision, for stories.
    pub revision: Option<i64>,
    /// `ep_…`, for all other kinds.
    pub endpoint: Option<String>,
    /// How many endpoints it was planned for, once routed.
    pub matched: i64,
    /// How many batches carry it.
    pub batches: i64,
    /// Outcomes so far, and deliveries without one.
    #[sqlx(flatten)]
    pub counts: Outcomes,
    /// Unix milliseconds.
    pub created_ms: i64,
}

/// What became of deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Outcomes {
    /// The receiver said yes.
    pub delivered: i64,
    /// Given up.
    pub dead: i64,
    /// Not wanted any more.
    pub suppressed: i64,
    /// Overtaken by a newer revision.
    pub superseded: i64,
    /// Left to a later batch, to be tried again.
    pub retried: i64,
}

/// A batch as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BatchStands {
    /// Its key; ascending.
    pub id: i64,
    /// `alr_…` of the alert it carries.
    pub alert: String,
    /// `rel_…` of the release told; none for alerts that are not about one.
    pub release: Option<String>,
    /// How it travels.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// Its lane.
    #[sqlx(try_from = "String")]
    pub lane: Lane,
    /// 0 for the first try, then counting retries.
    pub round: i64,
    /// `open`, `done` or `poisoned`.
    pub state: String,
    /// How many deliveries it was sealed with.
    pub total: i64,
    /// What became of them.
    #[sqlx(flatten)]
    pub counts: Outcomes,
    /// How often it was claimed since its last outcome.
    pub claims: i64,
    /// The worker that claimed it last.
    pub lease_owner: Option<String>,
    /// Until when it is that worker's, Unix milliseconds.
    pub lease_until_ms: i64,
    /// Unix milliseconds.
    pub created_ms: i64,
}

/// Every query for alerts as they stand selects these.
macro_rules! select_alert {
    ($rest:literal) => {
        concat!(
            "select a.id, a.public_id, a.kind, a.lane, a.state, s.public_id as story, a.revision, \
             e.public_id as endpoint, a.matched, a.created_ms, count(b.id) as batches, \
             cast(coalesce(sum(b.delivered), 0) as bigint) as delivered, cast(coalesce(sum(b.dead), 0) as bigint) as dead, \
             cast(coalesce(sum(b.suppressed), 0) as bigint) as suppressed, \
             cast(coalesce(sum(b.superseded), 0) as bigint) as superseded, \
             cast(coalesce(sum(b.retried), 0) as bigint) as retried \
             from (select * from alerts ",
            $rest,
            ") a left join stories s on s.id = a.story_id \
             left join endpoints e on e.id = a.endpoint_id left join batches b on b.alert_id = a.id group by a.id, a.public_id, a.kind, a.lane, a.state, s.public_id, a.revision, e.public_id, a.matched, \
             a.created_ms order by a.id desc"
        )
    };
}

/// Every query for batches as they stand selects these.
macro_rules! select_batch {
    ($rest:literal) => {
        concat!(
            "select b.id, a.public_id as alert, r.public_id as release, b.channel, b.lane, b.round, b.state, b.total, \
             b.delivered, b.dead, b.suppressed, b.superseded, b.retried, b.claims, b.lease_owner, b.lease_until_ms, \
             b.created_ms from batches b join alerts a on a.id = b.alert_id left join releases r on r.id = b.release_id ",
            $rest
        )
    };
}

impl Store {
    /// The newest alerts first, older than the one with the key `before_id`.
    pub async fn alerts(&self, before_id: i64, limit: i64) -> Result<Vec<AlertStands>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_alert!("where id < $1 order by id desc limit $2"))
                .bind(before_id)
                .bind(limit)
                .fetch_all(conn)
                .await?
        }))
    }

    /// The alerts that tell of a release's story in all its revisions, newest first, older than the one with the key
    /// `before_id`.
    pub async fn alerts_of_release(
        &self,
        release_id: i64,
        before_id: i64,
        limit: i64,
    ) -> Result<Vec<AlertStands>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_alert!(
                "where kind = 'story' and story_id = (select r.story_id from releases r where r.id = $1) and id < $2 \
                 order by id desc limit $3"
            ))
            .bind(release_id)
            .bind(before_id)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// The alert with this public id.
    pub async fn alert_stands(&self, public_id: &str) -> Result<Option<AlertStands>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_alert!("where public_id = $1"))
                .bind(public_id)
                .fetch_optional(conn)
                .await?
        }))
    }

    /// The batches of an alert in their order, after the one with the key `after_id`.
    pub async fn batches_of_alert(
        &self,
        alert_id: i64,
        after_id: i64,
        limit: i64,
    ) -> Result<Vec<BatchStands>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_batch!(
                "where b.alert_id = $1 and b.id > $2 order by b.id limit $3"
            ))
            .bind(alert_id)
            .bind(after_id)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// The batch with this key.
    pub async fn batch_stands(&self, id: i64) -> Result<Option<BatchStands>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_batch!("where b.id = $1"))
                .bind(id)
                .fetch_optional(conn)
                .await?
        }))
    }
}
