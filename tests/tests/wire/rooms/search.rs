//! Search: the language of filters, over what is out.

use super::{about, edition, headlines, link, read, text};
use serde_json::json;
use std::time::Instant;
use tests::{TestApp, release};

/// A release with this body.
fn saying(headline: &str, body: &str) -> serde_json::Value {
    let mut release = release(headline);
    release["body"] = json!(body);
    release
}

#[tokio::test]
async fn the_filter_language_finds_what_an_alert_would_tell() {
    let app = TestApp::start().await;
    app.submit(&saying("Acme one", "A lithium mine in Nevada."))
        .await;
    app.submit(&saying("Acme two", "Mine of lithium, and of gold."))
        .await;
    app.submit(&about("Acme three", &["mining"])).await;
    app.settle().await;

    let check = async |query: &str, expect: &[&str]| {
        let page = read(&app, &format!("/search?q={query}")).await;
        assert_eq!(headlines(&page), expect, "{query}");
    };

    check("lithium", &["Acme two", "Acme one"]).await;
    check("LITHIUM+mine", &["Acme two", "Acme one"]).await;
    check("%22lithium+mine%22", &["Acme one"]).await;
    check("lithium+NOT+gold", &["Acme one"]).await;
    check("gold+OR+topic:mining", &["Acme three", "Acme two"]).await;
    check("topic:science-tech", &["Acme three"]).await;
    check("source:acme+NOT+lithium", &["Acme three"]).await;
    check("geo:US+lang:en+ticker:ACME+gold", &["Acme two"]).await;
    check(
        "everything+NOT+%22lithium+mine%22",
        &["Acme three", "Acme two"],
    )
    .await;
    check("zinc", &[]).await;
}

#[tokio::test]
async fn results_are_paged_and_tell_each_story_once() {
    let app = TestApp::start().await;
    for n in 0..40 {
        for (region, language) in [("US", "en"), ("DE", "de"), ("FR", "fr")] {
            let headline = format!("Acme {n} {language}");
            app.submit(&edition(&format!("s{n}"), region, language, &headline))
                .await;
        }
    }
    app.settle().await;

    let first = read(&app, "/search?q=acme").await;
    let second = read(&app, &link(&first, "Older releases").unwrap()).await;

    let mut all = headlines(&first);
    assert_eq!(all.len(), 25);
    all.extend(headlines(&second));
    let expect: Vec<_> = (0..40).rev().map(|n| format!("Acme {n} fr")).collect();
    assert_eq!(all, expect, "the newest edition stands for its story");
    assert_eq!(link(&second, "Older releases"), None);
}

#[tokio::test]
async fn mistakes_are_shown_with_their_place_and_the_nearest_right_thing() {
    let app = TestApp::start().await;

    let check = async |query: &str, expect: &[&str]| {
        let page = read(&app, &format!("/search?q={query}")).await;
        assert_eq!(page.status, 400, "{query}");
        for expect in expect {
            assert!(
                page.text.contains(expect),
                "{query}: no {expect} in {}",
                page.text
            );
        }
    };

    check(
        "gold+country:US",
        &[
            "gold country:US\n     ^",
            "Did you mean",
            "/search?q=gold+geo%3AUS",
        ],
    )
    .await;
    check("gold+or+tin", &["in capitals", ">gold OR tin</a>"]).await;
    check("NOT+gold", &["everything NOT gold"]).await;
    check("(gold", &["never closed", "How to search"]).await;
    check("%3Cscript%3Ealert(1)", &["&lt;script&gt;"]).await;
    let feed = read(&app, "/search.rss?q=(gold").await;
    assert_eq!(feed.status, 400);
}

#[tokio::test]
async fn where_nothing_is_found_there_is_a_way_on() {
    let app = TestApp::start().await;

    let page = read(&app, "/search?q=minning").await;

    assert!(text(&page).contains("Nothing that is out matches"));
    assert!(page.text.contains("<a href=\"/topics/mining\">Mining</a>"));
    assert_eq!(
        link(&page, "Save as alert").as_deref(),
        Some("/alerts/new?filter=minning")
    );
}

#[tokio::test]
async fn suggestions_name_topics_issuers_and_tickers_of_what_is_out() {
    let app = TestApp::start().await;
    app.add_issuer("acme-silent", "Acme Silent Ltd").await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    let check = async |query: &str, expect: serde_json::Value| {
        let answer = read(&app, &format!("/search/suggest?q={query}")).await;
        assert_eq!(answer.expect(200), expect, "{query}");
    };

    check("earni", json!([
        { "label": "Earnings", "kind": "topic", "path": "/topics/earnings" },
        { "label": "Earnings Forecasts & Projections", "kind": "topic", "path": "/topics/earnings-forecasts-projections" },
    ])).await;
    check(
        "xnas:ac",
        json!([
            { "label": "XNAS:ACME", "kind": "ticker", "path": "/search?q=ticker%3AXNAS%3AACME" },
        ]),
    )
    .await;
    let acme = read(&app, "/search/suggest?q=acme").await.expect(200);
    assert!(acme.to_string().contains("/issuers/acme\""), "{acme}");
    assert!(!acme.to_string().contains("Silent"), "{acme}");
    check("a", json!([])).await;
    check("", json!([])).await;
}

#[tokio::test]
async fn hostile_queries_stay_cheap() {
    let app = TestApp::start().await;
    for n in 0..30 {
        app.submit(&saying(&format!("Acme {n}"), &"gold tin zinc ".repeat(200)))
            .await;
    }
    app.settle().await;
    let long = "x+".repeat(4096);
    let ors = (0..200)
        .map(|n| format!("w{n}"))
        .collect::<Vec<_>>()
        .join("+OR+");
    let phrases = (0..200)
        .map(|n| format!("%22gold+zinc{n}%22"))
        .collect::<Vec<_>>()
        .join("+OR+");
    let nots = format!("everything{}", "+NOT+gold".repeat(200));
    let deep = format!("{}gold{}", "(".repeat(4000), ")".repeat(4000));
    let phrase = format!("%22{}%22", "gold+".repeat(1600));

    for (name, query) in [
        ("long", long),
        ("ors", ors),
        ("phrases", phrases),
        ("nots", nots),
        ("deep", deep),
        ("phrase", phrase),
    ] {
        let begin = Instant::now();
        let answer = read(&app, &format!("/search?q={query}")).await;
        let took = begin.elapsed();

        assert!(
            answer.status == 200 || answer.status == 400,
            "{name}: {}",
            answer.status
        );
        assert!(took.as_millis() < 2000, "{name} took {took:?}");
    }
}

#[tokio::test]
async fn a_search_that_has_looked_at_enough_says_so_and_goes_on() {
    let app = TestApp::start().await;
    app.submit(&saying("Acme finds it", "In a gold mine."))
        .await;
    // Bears both words, never in a row: only the evaluator can tell, and it reads a bounded number of texts.
    for n in 0..260 {
        app.submit(&saying(&format!("Acme {n}"), "A mine of gold."))
            .await;
    }
    app.settle().await;

    let first = read(&app, "/search?q=%22gold+mine%22").await;
    let second = read(&app, &link(&first, "Older releases").unwrap()).await;

    assert!(headlines(&first).is_empty());
    assert!(
        first
            .text
            .contains("Only the newer releases were looked at")
    );
    assert!(!first.text.contains("Nothing that is out"));
    assert_eq!(headlines(&second), ["Acme finds it"]);
}
