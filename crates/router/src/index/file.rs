//! The index as a file: a cache of what the store says, to start from in less time than reading every filter takes.
//!
//! It is written beside the place it goes to and moved there when whole, so a crash leaves the old one or none. It tells its
//! form, the grammar that its filters were read by, the folding of its words, its length and its hash, and whatever is wrong with it, it is as if it were
//! not there: nobody is told anything by it that the store does not say. After loading, the store's changes since its own are
//! applied, and the router holds what came out against the store's sums (`Index::sums`); they differ if the store was
//! restored to an earlier day meanwhile, and then all is read anew.
//!
//! Form, all numbers little-endian: magic, version, grammar, folding, change number, sums, the body, SHA-256 of all before. The body
//! has the hash's key, the frequencies, terms by number, profiles, sets of topics, and one segment.

use super::compile::Compiler;
use super::directory::Directory;
use super::merging::{self, Whole};
use super::rows::{Ids, Numbered, Profile, Rows, Topics};
use super::segment::Segment;
use super::snapshot::{Part, Snapshot};
use super::terms::{self, Decided, Kind};
use super::writer::{Sums, Writer};
use super::{Index, Options, Shared, deaths::Deaths, frequencies, hash::HashKey};
use release::filter::{Filter, GRAMMAR_VERSION};
use release::frequency::{DigestTime, Frequency};
use release::language::LanguageTag;
use release::model::Channel;
use release::text::FOLDING;
use release::topic::TopicSlug;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

const MAGIC: &[u8; 8] = b"dtlindex";
/// Grows with every change of the form, or of what terms a release has.
const VERSION: u32 = 2;
/// What a file must say of itself: other grammars and other foldings find other subscriptions.
const KIND: [u32; 3] = [VERSION, GRAMMAR_VERSION, FOLDING as u32];
const HASH_BYTES: usize = 32;

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It cannot be read or written.
    #[error("index file: {0}")]
    Io(#[from] io::Error),
    /// It is not what it should be; it may be deleted.
    #[error("index file: {0}")]
    Doubt(&'static str),
}

type Result<T> = std::result::Result<T, CacheError>;

impl Index {
    /// Writes all that is in here now to a file. The index is merged for it, on the caller's thread, while readers and the
    /// writer go on. Gives the number of the last change in the file.
    pub fn save(&self, path: &Path) -> Result<i64> {
        let partial = path.with_extension("partial");
        let change = write(&self.0, &partial)?;
        std::fs::rename(&partial, path)?;
        Ok(change)
    }

    /// The index that a file holds.
    pub fn open(path: &Path) -> Result<Index> {
        read(&std::fs::read(path)?, Options::default())
    }
}

/// Writes a file and waits until it is on the disk.
fn write(shared: &Shared, path: &Path) -> Result<i64> {
    if !shared.writer().refused.is_empty() {
        return Err(CacheError::Doubt(
            "filters that cannot be read are not in it",
        ));
    }
    let whole = merging::whole(shared);
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = Out {
        inner: BufWriter::with_capacity(1 << 20, options.open(path)?),
        hash: Sha256::new(),
    };
    out.all(shared, &whole)?;
    let hash = out.hash.finalize();
    out.inner.write_all(&hash)?;
    let file = out.inner.into_inner().map_err(|error| error.into_error())?;
    file.sync_all()?;
    Ok(whole.change)
}

struct Out {
    inner: BufWriter<File>,
    hash: Sha256,
}

impl Out {
    /// Writes all. Terms that the writer adds meanwhile may be in it: they do no harm.
    fn all(&mut self, shared: &Shared, whole: &Whole) -> Result<()> {
        let Whole {
            segment,
            change,
            sums,
        } = whole;
        self.bytes(MAGIC)?;
        self.numbers(KIND)?;
        self.bytes(&change.to_le_bytes())?;
        self.bytes(&(sums.live as u64).to_le_bytes())?;
        self.bytes(&sums.ids.to_le_bytes())?;
        self.numbers([sums.changes])?;
        self.bytes(&shared.dictionary.key().0.to_le_bytes())?;
        let (releases, cells) = shared.frequencies.counts();
        self.numbers([releases])?;
        self.numbers(cells)?;
        let terms = shared.dictionary.all();
        self.numbers([terms.len() as u32])?;
        for (kind, text) in terms {
            self.bytes(&[kind as u8])?;
            self.text(&text)?;
        }
        self.texts(shared.profiles.iter().map(profile_text))?;
        let slugs = |topics: &Topics| {
            topics
                .iter()
                .map(TopicSlug::as_str)
                .collect::<Vec<_>>()
                .join(" ")
        };
        self.texts(shared.topics.iter().map(slugs))?;
        self.segment(segment)
    }

    fn segment(&mut self, segment: &Segment) -> Result<()> {
        let rows = &segment.rows;
        self.numbers([rows.len() as u32])?;
        for slot in 0..rows.len() as u32 {
            self.bytes(&rows.ids.get(slot).to_le_bytes())?;
        }
        for column in [&rows.endpoints, &rows.profiles, &rows.topics, &rows.changes] {
            self.numbers(column.iter().copied())?;
        }
        let terms = segment.directory.terms();
        self.numbers([
            terms.len() as u32,
            segment.words.len() as u32,
            segment.shared.len() as u32,
        ])?;
        self.numbers(terms)?;
        self.numbers(segment.directory.starts().iter().copied())?;
        self.numbers(segment.words.iter().copied())?;
        self.numbers(segment.shared.iter().copied())
    }

    fn texts(&mut self, texts: impl Iterator<Item = String>) -> Result<()> {
        let texts: Vec<String> = texts.collect();
        self.numbers([texts.len() as u32])?;
        texts.iter().try_for_each(|text| self.text(text))
    }

    fn text(&mut self, text: &str) -> Result<()> {
        self.numbers([text.len() as u32])?;
        self.bytes(text.as_bytes())
    }

    fn numbers(&mut self, numbers: impl IntoIterator<Item = u32>) -> Result<()> {
        let mut block = Vec::with_capacity(1 << 14);
        for number in numbers {
            block.extend(number.to_le_bytes());
            if block.len() >= 1 << 14 {
                self.bytes(&block)?;
                block.clear();
            }
        }
        self.bytes(&block)
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        Ok(self.inner.write_all(bytes)?)
    }
}

/// The index of a file's bytes.
pub(super) fn read(bytes: &[u8], options: Options) -> Result<Index> {
    let whole = bytes.len().checked_sub(HASH_BYTES);
    let (content, hash) = bytes.split_at(whole.ok_or(CacheError::Doubt("it is cut off"))?);
    let mut from = In(content);
    if from.take(MAGIC.len())? != MAGIC {
        return Err(CacheError::Doubt("it is something else"));
    }
    if *from.numbers(KIND.len())? != KIND {
        return Err(CacheError::Doubt("it was written by another version"));
    }
    if *Sha256::digest(content) != *hash {
        return Err(CacheError::Doubt("its hash is not that of its content"));
    }
    let change = from.long()? as i64;
    let sums = Sums {
        live: from.long()? as usize,
        ids: from.long()?,
        changes: from.number()?,
    };
    let index = Index::with_key(HashKey(from.long()?), options);
    fill(&index.0, &mut from, sums)?;
    index
        .0
        .change
        .store(change, std::sync::atomic::Ordering::Release);
    Ok(index)
}

fn fill(shared: &Shared, from: &mut In<'_>, sums: Sums) -> Result<()> {
    let releases = from.number()?;
    let cells = from.numbers(2 * frequencies::CELLS)?;
    shared.frequencies.restore(releases, &cells);
    let mut leaves = Vec::new();
    for number in 0..from.number()? {
        let kind = *Kind::ALL
            .get(usize::from(from.take(1)?[0]))
            .ok_or(CacheError::Doubt("it has a term of no known kind"))?;
        let text = from.text()?;
        if shared.dictionary.intern(kind, text).map(|found| found.term) != Some(number) {
            return Err(CacheError::Doubt("it has a term twice"));
        }
        if kind == Kind::Leaf {
            leaves.push(text);
        }
    }
    leaves
        .into_iter()
        .try_for_each(|text| register(shared, text))?;
    let mut writer = shared.writer();
    for number in 0..from.number()? {
        let profile = profile(from.text()?).ok_or(CacheError::Doubt("it has no such profile"))?;
        shared.profiles.put(number, profile);
    }
    for number in 0..from.number()? {
        let slugs = from.text()?.split(' ').filter(|slug| !slug.is_empty());
        let topics: std::result::Result<Topics, _> = slugs.map(TopicSlug::parse).collect();
        let topics = topics.map_err(|_| CacheError::Doubt("it has no such topic"))?;
        shared.topics.put(number, topics);
    }
    let segment = Arc::new(from.segment()?);
    if segment.rows.len() != sums.live || !from.0.is_empty() {
        return Err(CacheError::Doubt("it has more or less than it says"));
    }
    *writer = Writer {
        profiles: Numbered::of(&shared.profiles),
        topics: Numbered::of(&shared.topics),
        sums,
        ..Writer::default()
    };
    let old = shared.snapshot.load_full();
    let mut parts = vec![Part::Segment(segment)];
    parts.extend(old.parts.iter().cloned());
    shared
        .snapshot
        .store(Arc::new(Snapshot::new(parts, old.epoch())));
    Ok(())
}

/// Registers a leaf by its text; its words are in the dictionary already.
fn register(shared: &Shared, text: &str) -> Result<()> {
    const DOUBT: CacheError = CacheError::Doubt("it has a leaf that reads otherwise");
    let leaf = Filter::parse_part(text).map_err(|_| DOUBT)?;
    let Decided::Evaluator(clauses) = terms::decided(&leaf) else {
        return Err(DOUBT);
    };
    let before = shared.dictionary.len();
    let mut compiler = Compiler {
        dictionary: &shared.dictionary,
        leaves: &shared.leaves,
        frequencies: &shared.frequencies,
        shares: HashMap::new(),
    };
    compiler.leaf(&leaf, &clauses).map_err(|_| DOUBT)?;
    match shared.dictionary.len() == before {
        true => Ok(()),
        false => Err(DOUBT),
    }
}

struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(len)
            .ok_or(CacheError::Doubt("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32> {
        Ok(self.numbers(1)?[0])
    }

    fn long(&mut self) -> Result<u64> {
        let bytes = self.take(8)?.try_into().expect("eight bytes were taken");
        Ok(u64::from_le_bytes(bytes))
    }

    fn numbers(&mut self, len: usize) -> Result<Box<[u32]>> {
        let words = self.take(len.saturating_mul(4))?.chunks_exact(4);
        let word =
            |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().expect("chunks have four bytes"));
        Ok(words.map(word).collect())
    }

    fn text(&mut self) -> Result<&'a str> {
        let len = self.number()? as usize;
        std::str::from_utf8(self.take(len)?)
            .map_err(|_| CacheError::Doubt("it has a text that is none"))
    }

    fn segment(&mut self) -> Result<Segment> {
        let len = self.number()? as usize;
        let ids = self.take(len.saturating_mul(8))?.chunks_exact(8);
        let id =
            |bytes: &[u8]| i64::from_le_bytes(bytes.try_into().expect("chunks have eight bytes"));
        let rows = Rows {
            ids: Ids::new(ids.map(id).collect()),
            endpoints: self.numbers(len)?,
            profiles: self.numbers(len)?,
            topics: self.numbers(len)?,
            changes: self.numbers(len)?,
        };
        let (terms, words, shared) = (self.number()?, self.number()?, self.number()?);
        let terms = self.numbers(terms as usize)?;
        let mut starts = self.numbers(terms.len() + 1)?.into_vec();
        let end = starts.pop().unwrap_or_default();
        Ok(Segment {
            deaths: Deaths::new(rows.len()),
            directory: Directory::new(&terms, starts, end),
            words: self.numbers(words as usize)?,
            shared: self.numbers(shared as usize)?,
            rows,
        })
    }
}

/// A profile as a line of text.
fn profile_text(profile: &Profile) -> String {
    let languages: Vec<&str> = profile.languages.iter().map(LanguageTag::as_str).collect();
    let Profile {
        channel,
        frequency,
        digest_at,
        ..
    } = profile;
    format!(
        "{channel}\n{frequency}\n{digest_at}\n{}",
        languages.join(" ")
    )
}

fn profile(text: &str) -> Option<Profile> {
    let mut lines = text.split('\n');
    let (channel, frequency) = (lines.next()?, lines.next()?);
    let (digest_at, languages) = (lines.next()?, lines.next()?);
    let languages = languages.split(' ').filter(|tag| !tag.is_empty());
    Some(Profile {
        channel: Channel::parse(channel)?,
        frequency: Frequency::parse(frequency)?,
        digest_at: DigestTime::parse(digest_at).ok()?,
        languages: languages
            .map(LanguageTag::parse)
            .collect::<std::result::Result<_, _>>()
            .ok()?,
    })
}
