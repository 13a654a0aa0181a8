//! Stopping a release before its clear time, with a true answer in a race. Editions that were submitted together stop and
//! move together.

use crate::reviewing::NewEvent;
use crate::{Result, Store};
use release::model::ReleaseState;

/// By which right somebody stops or moves a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// The issuer's own side, or an agency's.
    Submitter,
    /// The wire's side.
    Editor,
}

impl Power {
    /// Its name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Power::Submitter => "submitter",
            Power::Editor => "editor",
        }
    }
}

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
    /// An editor holds it, and who asked is none.
    HeldByEditor {
        /// `tok_…`, `per_…` or `local`.
        by: String,
        /// Why, in their words; empty if they did not say.
        note: String,
    },
    /// It stands where this cannot be done.
    NotPossible(ReleaseState),
}

/// The editor's hold on a release or its bundle: who holds it, and why.
macro_rules! editors_hold {
    ($conn:ident, $id:expr) => {
        sqlx::query_as::<_, (String, String)>(
            "select held_by, held_note from releases \
             where (id = $1 or bundle = (select bundle from releases where id = $1)) \
             and state = 'held' and held_as = 'editor' order by id limit 1",
        )
        .bind($id)
        .fetch_optional(&mut *$conn)
        .await?
    };
}

impl Store {
    /// Stops a release by hand, as [`ReleaseState::Held`] or for good as [`ReleaseState::Cancelled`]. A draft can only be
    /// cancelled.
    ///
    /// A hold keeps the right it was made by: where an editor holds a release already, a submitter's hold adds nothing.
    /// Clearing and stopping update the same row under the writer's lock, so exactly one of them wins.
    pub async fn stop_release(
        &self,
        id: i64,
        state: ReleaseState,
        power: Power,
        event: NewEvent<'_>,
    ) -> Result<Stopped> {
        let stopped = writing_in_turn!(self, Releases, |conn| {
            let ids: Vec<i64> = sqlx::query_scalar(
                "update releases set state = $1, \
                 held_by = case when $1 <> 'held' or (held_as = 'editor' and $3 <> 'editor') then held_by else $4 end, \
                 held_note = case when $1 <> 'held' or (held_as = 'editor' and $3 <> 'editor') then held_note else $5 end, \
                 held_as = case when $1 <> 'held' or held_as = 'editor' then held_as else $3 end \
                 where (id = $2 or bundle = (select bundle from releases where id = $2)) \
                 and (state in ('submitted', 'scheduled', 'held') or (state = 'draft' and $1 = 'cancelled')) returning id",
            )
            .bind(state.as_str())
            .bind(id)
            .bind(power.as_str())
            .bind(event.actor)
            .bind(event.note)
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
    /// approved it yet. What an editor holds, only an editor moves.
    pub async fn reschedule_release(
        &self,
        id: i64,
        clear_at_ms: i64,
        power: Power,
        event: NewEvent<'_>,
    ) -> Result<Stopped> {
        let moved = writing_in_turn!(self, Releases, |conn| 'all: {
            // A transaction that finds it held commits nothing, for nothing was written.
            if power != Power::Editor
                && let Some((by, note)) = editors_hold!(conn, id)
            {
                break 'all Err(Stopped::HeldByEditor { by, note });
            }
            let ids: Vec<i64> = sqlx::query_scalar(
                "update releases set clear_at_ms = $1, state = 'submitted', held_as = '', held_by = '', held_note = '' \
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
            Ok(ids.contains(&id))
        });
        match moved {
            Ok(moved) => self.settle(id, moved).await,
            Err(held) => Ok(held),
        }
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
