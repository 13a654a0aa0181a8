use super::*;
use crate::filter::Part;

fn subject(subheadline: Option<&str>, summary: Option<&str>, body: &str) -> Subject {
    Subject::new(SubjectParts {
        topics: BTreeSet::new(),
        places: Vec::new(),
        language: LanguageTag::parse("de").unwrap(),
        sources: BTreeSet::new(),
        tickers: Vec::new(),
        lane: Lane::Regular,
        headline: "Größe zählt",
        subheadline,
        summary,
        body,
    })
}

#[test]
fn words_stand_under_all_their_keys_in_order() {
    let subject = subject(None, Some("--"), "東京 Acme, Größe");

    let keys: Vec<_> = subject.words.iter().collect();

    let body = 2 + 3 * GAP;
    assert_eq!(
        keys,
        [
            ("acme", &[body + 2][..]),
            ("groesse", &[0, body + 3]),
            ("grosse", &[0, body + 3]),
            ("zaehlt", &[1]),
            ("zahlt", &[1]),
            ("京", &[body + 1]),
            ("東", &[body]),
        ]
    );
    assert_eq!(subject.words.written(body + 3), "Größe");
    assert_eq!(subject.words.written(GAP), "");
    assert_eq!(subject.words.place(body), Some((Section::Body, 0..3)));
    assert_eq!(subject.words.positions("zahlt"), [1]);
    assert_eq!(subject.words.positions("zahl"), [0; 0]);
    let begun: Vec<_> = subject.words.beginning("gr").map(|(key, _)| key).collect();
    assert_eq!(begun, ["groesse", "grosse"]);
}

#[test]
fn the_lead_is_the_summary_or_the_first_paragraph() {
    let lead = |subject: &Subject| -> Vec<String> {
        let positions = subject.words.ranges(Part::Lead).flatten();
        positions
            .map(|at| subject.words.written(at).to_owned())
            .collect()
    };

    assert_eq!(
        lead(&subject(None, Some("Kurz gesagt"), "Lang")),
        ["Kurz", "gesagt"]
    );
    assert_eq!(
        lead(&subject(None, None, "\n\nEins zwei\ndrei\n \nvier")),
        ["Eins", "zwei", "drei"]
    );
    assert_eq!(
        lead(&subject(Some("x"), Some("!"), "Eins\n\nzwei")),
        ["Eins"]
    );
    assert_eq!(lead(&subject(None, None, "")), [""; 0]);
}
