//! The measured subscribers, as the store would tell of them, and an index of them.

use super::filters::{Workload, filter};
use super::releases::Raw;
use super::world::World;
use release::filter::GRAMMAR_VERSION;
use release::frequency::Frequency;
use release::model::Channel;
use router::index::Index;
use std::time::{Duration, Instant};
use store::FilterRow;

/// Rows given to the index at once; the store's rows of all would take several times the index's memory.
const CHUNK: usize = 100_000;
/// Releases that were routed before, by which the index knows what is frequent.
const ROUTED_BEFORE: u64 = 2_000;

/// Who subscribes to what.
pub(super) struct Subscribers<'a> {
    pub(super) world: &'a World,
    pub(super) workload: Workload,
    pub(super) seed: u64,
}

impl Subscribers<'_> {
    /// The text of a filter.
    pub(super) fn filter(&self, number: i64) -> String {
        filter(self.world, self.workload, self.seed, number)
    }

    /// The row of a subscription that has the filter of a number.
    pub(super) fn row(&self, id: i64, filter: i64, change: i64) -> FilterRow {
        let frequencies = [Frequency::AtOnce, Frequency::Hourly, Frequency::Daily];
        FilterRow {
            id,
            // Some readers have two subscriptions.
            endpoint_id: id - i64::from(id % 4 == 3),
            channel: match id % 4 {
                0 => Channel::Webhook,
                _ => Channel::Email,
            },
            languages: ["en", "de en", "", "zh-Hant en"][id as usize / 4 % 4].to_owned(),
            digest_at: "08:00 monday Europe/Berlin".to_owned(),
            filter: self.filter(filter),
            grammar: i64::from(GRAMMAR_VERSION),
            frequency: frequencies[id as usize / 16 % 3],
            live: true,
            change,
        }
    }

    /// The row of a subscription that ended.
    pub(super) fn ended(&self, id: i64, change: i64) -> FilterRow {
        FilterRow {
            filter: String::new(),
            live: false,
            ..self.row(id, 0, change)
        }
    }

    /// An index that has routed before, without subscriptions.
    pub(super) fn index(&self) -> Index {
        let index = Index::default();
        for number in 0..ROUTED_BEFORE {
            let raw = Raw::numbered(self.world, self.seed ^ 0xbef0e, number);
            index.observe(&raw.analysed());
        }
        index
    }

    /// Subscribes `n`, whose keys and filters are numbered from 0; how long the index took.
    pub(super) fn load(&self, index: &Index, n: usize) -> Duration {
        let mut took = Duration::ZERO;
        for from in (0..n).step_by(CHUNK) {
            let to = (from + CHUNK).min(n);
            let rows: Vec<FilterRow> = (from as i64..to as i64)
                .map(|id| self.row(id, id, id + 1))
                .collect();
            let begun = Instant::now();
            index.apply(rows);
            took += begun.elapsed();
        }
        let begun = Instant::now();
        index.settle();
        took + begun.elapsed()
    }
}
