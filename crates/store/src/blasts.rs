//! The blast guard's memory: which alerts were found to reach far more than usual, and what an operator said of each.
//!
//! An alert that was asked about stays unrouted, and its hint lies in the far future, so no sweep offers it to a router
//! meanwhile; whoever routes it all the same finds the row, and asks again without a word. One row an alert, bound to the
//! alert's generation: a word is for the routing that was asked about. Asking and answering each are one transaction, so a crash
//! leaves an alert that is asked about, or one that the sweep brings back to be counted again.

use crate::acts::NewAct;
use crate::alerts::AlertRow;
use crate::reviewing::NewEvent;
use crate::{Result, Store};

/// When an alert that is asked about would be hinted again by itself: never.
const NEVER_MS: i64 = i64::MAX;

/// What an operator says of an alert that the guard asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// All of them are told.
    Go,
    /// Nobody more is told; a later word may still let it go.
    Stop,
}

impl Word {
    /// Its name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Word::Go => "go",
            Word::Stop => "stop",
        }
    }
}

/// What the guard asked, and what was said.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BlastRow {
    /// The alert's key.
    pub alert_id: i64,
    /// `alr_…`.
    pub alert: String,
    /// The story that it tells.
    pub story_id: i64,
    /// The story's revision.
    pub revision: i64,
    /// The alert's generation when it was asked about.
    pub generation: i64,
    /// How many would be told.
    pub reach: i64,
    /// How many usually are.
    pub usual: i64,
    /// Since when, Unix milliseconds.
    pub asked_ms: i64,
    /// `go`, `stop`, or empty while nobody has said anything.
    pub word: String,
    /// `tok_…`, `per_…` or `local`; empty while nobody has said anything.
    pub actor: String,
    /// Why, in their words.
    pub note: String,
}

/// The columns of [`BlastRow`], of `blasts b` and `alerts a`.
macro_rules! blast {
    ($rest:literal) => {
        concat!(
            "select b.alert_id, a.public_id as alert, a.story_id, a.revision, b.generation, b.reach, b.usual, b.asked_ms, b.word, \
             b.actor, b.note from blasts b join alerts a on a.id = b.alert_id ",
            $rest
        )
    };
}

/// Writes into the history of each release that an alert tells.
macro_rules! add_alert_event {
    ($conn:ident, $alert_id:expr, $event:expr) => {{
        let ids: Vec<i64> = sqlx::query_scalar(
            "select r.id from releases r join alerts a on a.story_id = r.story_id and a.revision = r.revision \
             where a.id = $1 and r.cleared_ms is not null order by r.id",
        )
        .bind($alert_id)
        .fetch_all(&mut *$conn)
        .await?;
        for id in ids {
            add_event!($conn, id, $event);
        }
    }};
}

impl Store {
    /// How many each of the last `stories` was told to, of those that reached anybody; the newest first.
    pub async fn last_reaches(&self, stories: i64) -> Result<Vec<i64>> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar(
                "select matched from alerts where kind = 'story' and state = 'routed' and matched > 0 \
                 order by story_id desc, revision desc limit $1",
            )
            .bind(stories)
            .fetch_all(conn)
            .await?
        }))
    }

    /// What the guard asked about an alert, if it did.
    pub async fn blast(&self, alert_id: i64) -> Result<Option<BlastRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(blast!("where b.alert_id = $1"))
                .bind(alert_id)
                .fetch_optional(conn)
                .await?
        }))
    }

    /// What waits for an operator's word, the oldest first.
    pub async fn open_blasts(&self) -> Result<Vec<BlastRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(blast!(
                "where b.word = '' and a.state = 'unrouted' order by b.asked_ms, b.alert_id"
            ))
            .fetch_all(conn)
            .await?
        }))
    }

    /// What the guard asked last about an alert, given by its public id or by that of a release that it tells.
    pub async fn find_blast(&self, public_id: &str) -> Result<Option<BlastRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(blast!(
                "where a.public_id = $1 or exists (select 1 from releases r where r.public_id = $1 \
                 and r.story_id = a.story_id and r.revision = a.revision) order by b.asked_ms desc limit 1"
            ))
            .bind(public_id)
            .fetch_optional(conn)
            .await?
        }))
    }

    /// Asks before an alert is planned, and keeps the sweep from offering it; true if it was not asked before. An alert that was
    /// routed, or that another edition has joined since it was read, is left alone.
    pub async fn ask_blast(
        &self,
        alert: &AlertRow,
        reach: i64,
        usual: i64,
        now_ms: i64,
    ) -> Result<bool> {
        // Its issuer reads this: what is usual is about others.
        let note =
            format!("{reach} would be told, far more than usual: an operator is asked first");
        let event = NewEvent {
            at_ms: now_ms,
            actor: "router",
            act: "asked",
            note: &note,
        };
        Ok(writing!(self, |conn| {
            // Where the row stands already it is locked all the same, so a word comes before this or after it.
            let new = sqlx::query(
                "insert into blasts (alert_id, generation, reach, usual, asked_ms, word, actor, note) \
                 select id, generation, $3, $4, $5, '', '', '' from alerts \
                 where id = $1 and generation = $2 and state = 'unrouted' \
                 on conflict (alert_id) do update set generation = excluded.generation, reach = excluded.reach, \
                 usual = excluded.usual, asked_ms = excluded.asked_ms, word = '', actor = '', note = '', said_ms = null \
                 where blasts.generation < excluded.generation",
            )
            .bind(alert.id)
            .bind(alert.generation)
            .bind(reach)
            .bind(usual)
            .bind(now_ms)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            sqlx::query(
                "update alerts set hinted_ms = $3 where id = $1 and generation = $2 and state = 'unrouted' \
                 and exists (select 1 from blasts where alert_id = $1 and generation = $2 and word = '')",
            )
            .bind(alert.id)
            .bind(alert.generation)
            .bind(NEVER_MS)
            .execute(&mut *conn)
            .await?;
            if new > 0 {
                add_alert_event!(conn, alert.id, event);
            }
            new > 0
        }))
    }

    /// Says an operator's word about the routing that a row asks about: to let it go makes the alert findable at once, to stop it
    /// makes it routed to nobody more. What was stopped can be let go later; what was let go cannot be stopped here.
    /// False, and nothing changes, if a word stands already or another edition has been asked about since the row was read.
    pub async fn answer_blast(&self, row: &BlastRow, word: Word, act: NewAct<'_>) -> Result<bool> {
        let event = NewEvent {
            at_ms: act.at_ms,
            actor: act.actor,
            act: word.as_str(),
            note: act.note,
        };
        Ok(writing!(self, |conn| {
            let said = sqlx::query(
                "update blasts set word = $3, actor = $4, note = $5, said_ms = $6 where alert_id = $1 and generation = $2 \
                 and (word = '' or (word = 'stop' and $3 = 'go'))",
            )
            .bind(row.alert_id)
            .bind(row.generation)
            .bind(word.as_str())
            .bind(act.actor)
            .bind(act.note)
            .bind(act.at_ms)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if said > 0 {
                match word {
                    Word::Go => {
                        sqlx::query("update alerts set state = 'unrouted', hinted_ms = 0 where id = $1")
                            .bind(row.alert_id)
                            .execute(&mut *conn)
                            .await?
                    }
                    // An edition that cleared since then has the alert routed again, and asked about.
                    Word::Stop => {
                        sqlx::query(
                            "update alerts set state = 'routed', hinted_ms = $3, \
                             matched = (select count(*) from deliveries d where d.alert_id = $1) where id = $1 and generation = $2",
                        )
                        .bind(row.alert_id)
                        .bind(row.generation)
                        .bind(act.at_ms)
                        .execute(&mut *conn)
                        .await?
                    }
                };
                add_alert_event!(conn, row.alert_id, event);
                add_act!(conn, act);
            }
            said > 0
        }))
    }
}
