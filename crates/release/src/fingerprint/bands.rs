//! How the near are found among many: fingerprints cut into bands (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4).
//!
//! Two fingerprints that differ in fewer positions than there are bands have a whole band in common, wherever they differ.
//! So whoever looks for equal bands misses none that is near by [`ALIKE`]; what it finds besides is told apart by comparing.

use super::{Fingerprint, POSITIONS, mix, seed};

/// Stories of which at least so much is the same are near identical.
pub const ALIKE: f64 = 0.8;
/// Positions of 16 bits that make up a band: 64 bits in all.
const ROWS: usize = 4;
/// How many bands a fingerprint has.
pub const BANDS: usize = POSITIONS / ROWS;

impl Fingerprint {
    /// The keys by which a near fingerprint is found, one a band, never equal by their place alone; none for a text without words.
    pub fn bands(&self) -> Vec<i64> {
        if self.is_empty() {
            return Vec::new();
        }
        let band = |(place, rows): (usize, &[u16])| {
            let packed = rows.iter().fold(0, |all, row| all << 16 | u64::from(*row));
            mix(packed ^ seed(place)).cast_signed()
        };
        self.0.chunks(ROWS).enumerate().map(band).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn all_that_are_alike_have_a_band_in_common(
            positions in prop::array::uniform32(any::<u16>()),
            changes in prop::collection::vec((0..POSITIONS, any::<u16>()), 0..40),
        ) {
            let mut own = [0; POSITIONS];
            own.iter_mut().zip(positions.iter().cycle()).for_each(|(to, from)| *to = *from);
            let mut other = own;
            changes.iter().for_each(|&(at, value)| other[at] = value);
            let (own, other) = (Fingerprint(own), Fingerprint(other));

            let bands: BTreeSet<i64> = own.bands().into_iter().collect();
            let found = other.bands().iter().any(|band| bands.contains(band));

            prop_assert_eq!(bands.len(), BANDS);
            prop_assert!(found || own.similarity(&other) < ALIKE);
        }
    }

    #[test]
    fn what_is_not_near_has_no_band_in_common() {
        let bands = |text| Fingerprint::of(text).bands();
        let opens = bands("Acme opens a mine near Reno, its first, and hires 200 people.");
        let dies = bands("Borealis Wind mourns its founder, who died on Sunday at home in Tromsø.");

        assert!(opens.iter().all(|band| !dies.contains(band)));
        assert!(bands("").is_empty());
    }
}
