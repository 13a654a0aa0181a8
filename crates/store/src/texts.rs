//! Texts that a release had before: as it was first submitted, and each one that somebody approved or queried.
//!
//! The text as it stands is in the release's own row. It is copied here in the transaction that puts another in its place,
//! if somebody spoke about it or it was the first; so a text that was read is never lost, and a release whose text never
//! changes costs nothing.

use crate::{Result, Store};

/// Keeps the text that is about to be replaced, where somebody may ask what has changed since.
macro_rules! keep_text {
    ($conn:ident, $release_id:expr, $now_ms:expr) => {
        sqlx::query(
            "insert into release_texts (release_id, content_hash, content, replaced_ms) \
             select r.id, r.content_hash, r.content, $2 from releases r where r.id = $1 and r.state <> 'draft' \
             and (not exists (select 1 from release_texts t where t.release_id = r.id) \
             or exists (select 1 from release_events e where e.release_id = r.id and e.content_hash = r.content_hash \
             and e.act in ('approved', 'queried'))) on conflict (release_id, content_hash) do nothing",
        )
        .bind($release_id)
        .bind($now_ms)
        .execute(&mut *$conn)
        .await?
    };
}

impl Store {
    /// The text with this hash: the one that stands, or one that was kept; a `release::model::Release` as JSON.
    pub async fn release_text(
        &self,
        release_id: i64,
        content_hash: &str,
    ) -> Result<Option<String>> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar(
                "select content from releases where id = $1 and content_hash = $2 and state <> 'draft' \
                 union all select content from release_texts where release_id = $1 and content_hash = $2 limit 1",
            )
            .bind(release_id)
            .bind(content_hash)
            .fetch_optional(conn)
            .await?
        }))
    }

    /// The hash of the text as it was first submitted, if another has taken its place.
    pub async fn first_text(&self, release_id: i64) -> Result<Option<String>> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar(
                "select content_hash from release_texts where release_id = $1 order by replaced_ms, content_hash limit 1",
            )
            .bind(release_id)
            .fetch_optional(conn)
            .await?
        }))
    }
}
