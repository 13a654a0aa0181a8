//! How receivers fare that fail: a row for each since its first failure, until its next success; and what their owners are told.
//!
//! The table came with version 6 of the schema: on a database of the version before nobody fails, and nobody is left alone.

use crate::{Outcome, Result, Store};
use release::ids::{Kind, PublicId};
use release::model::{AlertKind, Trouble};
use serde_json::json;
use std::collections::HashMap;

/// How an endpoint fares whose receiver fails.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Health {
    /// The first failure that no success followed, Unix milliseconds.
    pub failing_since_ms: i64,
    /// It is left alone until then, Unix milliseconds; 0 if it never was.
    pub open_until_ms: i64,
    /// How many times in a row it was left alone because most calls failed.
    pub openings: i64,
    /// What its owner was told of last, as [`Trouble`] names it; may be empty.
    pub told: String,
}

/// What an attempt said of a receiver that fails, or had failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthChange {
    /// It failed.
    Failed {
        /// It is left alone until then, Unix milliseconds; 0 if it is not.
        open_until_ms: i64,
        /// Whether that is because most calls failed.
        opened: bool,
    },
    /// It takes calls again.
    Recovered,
}

/// Who calls an endpoint that was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HalfOpen {
    /// Whoever asked, and nobody else.
    Ours,
    /// Nobody until then, Unix milliseconds, but another who asked.
    Until(i64),
    /// Everybody: it takes calls again.
    Recovered,
}

/// What an endpoint was not told while it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Missed {
    /// Given up, or withheld because it was disabled.
    pub lost: i64,
    /// Still to come.
    pub due: i64,
}

/// How endpoints fail, over the whole wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Failing {
    /// Those in use whose last attempt failed.
    pub failing: i64,
    /// Those of them that are left alone now.
    pub stopped: i64,
    /// Those that were taken out of use for it.
    pub disabled: i64,
}

/// A row with its endpoint.
#[derive(sqlx::FromRow)]
struct HealthRow {
    endpoint_id: i64,
    #[sqlx(flatten)]
    health: Health,
}

/// Writes down how receivers fared, in the transaction that records it.
macro_rules! note_health {
    ($conn:ident, $changes:expr) => {{
        let changes: &$crate::health::Changes = $changes;
        if let Some(failed) = &changes.failed {
            // In one order, for two workers may write of the same endpoints.
            sqlx::query(
                "insert into health (endpoint_id, failing_since_ms, open_until_ms, openings) \
                 select e.id, cast(json_extract(value, '$[1]') as bigint), cast(json_extract(value, '$[2]') as bigint), \
                 cast(json_extract(value, '$[3]') as bigint) from json_each($1) \
                 join endpoints e on e.id = cast(json_extract(value, '$[0]') as bigint) and e.state <> 'deleted' \
                 where true order by 1 on conflict (endpoint_id) do update set openings = health.openings + excluded.openings, \
                 open_until_ms = case when excluded.open_until_ms > health.open_until_ms then excluded.open_until_ms \
                 else health.open_until_ms end",
            )
            .bind(failed)
            .execute(&mut *$conn)
            .await?;
        }
        if let Some(recovered) = &changes.recovered {
            // Who was taken out of use stays so, whatever a call said that was on its way.
            sqlx::query(
                "delete from health where told not in ('disabled', 'gone') \
                 and endpoint_id in (select cast(value as bigint) from json_each($1))",
            )
            .bind(recovered)
            .execute(&mut *$conn)
            .await?;
        }
    }};
}

/// Writes the mail to the owner of an endpoint that is in trouble; gives the alert's key.
macro_rules! trouble_alert {
    ($conn:ident, $endpoint_id:expr, $trouble:expr, $public_id:expr, $link_key:expr, $request_id:expr, $now_ms:expr) => {{
        let owner: String = sqlx::query_scalar("select owner from endpoints where id = $1")
            .bind($endpoint_id)
            .fetch_one(&mut *$conn)
            .await?;
        let mailbox = address_endpoint!($conn, owner.as_str(), $link_key, $now_ms);
        let about = json!({ "hook": $endpoint_id, "trouble": $trouble }).to_string();
        direct_alert!(
            $conn,
            $public_id.as_str(),
            AlertKind::Manage,
            mailbox,
            about,
            $request_id,
            $now_ms
        )
    }};
}

/// What outcomes say of receivers, as the database takes it; none for what no outcome says.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// `[[endpoint, at, open until, 1 if opened], …]`
    pub(crate) failed: Option<String>,
    /// `[endpoint, …]`
    pub(crate) recovered: Option<String>,
}

impl Changes {
    pub(crate) fn of(outcomes: &[Outcome]) -> Changes {
        let (mut failed, mut recovered) = (Vec::new(), Vec::new());
        for outcome in outcomes {
            let endpoint_id = outcome.endpoint_id;
            match outcome.health {
                None => {}
                Some(HealthChange::Recovered) => recovered.push(endpoint_id),
                Some(HealthChange::Failed {
                    open_until_ms,
                    opened,
                }) => failed.push(json!([
                    endpoint_id,
                    outcome.at_ms,
                    open_until_ms,
                    i64::from(opened)
                ])),
            }
        }
        Changes {
            failed: (!failed.is_empty()).then(|| json!(failed).to_string()),
            recovered: (!recovered.is_empty()).then(|| json!(recovered).to_string()),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.failed.is_none() && self.recovered.is_none()
    }
}

impl Store {
    /// Those of these endpoints whose receivers fail, by endpoint.
    pub async fn failing(
        &self,
        first_endpoint_id: i64,
        last_endpoint_id: i64,
    ) -> Result<HashMap<i64, Health>> {
        if !self.is_current().await? {
            return Ok(HashMap::new());
        }
        let rows: Vec<HealthRow> = reading!(self, |conn| {
            sqlx::query_as(
                "select endpoint_id, failing_since_ms, open_until_ms, openings, told from health \
                 where endpoint_id between $1 and $2",
            )
            .bind(first_endpoint_id)
            .bind(last_endpoint_id)
            .fetch_all(conn)
            .await?
        });
        let by_endpoint = |row: HealthRow| (row.endpoint_id, row.health);
        Ok(rows.into_iter().map(by_endpoint).collect())
    }

    /// How an endpoint fares; none if its last attempt did not fail.
    pub async fn health(&self, endpoint_id: i64) -> Result<Option<Health>> {
        let mut found = self.failing(endpoint_id, endpoint_id).await?;
        Ok(found.remove(&endpoint_id))
    }

    /// How many endpoints fail.
    pub async fn failing_endpoints(&self, now_ms: i64) -> Result<Failing> {
        if !self.is_current().await? {
            return Ok(Failing {
                failing: 0,
                stopped: 0,
                disabled: 0,
            });
        }
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select cast(coalesce(sum(1 - is_out), 0) as bigint) as failing, cast(coalesce(sum(is_out), 0) as bigint) as disabled, \
                 cast(coalesce(sum(case when is_out = 0 and open_until_ms > $1 then 1 else 0 end), 0) as bigint) as stopped \
                 from (select open_until_ms, case when told in ('disabled', 'gone') then 1 else 0 end as is_out from health) h",
            )
            .bind(now_ms)
            .fetch_one(conn)
            .await?
        }))
    }

    /// Asks to be the one that calls an endpoint which was left alone until now: for all others it is left alone until `until_ms`.
    pub async fn half_open(
        &self,
        endpoint_id: i64,
        until_ms: i64,
        now_ms: i64,
    ) -> Result<HalfOpen> {
        if !self.is_current().await? {
            return Ok(HalfOpen::Ours);
        }
        let ours = writing!(self, |conn| {
            sqlx::query(
                "update health set open_until_ms = $1 where endpoint_id = $2 and openings > 0 and open_until_ms <= $3",
            )
            .bind(until_ms)
            .bind(endpoint_id)
            .bind(now_ms)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        if ours > 0 {
            return Ok(HalfOpen::Ours);
        }
        Ok(match self.health(endpoint_id).await? {
            Some(health) => HalfOpen::Until(health.open_until_ms),
            None => HalfOpen::Recovered,
        })
    }

    /// Tells the owner of an endpoint that it stalls, once until it recovers. Gives the mail's alert, if there is one.
    pub async fn tell_stalled(
        &self,
        endpoint_id: i64,
        request_id: &str,
        now_ms: i64,
    ) -> Result<Option<i64>> {
        let public_id = PublicId::from_random(Kind::Alert, rand::random());
        let link_key = self.link_key().await?;
        Ok(writing_in_turn!(self, Readers, |conn| {
            let told =
                sqlx::query("update health set told = $1 where endpoint_id = $2 and told = ''")
                    .bind(Trouble::Stalled.as_str())
                    .bind(endpoint_id)
                    .execute(&mut *conn)
                    .await?
                    .rows_affected();
            match told {
                0 => None,
                _ => Some(trouble_alert!(
                    conn,
                    endpoint_id,
                    Trouble::Stalled,
                    public_id,
                    link_key,
                    request_id,
                    now_ms
                )),
            }
        }))
    }

    /// Takes an endpoint out of use, until its owner takes it up again, and tells them. Gives the mail's alert; none if it
    /// was out of use already, or was never confirmed.
    pub async fn disable_endpoint(
        &self,
        endpoint_id: i64,
        trouble: Trouble,
        request_id: &str,
        now_ms: i64,
    ) -> Result<Option<i64>> {
        let public_id = PublicId::from_random(Kind::Alert, rand::random());
        let link_key = self.link_key().await?;
        let current = self.is_current().await?;
        Ok(writing_in_turn!(self, Readers, |conn| {
            let before: Option<String> = sqlx::query_scalar(
                "select state from endpoints where id = $1 and state not in ('deleted', 'disabled')",
            )
            .bind(endpoint_id)
            .fetch_optional(&mut *conn)
            .await?;
            sqlx::query(
                "update endpoints set state = 'disabled' where id = $1 and state <> 'deleted'",
            )
            .bind(endpoint_id)
            .execute(&mut *conn)
            .await?;
            touch_subscriptions!(conn, endpoint_id);
            if before.is_some() && current {
                sqlx::query(
                    "insert into health (endpoint_id, failing_since_ms, told) values ($1, $2, $3) \
                     on conflict (endpoint_id) do update set told = excluded.told",
                )
                .bind(endpoint_id)
                .bind(now_ms)
                .bind(trouble.as_str())
                .execute(&mut *conn)
                .await?;
            }
            match before.as_deref() {
                None | Some("pending") => None,
                Some(_) => Some(trouble_alert!(
                    conn,
                    endpoint_id,
                    trouble,
                    public_id,
                    link_key,
                    request_id,
                    now_ms
                )),
            }
        }))
    }

    /// What an endpoint was not told since then, among the last 20,000 stories of the wire: deliveries have no index by endpoint.
    pub async fn missed(&self, endpoint_id: i64, since_ms: i64) -> Result<Missed> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select cast(coalesce(sum(case when d.state in ('dead', 'suppressed') then 1 else 0 end), 0) as bigint) as lost, \
                 cast(coalesce(sum(case when d.state = 'due' then 1 else 0 end), 0) as bigint) as due \
                 from (select id, created_ms from alerts where kind = 'story' order by id desc limit 20000) a \
                 cross join deliveries d where d.alert_id = a.id and d.endpoint_id = $1 \
                 and (a.created_ms >= $2 or d.done_ms >= $2 or d.state = 'due')",
            )
            .bind(endpoint_id)
            .bind(since_ms)
            .fetch_one(conn)
            .await?
        }))
    }
}
