//! What the operator says, and what machines ask of a site.

use super::{read, text};
use tests::{TestApp, release};

#[tokio::test]
async fn the_pages_that_every_wire_needs_are_there() {
    let app = TestApp::start().await;
    let front = read(&app, "/").await;

    for name in ["accessibility", "terms", "privacy", "contact"] {
        let path = format!("/pages/{name}");
        assert!(front.text.contains(&format!("href=\"{path}\"")), "{name}");
        assert!(text(&read(&app, &path).await).contains("The operator of this site has to"));
    }
    assert_eq!(read(&app, "/pages/imprint").await.status, 404);
}

#[tokio::test]
async fn the_operators_own_pages_take_their_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("terms.md"),
        "# House rules\n\nOf {wire}.",
    )
    .unwrap();
    std::fs::write(folder.path().join("imprint.md"), "# Imprint\n\nUs.").unwrap();
    let set = format!("pages.folder={}", folder.path().display());

    let app = TestApp::start_with(&[&set]).await;

    let terms = read(&app, "/pages/terms").await;
    assert!(text(&terms).contains("<h1>House rules</h1>"));
    assert!(terms.text.contains("Of Dateline."));
    assert_eq!(read(&app, "/pages/imprint").await.status, 200);
    assert!(
        read(&app, "/")
            .await
            .text
            .contains("href=\"/pages/imprint\"")
    );
}

#[tokio::test]
async fn security_txt_says_what_the_operator_set() {
    let silent = TestApp::start().await;
    let app = TestApp::start_with(&[
        "security.contact=mailto:security@wire.example",
        "security.valid_days=30",
    ])
    .await;

    let security = read(&app, "/.well-known/security.txt").await;

    assert_eq!(read(&silent, "/.well-known/security.txt").await.status, 404);
    assert_eq!(
        text(&security),
        "Contact: mailto:security@wire.example\nExpires: 2026-12-31T00:00:00.000Z\n\
         Canonical: https://news.wire.example/.well-known/security.txt\n"
    );
    assert_eq!(security.header("content-type"), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn maps_lead_to_every_release_and_news_to_those_of_two_days() {
    let app = TestApp::start().await;
    let old = app.submit(&release("Acme & Söhne open")).await;
    app.settle().await;
    app.advance(std::time::Duration::from_secs(3 * 86_400));
    let new = app.submit(&release("Acme & Söhne close")).await;
    app.settle().await;

    let robots = read(&app, "/robots.txt").await;
    let index = read(&app, "/sitemap.xml").await;
    let items = read(&app, "/sitemaps/1.xml").await;
    let news = read(&app, "/sitemaps/news.xml").await;
    let rooms = read(&app, "/sitemaps/rooms.xml").await;

    assert!(text(&robots).contains("Sitemap: https://news.wire.example/sitemap.xml"));
    assert!(text(&index).contains("<loc>https://news.wire.example/sitemaps/1.xml</loc>"));
    let (old, new) = (old["id"].as_str().unwrap(), new["id"].as_str().unwrap());
    assert!(text(&items).contains(old) && items.text.contains(new));
    assert!(text(&news).contains(new) && !news.text.contains(old));
    assert!(
        news.text
            .contains("<news:title>Acme &amp; Söhne close</news:title>")
    );
    assert!(text(&rooms).contains("https://news.wire.example/issuers/acme"));
    assert_eq!(read(&app, "/sitemaps/2.xml").await.status, 404);
}
