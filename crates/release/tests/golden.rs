//! The wire's form of one story in twelve editions, as text and as HTML. What changes here changes for every reader.

use release::lint::lint_source;
use release::model::Release;
use release::render::{Item, wire_html, wire_text};
use release::topic::Taxonomy;
use std::path::Path;

/// The editions in which the trade tells one story.
const EDITIONS: [&str; 12] = [
    "US-es", "US-en", "US-pl", "VN-vi", "US-ru", "US-de", "ID-id", "JP-ja", "KR-ko", "US-fr",
    "US-sk", "145-ar",
];

fn edition(name: &str) -> Release {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.md"));
    let linted = lint_source(
        &std::fs::read(path).expect("the edition is there"),
        Taxonomy::builtin(),
    )
    .expect("it is a submission");
    assert_eq!(linted.findings, [], "{name}");
    linted.release.expect("nothing was found")
}

fn item(release: Release) -> Item {
    let names = match release.edition.language.primary() {
        "ja" => ["マレオラ・エナジー", "コスタ・ビーバ"],
        "ko" => ["마레올라 에너지", "코스타 비바"],
        "ar" => ["ماريولا للطاقة", "كوستا فيفا"],
        _ => ["Mareola Energy", "Costa Viva"],
    };
    Item {
        release_id: "rel_1".into(),
        story_id: "sty_1".into(),
        revision: 0,
        seq: 1,
        accepted_ms: 0,
        cleared_ms: release.clear.as_ref().map_or(0, |clear| clear.at_ms),
        url: "https://wire.example/releases/rel_1".into(),
        issuer_names: names.map(str::to_owned).to_vec(),
        body: release.body.render(),
        wire_name: "Dateline".into(),
        release,
    }
}

#[test]
fn one_story_stands_in_twelve_editions() {
    for name in EDITIONS {
        let item = item(edition(name));

        insta::assert_snapshot!(format!("{name}-text"), wire_text(&item));
        let html = wire_html(&item).into_string();
        insta::assert_snapshot!(format!("{name}-html"), html.replace("><", ">\n<"));
    }
}

#[test]
fn media_contacts_are_printed_nowhere() {
    for name in EDITIONS {
        let item = item(edition(name));

        let both = wire_text(&item) + &wire_html(&item).into_string();

        assert!(
            !both.contains("tomas.rey") && !both.contains("Tomás"),
            "{name}"
        );
        assert!(both.contains("press@mareola.example"), "{name}");
    }
}
