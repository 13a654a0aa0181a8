//! Who wants a story: from found subscriptions to endpoints, each once, with the edition it prefers.

use super::search::{Scratch, View};
use super::{Index, rows::Profile};
use release::frequency::{DigestTime, Frequency};
use release::language::LanguageTag;
use release::model::Channel;
use release::subject::Subject;

/// An endpoint that wants a story, with the edition it prefers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The endpoint's key.
    pub endpoint_id: i64,
    /// How it is reached.
    pub channel: Channel,
    /// Which of the given subjects.
    pub edition: usize,
    /// Keys of the subscriptions that matched that edition, ascending.
    pub reasons: Vec<i64>,
    /// The soonest that any of them asks for.
    pub frequency: Frequency,
    /// When the endpoint's digests come.
    pub digest_at: DigestTime,
}

/// A subscription that matched an edition. They sort by endpoint, then subscription, then edition.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    endpoint: u32,
    id: i64,
    edition: usize,
    profile: u32,
}

impl Index {
    /// The endpoints that want any of these editions of one story; each once, with the edition it prefers. All editions are
    /// matched at one moment of the index.
    pub fn matches(&self, editions: &[Subject]) -> Vec<Match> {
        let view = View::now(&self.0);
        let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
        for (edition, subject) in editions.iter().enumerate() {
            view.search(subject, &mut scratch).each(|part, slot| {
                let row = part.row(slot);
                hits.push(Hit {
                    endpoint: row.endpoint,
                    id: row.id,
                    edition,
                    profile: row.profile,
                });
            });
        }
        hits.sort_unstable();
        hits.chunk_by(|a, b| a.endpoint == b.endpoint)
            .map(|hits| self.choose(hits, editions))
            .collect()
    }

    /// Among the editions that any of the endpoint's subscriptions matched, the one its languages prefer (RFC 4647
    /// lookup), else the first.
    fn choose(&self, hits: &[Hit], editions: &[Subject]) -> Match {
        let mut candidates: Vec<usize> = hits.iter().map(|hit| hit.edition).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let profile = self.profile(&hits[0]);
        let available: Vec<LanguageTag> = candidates
            .iter()
            .map(|&at| editions[at].language.clone())
            .collect();
        let preferred = release::language::lookup(&profile.languages, &available).unwrap_or(0);
        let edition = candidates[preferred];
        let causes: Vec<&Hit> = hits.iter().filter(|hit| hit.edition == edition).collect();
        let soonest = causes.iter().map(|hit| self.profile(hit).frequency).min();
        Match {
            endpoint_id: i64::from(hits[0].endpoint),
            channel: profile.channel,
            edition,
            reasons: causes.iter().map(|hit| hit.id).collect(),
            frequency: soonest.unwrap_or_default(),
            digest_at: profile.digest_at.clone(),
        }
    }

    fn profile(&self, hit: &Hit) -> &Profile {
        let profile = self.0.profiles.get(hit.profile);
        profile.expect("a row's profile was put on the shelf before it")
    }
}
