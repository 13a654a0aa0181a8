//! Feeds: as we write them, and as an independent reader reads them.

use http::Method;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};
use tests::{Answer, TestApp, release, tool};

async fn read(app: &TestApp, path: &str) -> Answer {
    let answer = app.ask(Method::GET, path).without_token().send().await;
    answer.expect(200);
    answer
}

/// What feedparser makes of a feed.
fn parsed(answer: &Answer) -> Value {
    let mut child = Command::new(tool("python/bin/python3"))
        .args(["-c", include_str!("feeds/parse.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = json!({ "content_type": answer.header("content-type"), "body": answer.text });
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(asked.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Two releases of one story, one of them from right to left, with all that a feed can carry.
async fn wire_with_two_editions() -> (TestApp, Vec<String>) {
    let app = TestApp::start().await;
    app.add_issuer("globex", "Globex & Söhne <GmbH>").await;
    let mut english = release("Acme & Globex open a \"plant\" <today>");
    english["story"] = json!("plant");
    english["issuers"] = json!(["acme", "globex"]);
    english["topics"] = json!(["earnings", "mining"]);
    english["media"] = json!([{ "url": "https://acme.example/plant.jpg?a=1&b=2", "type": "image/jpeg",
        "alt": "A plant", "caption": "The plant", "credit": "Acme" }]);
    english["body"] = json!(
        "Up **12 %** & more, see [the report](https://a.example/?x=1&y=2).\n\n| Q | R |\n|---|---|\n| 3 | 41 |"
    );
    let mut arabic = release("افتتاح مصنع");
    arabic["story"] = json!("plant");
    arabic["edition"] = json!({ "region": "145", "language": "ar" });
    arabic["summary"] = Value::Null;
    arabic["body"] = json!("افتتحت أكمي مصنعا.");
    let mut ids = Vec::new();
    for release in [&english, &arabic] {
        let accepted = app.submit(release).await;
        ids.push(accepted["id"].as_str().unwrap().to_owned());
    }
    app.settle().await;
    (app, ids)
}

/// The text with the ids, which are made by chance, replaced.
fn settled(text: &str, ids: &[String]) -> String {
    let numbered = ids.iter().enumerate();
    numbered.fold(text.to_owned(), |text, (n, id)| {
        text.replace(id, &format!("rel_{}", n + 1))
    })
}

#[tokio::test]
async fn rss_and_atom_carry_whole_texts() {
    let (app, ids) = wire_with_two_editions().await;

    let rss = read(&app, "/releases.rss").await;
    let atom = read(&app, "/releases.atom").await;

    assert_eq!(
        rss.header("content-type"),
        "application/rss+xml; charset=utf-8"
    );
    assert_eq!(
        atom.header("content-type"),
        "application/atom+xml; charset=utf-8"
    );
    insta::assert_snapshot!("rss", settled(&rss.text, &ids));
    insta::assert_snapshot!("atom", settled(&atom.text, &ids));
}

#[tokio::test]
async fn an_independent_reader_reads_them_without_complaint() {
    let (app, ids) = wire_with_two_editions().await;
    let url = |n: usize| format!("https://news.wire.example/releases/{}", ids[n]);

    for (path, version) in [
        ("/releases.rss", "rss20"),
        ("/releases.atom", "atom10"),
        ("/search.rss?q=everything", "rss20"),
    ] {
        let feed = parsed(&read(&app, path).await);

        assert_eq!(feed["bozo"], false, "{path}: {}", feed["why"]);
        assert_eq!(feed["version"], version, "{path}");
        let entries = feed["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 2, "{path}");
        let english = &entries[1];
        assert_eq!(english["id"], url(1 - 1));
        assert_eq!(english["link"], url(0));
        assert_eq!(
            english["title"], "Acme & Globex open a \"plant\" <today>",
            "{path}"
        );
        let authors = english["authors"].to_string();
        assert!(
            authors.contains("Acme Robotics, Inc.") && authors.contains("Globex & Söhne <GmbH>"),
            "{authors}"
        );
        assert_eq!(english["tags"], json!(["Earnings", "Mining"]), "{path}");
        assert_eq!(english["published"], "2026-12-01T09:00:00", "{path}");
        assert_eq!(
            english["summary"],
            "Acme opened a plant for loading machines in Austin."
        );
        let content = english["content"].as_str().unwrap();
        for expect in [
            "<strong>12 %</strong>",
            "https://a.example/?x=1&amp;y=2",
            "<td>41</td>",
            "SOURCE <bdi>Acme Robotics, Inc. and Globex",
        ] {
            assert!(content.contains(expect), "{path}: no {expect} in {content}");
        }
        let arabic = &entries[0];
        assert_eq!(arabic["id"], url(1));
        assert_eq!(arabic["language"], "ar", "{path}");
        assert!(
            arabic["content"].as_str().unwrap().contains("dir=\"rtl\""),
            "{path}"
        );
    }
}

#[tokio::test]
async fn nothing_falls_out_of_a_feed() {
    let app = TestApp::start().await;
    let mut expect = Vec::new();
    for n in 0..120 {
        let accepted = app.submit(&release(&format!("Acme {n}"))).await;
        expect.insert(
            0,
            format!(
                "https://news.wire.example/releases/{}",
                accepted["id"].as_str().unwrap()
            ),
        );
    }
    app.settle().await;

    for path in [
        "/releases.rss",
        "/topics/earnings.atom",
        "/issuers/acme.rss",
        "/editions/US/en.atom",
        "/public-companies.rss",
        "/search.atom?q=acme",
    ] {
        let mut next = Some(format!("https://news.wire.example{path}"));
        let mut seen = Vec::new();
        while let Some(url) = next {
            let feed =
                parsed(&read(&app, url.strip_prefix("https://news.wire.example").unwrap()).await);
            assert_eq!(feed["links"]["self"], url, "{path}");
            assert_eq!(feed["bozo"], false, "{path}: {}", feed["why"]);
            let entries = feed["entries"].as_array().unwrap();
            seen.extend(
                entries
                    .iter()
                    .map(|entry| entry["id"].as_str().unwrap().to_owned()),
            );
            next = feed["links"]["next"].as_str().map(str::to_owned);
        }
        assert_eq!(seen, expect, "{path}");
    }
}

#[tokio::test]
async fn an_empty_feed_is_a_feed() {
    let app = TestApp::start().await;

    for path in [
        "/releases.rss",
        "/releases.atom",
        "/topics/mining.rss",
        "/search.atom?q=gold",
    ] {
        let feed = parsed(&read(&app, path).await);
        assert_eq!(feed["bozo"], false, "{path}: {}", feed["why"]);
        assert_eq!(feed["entries"], json!([]), "{path}");
    }
}

#[tokio::test]
async fn every_feed_that_is_listed_is_there() {
    let (app, _) = wire_with_two_editions().await;
    let page = read(&app, "/feeds").await;

    let hrefs = page.text.split("href=\"").skip(1);
    let hrefs = hrefs.filter_map(|rest| rest.split('"').next());
    let feeds: Vec<&str> = hrefs
        .filter(|href| href.ends_with(".rss") || href.ends_with(".atom"))
        .collect();

    assert!(feeds.len() > 430, "{}", feeds.len());
    for feed in feeds {
        read(&app, feed).await;
    }
}
