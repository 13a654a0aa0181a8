//! Fingerprints of texts, small enough to keep beside each release and near each other where the texts are.
//!
//! MinHash (Broder, 1997) over runs of three words: the share of equal positions estimates how many runs two texts have
//! in common. Numbers count as alike, so that last quarter's release with new figures is near this quarter's. The hash is
//! written here and never changes, because fingerprints are stored; another one would be another version letter.

mod bands;
mod figures;

pub use bands::{ALIKE, BANDS};
pub use figures::figures;

use crate::text;
use std::fmt;

/// Numbers of 16 bits that make up a fingerprint; the error of an estimate is about 1 / √64.
const POSITIONS: usize = 64;
/// How many words make a run.
const RUN: usize = 3;

/// The fingerprint of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint([u16; POSITIONS]);

impl Fingerprint {
    /// The fingerprint of a text; of one without words it is near to nothing, not even to itself.
    pub fn of(text: &str) -> Fingerprint {
        let words: Vec<String> = text::words(text).into_iter().map(without_numbers).collect();
        let mut least = [u64::MAX; POSITIONS];
        let runs = words.windows(RUN.min(words.len()).max(1));
        for run in runs.map(hash_run) {
            for (position, least) in least.iter_mut().enumerate() {
                *least = (*least).min(mix(run ^ seed(position)));
            }
        }
        let low = |hash: u64| u16::try_from(hash & 0xffff).unwrap_or_default();
        Fingerprint(least.map(low))
    }

    /// How much of two texts is the same, from 0 to 1.
    pub fn similarity(&self, other: &Fingerprint) -> f64 {
        if self.is_empty() || other.is_empty() {
            return 0.0;
        }
        let equal = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        count(equal) / count(POSITIONS)
    }

    /// Whether it is of a text without words.
    fn is_empty(&self) -> bool {
        *self == Fingerprint([u16::MAX; POSITIONS])
    }

    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Fingerprint> {
        let digits = text.strip_prefix('m')?;
        if digits.len() != POSITIONS * 4 || !digits.is_ascii() {
            return None;
        }
        let mut positions = [0; POSITIONS];
        for (position, at) in positions.iter_mut().zip((0..).step_by(4)) {
            *position = u16::from_str_radix(&digits[at..at + 4], 16).ok()?;
        }
        Some(Fingerprint(positions))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("m")?;
        self.0
            .iter()
            .try_for_each(|position| write!(f, "{position:04x}"))
    }
}

fn without_numbers(word: String) -> String {
    match word.starts_with(|c: char| c.is_numeric()) {
        true => "0".to_owned(),
        false => word,
    }
}

/// FNV-1a with 64 bits, words parted by a byte that no UTF-8 has.
fn hash_run(run: &[String]) -> u64 {
    let bytes = run.iter().flat_map(|word| word.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// What makes one position differ from the next.
fn seed(position: usize) -> u64 {
    let position = u64::try_from(position).unwrap_or_default();
    mix(position.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The finisher of SplitMix64 (Steele, Lea, Flood, 2014).
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUARTER: &str = "Halvorsen Robotics today reported record revenue for the third quarter as parcel carriers and \
        grocers ordered more of its truck-loading machines. Revenue rose 22% to $148.6 million in the quarter that ended \
        Sept. 30, 2026. Net income rose to $15.1 million, or 36 cents a share, from $8.7 million a year earlier. Gross \
        margin widened to 41.5% as the plant near Leipzig reached full output. The order backlog grew 18% to $312 million. \
        Executives will discuss the results on a conference call at 5 p.m. Eastern time today.";

    fn near(a: &str, b: &str) -> f64 {
        Fingerprint::of(a).similarity(&Fingerprint::of(b))
    }

    #[test]
    fn the_same_news_is_near_and_other_news_of_the_same_issuer_is_not() {
        let figures = QUARTER
            .replace("148.6", "160.2")
            .replace("22%", "9%")
            .replace("15.1", "17")
            .replace("Sept. 30", "Dec. 31");
        let more = format!(
            "{QUARTER} A new paragraph says that the company has moved its head office to another street in Austin."
        );
        let other = "Halvorsen Robotics will open a training center in Albany, New York, where technicians will learn to maintain \
            the machines that load trucks in warehouses. The center will occupy a former textile mill on the Hudson River and train \
            about 400 people a year. The first class begins in June. Courses last from three days to six weeks.";

        assert!(near(QUARTER, QUARTER) > 0.999);
        assert!(
            near(QUARTER, &figures) > 0.85,
            "{}",
            near(QUARTER, &figures)
        );
        assert!(near(QUARTER, &more) > 0.7, "{}", near(QUARTER, &more));
        assert!(near(QUARTER, other) < 0.1, "{}", near(QUARTER, other));
        assert!(near("", "") < 0.001);
        assert!(near("東京で新しい工場を開いた", "東京で新しい工場を開いた") > 0.999);
    }

    #[test]
    fn the_stored_form_is_read_back_and_never_changes() {
        let fingerprint = Fingerprint::of("Acme opens a plant.");
        let stored = fingerprint.to_string();

        assert_eq!(Fingerprint::parse(&stored), Some(fingerprint));
        assert_eq!(&stored[..17], "ma04e76a7051909a5");
        assert_eq!(Fingerprint::parse("m12"), None);
        assert_eq!(Fingerprint::parse(&stored[1..]), None);
        assert_eq!(Fingerprint::parse(&format!("m{}", "é".repeat(128))), None);
    }
}
