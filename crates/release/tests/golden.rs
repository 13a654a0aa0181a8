//! The wire's form of one story in twelve editions, as text and as HTML. What changes here changes for every reader.

use release::filter::Part;
use release::lint::lint_source;
use release::model::{Body, Extent, Release};
use release::render::{Item, story_mail, wire_html, wire_text};
use release::subject::{Subject, SubjectParts};
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

/// Scripts with and without spaces, tables, quotes: what is found in the text is marked in the HTML, word by word.
#[test]
fn every_word_of_every_edition_is_marked_where_it_stands() {
    for name in EDITIONS {
        let release = edition(name);
        let body = release.body.render();
        let parts = SubjectParts::of(&release, &body.text, Taxonomy::builtin());
        let words = Subject::new(parts).words;
        let places = words.ranges(Part::Body).flatten();
        let places: Vec<_> = places.filter_map(|at| Some(words.place(at)?.1)).collect();

        let marked = body.marked(&places).html;

        let marks = marked.split("<mark>").skip(1);
        let marks: Vec<&str> = marks
            .filter_map(|rest| rest.split("</mark>").next())
            .collect();
        let expect: Vec<&str> = places
            .iter()
            .map(|place| &body.text[place.clone()])
            .collect();
        assert_eq!(marks, expect, "{name}");
        assert_eq!(
            marked.replace("<mark>", "").replace("</mark>", ""),
            body.html
        );
    }
}

#[test]
fn long_release_is_whole_in_the_text_of_a_mail_and_short_in_its_html() {
    let mut release = edition("US-en");
    release.body = Body::Markdown("A turbine turns.\n\n".repeat(8000));
    let item = item(release);

    let mail = story_mail(&item, Extent::Full);

    assert!(mail.html_open.len() < 100_000, "{}", mail.html_open.len());
    assert!(
        mail.html_open.contains("tidal turbines near Vigo."),
        "the summary"
    );
    assert!(mail.html_open.contains(&item.url));
    assert_eq!(mail.text.matches("A turbine turns.").count(), 8000);
}
