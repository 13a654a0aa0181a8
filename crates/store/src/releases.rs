//! Releases: accepted, held, cancelled, rescheduled, listed.

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
    /// `US/en`.
    pub edition: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: ReleaseState,
    /// Granted.
    #[sqlx(try_from = "String")]
    pub lane: Lane,
    /// Unix milliseconds.
    pub clear_at_ms: i64,
    /// A `release::model::Release` as JSON.
    pub content: String,
    /// SHA-256 of the content, hexadecimal.
    pub content_hash: String,
    /// Who submitted it.
    pub token_id: i64,
    /// The request that brought it.
    pub request_id: String,
    /// Unix milliseconds.
    pub accepted_ms: i64,
    /// Unix milliseconds, once cleared.
    pub cleared_ms: Option<i64>,
    /// Its place on the wire, once cleared.
    pub seq: Option<i64>,
}

/// Every query for releases selects these.
macro_rules! select_release {
    ($rest:literal) => {
        concat!(
            "select r.id, r.public_id, r.story_id, s.public_id as story_public_id, r.revision, r.edition, r.state, \
             r.lane, r.clear_at_ms, r.content, r.content_hash, r.token_id, r.request_id, r.accepted_ms, r.cleared_ms, \
             i.seq from releases r join stories s on s.id = r.story_id left join items i on i.release_id = r.id ",
            $rest
        )
    };
}

/// A release to be accepted.
#[derive(Debug, Clone)]
pub struct NewRelease<'a> {
    /// `rel_…`.
    pub public_id: &'a str,
    /// `sty_…`, used if the story is new.
    pub story_public_id: &'a str,
    /// Whose story keys these are: the first issuer's slug.
    pub story_owner: &'a str,
    /// The submitter's key; none makes a story of its own.
    pub story_key: Option<&'a str>,
    /// `US/en`.
    pub edition: &'a str,
    /// Scheduled, or held back for review.
    pub state: ReleaseState,
    /// Granted.
    pub lane: Lane,
    /// Unix milliseconds.
    pub clear_at_ms: i64,
    /// A `release::model::Release` as JSON.
    pub content: &'a str,
    /// SHA-256, hexadecimal.
    pub content_hash: &'a str,
    /// Who submits.
    pub token_id: i64,
    /// The request that brought it.
    pub request_id: &'a str,
}

/// A submitter's key that makes repeating a request harmless.
#[derive(Debug, Clone, Copy)]
pub struct Idempotency<'a> {
    /// As sent.
    pub key: &'a str,
    /// SHA-256 of the request's body, hexadecimal.
    pub body_hash: &'a str,
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// Stored now, with this key.
    New(i64),
    /// Stored before under the same idempotency key: this release.
    Repeated(String),
    /// The idempotency key was used before for another body, which made this release.
    KeyReused(String),
    /// The story has this edition already: this release.
    EditionTaken(String),
}

impl Store {
    /// Accepts a release, all or nothing: story, release and idempotency key in one transaction.
    pub async fn accept(
        &self,
        new: &NewRelease<'_>,
        idempotency: Option<Idempotency<'_>>,
        now_ms: i64,
    ) -> Result<Accepted> {
        let accepted = writing!(self, |conn| {
            let earlier: Option<(String, String)> = match idempotency {
                None => None,
                Some(Idempotency { key, .. }) => {
                    sqlx::query_as(
                        "select i.body_hash, r.public_id from idempotency i join releases r on r.id = i.release_id \
                         where i.token_id = $1 and i.idempotency_key = $2",
                    )
                    .bind(new.token_id)
                    .bind(key)
                    .fetch_optional(&mut *conn)
                    .await?
                }
            };
            let story: Option<(i64, i64)> = match new.story_key {
                None => None,
                Some(key) => {
                    sqlx::query_as(
                        "select id, revision from stories where owner = $1 and story_key = $2",
                    )
                    .bind(new.story_owner)
                    .bind(key)
                    .fetch_optional(&mut *conn)
                    .await?
                }
            };
            let taken: Option<String> = match story {
                None => None,
                Some((story_id, revision)) => {
                    sqlx::query_scalar(
                        "select public_id from releases where story_id = $1 and revision = $2 and edition = $3 \
                         and state not in ('refused', 'cancelled')",
                    )
                    .bind(story_id)
                    .bind(revision)
                    .bind(new.edition)
                    .fetch_optional(&mut *conn)
                    .await?
                }
            };
            match (earlier, idempotency, taken) {
                (Some((hash, release)), Some(key), _) if hash == key.body_hash => {
                    Accepted::Repeated(release)
                }
                (Some((_, release)), _, _) => Accepted::KeyReused(release),
                (None, _, Some(release)) => Accepted::EditionTaken(release),
                (None, _, None) => {
                    let (story_id, revision) = match story {
                        Some(story) => story,
                        None => {
                            let id = next_ids!(conn, "story", 1);
                            sqlx::query("insert into stories (id, public_id, owner, story_key) values ($1, $2, $3, $4)")
                                .bind(id)
                                .bind(new.story_public_id)
                                .bind(new.story_owner)
                                .bind(new.story_key)
                                .execute(&mut *conn)
                                .await?;
                            (id, 0)
                        }
                    };
                    let id = next_ids!(conn, "release", 1);
                    sqlx::query(
                        "insert into releases (id, public_id, story_id, revision, edition, state, lane, clear_at_ms, \
                         content, content_hash, token_id, request_id, accepted_ms) \
                         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                    )
                    .bind(id)
                    .bind(new.public_id)
                    .bind(story_id)
                    .bind(revision)
                    .bind(new.edition)
                    .bind(new.state.as_str())
                    .bind(new.lane.as_str())
                    .bind(new.clear_at_ms)
                    .bind(new.content)
                    .bind(new.content_hash)
                    .bind(new.token_id)
                    .bind(new.request_id)
                    .bind(now_ms)
                    .execute(&mut *conn)
                    .await?;
                    if let Some(Idempotency { key, body_hash }) = idempotency {
                        sqlx::query(
                            "insert into idempotency (token_id, idempotency_key, body_hash, release_id, created_ms) \
                             values ($1, $2, $3, $4, $5)",
                        )
                        .bind(new.token_id)
                        .bind(key)
                        .bind(body_hash)
                        .bind(id)
                        .bind(now_ms)
                        .execute(&mut *conn)
                        .await?;
                    }
                    Accepted::New(id)
                }
            }
        });
        Ok(accepted)
    }

    /// What was made under this idempotency key before, if anything: the body's hash and the release.
    pub async fn made_before(&self, token_id: i64, key: &str) -> Result<Option<(String, String)>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select i.body_hash, r.public_id from idempotency i join releases r on r.id = i.release_id \
                 where i.token_id = $1 and i.idempotency_key = $2",
            )
            .bind(token_id)
            .bind(key)
            .fetch_optional(conn)
            .await?
        }))
    }

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

    /// The newest releases first, older than `before_id`.
    pub async fn releases(&self, before_id: i64, limit: i64) -> Result<Vec<ReleaseRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_release!(
                "where r.id < $1 order by r.id desc limit $2"
            ))
            .bind(before_id)
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
