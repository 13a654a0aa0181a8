//! Stories alike: releases of different stories whose texts are near, and who was told of one of them.
//!
//! A router that is about to plan a story writes by what its releases are found, and the links to those that are near, all in one
//! transaction that takes a turn: of two stories that clear in the same moment the later one finds the other, on however many
//! routers. Doing it again finds the same. Only what has cleared is found, and only what cleared lately ([`WITHIN_MS`]): the rows
//! that it is found by go when they are older, so looking costs as much as there is news in a week, not as there is news at all.
//!
//! A link withholds nothing by itself. Whether a reader who wishes so was told of the other story is asked when an alert is about to
//! leave, and only what was delivered counts. So of two stories at least one is told, whatever happens at the same time: each is
//! withheld for a delivery of the other that stands already.

use crate::reviewing::NewEvent;
use crate::{Result, Store};
use release::fingerprint::{ALIKE, Fingerprint};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// Texts that are further apart in time are not compared, milliseconds: a week.
const WITHIN_MS: i64 = 7 * 86_400_000;
/// The newest releases that are looked at for one band: a template of which there are more a week is linked to its newest only.
const OF_A_BAND: i64 = 50;
/// Links that a release makes: those with its figures before others, then the nearest, then the oldest, for that one was told.
const LINKS: usize = 10;
/// What a withheld delivery says before the release that its reader was told.
const TOLD_BY: &str = "told by ";

/// What the ledger says of a delivery whose reader was told by another release, `rel_…`, already.
pub fn told_by(release: &str) -> String {
    format!("{TOLD_BY}{release}")
}

/// By what a release is found, and what it is compared by.
#[derive(Debug, Clone)]
pub struct Likeness {
    /// The release's key.
    pub release_id: i64,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// A hash of its figures.
    pub figures: i64,
}

/// A link that was made now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The release's key.
    pub release_id: i64,
    /// The other release, `rel_…`.
    pub other: String,
    /// How much of the texts is the same, in percent.
    pub share: i64,
    /// Whether their figures are the same, too.
    pub same_figures: bool,
}

/// A release of another story whose text is near.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AlikeRow {
    /// `rel_…`.
    pub public_id: String,
    /// Slugs of its issuers, space-separated.
    pub issuers: String,
    /// Its content as JSON.
    pub content: String,
    /// When it cleared, Unix milliseconds.
    pub cleared_ms: i64,
    /// How much of the texts is the same, in percent.
    pub share: i64,
    /// Whether their figures are the same, too.
    pub same_figures: bool,
}

/// A release that may be near.
#[derive(Debug, sqlx::FromRow)]
struct Candidate {
    id: i64,
    public_id: String,
    fingerprint: String,
    figures: i64,
}

impl Candidate {
    /// The link to it, if it is near.
    fn link(&self, own: &Likeness) -> Option<Linked> {
        let share = Fingerprint::parse(&self.fingerprint)?.similarity(&own.fingerprint);
        (share >= ALIKE).then(|| Linked {
            release_id: own.release_id,
            other: self.public_id.clone(),
            // A share of 1 at most.
            share: (share * 100.0).round() as i64,
            same_figures: self.figures == own.figures,
        })
    }
}

/// Those that are near, each with its link; `candidates` are sorted by key.
fn nearest<'a>(own: &Likeness, candidates: &'a [Candidate]) -> Vec<(&'a Candidate, Linked)> {
    let near = candidates.iter();
    let near = near.filter_map(|other| Some((other, other.link(own)?)));
    let mut near: Vec<_> = near.collect();
    near.sort_by_key(|(_, linked)| std::cmp::Reverse((linked.same_figures, linked.share)));
    near.truncate(LINKS);
    near
}

/// The releases of other stories that one may be near to.
macro_rules! candidates {
    ($conn:ident, $story_id:expr, $bands:expr, $since_ms:expr) => {{
        let mut found = BTreeSet::new();
        for band in $bands {
            let of_band: Vec<i64> = sqlx::query_scalar(
                "select release_id from alike_bands where band = $1 and cleared_ms >= $2 order by release_id desc limit $3",
            )
            .bind(*band)
            .bind($since_ms)
            .bind(OF_A_BAND)
            .fetch_all(&mut *$conn)
            .await?;
            found.extend(of_band);
        }
        let ids = Value::from(found.into_iter().collect::<Vec<i64>>()).to_string();
        let candidates: Vec<Candidate> = sqlx::query_as(
            "select r.id, r.public_id, r.fingerprint, (select max(b.figures) from alike_bands b where b.band in \
             (select cast(value as bigint) from json_each($3)) and b.release_id = r.id) as figures from releases r \
             where r.id in (select cast(value as bigint) from json_each($1)) and r.story_id <> $2 order by r.id",
        )
        .bind(&ids)
        .bind($story_id)
        .bind(Value::from($bands.to_vec()).to_string())
        .fetch_all(&mut *$conn)
        .await?;
        candidates
    }};
}

/// Writes a link from both sides, and into the histories of both; true if it is new.
macro_rules! add_link {
    ($conn:ident, $own:expr, $other:expr, $linked:expr, $now_ms:expr) => {{
        let linked: &Linked = $linked;
        let new = sqlx::query(
            "insert into alike (release_id, other_id, share, same_figures) values ($1, $2, $3, $4), ($2, $1, $3, $4) \
             on conflict do nothing",
        )
        .bind(linked.release_id)
        .bind($other.id)
        .bind(linked.share)
        .bind(i64::from(linked.same_figures))
        .execute(&mut *$conn)
        .await?
        .rows_affected()
            > 0;
        if new {
            for (of, to) in [(linked.release_id, &linked.other), ($other.id, $own)] {
                let note = linked.note(to);
                let event = NewEvent { at_ms: $now_ms, actor: "router", act: "linked", note: &note };
                add_event!($conn, of, event);
            }
        }
        new
    }};
}

impl Linked {
    /// What the history of one of the two says, given the other.
    fn note(&self, other: &str) -> String {
        let figures = match self.same_figures {
            true => "with the same figures",
            false => "with other figures",
        };
        format!("{} % of the text is that of {other}, {figures}", self.share)
    }
}

impl Store {
    /// Links the cleared releases of a story to those of other stories that are near, and gives the links that are new.
    pub async fn link_alike(
        &self,
        story_id: i64,
        releases: &[Likeness],
        now_ms: i64,
    ) -> Result<Vec<Linked>> {
        let since_ms = now_ms - WITHIN_MS;
        let releases: Vec<(&Likeness, Vec<i64>)> = releases
            .iter()
            .map(|release| (release, release.fingerprint.bands()))
            .collect();
        Ok(writing_in_turn!(self, Alike, |conn| {
            sqlx::query("delete from alike_bands where cleared_ms < $1")
                .bind(since_ms)
                .execute(&mut *conn)
                .await?;
            let mut made = Vec::new();
            for (own, bands) in &releases {
                let own_id: Option<String> = sqlx::query_scalar(
                    "insert into alike_bands (band, release_id, figures, cleared_ms) \
                     select cast(b.value as bigint), r.id, $3, r.cleared_ms from json_each($1) b cross join releases r \
                     where r.id = $2 and r.cleared_ms >= $4 on conflict (band, release_id) do update set figures = excluded.figures \
                     returning (select public_id from releases where id = $2)",
                )
                .bind(Value::from(bands.clone()).to_string())
                .bind(own.release_id)
                .bind(own.figures)
                .bind(since_ms)
                .fetch_all(&mut *conn)
                .await?
                .pop();
                // One without words, or told long after its time.
                let Some(own_id) = own_id else { continue };
                let candidates = candidates!(conn, story_id, bands, since_ms);
                for (other, linked) in nearest(own, &candidates) {
                    if add_link!(conn, &own_id, other, &linked, now_ms) {
                        made.push(linked);
                    }
                }
            }
            made
        }))
    }

    /// The cleared releases of other stories that are near a release, `rel_…`, the first of them first.
    pub async fn alike(&self, release: &str) -> Result<Vec<AlikeRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select r.public_id, r.issuers, r.content, r.cleared_ms, l.share, (l.same_figures = 1) as same_figures \
                 from releases own join alike l on l.release_id = own.id join releases r on r.id = l.other_id \
                 where own.public_id = $1 and r.cleared_ms is not null \
                 order by r.cleared_ms, r.id limit 20",
            )
            .bind(release)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Of the endpoints in a range that are told once: by which release each was told of a story like this one, which is as it was
    /// told. What corrects a story goes to who was told of it, whoever told of it besides; and to nobody from whom it was withheld.
    pub async fn told_elsewhere(
        &self,
        story_id: i64,
        revision: i64,
        (first, last): (i64, i64),
    ) -> Result<HashMap<i64, String>> {
        let told: Vec<(i64, String)> = match revision {
            0 => self.told_of_other_stories(story_id, (first, last)).await?,
            _ => {
                self.withheld_before(story_id, revision, (first, last))
                    .await?
            }
        };
        Ok(told.into_iter().collect())
    }

    async fn told_of_other_stories(
        &self,
        story_id: i64,
        (first, last): (i64, i64),
    ) -> Result<Vec<(i64, String)>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select d.endpoint_id, $1 || r.public_id from releases own join alike l on l.release_id = own.id \
                 join releases r on r.id = l.other_id join stories s on s.id = r.story_id and s.revision = r.revision \
                 join alerts a on a.kind = 'story' and a.story_id = r.story_id and a.revision = r.revision \
                 cross join told_once t join deliveries d on d.alert_id = a.id and d.endpoint_id = t.endpoint_id \
                 where own.story_id = $2 and own.revision = 0 and l.same_figures = 1 and r.state = 'cleared' \
                 and t.endpoint_id between $3 and $4 and d.state = 'delivered' order by r.id desc",
            )
            .bind(TOLD_BY)
            .bind(story_id)
            .bind(first)
            .bind(last)
            .fetch_all(conn)
            .await?
        }))
    }

    async fn withheld_before(
        &self,
        story_id: i64,
        revision: i64,
        (first, last): (i64, i64),
    ) -> Result<Vec<(i64, String)>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select d.endpoint_id, max(d.last_error) from alerts a join deliveries d on d.alert_id = a.id \
                 where a.kind = 'story' and a.story_id = $1 and a.revision < $2 and d.endpoint_id between $3 and $4 \
                 group by d.endpoint_id having max(case when d.state = 'delivered' then 1 else 0 end) = 0 \
                 and max(case when d.state = 'suppressed' and instr(d.last_error, $5) = 1 then 1 else 0 end) = 1",
            )
            .bind(story_id)
            .bind(revision)
            .bind(first)
            .bind(last)
            .bind(TOLD_BY)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Which of these stories are alike, pair by pair: each as (story, other story).
    pub async fn alike_among(&self, stories: &[i64]) -> Result<BTreeSet<(i64, i64)>> {
        if stories.len() < 2 {
            return Ok(BTreeSet::new());
        }
        let stories = Value::from(stories).to_string();
        let pairs: Vec<(i64, i64)> = reading!(self, |conn| {
            sqlx::query_as(
                "select distinct own.story_id, r.story_id from releases own join alike l on l.release_id = own.id \
                 join releases r on r.id = l.other_id where l.same_figures = 1 \
                 and own.story_id in (select cast(value as bigint) from json_each($1)) \
                 and r.story_id in (select cast(value as bigint) from json_each($1))",
            )
            .bind(&stories)
            .fetch_all(conn)
            .await?
        });
        Ok(pairs.into_iter().collect())
    }
}
