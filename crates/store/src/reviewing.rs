//! The way to the wire: who said what of a release, and what that makes of it.
//!
//! Editions that were submitted together move together: a word about one of them is a word about its own text, but none
//! is scheduled before all are approved, and a hold or another clear time holds or moves them all.

use crate::{Result, Store};
use release::model::ReleaseState;

/// What somebody did with a release.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct EventRow {
    /// Unix milliseconds.
    pub at_ms: i64,
    /// `tok_…`, `per_…` or `local`.
    pub actor: String,
    /// `approved`, `queried`, `refused`, `held`, `cancelled`, `rescheduled`, `changed`, `submitted`.
    pub act: String,
    /// Where the release stood afterwards.
    pub state: String,
    /// In their words.
    pub note: String,
    /// The text it was about: SHA-256 of the content.
    pub content_hash: String,
}

/// Something somebody does with a release.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// Unix milliseconds.
    pub at_ms: i64,
    /// `tok_…`, `per_…` or `local`.
    pub actor: &'a str,
    /// What history calls it.
    pub act: &'a str,
    /// In their words.
    pub note: &'a str,
}

/// What became of a word about a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reviewed {
    /// It stands; the release's state afterwards.
    Done(ReleaseState),
    /// The text is not the one that was read: its hash now.
    Changed(String),
    /// It stands where this cannot be said of it.
    NotPossible(ReleaseState),
}

/// Writes down what somebody did, with the state and text as they are now.
macro_rules! add_event {
    ($conn:ident, $release_id:expr, $event:expr) => {{
        let event = $event;
        sqlx::query(
            "insert into release_events (release_id, n, at_ms, actor, act, state, note, content_hash) \
             select r.id, 1 + (select count(*) from release_events e where e.release_id = r.id), $2, $3, $4, r.state, $5, \
             r.content_hash from releases r where r.id = $1",
        )
        .bind($release_id)
        .bind(event.at_ms)
        .bind(event.actor)
        .bind(event.act)
        .bind(event.note)
        .execute(&mut *$conn)
        .await?;
    }};
}

/// Schedules what was submitted, once nobody's word is missing in the whole bundle.
macro_rules! schedule_approved {
    ($conn:ident, $id:expr, $bundle:expr) => {
        sqlx::query(
            "update releases set state = 'scheduled' where state = 'submitted' and (id = $1 or bundle = $2) \
             and not exists (select 1 from releases o where (o.id = $1 or o.bundle = $2) \
             and o.state in ('submitted', 'held') and o.awaits <> '')",
        )
        .bind($id)
        .bind($bundle)
        .execute(&mut *$conn)
        .await?
    };
}

impl Store {
    /// Gives the word of one side (`approver` or `editor`) for the text with this hash. The last missing word schedules the
    /// release, with its bundle.
    pub async fn approve(
        &self,
        id: i64,
        side: &str,
        content_hash: &str,
        event: NewEvent<'_>,
    ) -> Result<Reviewed> {
        let reviewed = writing_in_turn!(self, Releases, |conn| 'all: {
            let (state, awaits, hash, bundle): (String, String, String, Option<String>) =
                sqlx::query_as(
                    "select state, awaits, content_hash, bundle from releases where id = $1",
                )
                .bind(id)
                .fetch_one(&mut *conn)
                .await?;
            let state = ReleaseState::parse(&state).unwrap_or(ReleaseState::Cancelled);
            let waits = matches!(state, ReleaseState::Submitted | ReleaseState::Held);
            if !waits || !awaits.split(' ').any(|awaited| awaited == side) {
                break 'all Reviewed::NotPossible(state);
            }
            if hash != content_hash {
                break 'all Reviewed::Changed(hash);
            }
            let rest: Vec<&str> = awaits.split(' ').filter(|&other| other != side).collect();
            sqlx::query("update releases set awaits = $1 where id = $2")
                .bind(rest.join(" "))
                .bind(id)
                .execute(&mut *conn)
                .await?;
            schedule_approved!(conn, id, &bundle);
            add_event!(conn, id, event);
            let state: String = sqlx::query_scalar("select state from releases where id = $1")
                .bind(id)
                .fetch_one(&mut *conn)
                .await?;
            Reviewed::Done(ReleaseState::parse(&state).unwrap_or(ReleaseState::Submitted))
        });
        Ok(reviewed)
    }

    /// Refuses a release that has not cleared, with the reason in the event's note. The rest of its bundle goes on.
    pub async fn refuse(&self, id: i64, event: NewEvent<'_>) -> Result<Reviewed> {
        let reviewed = writing_in_turn!(self, Releases, |conn| 'all: {
            let (state, bundle): (String, Option<String>) =
                sqlx::query_as("select state, bundle from releases where id = $1")
                    .bind(id)
                    .fetch_one(&mut *conn)
                    .await?;
            let state = ReleaseState::parse(&state).unwrap_or(ReleaseState::Cancelled);
            let open = [
                ReleaseState::Submitted,
                ReleaseState::Held,
                ReleaseState::Scheduled,
            ];
            if !open.contains(&state) {
                break 'all Reviewed::NotPossible(state);
            }
            sqlx::query("update releases set state = 'refused' where id = $1")
                .bind(id)
                .execute(&mut *conn)
                .await?;
            schedule_approved!(conn, id, &bundle);
            add_event!(conn, id, event);
            Reviewed::Done(ReleaseState::Refused)
        });
        Ok(reviewed)
    }

    /// Asks the submitter something about a release that awaits review; it stays where it is, and they are told again.
    pub async fn query_release(&self, id: i64, event: NewEvent<'_>) -> Result<Reviewed> {
        let reviewed = writing_in_turn!(self, Releases, |conn| 'all: {
            let state: String = sqlx::query_scalar("select state from releases where id = $1")
                .bind(id)
                .fetch_one(&mut *conn)
                .await?;
            let state = ReleaseState::parse(&state).unwrap_or(ReleaseState::Cancelled);
            if !matches!(state, ReleaseState::Submitted | ReleaseState::Held) {
                break 'all Reviewed::NotPossible(state);
            }
            sqlx::query("update releases set told = '' where id = $1")
                .bind(id)
                .execute(&mut *conn)
                .await?;
            add_event!(conn, id, event);
            Reviewed::Done(state)
        });
        Ok(reviewed)
    }

    /// What people did with a release, oldest first.
    pub async fn release_events(&self, release_id: i64) -> Result<Vec<EventRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select at_ms, actor, act, state, note, content_hash from release_events where release_id = $1 order by n",
            )
            .bind(release_id)
            .fetch_all(conn)
            .await?
        }))
    }
}
