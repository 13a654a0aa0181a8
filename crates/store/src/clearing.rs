//! Clearing: the moment at which a release goes out on the wire.

use crate::{Result, Store};
use release::ids::{Kind, PublicId};
use release::model::Lane;

/// A release that has just cleared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleared {
    /// `rel_…`.
    pub release: String,
    /// Its place on the wire.
    pub seq: i64,
    /// The alert that is to be routed.
    pub alert_id: i64,
    /// Granted.
    pub lane: Lane,
    /// The request that brought the release.
    pub request_id: String,
}

#[derive(sqlx::FromRow)]
struct Clearing {
    id: i64,
    public_id: String,
    story_id: i64,
    revision: i64,
    lane: String,
    issuers: String,
    request_id: String,
}

impl Store {
    /// Clears a release that is scheduled and due, and with it those of its bundle: an alert routed before all of them are
    /// out would tell readers in the wrong language. Empty if it is not due (held, cancelled, moved, or cleared before), or
    /// the store is halted.
    ///
    /// A short transaction of its own, so that `seq` is gap-free without locking the wire while planning.
    pub async fn clear(&self, release_id: i64, now_ms: i64) -> Result<Vec<Cleared>> {
        let alert_public_id = PublicId::from_random(Kind::Alert, rand::random());
        let cleared = writing_in_turn!(self, Releases, |conn| {
            let mut rows: Vec<Clearing> = sqlx::query_as(
                "update releases set state = 'cleared', cleared_ms = $1 \
                 where (id = $2 or bundle = (select bundle from releases where id = $2)) \
                 and state = 'scheduled' and clear_at_ms <= $1 \
                 and not exists (select 1 from counters where name = 'restored') \
                 returning id, public_id, story_id, revision, lane, issuers, request_id",
            )
            .bind(now_ms)
            .bind(release_id)
            .fetch_all(&mut *conn)
            .await?;
            rows.sort_by_key(|row| row.id);
            let mut cleared: Vec<Cleared> = Vec::with_capacity(rows.len());
            for row in rows {
                let seq = next_ids!(conn, "item", 1);
                sqlx::query("insert into items (seq, release_id, cleared_ms) values ($1, $2, $3)")
                    .bind(seq)
                    .bind(row.id)
                    .bind(now_ms)
                    .execute(&mut *conn)
                    .await?;
                for slug in row.issuers.split_whitespace() {
                    sqlx::query(
                        "update issuers set first_cleared_ms = $1 where slug = $2 and first_cleared_ms is null",
                    )
                    .bind(now_ms)
                    .bind(slug)
                    .execute(&mut *conn)
                    .await?;
                }
                let alert_id = match cleared.last() {
                    Some(before) => before.alert_id,
                    None => {
                        let new_alert_id = next_ids!(conn, "alert", 1);
                        // An edition that clears later routes the story's alert again, to those not told yet.
                        sqlx::query_scalar(
                            "insert into alerts (id, public_id, kind, lane, story_id, revision, state, request_id, created_ms, \
                             hinted_ms) values ($1, $2, 'story', $3, $4, $5, 'unrouted', $6, $7, $7) \
                             on conflict (story_id, revision) where kind = 'story' do update \
                             set state = 'unrouted', generation = alerts.generation + 1, \
                             lane = case when excluded.lane = 'flash' then 'flash' else alerts.lane end, hinted_ms = excluded.hinted_ms \
                             returning id",
                        )
                        .bind(new_alert_id)
                        .bind(alert_public_id.as_str())
                        .bind(&row.lane)
                        .bind(row.story_id)
                        .bind(row.revision)
                        .bind(&row.request_id)
                        .bind(now_ms)
                        .fetch_one(&mut *conn)
                        .await?
                    }
                };
                cleared.push(Cleared {
                    release: row.public_id,
                    seq,
                    alert_id,
                    lane: Lane::parse(&row.lane).unwrap_or(Lane::Regular),
                    request_id: row.request_id,
                });
            }
            cleared
        });
        Ok(cleared)
    }
}
