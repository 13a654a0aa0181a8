//! How many endpoints a release would reach, by channel and by the topics that their filters name.

use super::Index;
use super::search::{Scratch, View};
use release::subject::Subject;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// How many endpoints a release would reach.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// By channel.
    channels: BTreeMap<String, usize>,
    /// For each topic of the release, those whose filter names it, or one above it.
    topics: BTreeMap<String, usize>,
}

impl Index {
    /// How many endpoints would hear of a release now; each counts once.
    pub fn reach(&self, subject: &Subject) -> Reach {
        let view = View::now(&self.0);
        let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
        view.search(subject, &mut scratch).each(|part, slot| {
            let row = part.row(slot);
            hits.push((row.endpoint, row.topics, row.profile));
        });
        hits.sort_unstable();
        self.count(&hits, subject)
    }

    /// Counts hits (endpoint, topics, profile), which are sorted.
    fn count(&self, hits: &[(u32, u32, u32)], subject: &Subject) -> Reach {
        // The topics of the release, by number; of each set of topics that filters name, those.
        let topics: Vec<_> = subject.topics.iter().collect();
        let mut named: HashMap<u32, Vec<usize>> = HashMap::new();
        let (mut channels, mut counts) = (HashMap::new(), vec![0; topics.len()]);
        let mut of_endpoint: Vec<usize> = Vec::new();
        for group in hits.chunk_by(|a, b| a.0 == b.0) {
            *channels.entry(group[0].2).or_insert(0) += 1;
            of_endpoint.clear();
            for set in group.chunk_by(|a, b| a.1 == b.1) {
                let named = named.entry(set[0].1).or_insert_with(|| {
                    let set = self.0.topics.get(set[0].1).into_iter().flatten();
                    set.filter_map(|topic| topics.binary_search(&topic).ok())
                        .collect()
                });
                of_endpoint.extend(named.iter());
            }
            of_endpoint.sort_unstable();
            of_endpoint.dedup();
            of_endpoint.iter().for_each(|&topic| counts[topic] += 1);
        }
        let mut reach = Reach::default();
        for (profile, count) in channels {
            if let Some(profile) = self.0.profiles.get(profile) {
                *reach
                    .channels
                    .entry(profile.channel.to_string())
                    .or_default() += count;
            }
        }
        let named = topics.iter().zip(counts).filter(|(_, count)| *count > 0);
        reach.topics = named
            .map(|(topic, count)| (topic.to_string(), count))
            .collect();
        reach
    }
}
