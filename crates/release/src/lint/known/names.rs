//! The names of issuers: whether the headline says them, and whether they are what they seem.

use super::{IssuerFacts, Known, mixed};
use crate::finding::Finding;
use crate::model::Release;
use crate::text::{fold, words};

/// What companies are by law, folded; says nothing about which company.
const FORMS: &[&str] = &[
    "ab",
    "ag",
    "as",
    "asa",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "eg",
    "ev",
    "gmbh",
    "group",
    "holding",
    "holdings",
    "inc",
    "incorporated",
    "kg",
    "kgaa",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "nv",
    "oy",
    "plc",
    "sa",
    "sas",
    "se",
    "spa",
    "srl",
    "the",
    "and",
];

/// Words that announce news without being any.
const EMPTY: &[&str] = &[
    "a",
    "an",
    "and",
    "announce",
    "announced",
    "announces",
    "announcement",
    "breaking",
    "for",
    "from",
    "important",
    "in",
    "issues",
    "latest",
    "media",
    "new",
    "news",
    "of",
    "on",
    "press",
    "release",
    "releases",
    "s",
    "statement",
    "the",
    "to",
    "today",
    "update",
    "updates",
    "with",
];

/// Whether the headline names an issuer and says something beside it.
pub(super) fn headline(release: &Release, known: &Known) -> Option<Finding> {
    let said = words(&release.headline);
    let folded = fold(&release.headline);
    if known.issuers.is_empty() || said.is_empty() {
        return None;
    }
    if !known
        .issuers
        .iter()
        .any(|issuer| names(issuer, &said, &folded))
    {
        let names: Vec<&str> = known
            .issuers
            .iter()
            .map(|issuer| issuer.name.as_str())
            .collect();
        let message = format!("the headline does not name {}", names.join(" or "));
        return Some(Finding::warning(
            "headline-issuer",
            "/headline",
            message,
            "say who did it",
        ));
    }
    let of_names: Vec<String> = known
        .issuers
        .iter()
        .flat_map(|issuer| words(&issuer.name))
        .collect();
    let is_news = |word: &&String| !of_names.contains(word) && !EMPTY.contains(&word.as_str());
    (said.iter().filter(is_news).count() < 2).then(|| {
        let message = "the headline names the issuer and hardly any news";
        Finding::warning(
            "headline-news",
            "/headline",
            message,
            "say what happened: who does what",
        )
    })
}

/// By a word of its name, by its initials, or as it stands; a name in another script than the headline counts as said.
fn names(issuer: &IssuerFacts, said: &[String], folded: &str) -> bool {
    let name: Vec<String> = words(&issuer.name)
        .into_iter()
        .filter(|word| !FORMS.contains(&word.as_str()))
        .collect();
    let is_latin = |text: &str| text.chars().any(|c| c.is_ascii_alphabetic());
    if is_latin(folded) != is_latin(&fold(&issuer.name)) {
        return true;
    }
    let initials: String = name.iter().filter_map(|word| word.chars().next()).collect();
    let is_said = |word: &String| word.chars().count() > 2 && said.contains(word);
    // One character is a whole word in scripts without spaces: those need four in a row.
    let in_a_row = name
        .windows(4.min(name.len().max(1)))
        .any(|run| said.windows(run.len()).any(|part| part == run));
    name.iter().any(is_said)
        || in_a_row
        || (initials.len() > 1 && said.contains(&initials))
        || name.is_empty()
}

/// A known name that mixes scripts, as a double of another's name does.
pub(super) fn spoofed(release: &Release, known: &Known) -> Vec<Finding> {
    let slugs = release.issuers.iter().enumerate();
    let facts = slugs.filter_map(|(at, slug)| {
        Some((
            at,
            known.issuers.iter().find(|issuer| issuer.slug == *slug)?,
        ))
    });
    facts
        .filter_map(|(at, issuer)| {
            let (word, letter, scripts) = mixed(&issuer.name)?;
            let message = format!("the issuer's name has `{word}`, in which `{letter}` (U+{:04X}) stands among {scripts} letters", u32::from(letter));
            let mend = "make sure of the issuer, and correct its name";
            Some(Finding::warning("mixed-script", &format!("/issuers/{at}"), message, mend))
        })
        .collect()
}
