//! Releases as they stand: read one by one, by page, by story.

use crate::{Result, Store};
use release::model::{Lane, ReleaseState};

/// A release as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ReleaseRow {
    /// Its key.
    pub id: i64,
    /// `rel_…`.
    pub public_id: String,
    /// The story's key.
    pub story_id: i64,
    /// `sty_…`.
    pub story_public_id: String,
    /// Which telling of the story.
    pub revision: i64,
    /// `US/en`; empty for a draft.
    pub edition: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: ReleaseState,
    /// Granted.
    #[sqlx(try_from = "String")]
    pub lane: Lane,
    /// Unix milliseconds.
    pub clear_at_ms: i64,
    /// A `release::model::Release` as JSON; `{}` for a draft.
    pub content: String,
    /// SHA-256 of the content.
    pub content_hash: String,
    /// The submission as it was sent: a JSON object.
    pub source: String,
    /// The issuers' slugs, space-separated.
    pub issuers: String,
    /// Shared by editions that were submitted together; none for one that came alone.
    pub bundle: Option<String>,
    /// Whose word is missing: `approver`, `editor`, space-separated.
    pub awaits: String,
    /// `tok_…`, `per_…` or `local`.
    pub submitted_by: String,
    /// Where notices about it go; empty for nowhere.
    pub notify: String,
    /// By which right it is held: `submitter`, `editor`; empty if it never was.
    pub held_as: String,
    /// Who holds it: `tok_…`, `per_…` or `local`.
    pub held_by: String,
    /// Why it is held, in their words.
    pub held_note: String,
    /// The request that brought it.
    pub request_id: String,
    /// Unix milliseconds.
    pub accepted_ms: i64,
    /// Unix milliseconds, once cleared.
    pub cleared_ms: Option<i64>,
    /// Its place on the wire, once cleared.
    pub seq: Option<i64>,
}

/// A recent release of an issuer, for comparing a new one with.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RecentRow {
    /// `rel_…`.
    pub public_id: String,
    /// The story's key.
    pub story_id: i64,
    /// `US/en`.
    pub edition: String,
    /// What its text is recognised by.
    pub fingerprint: String,
}

/// Every query for releases selects these.
macro_rules! select_release {
    ($rest:literal) => {
        concat!(
            "select r.id, r.public_id, r.story_id, s.public_id as story_public_id, r.revision, r.edition, r.state, \
             r.lane, r.clear_at_ms, r.content, r.content_hash, r.source, r.issuers, r.bundle, r.awaits, r.submitted_by, \
             r.notify, r.held_as, r.held_by, r.held_note, r.request_id, r.accepted_ms, r.cleared_ms, i.seq \
             from releases r join stories s on s.id = r.story_id left join items i on i.release_id = r.id ",
            $rest
        )
    };
}

impl Store {
    /// The release with this public id.
    pub async fn release(&self, public_id: &str) -> Result<Option<ReleaseRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_release!("where r.public_id = $1"))
                .bind(public_id)
                .fetch_optional(conn)
                .await?
        }))
    }

    /// The release with this key.
    pub async fn release_by_id(&self, id: i64) -> Result<Option<ReleaseRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_release!("where r.id = $1"))
                .bind(id)
                .fetch_optional(conn)
                .await?
        }))
    }

    /// The releases that were submitted together, in their order.
    pub async fn bundle(&self, bundle: &str) -> Result<Vec<ReleaseRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_release!("where r.bundle = $1 order by r.id"))
                .bind(bundle)
                .fetch_all(conn)
                .await?
        }))
    }

    /// All tellings of a story in all editions, in the order in which they came.
    pub async fn story(&self, public_id: &str) -> Result<Vec<ReleaseRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_release!("where s.public_id = $1 order by r.id"))
                .bind(public_id)
                .fetch_all(conn)
                .await?
        }))
    }

    /// The newest releases first, older than `before_id`; in one state, if given.
    pub async fn releases(
        &self,
        before_id: i64,
        state: Option<ReleaseState>,
        limit: i64,
    ) -> Result<Vec<ReleaseRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_release!(
                "where r.id < $1 and ($2 is null or r.state = $2) order by r.id desc limit $3"
            ))
            .bind(before_id)
            .bind(state.map(ReleaseState::as_str))
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// What is to clear from one time up to before another, in the order of the clear times. Unix milliseconds.
    pub async fn scheduled_between(
        &self,
        from_ms: i64,
        until_ms: i64,
        limit: i64,
    ) -> Result<Vec<ReleaseRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_release!(
                "where r.state = 'scheduled' and r.clear_at_ms >= $1 and r.clear_at_ms < $2 \
                 order by r.clear_at_ms, r.id limit $3"
            ))
            .bind(from_ms)
            .bind(until_ms)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// The newest releases that speak for exactly these issuers (slugs, space-separated), drafts left out.
    pub async fn recent_of_issuers(&self, issuers: &str, limit: i64) -> Result<Vec<RecentRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select public_id, story_id, edition, fingerprint from releases \
                 where issuers = $1 and state not in ('draft', 'refused', 'cancelled') order by id desc limit $2",
            )
            .bind(issuers)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// What went out on the wire, newest first.
    pub async fn newest_items(&self, limit: i64) -> Result<Vec<ReleaseRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_release!(
                "where i.seq is not null order by i.seq desc limit $1"
            ))
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// What went out on the wire after `after_seq`, in its order.
    pub async fn items_after(&self, after_seq: i64, limit: i64) -> Result<Vec<ReleaseRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_release!("where i.seq > $1 order by i.seq limit $2"))
                .bind(after_seq)
                .bind(limit)
                .fetch_all(conn)
                .await?
        }))
    }

    /// The editions of a story's revision that have cleared, in the order in which they were accepted.
    pub async fn cleared_editions(&self, story_id: i64, revision: i64) -> Result<Vec<ReleaseRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_release!(
                "where r.story_id = $1 and r.revision = $2 and r.state = 'cleared' order by r.id"
            ))
            .bind(story_id)
            .bind(revision)
            .fetch_all(conn)
            .await?
        }))
    }
}
