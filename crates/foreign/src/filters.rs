//! Filters as text and as JSON.

use release::explain::{explain, highlights, satisfied_by_within};
use release::filter::{Filter, MAX_BYTES, MAX_COST, MAX_TERMS};
use release::language::LanguageTag;
use release::matching::matches;
use release::model::Lane;
use release::subject::{Subject, SubjectParts};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A release in several scripts, to hold filters against.
static SUBJECT: LazyLock<Subject> = LazyLock::new(|| {
    Subject::new(SubjectParts {
        topics: BTreeSet::new(),
        places: Vec::new(),
        language: LanguageTag::parse("de").expect("a language"),
        sources: BTreeSet::from(["acme".to_owned()]),
        tickers: Vec::new(),
        lane: Lane::Regular,
        headline: "Müller Robotics eröffnet größte Mine",
        subheadline: Some("a b c the of and gold mine"),
        summary: Some("リチウム鉱山を開く 삼성전자는 เหมืองแร่"),
        body: "Acme’s first lithium mine opened near Reno. ISPARTA ısparta Łódź Ёлка شَرِكة जल",
    })
});

/// The most that a clause may have, in bytes: short, so that many are cut.
const CLAUSE_BYTES: usize = 24;

/// A text that is read as a filter means the same once it is printed and read again, as JSON too, and keeps to the limits;
/// one that is refused is refused at a place of it. Broken UTF-8 is read as HTTP and files are: with `U+FFFD`.
pub fn filter_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Filter::parse(&text) {
        Ok(filter) => keeps_its_meaning(&filter),
        Err(error) => {
            assert!(text.is_char_boundary(error.offset_bytes), "{error:?}");
            assert!(!error.to_string().is_empty() && !error.caret(&text).is_empty());
        }
    }
    if let Ok(part) = Filter::parse_part(&text) {
        let printed = part.to_string();
        assert_eq!(
            Filter::parse_part(&printed).as_ref(),
            Ok(&part),
            "{printed}"
        );
    }
}

/// A tree that is read as a filter means the same once it is printed, as text and as JSON; one that is refused is refused
/// with a pointer.
pub fn filter_json(bytes: &[u8]) {
    let Ok(tree) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    match Filter::from_json(&tree) {
        Ok(filter) => keeps_its_meaning(&filter),
        Err(error) => {
            let pointer = &error.pointer;
            assert!(pointer.is_empty() || pointer.starts_with('/'), "{error:?}");
            assert!(!error.message.is_empty());
        }
    }
}

/// What holds for every filter that was read.
pub(crate) fn keeps_its_meaning(filter: &Filter) {
    let printed = filter.to_string();
    assert_eq!(Filter::parse(&printed).as_ref(), Ok(filter), "{printed}");
    let tree = filter.to_json();
    assert_eq!(Filter::from_json(&tree).as_ref(), Ok(filter), "{tree}");
    assert!(printed.len() <= MAX_BYTES, "{} bytes", printed.len());
    assert!(filter.terms().count() <= MAX_TERMS, "{printed}");
    assert!(filter.cost() <= MAX_COST, "{printed}");
    // It is judged, whatever the judgement is.
    let _ = filter.check_steps();
    is_explained(filter);
}

/// The explanation says what the evaluator does, and points at characters.
fn is_explained(filter: &Filter) {
    let holds = matches(filter, &SUBJECT);
    assert_eq!(explain(filter, &SUBJECT).held, holds, "{filter}");
    let clause = satisfied_by_within(filter, &SUBJECT, CLAUSE_BYTES);
    assert_eq!(clause.is_some(), holds, "{filter}");
    assert!(clause.is_none_or(|clause| clause.len() <= CLAUSE_BYTES));
    for place in highlights(filter, &SUBJECT) {
        assert!(holds, "{filter}: nothing holds at {place:?}");
        let text = SUBJECT.words.text(place.section);
        let marked = text.get(place.from..place.to);
        assert!(
            marked.is_some_and(|marked| !marked.is_empty()),
            "{filter}: {place:?}"
        );
    }
}
