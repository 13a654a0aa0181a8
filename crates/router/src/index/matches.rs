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

/// The endpoints that want a story. What is kept of each subscription that matched is 24 bytes; a [`Match`] is made when it is
/// asked for, so a story to a million needs no more memory than that.
#[derive(Debug)]
pub struct Matches {
    index: Index,
    /// Of the editions, in their order.
    languages: Vec<LanguageTag>,
    hits: Vec<Hit>,
}

/// A subscription that matched an edition. They sort by endpoint, then subscription, then edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    endpoint: u32,
    id: i64,
    edition: u32,
    profile: u32,
}

impl Index {
    /// The endpoints that want any of these editions of one story; each once, with the edition it prefers. All editions are
    /// matched at one moment of the index.
    pub fn matches(&self, editions: &[Subject]) -> Matches {
        let view = View::now(&self.0);
        let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
        for (edition, subject) in (0..).zip(editions) {
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
        Matches {
            index: self.clone(),
            languages: editions
                .iter()
                .map(|edition| edition.language.clone())
                .collect(),
            hits,
        }
    }

    fn profile(&self, hit: &Hit) -> &Profile {
        let profile = self.0.profiles.get(hit.profile);
        profile.expect("a row's profile was put on the shelf before it")
    }
}

impl Matches {
    /// Their keys, ascending, each once.
    pub fn endpoints(&self) -> impl Iterator<Item = i64> {
        let of_each = self.hits.chunk_by(|a, b| a.endpoint == b.endpoint);
        of_each.map(|hits| i64::from(hits[0].endpoint))
    }

    /// Each endpoint once, by key.
    pub fn iter(&self) -> impl Iterator<Item = Match> {
        let of_each = self.hits.chunk_by(|a, b| a.endpoint == b.endpoint);
        of_each.map(|hits| self.choose(hits))
    }

    /// Among the editions that any of the endpoint's subscriptions matched, the one its languages prefer (RFC 4647
    /// lookup), else the first.
    fn choose(&self, hits: &[Hit]) -> Match {
        let profile = self.index.profile(&hits[0]);
        let edition = self.preferred(hits, profile);
        let causes = hits.iter().filter(|hit| hit.edition == edition);
        let soonest = causes
            .clone()
            .map(|hit| self.index.profile(hit).frequency)
            .min();
        Match {
            endpoint_id: i64::from(hits[0].endpoint),
            channel: profile.channel,
            edition: edition as usize,
            reasons: causes.map(|hit| hit.id).collect(),
            frequency: soonest.unwrap_or_default(),
            digest_at: profile.digest_at.clone(),
        }
    }

    fn preferred(&self, hits: &[Hit], profile: &Profile) -> u32 {
        let first = hits[0].edition;
        if hits.iter().all(|hit| hit.edition == first) {
            return first;
        }
        let mut candidates: Vec<u32> = hits.iter().map(|hit| hit.edition).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let language = |at: &u32| self.languages[*at as usize].clone();
        let available: Vec<LanguageTag> = candidates.iter().map(language).collect();
        candidates[release::language::lookup(&profile.languages, &available).unwrap_or(0)]
    }
}
