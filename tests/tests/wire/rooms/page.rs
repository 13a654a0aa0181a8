//! The page of a release.

use super::{about, edition, headlines, id, link, read, text};
use serde_json::{Value, json};
use tests::{TestApp, release};

/// The page of a release that has been accepted and is out.
async fn page_of(app: &TestApp, release: &Value) -> tests::Answer {
    let accepted = app.submit(release).await;
    app.settle().await;
    read(app, &format!("/releases/{}", id(&accepted))).await
}

#[tokio::test]
async fn it_shows_what_readers_look_for() {
    let app = TestApp::start().await;
    let mut release = release("Acme opens a plant");
    release["clear_at"] = json!("2026-12-01T03:00");
    release["zone"] = json!("America/Chicago");
    release["contacts"] = json!([
        { "name": "Ana Ruiz", "email": "press@acme.example" },
        { "name": "Media Desk", "email": "media-only@acme.example", "visibility": "media" },
    ]);
    release["media"] = json!([{ "url": "https://acme.example/plant.jpg", "type": "image/jpeg", "alt": "A plant",
        "caption": "The plant", "credit": "Acme" }]);
    release["links"] = json!([{ "url": "https://acme.example/report", "title": "The report" }]);

    let page = page_of(&app, &release).await;

    for expect in [
        "<h1>Acme opens a plant</h1>",
        "Second line: café, naïve, Zürich",
        "<a href=\"/issuers/acme\"><bdi>Acme Robotics, Inc.</bdi></a>",
        "Dec 1, 2026, <span>03:00 CST</span>",
        "AUSTIN, Texas, Dec. 1, 2026 /Dateline/ -- Acme Robotics (Nasdaq: ACME) today",
        "<img src=\"https://acme.example/plant.jpg\" alt=\"A plant\"",
        "The plant (Credit: Acme)",
        "mailto:press@acme.example",
        "The report",
        "SOURCE <bdi>Acme Robotics, Inc.</bdi>",
        "<a href=\"/topics/earnings\">Earnings</a>",
    ] {
        assert!(text(&page).contains(expect), "no {expect}");
    }
    assert!(
        !page.text.contains("media-only"),
        "a media contact is not public"
    );
    for name in ["Mail", "X", "LinkedIn", "Mastodon"] {
        assert!(link(&page, name).is_some(), "no way to share by {name}");
    }
}

#[tokio::test]
async fn it_leads_to_its_editions_its_source_and_similar_releases() {
    let app = TestApp::start().await;
    app.add_issuer("globex", "Globex").await;
    for n in 0..3 {
        app.submit(&about(&format!("Acme before {n}"), &["mining"]))
            .await;
    }
    let mut other = about("Globex digs", &["mining"]);
    other["issuers"] = json!(["globex"]);
    app.submit(&other).await;
    app.submit(&edition("plant", "DE", "de", "Auf Deutsch"))
        .await;
    let mut english = edition("plant", "US", "en", "In English");
    english["topics"] = json!(["mining", "earnings"]);

    let page = page_of(&app, &english).await;

    let (own, similar) = page.text.split_once("Releases in similar topics").unwrap();
    let own = tests::Answer {
        text: own.to_owned(),
        ..page.clone()
    };
    assert_eq!(
        headlines(&own),
        ["Acme before 2", "Acme before 1", "Acme before 0"]
    );
    assert!(similar.contains("Globex digs"));
    assert!(!similar.contains("Acme before"), "each story once");
    assert!(link(&page, "<bdi>Germany - Deutsch</bdi>").is_some());
    assert!(
        page.text
            .contains("hreflang=\"de\" href=\"https://news.wire.example/releases/")
    );
}

#[tokio::test]
async fn machines_read_a_news_article_that_no_headline_can_break() {
    let app = TestApp::start().await;
    let headline = "Acme </script><script>alert(1)</script> <!-- \"opens\" & 'closes'";

    let page = page_of(&app, &release(headline)).await;

    assert_eq!(
        text(&page).matches("<script").count(),
        2,
        "ours and the data block"
    );
    let block = page.text.split("application/ld+json\">").nth(1).unwrap();
    let article: Value = serde_json::from_str(block.split("</script>").next().unwrap()).unwrap();
    assert_eq!(article["@type"], "NewsArticle");
    assert_eq!(article["headline"], headline);
    assert_eq!(article["datePublished"], "2026-12-01T09:00:00+00:00");
    assert_eq!(article["author"][0]["name"], "Acme Robotics, Inc.");
    assert_eq!(article["inLanguage"], "en");
    assert!(
        page.text
            .contains("<link rel=\"canonical\" href=\"https://news.wire.example/releases/rel_")
    );
}

#[tokio::test]
async fn a_text_from_right_to_left_is_set_so() {
    let app = TestApp::start().await;

    let page = page_of(&app, &edition("plant", "145", "ar", "افتتاح مصنع")).await;

    assert!(text(&page).starts_with("<!DOCTYPE html><html lang=\"ar\" dir=\"rtl\">"));
    assert!(
        page.text
            .contains("<header class=\"site\" lang=\"en\" dir=\"ltr\">")
    );
    let list = read(&app, "/releases").await;
    assert!(
        list.text
            .contains("lang=\"ar\" dir=\"rtl\">افتتاح مصنع</a>")
    );
}

#[tokio::test]
async fn no_page_brings_scripts_or_styles_of_its_own() {
    let app = TestApp::start().await;

    let page = page_of(&app, &release("Acme opens")).await;

    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self'") && policy.contains("style-src 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(!page.text.contains("<style") && !page.text.contains(" style="));
    let src = page.text.split("<script src=\"").nth(1).unwrap();
    let script = read(&app, src.split('"').next().unwrap()).await;
    assert!(text(&script).contains("data-suggest") || script.text.contains("dataset.suggest"));
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert!(script.header("cache-control").contains("immutable"));
    assert_eq!(read(&app, "/favicon.ico").await.status, 200);
    assert_eq!(
        read(&app, "/assets/newsroom-000000000000.css").await.status,
        404
    );
}
