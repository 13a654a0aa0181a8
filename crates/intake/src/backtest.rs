//! What a filter would have sent: a walk back over the items of the wire, newest first, before anything is saved.
//!
//! Reads items and writes nothing, so a crash leaves nothing behind. An alert is what the router would have made of it: one
//! a story and revision, at the first edition that matches, whoever cleared it. Whether an earlier edition had matched is
//! asked for each item that does, so the walk keeps no account of stories and can end and go on at any item. Killed
//! releases are left out: what was withdrawn is not shown again, and its other editions are counted as if it had not been.
//!
//! A walk holds [`PAGE`] releases in memory. Pages of all walks of a process take turns, so however many are asked for,
//! they keep one core busy and not all.

use crate::Intake;
use release::explain::satisfied_by_within;
use release::filter::Filter;
use release::matching::matches;
use release::model::{Release, ReleaseState};
use release::subject::{Subject, SubjectParts};
use release::topic::Taxonomy;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{ItemRow, Result, StoreError};
use tokio::sync::Semaphore;

/// Releases in memory at once.
const PAGE: i64 = 64;
/// A walk ends after so many releases, and can go on from there.
pub(crate) const MOST_RELEASES: i64 = 5_000;
/// Or after this time: less than an answer may take.
const LONGEST: Duration = Duration::from_secs(10);
/// Alerts that are shown.
const EXAMPLES: usize = 10;
/// What the clause of one may have, in bytes.
const CLAUSE_BYTES: usize = 1024;
const DAY_MS: i64 = 86_400_000;

static TURN: Semaphore = Semaphore::const_new(1);

/// What a walk has found.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Releases that were looked at.
    pub(crate) releases: i64,
    /// Alerts, by the UTC day (days since 1970) on which they would have left; none for days without any.
    pub(crate) alerts: BTreeMap<i64, i64>,
    /// The newest alerts, newest first.
    pub(crate) examples: Vec<Example>,
    /// The walk ended at this item though the span goes on behind it.
    pub(crate) stopped: Option<Stopped>,
}

/// Where a walk ended early.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopped {
    /// Go on before this item.
    pub(crate) seq: i64,
    /// When it cleared, Unix milliseconds.
    pub(crate) cleared_ms: i64,
}

/// An alert that would have left.
#[derive(Debug)]
pub(crate) struct Example {
    /// `rel_…`.
    pub(crate) release: String,
    /// `US/en`.
    pub(crate) edition: String,
    pub(crate) headline: String,
    /// Unix milliseconds.
    pub(crate) cleared_ms: i64,
    /// By which clause the filter matched.
    pub(crate) clause: String,
}

/// The UTC day of a moment, in days since 1970.
pub(crate) fn day_of(at_ms: i64) -> i64 {
    at_ms.div_euclid(DAY_MS)
}

/// When a UTC day begins, Unix milliseconds.
pub(crate) fn begin_of(day: i64) -> i64 {
    day * DAY_MS
}

/// Walks back from before an item to the begin of the span. Items stand in the order of time.
pub(crate) async fn walk(
    intake: &Intake,
    filter: Filter,
    from_ms: i64,
    mut before_seq: i64,
) -> Result<Walk> {
    let begun = Instant::now();
    let judge = Judge {
        filter: Arc::new(filter),
        taxonomy: intake.taxonomy.clone(),
    };
    let mut walk = Walk::default();
    loop {
        // It is never closed, and a page without its turn would be no harm.
        let _turn = TURN.acquire().await.ok();
        let seqs = intake.store.seqs_before(before_seq, PAGE).await?;
        let mut rows = intake.store.items(&seqs).await?;
        let is_whole = seqs.len() as i64 == PAGE;
        let last = rows.last().map(|row| (row.seq, row.cleared_ms));
        rows.retain(|row| row.cleared_ms >= from_ms && is_read(row));
        walk.look_at(intake, &judge, rows).await?;
        let Some((seq, cleared_ms)) = last.filter(|(_, ms)| is_whole && *ms >= from_ms) else {
            return Ok(walk);
        };
        before_seq = seq;
        if walk.releases >= MOST_RELEASES || begun.elapsed() >= LONGEST {
            walk.stopped = Some(Stopped { seq, cleared_ms });
            return Ok(walk);
        }
    }
}

/// Whether readers can read it now.
fn is_read(row: &ItemRow) -> bool {
    matches!(row.state, ReleaseState::Cleared | ReleaseState::Corrected)
}

impl Walk {
    async fn look_at(&mut self, intake: &Intake, judge: &Judge, rows: Vec<ItemRow>) -> Result<()> {
        self.releases += rows.len() as i64;
        let wants_examples = self.examples.len() < EXAMPLES;
        let judged = judge.page(rows, wants_examples).await?;
        let told = told_before(intake, judge, &judged).await?;
        for alert in judged.into_iter().filter(|judged| judged.holds) {
            if told.contains(&alert.seq) {
                continue;
            }
            *self.alerts.entry(day_of(alert.cleared_ms)).or_default() += 1;
            if let Some(example) = alert.example.filter(|_| self.examples.len() < EXAMPLES) {
                self.examples.push(example);
            }
        }
        Ok(())
    }
}

/// Of the items, those whose story was told by an earlier edition.
async fn told_before(intake: &Intake, judge: &Judge, judged: &[Judged]) -> Result<HashSet<i64>> {
    let mut stories: Vec<i64> = judged
        .iter()
        .filter(|judged| judged.holds)
        .map(|judged| judged.story.0)
        .collect();
    stories.sort_unstable();
    stories.dedup();
    let editions = intake.store.editions_of(&stories).await?;
    let mut by_story: HashMap<(i64, i64), Vec<i64>> = HashMap::new();
    for edition in editions {
        let story = (edition.story_id, edition.revision);
        by_story.entry(story).or_default().push(edition.seq);
    }
    by_story.retain(|_, seqs| seqs.len() > 1);
    let mut holds: HashMap<i64, bool> = judged
        .iter()
        .map(|judged| (judged.seq, judged.holds))
        .collect();
    let elsewhere = by_story.values().flatten();
    let elsewhere: Vec<i64> = elsewhere
        .filter(|seq| !holds.contains_key(seq))
        .copied()
        .collect();
    for seqs in elsewhere.chunks(PAGE as usize) {
        let mut rows = intake.store.items(seqs).await?;
        rows.retain(is_read);
        let others = judge.page(rows, false).await?;
        holds.extend(others.iter().map(|other| (other.seq, other.holds)));
    }
    let was_told = |judged: &&Judged| {
        let editions = by_story.get(&judged.story);
        let mut editions = editions.into_iter().flatten();
        editions.any(|seq| *seq < judged.seq && holds.get(seq) == Some(&true))
    };
    Ok(judged
        .iter()
        .filter(was_told)
        .map(|judged| judged.seq)
        .collect())
}

/// Judges items as the router judges releases.
struct Judge {
    filter: Arc<Filter>,
    taxonomy: Arc<Taxonomy>,
}

/// An item as the filter sees it.
struct Judged {
    seq: i64,
    /// Its story and revision.
    story: (i64, i64),
    cleared_ms: i64,
    holds: bool,
    /// If it holds, and examples are wanted.
    example: Option<Example>,
}

impl Judge {
    /// Pure computing: it must not hold up the tasks of this thread.
    async fn page(&self, rows: Vec<ItemRow>, wants_examples: bool) -> Result<Vec<Judged>> {
        let (filter, taxonomy) = (self.filter.clone(), self.taxonomy.clone());
        let judging = tokio::task::spawn_blocking(move || {
            rows.iter()
                .map(|row| judge(&filter, row, &taxonomy, wants_examples))
                .collect()
        });
        judging
            .await
            .map_err(|error| StoreError::Unreadable(error.to_string()))?
    }
}

fn judge(
    filter: &Filter,
    row: &ItemRow,
    taxonomy: &Taxonomy,
    wants_example: bool,
) -> Result<Judged> {
    let release: Release = serde_json::from_str(&row.content)
        .map_err(|error| StoreError::Unreadable(format!("{}: {error}", row.public_id)))?;
    let body = release.body.render().text;
    let subject = Subject::new(SubjectParts::of(&release, &body, taxonomy));
    let holds = matches(filter, &subject);
    let clause = match holds && wants_example {
        true => satisfied_by_within(filter, &subject, CLAUSE_BYTES),
        false => None,
    };
    Ok(Judged {
        seq: row.seq,
        story: (row.story_id, row.revision),
        cleared_ms: row.cleared_ms,
        holds,
        example: clause.map(|clause| Example {
            release: row.public_id.clone(),
            edition: row.edition.clone(),
            headline: release.headline.clone(),
            cleared_ms: row.cleared_ms,
            clause,
        }),
    })
}
