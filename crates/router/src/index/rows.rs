//! What the router needs of each subscription: a row of 20 bytes.
//!
//! Most of what a row says is the same for many: the channel, the languages, how often and at what hour ([`Profile`]), and
//! the topics that a filter names. These are kept once and numbered.

use super::words::Shelf;
use release::frequency::{DigestTime, Frequency};
use release::language::LanguageTag;
use release::model::Channel;
use release::topic::TopicSlug;
use std::collections::HashMap;
use std::hash::Hash;

/// A subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// Its key.
    pub(super) id: i64,
    /// Its endpoint's key; below 2^32 by the design of the store.
    pub(super) endpoint: u32,
    /// The number of its [`Profile`].
    pub(super) profile: u32,
    /// The number of the topics that its filter names.
    pub(super) topics: u32,
    /// The low half of the number of its last change: for sums.
    pub(super) change: u32,
}

/// What many subscriptions have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Profile {
    /// How the endpoint is reached.
    pub(super) channel: Channel,
    /// The endpoint's languages, best first.
    pub(super) languages: Vec<LanguageTag>,
    /// How often the subscription tells its reader.
    pub(super) frequency: Frequency,
    /// When the endpoint's digests come.
    pub(super) digest_at: DigestTime,
}

/// Topics that filters name, ascending, each once.
pub(super) type Topics = Box<[TopicSlug]>;

/// Rows by slot, ascending by key, a column an array.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) ids: Ids,
    pub(super) endpoints: Box<[u32]>,
    pub(super) profiles: Box<[u32]>,
    pub(super) topics: Box<[u32]>,
    pub(super) changes: Box<[u32]>,
}

impl Rows {
    /// From rows ascending by key.
    pub(super) fn new(rows: impl Iterator<Item = Row> + Clone) -> Rows {
        Rows {
            ids: Ids::new(rows.clone().map(|row| row.id).collect()),
            endpoints: rows.clone().map(|row| row.endpoint).collect(),
            profiles: rows.clone().map(|row| row.profile).collect(),
            topics: rows.clone().map(|row| row.topics).collect(),
            changes: rows.map(|row| row.change).collect(),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The row of a slot.
    pub(super) fn get(&self, slot: u32) -> Row {
        let slot = slot as usize;
        Row {
            id: self.ids.get(slot as u32),
            endpoint: self.endpoints[slot],
            profile: self.profiles[slot],
            topics: self.topics[slot],
            change: self.changes[slot],
        }
    }

    /// The slot of a subscription.
    pub(super) fn find(&self, id: i64) -> Option<u32> {
        self.ids.find(id)
    }

    /// Bytes of memory taken.
    pub(super) fn bytes(&self) -> usize {
        self.ids.bytes() + self.len() * 4 * 4
    }
}

/// Keys by slot, ascending: as distances from the first, unless they are further apart than 2^32.
#[derive(Debug)]
pub(super) enum Ids {
    /// The first, and the distance of each.
    Near(i64, Box<[u32]>),
    /// As they are.
    Far(Box<[i64]>),
}

impl Default for Ids {
    fn default() -> Ids {
        Ids::Near(0, Box::default())
    }
}

impl Ids {
    /// From keys that ascend.
    pub(super) fn new(ids: Vec<i64>) -> Ids {
        let first = ids.first().copied().unwrap_or_default();
        let distances = ids.iter().map(|id| u32::try_from(id.wrapping_sub(first)));
        match distances.collect() {
            Ok(distances) => Ids::Near(first, distances),
            Err(_) => Ids::Far(ids.into()),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Ids::Near(_, distances) => distances.len(),
            Ids::Far(ids) => ids.len(),
        }
    }

    /// The key of a slot.
    #[inline]
    pub(super) fn get(&self, slot: u32) -> i64 {
        match self {
            Ids::Near(first, distances) => first + i64::from(distances[slot as usize]),
            Ids::Far(ids) => ids[slot as usize],
        }
    }

    fn find(&self, id: i64) -> Option<u32> {
        let slot = match self {
            Ids::Near(first, distances) => {
                let distance = u32::try_from(id.checked_sub(*first)?).ok()?;
                let last = *distances.last()?;
                (distance <= last).then(|| distances.binary_search(&distance).ok())?
            }
            Ids::Far(ids) => ids.binary_search(&id).ok(),
        };
        slot.map(|slot| slot as u32)
    }

    fn bytes(&self) -> usize {
        match self {
            Ids::Near(_, distances) => distances.len() * 4,
            Ids::Far(ids) => ids.len() * 8,
        }
    }
}

/// Values kept once and numbered, for one writer; readers ask the shelf.
#[derive(Debug)]
pub(super) struct Numbered<T> {
    numbers: HashMap<T, u32>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Numbered<T> {
        Numbered {
            numbers: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    /// Those that are on a shelf already.
    pub(super) fn of(shelf: &Shelf<T>) -> Numbered<T> {
        Numbered {
            numbers: shelf.iter().cloned().zip(0..).collect(),
        }
    }

    /// The number of a value, which is put on the shelf if need be; nothing when the shelf is full.
    pub(super) fn number(&mut self, value: T, shelf: &Shelf<T>) -> Option<u32> {
        if let Some(&number) = self.numbers.get(&value) {
            return Some(number);
        }
        let number = self.numbers.len() as u32;
        shelf.put(number, value.clone()).then(|| {
            self.numbers.insert(value, number);
            number
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_however_far_apart_they_are() {
        for ids in [
            vec![],
            vec![7],
            vec![-3, 0, 9],
            vec![1, 1 << 40],
            vec![i64::MIN, 0, i64::MAX],
        ] {
            let kept = Ids::new(ids.clone());
            assert_eq!(kept.len(), ids.len());
            for (slot, id) in (0..).zip(&ids) {
                assert_eq!((kept.get(slot), kept.find(*id)), (*id, Some(slot)));
            }
            assert_eq!(kept.find(5), None);
            assert_eq!(
                (kept.find(i64::MIN + 1), kept.find(i64::MAX - 1)),
                (None, None)
            );
        }
    }
}
