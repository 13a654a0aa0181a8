//! Accepting releases: one or a bundle of editions, drafts, and another text for what has not cleared.

use crate::{Result, Store};
use release::model::{Lane, ReleaseState};

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
    /// A draft, scheduled, or submitted for review.
    pub state: ReleaseState,
    /// Granted.
    pub lane: Lane,
    /// Unix milliseconds.
    pub clear_at_ms: i64,
    /// A `release::model::Release` as JSON; `{}` for a draft.
    pub content: &'a str,
    /// SHA-256.
    pub content_hash: &'a str,
    /// The submission as it was sent: a JSON object.
    pub source: &'a str,
    /// Slugs, space-separated.
    pub issuers: &'a str,
    /// Shared by the editions of one submission; none for one that comes alone.
    pub bundle: Option<&'a str>,
    /// Whose word is missing: `approver`, `editor`, space-separated; empty when scheduled.
    pub awaits: &'a str,
    /// `tok_…`, `per_…` or `local`.
    pub submitted_by: &'a str,
    /// Where notices about it go; empty for nowhere.
    pub notify: &'a str,
    /// What its text is recognised by.
    pub fingerprint: &'a str,
    /// The request that brought it.
    pub request_id: &'a str,
}

/// A submitter's key that makes repeating a request harmless.
#[derive(Debug, Clone, Copy)]
pub struct Idempotency<'a> {
    /// As sent.
    pub key: &'a str,
    /// SHA-256 of the request's body.
    pub body_hash: &'a str,
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// Stored now, with these keys, in the order given.
    New(Vec<i64>),
    /// Stored before under the same idempotency key: this release, the first of its bundle.
    Repeated(String),
    /// The idempotency key was used before for another body, which made this.
    KeyReused(String),
    /// The story has the edition of one of these already.
    EditionTaken {
        /// Which of those given.
        at: usize,
        /// `rel_…` of the one that stands.
        release: String,
    },
}

/// What became of another text for a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// It stands now.
    Done,
    /// The story has that edition already: this release.
    EditionTaken(String),
    /// Its text is not the one that was read.
    Changed,
    /// It stands where its text cannot be changed any more.
    NotPossible(ReleaseState),
}

/// A release's text as somebody read it, for one who replaces no other.
#[derive(Debug, Clone, Copy)]
pub struct TextRead<'a> {
    /// SHA-256 of the content; empty for a draft.
    pub content_hash: &'a str,
    /// The submission as it was sent.
    pub source: &'a str,
}

/// How a story that has been told already stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whether any of its editions has cleared.
    pub cleared: bool,
    /// The editions that stand, `US/en`, in the order in which they came.
    pub editions: Vec<String>,
}

/// What was made under an idempotency key before: the body's hash and the public id.
macro_rules! made_before {
    ($conn:expr, $actor:expr, $key:expr) => {
        sqlx::query_as(
            "select body_hash, made from idempotency where actor = $1 and idempotency_key = $2",
        )
        .bind($actor)
        .bind($key)
        .fetch_optional($conn)
        .await?
    };
}

/// The story of a key: (key, revision).
macro_rules! story_of_key {
    ($conn:ident, $new:ident) => {
        match $new.story_key {
            None => None,
            Some(key) => {
                sqlx::query_as::<_, (i64, i64)>(
                    "select id, revision from stories where owner = $1 and story_key = $2",
                )
                .bind($new.story_owner)
                .bind(key)
                .fetch_optional(&mut *$conn)
                .await?
            }
        }
    };
}

/// A new story: (key, revision).
macro_rules! new_story {
    ($conn:ident, $new:ident) => {{
        let id = next_ids!($conn, "story", 1);
        sqlx::query(
            "insert into stories (id, public_id, owner, story_key) values ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind($new.story_public_id)
        .bind($new.story_owner)
        .bind($new.story_key)
        .execute(&mut *$conn)
        .await?;
        (id, 0)
    }};
}

/// The release that has an edition of a story's revision, other than the one with the key `besides`.
macro_rules! edition_taken {
    ($conn:ident, $new:ident, $story:expr, $besides:expr) => {
        match $story {
            Some((story_id, revision)) if $new.state != ReleaseState::Draft => {
                sqlx::query_scalar::<_, String>(
                    "select public_id from releases where story_id = $1 and revision = $2 and edition = $3 \
                     and id <> $4 and state not in ('draft', 'refused', 'cancelled')",
                )
                .bind(story_id)
                .bind(revision)
                .bind($new.edition)
                .bind($besides)
                .fetch_optional(&mut *$conn)
                .await?
            }
            _ => None,
        }
    };
}

impl Store {
    /// Accepts a release, or the editions of a bundle, all or nothing: stories, releases and idempotency key in one
    /// transaction.
    pub async fn accept(
        &self,
        new: &[NewRelease<'_>],
        idempotency: Option<Idempotency<'_>>,
        now_ms: i64,
    ) -> Result<Accepted> {
        let Some(first) = new.first() else {
            return Ok(Accepted::New(Vec::new()));
        };
        // A transaction that finds something in the way commits nothing, for nothing was written.
        let accepted = writing_in_turn!(self, Releases, |conn| 'all: {
            if let Some(Idempotency { key, body_hash }) = idempotency {
                let earlier: Option<(String, String)> =
                    made_before!(&mut *conn, first.submitted_by, key);
                match earlier {
                    Some((hash, made)) if hash == body_hash => break 'all Accepted::Repeated(made),
                    Some((_, made)) => break 'all Accepted::KeyReused(made),
                    None => {}
                }
            }
            let mut stories = Vec::with_capacity(new.len());
            for (at, new) in new.iter().enumerate() {
                let story = story_of_key!(conn, new);
                if let Some(release) = edition_taken!(conn, new, story, 0_i64) {
                    break 'all Accepted::EditionTaken { at, release };
                }
                stories.push(story);
            }
            let mut ids = Vec::with_capacity(new.len());
            for (new, story) in new.iter().zip(stories) {
                let story = match story {
                    Some(story) => Some(story),
                    // The first edition of a bundle may just have made it.
                    None => story_of_key!(conn, new),
                };
                let (story_id, revision) = match story {
                    Some(story) => story,
                    None => new_story!(conn, new),
                };
                let id = next_ids!(conn, "release", 1);
                sqlx::query(
                    "insert into releases (id, public_id, story_id, revision, edition, state, lane, clear_at_ms, content, \
                     content_hash, source, issuers, bundle, awaits, submitted_by, notify, fingerprint, request_id, accepted_ms) \
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
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
                .bind(new.source)
                .bind(new.issuers)
                .bind(new.bundle)
                .bind(new.awaits)
                .bind(new.submitted_by)
                .bind(new.notify)
                .bind(new.fingerprint)
                .bind(new.request_id)
                .bind(now_ms)
                .execute(&mut *conn)
                .await?;
                ids.push(id);
            }
            if let Some(Idempotency { key, body_hash }) = idempotency {
                sqlx::query(
                    "insert into idempotency (actor, idempotency_key, body_hash, made, created_ms) values ($1, $2, $3, $4, $5)",
                )
                .bind(first.submitted_by)
                .bind(key)
                .bind(body_hash)
                .bind(first.public_id)
                .bind(now_ms)
                .execute(&mut *conn)
                .await?;
            }
            Accepted::New(ids)
        });
        Ok(accepted)
    }

    /// Gives a release that has not cleared another text, state and clear time; the story follows its key. What was said of
    /// the earlier text (`awaits`) is replaced with it, and what is held stays held. `act` is what history calls it; with
    /// `read`, only that text is replaced.
    pub async fn replace(
        &self,
        id: i64,
        new: &NewRelease<'_>,
        read: Option<TextRead<'_>>,
        act: &str,
        now_ms: i64,
    ) -> Result<Replaced> {
        let replaced = writing_in_turn!(self, Releases, |conn| 'all: {
            let (state, story_id, revision, content_hash, source): (String, i64, i64, String, String) =
                sqlx::query_as("select state, story_id, revision, content_hash, source from releases where id = $1")
                    .bind(id)
                    .fetch_one(&mut *conn)
                    .await?;
            if read
                .is_some_and(|read| (read.content_hash, read.source) != (&*content_hash, &*source))
            {
                break 'all Replaced::Changed;
            }
            let state = ReleaseState::parse(&state).unwrap_or(ReleaseState::Cancelled);
            let open = [
                ReleaseState::Draft,
                ReleaseState::Submitted,
                ReleaseState::Held,
                ReleaseState::Scheduled,
            ];
            if !open.contains(&state) {
                break 'all Replaced::NotPossible(state);
            }
            let story = match new.story_key {
                None => Some((story_id, revision)),
                Some(_) => story_of_key!(conn, new),
            };
            if let Some(release) = edition_taken!(conn, new, story, id) {
                break 'all Replaced::EditionTaken(release);
            }
            let (story_id, revision) = match story {
                Some(story) => story,
                None => new_story!(conn, new),
            };
            keep_text!(conn, id, now_ms);
            sqlx::query(
                "update releases set story_id = $1, revision = $2, edition = $3, \
                 state = case when state = 'held' then 'held' else $4 end, lane = $5, clear_at_ms = $6, \
                 content = $7, content_hash = $8, source = $9, issuers = $10, awaits = $11, fingerprint = $12, \
                 accepted_ms = case when state = 'draft' then $13 else accepted_ms end where id = $14",
            )
            .bind(story_id)
            .bind(revision)
            .bind(new.edition)
            .bind(new.state.as_str())
            .bind(new.lane.as_str())
            .bind(new.clear_at_ms)
            .bind(new.content)
            .bind(new.content_hash)
            .bind(new.source)
            .bind(new.issuers)
            .bind(new.awaits)
            .bind(new.fingerprint)
            .bind(now_ms)
            .bind(id)
            .execute(&mut *conn)
            .await?;
            add_event!(
                conn,
                id,
                crate::reviewing::NewEvent {
                    at_ms: now_ms,
                    actor: new.submitted_by,
                    act,
                    note: "",
                }
            );
            Replaced::Done
        });
        Ok(replaced)
    }

    /// What was made under this idempotency key before, if anything: the body's hash and the public id.
    pub async fn made_before(&self, actor: &str, key: &str) -> Result<Option<(String, String)>> {
        Ok(reading!(self, |conn| made_before!(conn, actor, key)))
    }

    /// How the story that this issuer calls by this key stands; none if there is no such story.
    pub async fn told_before(&self, owner: &str, story_key: &str) -> Result<Option<Told>> {
        let rows: Vec<(String, Option<i64>)> = reading!(self, |conn| {
            sqlx::query_as(
                "select r.edition, r.cleared_ms from releases r join stories s on s.id = r.story_id \
                 where s.owner = $1 and s.story_key = $2 and r.revision = s.revision \
                 and r.state not in ('draft', 'refused', 'cancelled') order by r.id",
            )
            .bind(owner)
            .bind(story_key)
            .fetch_all(conn)
            .await?
        });
        let cleared = rows.iter().any(|(_, cleared_ms)| cleared_ms.is_some());
        let editions: Vec<String> = rows.into_iter().map(|(edition, _)| edition).collect();
        Ok((!editions.is_empty()).then_some(Told { cleared, editions }))
    }
}
