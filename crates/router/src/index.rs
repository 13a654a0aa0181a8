//! All live filters in memory, kept near the store by the number of the last change seen.
//!
//! Today every filter is evaluated against every release: clear, exact, and linear in the number of subscriptions.

use release::filter::Filter;
use release::frequency::{DigestTime, Frequency};
use release::language::LanguageTag;
use release::matching;
use release::model::Channel;
use release::subject::Subject;
use release::topic::TopicSlug;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use store::FilterRow;
use tracing::error;

/// One live subscription.
#[derive(Debug)]
struct Entry {
    endpoint_id: i64,
    channel: Channel,
    languages: Vec<LanguageTag>,
    filter: Filter,
    frequency: Frequency,
    digest_at: DigestTime,
}

/// What a router knows of subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: BTreeMap<i64, Entry>,
    change: i64,
}

/// An endpoint that wants a story, with the edition it prefers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) endpoint_id: i64,
    pub(crate) channel: Channel,
    /// Which of the given subjects.
    pub(crate) edition: usize,
    /// Keys of the subscriptions that matched that edition, ascending.
    pub(crate) reasons: Vec<i64>,
    /// The soonest that any of them asks for.
    pub(crate) frequency: Frequency,
    /// When the endpoint's digests come.
    pub(crate) digest_at: DigestTime,
}

impl Index {
    /// The number of the last change that is in here.
    pub(crate) fn change(&self) -> i64 {
        self.change
    }

    /// Takes over changed subscriptions.
    pub(crate) fn apply(&mut self, rows: Vec<FilterRow>) {
        for row in rows {
            self.change = self.change.max(row.change);
            if !row.live {
                self.entries.remove(&row.id);
                continue;
            }
            match Filter::parse(&row.filter) {
                Ok(filter) => {
                    let languages = row
                        .languages
                        .split(' ')
                        .filter_map(|tag| LanguageTag::parse(tag).ok())
                        .collect();
                    let entry = Entry {
                        endpoint_id: row.endpoint_id,
                        channel: row.channel,
                        languages,
                        filter,
                        frequency: row.frequency,
                        digest_at: DigestTime::parse(&row.digest_at).unwrap_or_default(),
                    };
                    self.entries.insert(row.id, entry);
                }
                Err(reason) => {
                    error!(subscription.id = row.id, %reason, "a stored filter cannot be read: {reason}")
                }
            }
        }
    }

    /// The endpoints that want any of these editions of one story; each once, with the edition it prefers.
    pub(crate) fn matches(&self, editions: &[Subject]) -> Vec<Match> {
        let mut wanted: BTreeMap<i64, Vec<Hit<'_>>> = BTreeMap::new();
        for (&id, entry) in &self.entries {
            let matched: Vec<usize> = (0..editions.len())
                .filter(|&at| matching::matches(&entry.filter, &editions[at]))
                .collect();
            if !matched.is_empty() {
                wanted
                    .entry(entry.endpoint_id)
                    .or_default()
                    .push(Hit { id, entry, matched });
            }
        }
        wanted
            .into_iter()
            .map(|(endpoint_id, hits)| choose(endpoint_id, &hits, editions))
            .collect()
    }
}

/// How many endpoints a release would reach.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Reach {
    /// By channel.
    channels: BTreeMap<String, usize>,
    /// For each topic of the release, those whose filter names it, or one above it.
    topics: BTreeMap<String, usize>,
}

impl Index {
    /// How many endpoints would hear of a release now; each counts once.
    pub(crate) fn reach(&self, subject: &Subject) -> Reach {
        let mut endpoints: BTreeMap<i64, (Channel, BTreeSet<&TopicSlug>)> = BTreeMap::new();
        let matching = self
            .entries
            .values()
            .filter(|entry| matching::matches(&entry.filter, subject));
        for entry in matching {
            let named = entry
                .filter
                .topics()
                .filter(|topic| subject.topics.contains(*topic));
            let (_, topics) = endpoints
                .entry(entry.endpoint_id)
                .or_insert((entry.channel, BTreeSet::new()));
            topics.extend(named);
        }
        let mut reach = Reach::default();
        for (channel, topics) in endpoints.values() {
            *reach.channels.entry(channel.to_string()).or_default() += 1;
            for topic in topics {
                *reach.topics.entry(topic.to_string()).or_default() += 1;
            }
        }
        reach
    }
}

/// A subscription that matched, and which editions.
struct Hit<'a> {
    id: i64,
    entry: &'a Entry,
    matched: Vec<usize>,
}

/// Among the editions that any of the endpoint's subscriptions matched, the one its languages prefer (RFC 4647
/// lookup), else the first.
fn choose(endpoint_id: i64, hits: &[Hit<'_>], editions: &[Subject]) -> Match {
    let mut candidates: Vec<usize> = hits
        .iter()
        .flat_map(|hit| hit.matched.iter().copied())
        .collect();
    candidates.sort_unstable();
    candidates.dedup();
    let entry = hits[0].entry;
    let available: Vec<LanguageTag> = candidates
        .iter()
        .map(|&at| editions[at].language.clone())
        .collect();
    let preferred = release::language::lookup(&entry.languages, &available).unwrap_or(0);
    let edition = candidates[preferred];
    let causes: Vec<&Hit<'_>> = hits
        .iter()
        .filter(|hit| hit.matched.contains(&edition))
        .collect();
    let soonest = causes.iter().map(|hit| hit.entry.frequency).min();
    Match {
        endpoint_id,
        channel: entry.channel,
        edition,
        reasons: causes.iter().map(|hit| hit.id).collect(),
        frequency: soonest.unwrap_or_default(),
        digest_at: entry.digest_at.clone(),
    }
}
