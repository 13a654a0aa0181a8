//! Bulk reads and writes, the only queries with a text for each engine. A list goes in as JSON in SQLite, and as arrays in
//! PostgreSQL, which reads arrays faster than it reads JSON. It comes out as one JSON value in SQLite, whose connection
//! otherwise hands every row from thread to thread, and as rows in PostgreSQL. The ignored tests of `speed` in the conformance suite measure
//! planning and recording on both.

use crate::{
    ActiveSubscription, BatchRow, DueDelivery, Outcome, PlannedDelivery, Result, StoreError,
};
use serde::de::DeserializeOwned;
use serde_json::json;
use sqlx::{PgConnection, SqliteConnection};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

/// The deliveries of an alert ($1), of endpoints from $2 to $3, in batch $4, that are due now.
macro_rules! due_deliveries {
    () => {
        "select d.endpoint_id, e.public_id as endpoint_public_id, e.address, e.secret, e.state as endpoint_state, \
         e.extent, s.reason as suppressed, d.attempts, d.reasons, case when d.attempts > 0 then (select count(*) from attempts p \
         where p.alert_id = d.alert_id and p.endpoint_id = d.endpoint_id and p.error = '') else 0 end as delivered_before \
         from deliveries d join endpoints e on e.id = d.endpoint_id \
         left join suppressions s on s.address_key = e.address_key \
         where d.alert_id = $1 and d.endpoint_id between $2 and $3 and d.batch_id = $4 and d.state = 'due' \
         and not exists (select 1 from retries t where t.alert_id = d.alert_id and t.endpoint_id = d.endpoint_id) \
         order by d.endpoint_id"
    };
}

/// The subscriptions of endpoints from $1 to $2 that may cause something now.
macro_rules! active_subscriptions {
    () => {
        "select id, public_id, name, filter, grammar from subscriptions \
         where endpoint_id between $1 and $2 and state = 'active'"
    };
}

/// What is read and written many rows at a time.
pub(crate) trait Bulk {
    /// The deliveries of a batch that are due now, by endpoint.
    async fn due_deliveries(&mut self, batch: &BatchRow) -> Result<Vec<DueDelivery>>;

    /// The subscriptions of these endpoints that may cause something now.
    async fn active_subscriptions(
        &mut self,
        first: i64,
        last: i64,
    ) -> Result<Vec<ActiveSubscription>>;

    /// Writes deliveries of an alert, due, in one batch and about one release.
    async fn insert_deliveries(
        &mut self,
        alert_id: i64,
        batch_id: i64,
        deliveries: &[PlannedDelivery],
    ) -> Result<()>;

    /// Moves those deliveries of a batch that are due, and do not wait for their retry, to their outcomes; gives their
    /// endpoints.
    async fn change_deliveries(
        &mut self,
        batch: &BatchRow,
        outcomes: &[Outcome],
    ) -> Result<HashSet<i64>>;
}

impl Bulk for SqliteConnection {
    async fn due_deliveries(&mut self, batch: &BatchRow) -> Result<Vec<DueDelivery>> {
        let list: String = sqlx::query_scalar(concat!(
            "select json_group_array(json_array(endpoint_id, endpoint_public_id, address, secret, endpoint_state, extent, \
             suppressed, attempts, reasons, delivered_before)) from (",
            due_deliveries!(),
            ")"
        ))
        .bind(batch.alert_id)
        .bind(batch.first_endpoint_id)
        .bind(batch.last_endpoint_id)
        .bind(batch.id)
        .fetch_one(self)
        .await?;
        rows(&list)
    }

    async fn active_subscriptions(
        &mut self,
        first: i64,
        last: i64,
    ) -> Result<Vec<ActiveSubscription>> {
        let list: String = sqlx::query_scalar(concat!(
            "select json_group_array(json_array(id, public_id, name, filter, grammar)) from (",
            active_subscriptions!(),
            ")"
        ))
        .bind(first)
        .bind(last)
        .fetch_one(self)
        .await?;
        rows(&list)
    }

    async fn insert_deliveries(
        &mut self,
        alert_id: i64,
        batch_id: i64,
        deliveries: &[PlannedDelivery],
    ) -> Result<()> {
        sqlx::query(
            "insert into deliveries (alert_id, endpoint_id, batch_id, release_id, state, reasons) \
             select $1, cast(key as integer), $2, $3, 'due', value from json_each($4)",
        )
        .bind(alert_id)
        .bind(batch_id)
        .bind(deliveries.first().and_then(|first| first.release_id))
        .bind(delivery_rows(deliveries))
        .execute(self)
        .await?;
        Ok(())
    }

    async fn change_deliveries(
        &mut self,
        batch: &BatchRow,
        outcomes: &[Outcome],
    ) -> Result<HashSet<i64>> {
        let told: Vec<i64> = outcomes.iter().map(|outcome| outcome.endpoint_id).collect();
        // We are the only writer: nothing changes between these two.
        let due: String = sqlx::query_scalar(
            "select json_group_array(endpoint_id) from deliveries d where alert_id = $1 \
             and endpoint_id in (select value from json_each($2)) \
             and state = 'due' and batch_id = $3 and not exists (select 1 from retries t \
             where t.alert_id = d.alert_id and t.endpoint_id = d.endpoint_id)",
        )
        .bind(batch.alert_id)
        .bind(json!(told).to_string())
        .bind(batch.id)
        .fetch_one(&mut *self)
        .await?;
        let due: HashSet<i64> = rows(&due)?.into_iter().collect();
        let outcomes = outcomes
            .iter()
            .filter(|outcome| due.contains(&outcome.endpoint_id));
        for (same, outcomes) in alike(outcomes) {
            // Materialized, or SQLite walks all deliveries of the alert and reads the JSON again for each of the batch.
            sqlx::query(
                "with o as materialized (select cast(key as integer) as endpoint_id, value as at_ms from json_each($1)) \
                 update deliveries set state = $2, attempts = max(attempts, $3), done_ms = o.at_ms, last_status = $4, \
                 last_error = $5 from o where deliveries.alert_id = $6 and deliveries.endpoint_id = o.endpoint_id",
            )
            .bind(times(&outcomes))
            .bind(same.state)
            .bind(same.attempt)
            .bind(same.status)
            .bind(same.error)
            .bind(batch.alert_id)
            .execute(&mut *self)
            .await?;
        }
        Ok(due)
    }
}

impl Bulk for PgConnection {
    async fn due_deliveries(&mut self, batch: &BatchRow) -> Result<Vec<DueDelivery>> {
        Ok(sqlx::query_as(due_deliveries!())
            .bind(batch.alert_id)
            .bind(batch.first_endpoint_id)
            .bind(batch.last_endpoint_id)
            .bind(batch.id)
            .fetch_all(self)
            .await?)
    }

    async fn active_subscriptions(
        &mut self,
        first: i64,
        last: i64,
    ) -> Result<Vec<ActiveSubscription>> {
        Ok(sqlx::query_as(active_subscriptions!())
            .bind(first)
            .bind(last)
            .fetch_all(self)
            .await?)
    }

    async fn insert_deliveries(
        &mut self,
        alert_id: i64,
        batch_id: i64,
        deliveries: &[PlannedDelivery],
    ) -> Result<()> {
        let endpoints: Vec<i64> = deliveries.iter().map(|row| row.endpoint_id).collect();
        let reasons: Vec<String> = deliveries.iter().map(|row| spaced(&row.reasons)).collect();
        sqlx::query(
            "insert into deliveries (alert_id, endpoint_id, batch_id, release_id, state, reasons) \
             select $1, endpoint_id, $2, $3, 'due', reasons \
             from unnest($4::bigint[], $5::text[]) as planned (endpoint_id, reasons)",
        )
        .bind(alert_id)
        .bind(batch_id)
        .bind(deliveries.first().and_then(|first| first.release_id))
        .bind(endpoints)
        .bind(reasons)
        .execute(self)
        .await?;
        Ok(())
    }

    async fn change_deliveries(
        &mut self,
        batch: &BatchRow,
        outcomes: &[Outcome],
    ) -> Result<HashSet<i64>> {
        let mut changed = HashSet::with_capacity(outcomes.len());
        for (same, mut outcomes) in alike(outcomes.iter()) {
            outcomes.sort_by_key(|outcome| outcome.endpoint_id);
            // Without statistics PostgreSQL guesses that an alert has few rows. So there is no join, which would compare each with
            // each: every row finds its time by a binary search for its endpoint, and its retry by the key. The range leaves
            // it no plan that reads all rows of an alert for some.
            let of_these: Vec<i64> = sqlx::query_scalar(
                "update deliveries set state = $2, attempts = greatest(attempts, $3), \
                 done_ms = ($4::bigint[])[width_bucket(endpoint_id, $1::bigint[])], last_status = $5, last_error = $6 \
                 where alert_id = $7 and endpoint_id = any($1::bigint[]) and endpoint_id between $9 and $10 \
                 and state = 'due' and batch_id = $8 and (select count(*) from retries t where t.alert_id = deliveries.alert_id \
                 and t.endpoint_id = deliveries.endpoint_id) = 0 returning endpoint_id",
            )
            .bind(outcomes.iter().map(|outcome| outcome.endpoint_id).collect::<Vec<_>>())
            .bind(same.state)
            .bind(same.attempt)
            .bind(outcomes.iter().map(|outcome| outcome.at_ms).collect::<Vec<_>>())
            .bind(same.status)
            .bind(same.error)
            .bind(batch.alert_id)
            .bind(batch.id)
            .bind(outcomes.first().map(|first| first.endpoint_id))
            .bind(outcomes.last().map(|last| last.endpoint_id))
            .fetch_all(&mut *self)
            .await?;
            changed.extend(of_these);
        }
        Ok(changed)
    }
}

/// Reads `[[column, …], …]`.
fn rows<T: DeserializeOwned>(list: &str) -> Result<Vec<T>> {
    serde_json::from_str(list)
        .map_err(|error| StoreError::Unreadable(format!("rows as JSON: {error}")))
}

/// `1 2 3`.
fn spaced(keys: &[i64]) -> String {
    let mut text = String::with_capacity(keys.len() * 8);
    for (at, key) in keys.iter().enumerate() {
        let space = if at == 0 { "" } else { " " };
        let _ = write!(text, "{space}{key}");
    }
    text
}

/// `{"endpoint": "1 2 3", …}`: what SQLite's bulk insert reads. Names and values need no second reading, as lists in a list would.
fn delivery_rows(deliveries: &[PlannedDelivery]) -> String {
    let pair = |delivery: &PlannedDelivery| {
        let reasons = spaced(&delivery.reasons);
        format!("\"{}\":\"{reasons}\"", delivery.endpoint_id)
    };
    object(deliveries.iter().map(pair))
}

/// What outcomes have in common that differ in nothing but endpoint and time: nearly all of a batch do.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Same<'a> {
    state: &'static str,
    attempt: i64,
    status: Option<i64>,
    error: Option<&'a str>,
}

/// Outcomes by what they have in common.
fn alike<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> BTreeMap<Same<'a>, Vec<&'a Outcome>> {
    let mut alike: BTreeMap<Same<'a>, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        let same = Same {
            state: outcome.verdict.state(),
            attempt: outcome.attempt,
            status: outcome.status,
            error: outcome.verdict.error(),
        };
        alike.entry(same).or_default().push(outcome);
    }
    alike
}

/// `{"endpoint": at, …}`: what SQLite's bulk update reads.
fn times(outcomes: &[&Outcome]) -> String {
    let pair = |outcome: &&Outcome| format!("\"{}\":{}", outcome.endpoint_id, outcome.at_ms);
    object(outcomes.iter().map(pair))
}

/// `{name: value, …}` of what is JSON already.
fn object(pairs: impl Iterator<Item = String>) -> String {
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
}
