//! The looks that filters take, counted: those of the costliest filters that are let through are few.

use super::super::Index;
use super::super::code::looks;
use super::super::fixtures::{filter, release_saying, row};
use super::super::search::{Scratch, View};
use proptest::prelude::*;
use release::filter::{Filter, MAX_STEPS};
use release::subject::Subject;

/// Words of a length, all different from those of another.
fn words(count: usize, letters: usize) -> Vec<String> {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    let word = |n: usize| -> String {
        let digits =
            (0..letters as u32).map(|at| letter(n / 26_usize.pow(at.min(5)) + at as usize));
        digits.collect()
    };
    (0..count).map(|n| word(n + 5_000)).collect()
}

fn any(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("({})", quoted.join(" OR "))
}

fn beginnings(words: &[String]) -> String {
    let all: Vec<String> = words.iter().map(|word| format!("\"{word}\"*")).collect();
    format!("({})", all.join(" OR "))
}

/// Filters of a shape that grows: `n` common words, and what they have beside them. Words of ten letters stand in no release,
/// so none of them ends a look at the others early.
type Shape = fn(usize) -> String;

const SHAPES: [Shape; 6] = [
    |n| any(&words(2 * n, 3)),
    |n| format!("everything NOT {}", any(&words(2 * n - 1, 3))),
    |n| format!("{} NOT {}", any(&words(n, 3)), any(&words(n, 10))),
    |n| format!("{} AND {}", any(&words(n, 3)), any(&words(n, 4))),
    |n| {
        format!(
            "{} NOT {}",
            beginnings(&words(n.min(32), 3)),
            any(&words(2 * n - n.min(32), 10))
        )
    },
    |n| format!("{} NOT {}", any(&words(n, 8)), any(&words(n, 9))),
];

/// The longest filter of a shape that is let through.
fn costliest(shape: Shape) -> Filter {
    let filters = (1..=128).rev().map(|n| Filter::parse(&shape(n)).unwrap());
    let mut allowed = filters.filter(|filter| filter.check_steps().is_ok());
    allowed.next().unwrap()
}

/// Releases in which each word of each length stands as often as the table of the judgement says.
fn releases() -> Vec<Subject> {
    let mut dice = 12_345_u64;
    let mut falls = move |per_mille: u64| {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % 1_000 < per_mille
    };
    let of_release = |_| {
        let mut text = String::new();
        for (letters, per_mille) in [(3, 300), (4, 150), (8, 30), (9, 30)] {
            for word in words(256, letters).iter().filter(|_| falls(per_mille)) {
                text.push_str(word);
                text.push(' ');
            }
        }
        release_saying(&text)
    };
    (0..200).map(of_release).collect()
}

/// The looks that the only filter of an index takes, a release on average, once the index has seen such releases.
fn looks_of(filter: &Filter, releases: &[Subject]) -> f64 {
    let index = Index::default();
    releases.iter().for_each(|release| index.observe(release));
    index.apply(vec![row(1, &filter.to_string(), 1)]);
    let (view, mut scratch) = (View::now(&index.0), Scratch::default());
    let before = looks();
    for release in releases {
        view.search(release, &mut scratch);
    }
    (looks() - before) as f64 / releases.len() as f64
}

#[test]
fn costliest_filter_that_is_let_through_takes_few_looks() {
    let releases = releases();
    for shape in SHAPES {
        let filter = costliest(shape);

        let looks = looks_of(&filter, &releases);

        let (steps, terms) = (filter.steps(), filter.terms().count());
        println!("{terms} terms, {steps} steps judged, {looks} looks taken");
        // An entry and an operator are looks, too, and no steps.
        let most = 1.25 * f64::from(MAX_STEPS);
        assert!(
            looks <= most,
            "{looks} looks, {steps} steps, {terms} terms: {filter}"
        );
    }
}

#[test]
fn words_near_to_each_other_are_asked_about_a_bounded_number_of_times() {
    let near = |n: usize| -> String {
        let words = words(2 * n, 3);
        let pairs = words
            .chunks(2)
            .map(|pair| format!("\"{}\" NEAR/5 \"{}\"", pair[0], pair[1]));
        pairs.collect::<Vec<_>>().join(" OR ")
    };
    let filters = (1..=128).rev().map(|n| Filter::parse(&near(n)).unwrap());
    let filter = filters
        .filter(|filter| filter.check_steps().is_ok())
        .take(1);
    let filter: Vec<Filter> = filter.collect();

    let looks = looks_of(&filter[0], &releases());

    let (steps, terms) = (filter[0].steps(), filter[0].terms().count());
    println!("{terms} terms, {steps} steps judged, {looks} looks taken");
    assert!(terms < 128, "all of them are let through");
    // Each question to the evaluator is judged as 32 steps and more.
    assert!(looks <= f64::from(MAX_STEPS) / 32.0, "{looks}");
}

#[test]
fn costliest_filter_of_all_takes_more_looks_than_any_that_is_let_through() {
    let hostile = format!("{} NOT {}", any(&words(128, 3)), any(&words(128, 10)));
    let hostile = Filter::parse(&hostile).unwrap();

    assert!(hostile.check_steps().is_err());
    assert!(looks_of(&hostile, &releases()) > 2.0 * f64::from(MAX_STEPS));
}

#[test]
fn release_with_every_word_of_a_filter_is_looked_at_a_bounded_number_of_times() {
    let all: Vec<String> = [3, 4, 8, 9]
        .into_iter()
        .flat_map(|letters| words(256, letters))
        .collect();
    let release = release_saying(&all.join(" "));
    for shape in SHAPES {
        let filter = Filter::parse(&shape(128)).unwrap();

        let looks = looks_of(&filter, std::slice::from_ref(&release));

        // 128 ways to find it, each with a look at the entry, at 128 other terms, and at an operator or two.
        assert!(looks <= 128.0 * 131.0, "{looks}: {filter}");
    }
}

proptest! {
    #[test]
    fn judged_steps_are_not_far_below_the_looks_taken(text in filter()) {
        let releases: Vec<Subject> = (0..20).map(|_| release_saying("an ordinary text")).collect();
        let filter = Filter::parse(&text).unwrap();

        // An operator is a look, too, and no step.
        prop_assert!(looks_of(&filter, &releases) <= f64::from(3 * filter.steps() + 3));
    }
}
