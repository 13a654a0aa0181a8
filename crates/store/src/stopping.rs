//! Stopping a release before its clear time, with a true answer in a race. Editions that were submitted together stop and
//! move together.

use crate::reviewing::NewEvent;
use crate::{Result, Store};
use release::model::ReleaseState;

/// What became of an attempt to stop or move a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// Done, and nobody was told.
    Done,
    /// Too late.
    Cleared {
        /// Unix milliseconds.
        cleared_ms: i64,
        /// Deliveries made so far.
        told: i64,
    },
    /// It stands where this cannot be done.
    NotPossible(ReleaseState),
}

impl Store {
    /// Stops a release by hand, as [`ReleaseState::Held`] or for good as [`ReleaseState::Cancelled`]. A draft can only be
    /// cancelled.
    ///
    /// Clearing and stopping update the same row under the writer's lock, so exactly one of them wins.
    pub async fn stop_release(
        &self,
        id: i64,
        state: ReleaseState,
        event: NewEvent<'_>,
    ) -> Result<Stopped> {
        let stopped = writing!(self, |conn| {
            let ids: Vec<i64> = sqlx::query_scalar(
                "update releases set state = $1 \
                 where (id = $2 or bundle = (select bundle from releases where id = $2)) \
                 and (state in ('submitted', 'scheduled', 'held') or (state = 'draft' and $1 = 'cancelled')) returning id",
            )
            .bind(state.as_str())
            .bind(id)
            .fetch_all(&mut *conn)
            .await?;
            for id in &ids {
                add_event!(conn, id, event);
            }
            ids.contains(&id)
        });
        self.settle(id, stopped).await
    }

    /// Moves a scheduled or held release to another clear time, and lets it go on: to the wire, or to whoever has not
    /// approved it yet.
    pub async fn reschedule_release(
        &self,
        id: i64,
        clear_at_ms: i64,
        event: NewEvent<'_>,
    ) -> Result<Stopped> {
        let moved = writing!(self, |conn| {
            let ids: Vec<i64> = sqlx::query_scalar(
                "update releases set clear_at_ms = $1, state = 'submitted' \
                 where (id = $2 or bundle = (select bundle from releases where id = $2)) \
                 and state in ('submitted', 'scheduled', 'held') returning id",
            )
            .bind(clear_at_ms)
            .bind(id)
            .fetch_all(&mut *conn)
            .await?;
            let bundle: Option<String> =
                sqlx::query_scalar("select bundle from releases where id = $1")
                    .bind(id)
                    .fetch_one(&mut *conn)
                    .await?;
            schedule_approved!(conn, id, &bundle);
            for id in &ids {
                add_event!(conn, id, event);
            }
            ids.contains(&id)
        });
        self.settle(id, moved).await
    }

    /// Done if a row changed; else why not.
    async fn settle(&self, id: i64, changed: bool) -> Result<Stopped> {
        if changed {
            return Ok(Stopped::Done);
        }
        let (state, cleared_ms): (String, Option<i64>) = reading!(self, |conn| {
            sqlx::query_as("select state, cleared_ms from releases where id = $1")
                .bind(id)
                .fetch_one(conn)
                .await?
        });
        match cleared_ms {
            Some(cleared_ms) => Ok(Stopped::Cleared {
                cleared_ms,
                told: self.told(id).await?,
            }),
            None => Ok(Stopped::NotPossible(
                ReleaseState::parse(&state).unwrap_or(ReleaseState::Cancelled),
            )),
        }
    }

    async fn told(&self, release_id: i64) -> Result<i64> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar("select cast(coalesce(sum(delivered), 0) as bigint) from batches where release_id = $1")
                .bind(release_id)
                .fetch_one(conn)
                .await?
        }))
    }
}
