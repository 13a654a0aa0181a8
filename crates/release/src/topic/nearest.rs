use super::Topic;
use super::taxonomy::fold;
use std::cmp::Ordering;

/// Below this a likeness is chance.
const LEAST_SCORE: f64 = 0.55;
/// From this Jaro-Winkler similarity on, two words count as one word misspelt or cut short.
const SAME_WORD: f64 = 0.86;
/// What is read of the text, in characters: no topic is longer, and the comparison is quadratic.
const MAX_CHARS: usize = 80;

/// At most `n` topics that the text may have meant, the likeliest first.
pub(super) fn nearest<'a>(topics: &'a [Topic], text: &str, n: usize) -> Vec<&'a Topic> {
    let cut: String = text.chars().take(MAX_CHARS).collect();
    let wanted = words(&cut);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut scored: Vec<(f64, &Topic)> = topics
        .iter()
        .map(|topic| (score(&wanted, topic), topic))
        .filter(|(score, _)| *score >= LEAST_SCORE)
        .collect();
    // The sort is stable: of equals the first in the file stays first.
    scored.sort_by(|(a, _), (b, _)| b.partial_cmp(a).unwrap_or(Ordering::Equal));
    scored.into_iter().take(n).map(|(_, topic)| topic).collect()
}

fn score(wanted: &[String], topic: &Topic) -> f64 {
    let labels = [topic.slug.as_str(), &topic.name]
        .into_iter()
        .chain(topic.aliases.iter().map(String::as_str));
    labels
        .map(|label| likeness(wanted, &words(label)))
        .fold(0.0, f64::max)
}

/// The folded words of a slug or a name, without "and".
fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && *word != "and")
        .map(str::to_owned)
        .collect()
}

/// From 0 to 1: the best of spelling (misspelt slugs), common words (half-remembered names) and initials.
fn likeness(wanted: &[String], label: &[String]) -> f64 {
    spelling(&wanted.join(" "), &label.join(" "))
        .max(common_words(wanted, label))
        .max(initials(wanted, label))
}

/// The share of characters that no insertion, deletion, exchange or swap touches.
fn spelling(wanted: &str, label: &str) -> f64 {
    let longest = wanted.chars().count().max(label.chars().count()).max(1);
    1.0 - strsim::osa_distance(wanted, label) as f64 / longest as f64
}

/// How many of the wanted words the label has, and a little for how many of its words were wanted.
fn common_words(wanted: &[String], label: &[String]) -> f64 {
    let found: f64 = wanted.iter().map(|word| best_match(word, label)).sum();
    let of_wanted = found / wanted.len().max(1) as f64;
    let of_label = (found / label.len().max(1) as f64).min(1.0);
    0.7 * of_wanted + 0.25 * of_label
}

fn best_match(word: &str, among: &[String]) -> f64 {
    let best = among
        .iter()
        .map(|other| strsim::jaro_winkler(word, other))
        .fold(0.0, f64::max);
    if best >= SAME_WORD { best } else { 0.0 }
}

/// "ESG" is like "Environmental, Social and Governance".
fn initials(wanted: &[String], label: &[String]) -> f64 {
    let [word] = wanted else { return 0.0 };
    let initials: String = label
        .iter()
        .filter_map(|word| word.chars().next())
        .collect();
    if label.len() > 1 && *word == initials {
        0.9
    } else {
        0.0
    }
}
