//! Terms by number: the dictionary that filters and releases share.
//!
//! Only what a filter names has a number; a word of a release that no filter knows is passed over after one look. One
//! writer adds terms while readers look them up without a lock: the text of a term lies in a [`Pool`], its place in an
//! open-addressed table of atomic words that carry 32 bits of the hash, so that an unknown word costs one read. When
//! the table is two thirds full, the writer makes one of twice the size and readers go over to it.
//!
//! A record of the pool: number, head of the leaves anchored here, kind and length, which words make a pair with it, the
//! text in words of four bytes.
//! Terms are not forgotten with the last filter that names them. A restart from the store leaves them out.

use super::code::MAX_TERM;
use super::hash::HashKey;
use super::terms::{Kind, PrefixLengths};
use super::words::Pool;
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Words of a record before its text.
const HEADER: usize = 4;
/// The greatest length of a term's text, in bytes.
const MAX_TEXT: usize = 1 << 16;

/// A term of the dictionary, as a reader found it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Its number.
    pub(super) term: u32,
    /// Where its record lies.
    pub(super) record: u32,
}

/// Terms by number.
#[derive(Debug)]
pub(super) struct Dictionary {
    key: HashKey,
    pool: Pool,
    table: ArcSwap<Table>,
    len: AtomicU32,
    prefixes: AtomicU64,
    /// Where the next record goes; only the writer asks.
    next: AtomicU32,
}

/// Hash (high half) and place of the record plus one (low half), or nought.
#[derive(Debug)]
struct Table(Box<[AtomicU64]>);

impl Dictionary {
    /// An empty dictionary for about that many terms.
    pub(super) fn new(key: HashKey, expected: usize) -> Dictionary {
        Dictionary {
            key,
            pool: Pool::new(),
            table: ArcSwap::from_pointee(Table::new(expected)),
            len: AtomicU32::new(0),
            prefixes: AtomicU64::new(0),
            next: AtomicU32::new(0),
        }
    }

    /// The key of its hash.
    pub(super) fn key(&self) -> HashKey {
        self.key
    }

    /// The number of terms; each has a number below it.
    pub(super) fn len(&self) -> u32 {
        self.len.load(Ordering::Acquire)
    }

    /// Of what lengths the beginnings of words are that filters name.
    pub(super) fn prefixes(&self) -> PrefixLengths {
        PrefixLengths(self.prefixes.load(Ordering::Relaxed))
    }

    /// A look at the dictionary that does not follow later growth of its table. Terms published before it are found.
    pub(super) fn reading(&self) -> Reading<'_> {
        Reading {
            dictionary: self,
            table: self.table.load(),
        }
    }

    /// The number of a term, which is added if need be; nothing when the dictionary is full. For the one writer.
    pub(super) fn intern(&self, kind: Kind, text: &str) -> Option<Found> {
        let hash = self.key.hash(kind as u8, text.as_bytes());
        let found = self.reading().find(hash, kind, text);
        found.or_else(|| self.add(hash, kind, text))
    }

    fn add(&self, hash: u64, kind: Kind, text: &str) -> Option<Found> {
        let term = self.len.load(Ordering::Relaxed);
        if text.len() >= MAX_TEXT || term > MAX_TERM {
            return None;
        }
        let mut record = vec![term, 0, tag(kind, text), 0];
        record.extend(text.as_bytes().chunks(4).map(packed));
        let (at, next) = self
            .pool
            .append(self.next.load(Ordering::Relaxed), &record)?;
        self.next.store(next, Ordering::Relaxed);
        self.make_room(term as usize + 1);
        self.table.load().insert(hash, at);
        if kind == Kind::Prefix {
            let bit = PrefixLengths::bit(text.len());
            self.prefixes.fetch_or(bit, Ordering::Relaxed);
        }
        self.len.store(term + 1, Ordering::Release);
        Some(Found { term, record: at })
    }

    /// Doubles the table where another term would make it fuller than two thirds.
    fn make_room(&self, terms: usize) {
        let table = self.table.load();
        if terms * 3 <= table.0.len() * 2 {
            return;
        }
        let larger = Table::new(terms * 2);
        for record in self.records() {
            let (kind, text) = self.text(record);
            larger.insert(self.key.hash(kind as u8, text.as_bytes()), record);
        }
        self.table.store(Arc::new(larger));
    }

    /// The places of all records, in no order.
    fn records(&self) -> Vec<u32> {
        let table = self.table.load();
        let entries = table.0.iter().map(|entry| entry.load(Ordering::Acquire));
        entries.filter(|&entry| entry != 0).map(place).collect()
    }

    /// All terms, in the order of their numbers.
    pub(super) fn all(&self) -> Vec<(Kind, String)> {
        let mut records: Vec<(u32, u32)> = self
            .records()
            .into_iter()
            .map(|record| {
                (
                    self.pool.record(record, 1)[0].load(Ordering::Relaxed),
                    record,
                )
            })
            .collect();
        records.sort_unstable();
        records
            .into_iter()
            .map(|(_, record)| self.text(record))
            .collect()
    }

    /// The kind and the text of a record.
    pub(super) fn text(&self, record: u32) -> (Kind, String) {
        let tag = self.pool.record(record, HEADER)[2].load(Ordering::Relaxed);
        let (kind, len) = (Kind::ALL[(tag >> 24) as usize], (tag & 0xff_ffff) as usize);
        let words = &self.pool.record(record, HEADER + len.div_ceil(4))[HEADER..];
        let mut bytes: Vec<u8> = words
            .iter()
            .flat_map(|word| word.load(Ordering::Relaxed).to_le_bytes())
            .collect();
        bytes.truncate(len);
        (kind, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The head of the chain of leaves that are anchored at a term; nought for none.
    pub(super) fn anchor(&self, found: Found) -> &AtomicU32 {
        &self.pool.record(found.record, HEADER)[1]
    }

    /// Notes that a filter asks for a word right after another.
    pub(super) fn pair(&self, first: Found, second: Found) {
        let followers = &self.pool.record(first.record, HEADER)[3];
        followers.fetch_or(follower(second.term), Ordering::Release);
    }

    /// Whether some filter may ask for `second` right after a word with these followers: of 32 sorts of words, whether one of
    /// its sort.
    pub(super) fn may_follow(followers: u32, second: Found) -> bool {
        followers & follower(second.term) != 0
    }

    /// The followers of a word, for [`Dictionary::may_follow`].
    pub(super) fn followers(&self, word: Found) -> u32 {
        self.pool.record(word.record, HEADER)[3].load(Ordering::Acquire)
    }

    /// Bytes of memory taken.
    pub(super) fn bytes(&self) -> usize {
        self.pool.bytes() + self.table.load().0.len() * 8
    }
}

/// A look at the dictionary, for as long as one release is matched.
pub(super) struct Reading<'a> {
    dictionary: &'a Dictionary,
    table: arc_swap::Guard<Arc<Table>>,
}

impl Reading<'_> {
    /// The term, if any filter names it.
    pub(super) fn get(&self, kind: Kind, text: &str) -> Option<Found> {
        let hash = self.dictionary.key.hash(kind as u8, text.as_bytes());
        self.find(hash, kind, text)
    }

    /// The hash of a term, for [`Reading::find`].
    pub(super) fn hash(&self, kind: Kind, text: &str) -> u64 {
        self.dictionary.key.hash(kind as u8, text.as_bytes())
    }

    /// Reads what looking up these hashes will read, all at once instead of one after the other: memory answers many
    /// questions in the time of one.
    pub(super) fn fetch(&self, hashes: &[u64], entries: &mut Vec<u64>) {
        let mask = self.table.0.len() - 1;
        entries.clear();
        entries.extend(hashes.iter().map(|&hash| {
            let entry = self.table.0[hash as usize & mask].load(Ordering::Acquire);
            if entry >> 32 == hash >> 32 { entry } else { 0 }
        }));
        let records = entries.iter().filter(|&&entry| entry != 0);
        let numbers = records.map(|&entry| {
            let record = self.dictionary.pool.record(place(entry), 1);
            record
                .first()
                .map_or(0, |word| word.load(Ordering::Relaxed))
        });
        std::hint::black_box(numbers.fold(0, |all, number| all ^ number));
    }

    /// A term by its hash.
    pub(super) fn find(&self, hash: u64, kind: Kind, text: &str) -> Option<Found> {
        let entries = &self.table.0;
        let mask = entries.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let entry = entries[at].load(Ordering::Acquire);
            if entry == 0 {
                return None;
            }
            if entry >> 32 == hash >> 32
                && let Some(found) = self.verified(place(entry), kind, text)
            {
                return Some(found);
            }
            at = (at + 1) & mask;
        }
    }

    /// Compares the text itself: equal hashes prove nothing.
    fn verified(&self, record: u32, kind: Kind, text: &str) -> Option<Found> {
        let words = text.len().div_ceil(4);
        let stored = self.dictionary.pool.record(record, HEADER + words);
        let same = stored.len() == HEADER + words
            && stored[2].load(Ordering::Relaxed) == tag(kind, text)
            && stored[HEADER..]
                .iter()
                .zip(text.as_bytes().chunks(4))
                .all(|(word, bytes)| word.load(Ordering::Relaxed) == packed(bytes));
        same.then(|| Found {
            term: stored[0].load(Ordering::Relaxed),
            record,
        })
    }
}

impl Table {
    fn new(expected: usize) -> Table {
        let size = (expected.max(16) * 2).next_power_of_two();
        Table((0..size).map(|_| AtomicU64::new(0)).collect())
    }

    fn insert(&self, hash: u64, record: u32) {
        let mask = self.0.len() - 1;
        let mut at = hash as usize & mask;
        while self.0[at].load(Ordering::Relaxed) != 0 {
            at = (at + 1) & mask;
        }
        let entry = (hash >> 32) << 32 | u64::from(record + 1);
        self.0[at].store(entry, Ordering::Release);
    }
}

/// The bit of a word's sort.
fn follower(term: u32) -> u32 {
    1 << (term.wrapping_mul(0x9e37_79b1) >> 27)
}

fn place(entry: u64) -> u32 {
    entry as u32 - 1
}

fn tag(kind: Kind, text: &str) -> u32 {
    (kind as u32) << 24 | text.len() as u32
}

/// Up to four bytes as a word, filled with nought.
fn packed(bytes: &[u8]) -> u32 {
    let mut word = [0; 4];
    word[..bytes.len()].copy_from_slice(bytes);
    u32::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_keeps_its_number_while_the_table_grows() {
        let dictionary = Dictionary::new(HashKey(3), 1);
        let text = |n: u32| format!("word-{n}");
        for n in 0..20_000 {
            assert_eq!(dictionary.intern(Kind::Word, &text(n)).unwrap().term, n);
        }

        let reading = dictionary.reading();
        for n in 0..20_000 {
            assert_eq!(reading.get(Kind::Word, &text(n)).unwrap().term, n);
        }
        assert!(reading.get(Kind::Topic, "word-1").is_none());
        assert!(reading.get(Kind::Word, "word-20000").is_none());
        assert_eq!(dictionary.all()[123], (Kind::Word, "word-123".to_owned()));
    }

    #[test]
    fn texts_with_the_same_hash_are_told_apart() {
        let dictionary = Dictionary::new(HashKey(3), 16);
        dictionary.add(42, Kind::Word, "a").unwrap();
        dictionary.add(42, Kind::Word, "b").unwrap();

        let reading = dictionary.reading();
        assert_eq!(reading.find(42, Kind::Word, "b").unwrap().term, 1);
        assert!(reading.find(42, Kind::Word, "c").is_none());
        assert!(reading.find(42, Kind::Topic, "a").is_none());
    }
}
