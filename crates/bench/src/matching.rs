//! Matching: the index alone, on generated subscriptions and releases, beside the crate mokaccino and against the evaluator.
//!
//! Unlike the other benches it knows no sinks and no store: rows of subscriptions go in, keys of those that match come out,
//! each once. Times are of one core. Sets of keys are compared with the plain evaluator's on a sample in the same run, and
//! a difference ends it with exit code 1; `--check N` compares N pairs, all of them, while subscriptions change.

mod checks;
mod dice;
mod figures;
mod filters;
mod releases;
mod rival;
mod subscribers;
mod updates;
mod world;

pub(crate) use filters::Workload;

use crate::times::Times;
use crate::usage;
use anyhow::{Result, ensure};
use figures::Lines;
use release::filter::Filter;
use release::subject::Subject;
use releases::{Raw, Script};
use router::index::{Index, Scratch};
use std::time::Instant;
use subscribers::Subscribers;
use world::World;

/// Analysed releases that are matched.
const RELEASES: u64 = 2_000;
/// Pairs of the sample, at most.
const SAMPLE: usize = 400_000;
/// Releases of the sample.
const SAMPLE_RELEASES: usize = 40;
/// Releases that mokaccino is given.
const RIVAL_RELEASES: usize = 200;
/// Sizes at which the growth is measured, up to the asked one.
const SIZES: [usize; 5] = [10_000, 100_000, 1_000_000, 5_000_000, 10_000_000];

/// What to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Subscriptions, at the most.
    pub(crate) n: usize,
    pub(crate) workload: Workload,
    pub(crate) seed: u64,
    /// Whether mokaccino is measured as well.
    pub(crate) rival: bool,
}

/// Prints the figures.
pub(crate) fn measure(plan: Plan) -> Result<()> {
    let world = World::new(plan.seed);
    let subscribers = Subscribers {
        world: &world,
        workload: plan.workload,
        seed: plan.seed,
    };
    let releases: Vec<Subject> = (0..RELEASES)
        .map(|number| Raw::numbered(&world, plan.seed, number).analysed())
        .collect();
    let smaller = SIZES.into_iter().filter(|&size| size < plan.n);
    for n in smaller.chain([plan.n]) {
        let lines = Lines {
            workload: format!("{:?}", plan.workload).to_lowercase(),
            n,
        };
        let index = at_size(&subscribers, n, &releases, &lines)?;
        if n == plan.n {
            from_raw_text(&subscribers, &index, &lines);
            reach(&index, &releases, &lines);
            from_file(&index, &releases[..50], &lines)?;
            if plan.rival {
                beside_rival(&subscribers, &index, n, &releases, &lines)?;
            }
            updates::measure(&subscribers, &index, n, &releases, &lines);
        }
    }
    Ok(())
}

/// Compares so many pairs.
pub(crate) fn check(plan: Plan, pairs: u64) -> Result<()> {
    let world = World::new(plan.seed);
    let subscribers = Subscribers {
        world: &world,
        workload: plan.workload,
        seed: plan.seed,
    };
    let (compared, held) = checks::long(&subscribers, plan.n, pairs)?;
    let lines = Lines {
        workload: format!("{:?}", plan.workload).to_lowercase(),
        n: plan.n,
    };
    lines.say("pairs_compared", compared as f64);
    lines.say("pairs_held", held as f64);
    lines.say("differences", 0.0);
    Ok(())
}

/// Loads, and matches.
fn at_size(
    subscribers: &Subscribers<'_>,
    n: usize,
    releases: &[Subject],
    lines: &Lines,
) -> Result<Index> {
    let million = n == 1_000_000;
    let index = subscribers.index();
    let before = usage::rss_bytes()?;
    let load = subscribers.load(&index, n);
    let size = index.size();
    ensure!(
        size.live == n,
        "{} of {n} subscriptions are in the index",
        size.live
    );
    match million {
        true => lines.say_wanted("load_s", load.as_secs_f64(), 5.0),
        false => lines.say("load_s", load.as_secs_f64()),
    }
    let grown = usage::rss_bytes()? - before;
    lines.say_wanted("bytes_per_subscription", size.bytes as f64 / n as f64, 64.0);
    lines.say("rss_growth_per_subscription", grown / n as f64);
    lines.say("terms", size.terms as f64);
    lines.say("broad", size.broad as f64);
    let times = match_all(&index, releases, lines);
    let wanted = match (lines.workload.as_str(), n) {
        ("base", 1_000_000) => Some((0.2, 0.5)),
        _ => None,
    };
    lines.say_times("", &times, wanted);
    let step = (n * SAMPLE_RELEASES).div_ceil(SAMPLE);
    let sample = &releases[..SAMPLE_RELEASES];
    let pairs = checks::sample(subscribers, &index, n, step, sample)?;
    lines.say("sampled_pairs_alike", pairs as f64);
    Ok(index)
}

/// Matches each release once for its keys, and once without giving them out.
fn match_all(index: &Index, releases: &[Subject], lines: &Lines) -> Times {
    let (mut scratch, mut ids) = (Scratch::default(), Vec::new());
    let (mut times, mut found, mut held) = (Vec::new(), Vec::new(), 0);
    // Each release once a pass: one that was just matched would find its part of the index in the cache.
    for round in [Round::Warm, Round::Measured] {
        for subject in releases {
            let begun = Instant::now();
            std::hint::black_box(index.search(subject, &mut scratch, |hits| hits.at_most()));
            if round == Round::Measured {
                found.push(begun.elapsed());
            }
        }
        for subject in releases {
            ids.clear();
            let begun = Instant::now();
            index.search(subject, &mut scratch, |hits| hits.ids(&mut ids));
            if round == Round::Measured {
                times.push(begun.elapsed());
                held += ids.len();
            }
        }
    }
    lines.say(
        "matched_share",
        held as f64 / releases.len() as f64 / lines.n as f64,
    );
    lines.say_times("before_emission_", &Times::new(found), None);
    Times::new(times)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    Warm,
    Measured,
}

/// From 5 KB of text to keys, folding and splitting included.
fn from_raw_text(subscribers: &Subscribers<'_>, index: &Index, lines: &Lines) {
    for (script, name, wanted) in [(Script::Latin, "latin", 1.0), (Script::Han, "cjk", 1.5)] {
        let (mut scratch, mut ids) = (Scratch::default(), Vec::new());
        let (mut all, mut analysing) = (Vec::new(), Vec::new());
        for number in 0..500 {
            let raw = Raw::of_5_kb(subscribers.world, script, subscribers.seed, number);
            let begun = Instant::now();
            let subject = raw.analysed();
            analysing.push(begun.elapsed());
            ids.clear();
            index.search(&subject, &mut scratch, |hits| hits.ids(&mut ids));
            all.push(begun.elapsed());
        }
        let (all, analysing) = (Times::new(all), Times::new(analysing));
        lines.say(&format!("raw_text_{name}_p50_ms"), all.ms(0.5));
        lines.say_wanted(&format!("raw_text_{name}_p99_ms"), all.ms(0.99), wanted);
        lines.say(
            &format!("of_that_analysing_{name}_p50_ms"),
            analysing.ms(0.5),
        );
    }
}

/// From the index to a file and back; the same must be found.
fn from_file(index: &Index, releases: &[Subject], lines: &Lines) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("index");
    let begun = Instant::now();
    index.save(&path)?;
    lines.say("save_snapshot_s", begun.elapsed().as_secs_f64());
    lines.say(
        "snapshot_mib",
        std::fs::metadata(&path)?.len() as f64 / 1048576.0,
    );
    let begun = Instant::now();
    let opened = Index::open(&path)?;
    lines.say_wanted("load_snapshot_s", begun.elapsed().as_secs_f64(), 1.0);
    let mut scratch = Scratch::default();
    let mut sorted = |index: &Index, subject: &Subject| {
        let mut ids = Vec::new();
        index.search(subject, &mut scratch, |hits| hits.ids(&mut ids));
        ids.sort_unstable();
        ids
    };
    let alike = |subject: &Subject| sorted(index, subject) == sorted(&opened, subject);
    ensure!(
        opened.sums() == index.sums() && releases.iter().all(alike),
        "the index from a file finds other subscriptions"
    );
    Ok(())
}

/// How many endpoints a release would reach.
fn reach(index: &Index, releases: &[Subject], lines: &Lines) {
    let times = releases.iter().take(200).map(|subject| {
        let begun = Instant::now();
        std::hint::black_box(index.reach(subject));
        begun.elapsed()
    });
    lines.say_times("reach_", &Times::new(times.collect()), None);
}

/// The same filters and releases given to mokaccino.
fn beside_rival(
    subscribers: &Subscribers<'_>,
    index: &Index,
    n: usize,
    releases: &[Subject],
    lines: &Lines,
) -> Result<()> {
    let parsed = |number: i64| Filter::parse(&subscribers.filter(number));
    let before = usage::rss_bytes()?;
    let begun = Instant::now();
    let rival = rival::Rival::new((0..n as i64).filter_map(|number| parsed(number).ok()));
    lines.say("mokaccino_load_s", begun.elapsed().as_secs_f64());
    let grown = usage::rss_bytes()? - before;
    lines.say("mokaccino_rss_growth_per_subscription", grown / n as f64);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut scratch, mut ids, mut keys) = (Scratch::default(), Vec::new(), Vec::new());
    let mut alike = 0_usize;
    for subject in releases.iter().take(RIVAL_RELEASES) {
        let document = rival::document(subject);
        keys.clear();
        ids.clear();
        let begun = Instant::now();
        rival.search(&document, &mut keys);
        theirs.push(begun.elapsed());
        let begun = Instant::now();
        index.search(subject, &mut scratch, |hits| hits.ids(&mut ids));
        ours.push(begun.elapsed());
        let exact = |id: &i64| rival.exact[*id as usize];
        let mut found: Vec<i64> = keys
            .iter()
            .map(|key| i64::from(*key))
            .filter(exact)
            .collect();
        ids.retain(exact);
        found.sort_unstable();
        ids.sort_unstable();
        ensure!(
            found == ids,
            "mokaccino finds other subscriptions for a release"
        );
        alike += ids.len();
    }
    let (ours, theirs) = (Times::new(ours), Times::new(theirs));
    lines.say("mokaccino_ids_alike", alike as f64);
    lines.say_times("mokaccino_", &theirs, None);
    lines.say_wanted(
        "times_faster_than_mokaccino_p50",
        theirs.ms(0.5) / ours.ms(0.5),
        100.0,
    );
    Ok(())
}
