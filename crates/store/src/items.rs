//! The archive: what went out on the wire, found by its marks.
//!
//! A mark is a short text such as `topic:mining` or `word:lithium`; which ones an item bears is decided by whoever writes
//! them. They are written after clearing, in the order of `seq`, up to the counter `indexed`: a crash leaves the counter
//! where the last whole batch ended. Every query here starts from `items`, so nothing that has not cleared is seen.

use crate::{Result, Store};
use release::model::ReleaseState;

/// Where an item stands, and which story it tells.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ItemKey {
    /// Its place on the wire.
    pub seq: i64,
    /// The story's key.
    pub story_id: i64,
    /// Which telling of the story.
    pub revision: i64,
}

/// An item with its content.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ItemRow {
    /// Its place on the wire.
    pub seq: i64,
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
    /// Cleared, and what became of it then.
    #[sqlx(try_from = "String")]
    pub state: ReleaseState,
    /// A `release::model::Release` as JSON.
    pub content: String,
    /// Unix milliseconds.
    pub accepted_ms: i64,
    /// Unix milliseconds.
    pub cleared_ms: i64,
}

/// An edition of a story that is out.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct EditionRow {
    /// Its place on the wire.
    pub seq: i64,
    /// The story's key.
    pub story_id: i64,
    /// Which telling of the story.
    pub revision: i64,
    /// `rel_…`.
    pub public_id: String,
    /// `US/en`.
    pub edition: String,
    /// Unix milliseconds.
    pub cleared_ms: i64,
}

/// A mark that an item bears.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct Mark {
    /// `topic:mining`.
    pub mark: String,
    /// The item's place on the wire.
    pub seq: i64,
}

/// A name and when it was last touched, for a site's map.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MapRow {
    /// Its place on the wire.
    pub seq: i64,
    /// `rel_…`.
    pub public_id: String,
    /// Unix milliseconds.
    pub cleared_ms: i64,
}

/// Every query for items with content selects these.
macro_rules! select_item {
    ($rest:literal) => {
        concat!(
            "select i.seq, r.public_id, r.story_id, s.public_id as story_public_id, r.revision, r.edition, r.state, r.content, \
             r.accepted_ms, i.cleared_ms \
             from items i join releases r on r.id = i.release_id join stories s on s.id = r.story_id ",
            $rest
        )
    };
}

/// A list of numbers or texts as the JSON that `json_each` takes apart.
fn json<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).expect("numbers and texts are always JSON")
}

impl Store {
    /// The place on the wire up to which items have their marks.
    pub async fn indexed_seq(&self) -> Result<i64> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar("select value from counters where name = 'indexed'")
                .fetch_one(conn)
                .await?
        }))
    }

    /// Takes away marks whose words were folded in another way than `folding`, so that all items are indexed anew. False if
    /// there is nothing to do. One transaction; it is long where marks are many, and is needed once a folding.
    pub async fn fold_marks_by(&self, folding: i64) -> Result<bool> {
        let changed = writing!(self, |conn| {
            let changed = sqlx::query(
                "insert into counters (name, value) values ('folding', $1) \
                 on conflict (name) do update set value = excluded.value where counters.value <> excluded.value",
            )
            .bind(folding)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if changed == 1 {
                sqlx::query("delete from item_marks")
                    .execute(&mut *conn)
                    .await?;
                sqlx::query("update counters set value = 0 where name = 'indexed'")
                    .execute(&mut *conn)
                    .await?;
            }
            changed == 1
        });
        Ok(changed)
    }

    /// The next items that have no marks yet, in the order of the wire.
    pub async fn unindexed_items(&self, limit: i64) -> Result<Vec<ItemRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_item!(
                "where i.seq > (select value from counters where name = 'indexed') order by i.seq limit $1"
            ))
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Writes the marks of the items after `from_seq` up to `to_seq`. False, and nothing is written, if somebody else has
    /// got past `from_seq`.
    pub async fn index_items(&self, from_seq: i64, to_seq: i64, marks: &[Mark]) -> Result<bool> {
        let pairs: Vec<(&str, i64)> = marks.iter().map(|m| (m.mark.as_str(), m.seq)).collect();
        let done = writing!(self, |conn| {
            let moved =
                sqlx::query("update counters set value = $1 where name = 'indexed' and value = $2")
                    .bind(to_seq)
                    .bind(from_seq)
                    .execute(&mut *conn)
                    .await?
                    .rows_affected();
            if moved == 1 {
                sqlx::query(
                    "insert into item_marks (mark, seq) \
                     select json_extract(value, '$[0]'), cast(json_extract(value, '$[1]') as bigint) from json_each($1) where true on conflict do nothing",
                )
                .bind(json(&pairs))
                .execute(&mut *conn)
                .await?;
            }
            moved == 1
        });
        Ok(done)
    }

    /// The newest stories before `before_seq`, each by the item that told it first.
    pub async fn stories_before(&self, before_seq: i64, limit: i64) -> Result<Vec<ItemKey>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select i.seq, r.story_id, r.revision from items i join releases r on r.id = i.release_id \
                 where i.seq < $1 and not exists (select 1 from releases e join items o on o.release_id = e.id \
                 where e.story_id = r.story_id and e.revision = r.revision \
                 and e.state not in ('draft', 'refused', 'cancelled') and o.seq < i.seq) \
                 order by i.seq desc limit $2",
            )
            .bind(before_seq)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// The newest stories that bear a mark before `before_seq`, each by the first of its items that bears it.
    pub async fn marked_stories_before(
        &self,
        mark: &str,
        before_seq: i64,
        limit: i64,
    ) -> Result<Vec<ItemKey>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                // Cross joins keep the order: asking each older item of the mark for its story would be quadratic.
                "select m.seq, r.story_id, r.revision from item_marks m cross join items i cross join releases r \
                 where i.seq = m.seq and r.id = i.release_id and m.mark = $1 and m.seq < $2 \
                 and not exists (select 1 from releases e cross join items o cross join item_marks n \
                 where o.release_id = e.id and n.mark = $1 and n.seq = o.seq and e.story_id = r.story_id and e.revision = r.revision \
                 and e.state not in ('draft', 'refused', 'cancelled') and o.seq < m.seq) \
                 order by m.seq desc limit $3",
            )
            .bind(mark)
            .bind(before_seq)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// The newest items before `before_seq`, every edition by itself.
    pub async fn seqs_before(&self, before_seq: i64, limit: i64) -> Result<Vec<i64>> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar("select seq from items where seq < $1 order by seq desc limit $2")
                .bind(before_seq)
                .bind(limit)
                .fetch_all(conn)
                .await?
        }))
    }

    /// Of each mark its newest items before `before_seq`, at most `limit` a mark.
    pub async fn marked_seqs_before(
        &self,
        marks: &[&str],
        before_seq: i64,
        limit: i64,
    ) -> Result<Vec<Mark>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select m.mark, m.seq from json_each($1) j join item_marks m on m.mark = j.value and m.seq in \
                 (select seq from item_marks where mark = j.value and seq < $2 order by seq desc limit $3)",
            )
            .bind(json(marks))
            .bind(before_seq)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Which of these items bear which of these marks.
    pub async fn marks_among(&self, marks: &[&str], seqs: &[i64]) -> Result<Vec<Mark>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select m.mark, m.seq from json_each($1) j cross join json_each($2) k cross join item_marks m \
                 where m.mark = j.value and m.seq = cast(k.value as bigint)",
            )
            .bind(json(marks))
            .bind(json(seqs))
            .fetch_all(conn)
            .await?
        }))
    }

    /// How many items bear each of these marks, in their order; counted up to `most`.
    pub async fn mark_sizes(&self, marks: &[&str], most: i64) -> Result<Vec<i64>> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar(
                "select (select count(*) from (select 1 from item_marks where mark = j.value limit $2) as counted) \
                 from json_each($1) j order by j.key",
            )
            .bind(json(marks))
            .bind(most)
            .fetch_all(conn)
            .await?
        }))
    }

    /// The marks that begin with `prefix`, in order, each once.
    pub async fn marks_with_prefix(&self, prefix: &str, limit: i64) -> Result<Vec<String>> {
        Ok(reading!(self, |conn| {
            // One seek a mark: a distinct list would read every item of every mark.
            sqlx::query_scalar(
                "with recursive found (mark) as (\
                 select (select mark from item_marks where mark >= $1 order by mark limit 1) \
                 union all select (select mark from item_marks where mark > found.mark order by mark limit 1) \
                 from found where found.mark is not null and substr(found.mark, 1, length($1)) = $1) \
                 select mark from found where mark is not null and substr(mark, 1, length($1)) = $1 limit $2",
            )
            .bind(prefix)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// These items, newest first.
    pub async fn items(&self, seqs: &[i64]) -> Result<Vec<ItemRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_item!(
                "where i.seq in (select cast(value as bigint) from json_each($1)) order by i.seq desc"
            ))
            .bind(json(seqs))
            .fetch_all(conn)
            .await?
        }))
    }

    /// The item that a release became.
    pub async fn item_of(&self, public_id: &str) -> Result<Option<ItemRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_item!("where r.public_id = $1"))
                .bind(public_id)
                .fetch_optional(conn)
                .await?
        }))
    }

    /// The editions of these stories that are out, in the order of the wire.
    pub async fn editions_of(&self, story_ids: &[i64]) -> Result<Vec<EditionRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select i.seq, r.story_id, r.revision, r.public_id, r.edition, i.cleared_ms \
                 from json_each($1) j cross join releases r join items i on i.release_id = r.id \
                 where r.story_id = cast(j.value as bigint) and r.state not in ('draft', 'refused', 'cancelled') order by i.seq",
            )
            .bind(json(story_ids))
            .fetch_all(conn)
            .await?
        }))
    }

    /// Addresses of the items after `after_seq` up to `to_seq`, for a site's map.
    pub async fn map_of_items(&self, after_seq: i64, to_seq: i64) -> Result<Vec<MapRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select i.seq, r.public_id, i.cleared_ms from items i join releases r on r.id = i.release_id \
                 where i.seq > $1 and i.seq <= $2 order by i.seq",
            )
            .bind(after_seq)
            .bind(to_seq)
            .fetch_all(conn)
            .await?
        }))
    }

    /// The place of the newest item; 0 before the first.
    pub async fn newest_seq(&self) -> Result<i64> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar("select coalesce(max(seq), 0) from items")
                .fetch_one(conn)
                .await?
        }))
    }
}
