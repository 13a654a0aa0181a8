//! Retention: what the ledger, sessions and keys of repeated requests need not be kept for.
//!
//! Takes away what is older than a moment and settled, never what is still due, and never an item, a release, an issuer or a
//! subscription. An alert goes whole or not at all: its deliveries and failed attempts in short transactions, then its
//! batches, and with them itself if it told of no story. A crash in between leaves an alert whose batches still stand; the
//! next pruning goes on with it. On PostgreSQL a partition whose alerts are all old is dropped first, which costs nothing a
//! row.

use crate::{Result, Store};

/// Rows that one transaction deletes.
const ROWS_AT_ONCE: i64 = 500;
/// Alerts looked for in one go.
const ALERTS_AT_ONCE: i64 = 100;

/// How much was pruned, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Pruned {
    /// Deliveries with an outcome.
    pub deliveries: i64,
    /// Failed attempts at them.
    pub attempts: i64,
    /// Batches that are done.
    pub batches: i64,
    /// What digests told.
    pub digest_members: i64,
    /// Alerts that told of no story.
    pub alerts: i64,
    /// Questions to the index.
    pub questions: i64,
    /// Sessions that have ended.
    pub sessions: i64,
    /// Links to sign in that have expired.
    pub sign_ins: i64,
    /// Keys of repeated requests.
    pub idempotency: i64,
    /// Mail that came back.
    #[sqlx(skip)]
    pub bounces: i64,
}

impl Pruned {
    /// Rows in all.
    pub fn rows(&self) -> i64 {
        let ledger = self.deliveries + self.attempts + self.batches + self.digest_members;
        let rest = self.questions + self.sessions + self.sign_ins + self.idempotency + self.bounces;
        ledger + self.alerts + rest
    }
}

/// The alerts whose ledger may go: `$1` is the moment.
macro_rules! old_alerts {
    () => {
        "a.created_ms < $1 and a.state = 'routed' and (a.kind <> 'story' or exists (select 1 from batches b \
         where b.alert_id = a.id)) and not exists (select 1 from batches b where b.alert_id = a.id and (b.state <> 'done' \
         or b.created_ms >= $1)) and not exists (select 1 from retries t where t.alert_id = a.id) \
         and not exists (select 1 from deliveries d where d.alert_id = a.id and d.state = 'due')"
    };
}

/// The rest that may go, table by table: which of its rows; the moment follows.
macro_rules! old_rows {
    (questions) => {
        "questions where asked_ms <"
    };
    (sessions) => {
        "sessions where coalesce(ended_ms, expires_ms) <"
    };
    (sign_ins) => {
        "sign_ins where expires_ms <"
    };
    (idempotency) => {
        "idempotency where created_ms <"
    };
    (bounces) => {
        "bounces where at_ms <"
    };
}

/// Deletes rows in short transactions; gives how many. What follows the key names the table and begins the condition, which ends
/// with what is bound.
macro_rules! delete_rows {
    ($store:expr, $bound:expr, $key:literal, $($rows:tt)+) => {{
        let mut deleted = 0;
        loop {
            let rows = writing!($store, |conn| {
                sqlx::query(concat!(
                    "delete from ",
                    $($rows)+,
                    " $1 and (",
                    $key,
                    ") in (select ",
                    $key,
                    " from ",
                    $($rows)+,
                    " $1 limit $2)"
                ))
                .bind($bound)
                .bind(ROWS_AT_ONCE)
                .execute(&mut *conn)
                .await?
                .rows_affected() as i64
            });
            deleted += rows;
            if rows < ROWS_AT_ONCE {
                break deleted;
            }
        }
    }};
}

impl Store {
    /// What [`Store::prune`] would take away.
    pub async fn prunable(&self, before_ms: i64) -> Result<Pruned> {
        let mut pruned: Pruned = reading!(self, |conn| {
            sqlx::query_as(concat!(
                "with old as (select a.id, a.kind from alerts a where ", old_alerts!(), ") select \
                 (select count(*) from deliveries where alert_id in (select id from old)) as deliveries, \
                 (select count(*) from attempts where alert_id in (select id from old)) as attempts, \
                 (select count(*) from batches where alert_id in (select id from old)) as batches, \
                 (select count(*) from digest_members where digest_id in (select id from old)) as digest_members, \
                 (select count(*) from old where kind <> 'story') as alerts, \
                 (select count(*) from ", old_rows!(questions),
                " $1) as questions, \
                 (select count(*) from ", old_rows!(sessions),
                " $1) as sessions, \
                 (select count(*) from ", old_rows!(sign_ins),
                " $1) as sign_ins, \
                 (select count(*) from ", old_rows!(idempotency),
                " $1) as idempotency"
            ))
            .bind(before_ms)
            .fetch_one(conn)
            .await?
        });
        // The schema of the version before has no such table.
        if self.is_current().await? {
            pruned.bounces = reading!(self, |conn| {
                sqlx::query_scalar(concat!("select count(*) from ", old_rows!(bounces), " $1"))
                    .bind(before_ms)
                    .fetch_one(conn)
                    .await?
            });
        }
        Ok(pruned)
    }

    /// Takes away what is older than a moment and settled. Two at once do no harm.
    pub async fn prune(&self, before_ms: i64) -> Result<Pruned> {
        let mut pruned = Pruned::default();
        if let Store::Postgres(engine) = self {
            pruned.deliveries += engine.drop_old_partitions(before_ms).await?;
        }
        let mut after_id = 0;
        loop {
            let old = self.old_alerts(before_ms, after_id).await?;
            let Some(last) = old.last() else { break };
            after_id = *last;
            for alert_id in &old {
                self.prune_alert(*alert_id, &mut pruned).await?;
            }
        }
        pruned.questions = delete_rows!(self, before_ms, "id", old_rows!(questions));
        pruned.sessions = delete_rows!(self, before_ms, "id", old_rows!(sessions));
        pruned.sign_ins = delete_rows!(self, before_ms, "id", old_rows!(sign_ins));
        pruned.idempotency = delete_rows!(
            self,
            before_ms,
            "actor, idempotency_key",
            old_rows!(idempotency)
        );
        if self.is_current().await? {
            pruned.bounces = delete_rows!(
                self,
                before_ms,
                "alert_id, endpoint_id, kind",
                old_rows!(bounces)
            );
        }
        Ok(pruned)
    }

    async fn old_alerts(&self, before_ms: i64, after_id: i64) -> Result<Vec<i64>> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar(concat!(
                "select a.id from alerts a where a.created_ms < $1 and a.id > $2 and ",
                old_alerts!(),
                " order by a.id limit $3"
            ))
            .bind(before_ms)
            .bind(after_id)
            .bind(ALERTS_AT_ONCE)
            .fetch_all(conn)
            .await?
        }))
    }

    /// What is due is left, though it became so since the alert was looked for: then the batches stay, too.
    async fn prune_alert(&self, alert_id: i64, pruned: &mut Pruned) -> Result<()> {
        pruned.deliveries += delete_rows!(
            self,
            alert_id,
            "endpoint_id",
            "deliveries where state <> 'due' and alert_id ="
        );
        pruned.attempts += delete_rows!(
            self,
            alert_id,
            "endpoint_id, attempt",
            "attempts where alert_id ="
        );
        pruned.digest_members += delete_rows!(
            self,
            alert_id,
            "endpoint_id, alert_id",
            "digest_members where digest_id ="
        );
        let (batches, alerts) = writing!(self, |conn| {
            let batches = sqlx::query(
                "delete from batches where alert_id = $1 and state = 'done' \
                 and not exists (select 1 from deliveries d where d.alert_id = $1)",
            )
            .bind(alert_id)
            .execute(&mut *conn)
            .await?
            .rows_affected() as i64;
            let alerts = sqlx::query(
                "delete from alerts where id = $1 and kind <> 'story' \
                 and not exists (select 1 from batches b where b.alert_id = $1)",
            )
            .bind(alert_id)
            .execute(&mut *conn)
            .await?
            .rows_affected() as i64;
            (batches, alerts)
        });
        pruned.batches += batches;
        pruned.alerts += alerts;
        Ok(())
    }
}
