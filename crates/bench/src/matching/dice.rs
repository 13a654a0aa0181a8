//! Numbers drawn from a seed, the same on every machine: SplitMix64 (Steele, Lea and Flood 2014), and ranks by Zipf's law.

/// A source of numbers.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// From a seed, and a number that tells one sequence of it from another.
    pub(super) fn new(seed: u64, sequence: u64) -> Dice {
        let mut dice = Dice(seed ^ sequence.wrapping_mul(0xd134_2543_de82_ef95));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// A number from 0 to 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something of that chance comes true.
    pub(super) fn chance(&mut self, chance: f64) -> bool {
        self.share() < chance
    }

    /// One of them.
    pub(super) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Ranks from 0, the first ones most often: rank r with a weight of 1 / (r + 1) ^ exponent.
#[derive(Debug)]
pub(super) struct Zipf(Vec<f64>);

impl Zipf {
    /// Of `n` ranks.
    pub(super) fn new(n: usize, exponent: f64) -> Zipf {
        let mut sum = 0.0;
        let mut sums: Vec<f64> = (1..=n)
            .map(|rank| {
                sum += (rank as f64).powf(-exponent);
                sum
            })
            .collect();
        sums.iter_mut().for_each(|share| *share /= sum);
        Zipf(sums)
    }

    /// A rank.
    pub(super) fn draw(&self, dice: &mut Dice) -> usize {
        let share = dice.share();
        self.0
            .partition_point(|&sum| sum < share)
            .min(self.0.len() - 1)
    }
}
