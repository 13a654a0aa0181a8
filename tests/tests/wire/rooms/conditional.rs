//! Conditional requests: what has not changed is not sent again.

use super::{about, id, read, reading};
use std::time::Duration;
use tests::TestApp;

#[tokio::test]
async fn pages_and_feeds_answer_304_until_they_change() {
    let app = TestApp::start().await;
    let accepted = app.submit(&about("Acme opens a mine", &["mining"])).await;
    app.settle().await;
    app.advance(Duration::from_secs(5));
    let page = format!("/releases/{}", id(&accepted));

    for path in [
        "/",
        "/releases",
        "/topics/mining",
        "/topics/mining.rss",
        "/releases.atom",
        "/search?q=acme",
        &page,
    ] {
        let first = read(&app, path).await;
        let (tag, date) = (first.header("etag"), first.header("last-modified"));
        assert!(tag.starts_with('"') && tag.len() > 20, "{path}: {tag}");
        assert_eq!(date, "Tue, 01 Dec 2026 09:00:00 GMT", "{path}");
        assert_eq!(first.header("cache-control"), "no-cache", "{path}");

        let by_tag = reading(&app, path)
            .header("if-none-match", tag)
            .send()
            .await;
        let by_date = reading(&app, path)
            .header("if-modified-since", date)
            .send()
            .await;
        let head = app
            .ask(http::Method::HEAD, path)
            .without_token()
            .send()
            .await;

        assert_eq!((by_tag.status.as_u16(), &*by_tag.text), (304, ""), "{path}");
        assert_eq!(by_tag.header("etag"), tag);
        assert_eq!(
            (by_date.status.as_u16(), &*by_date.text),
            (304, ""),
            "{path}"
        );
        assert_eq!((head.status.as_u16(), &*head.text), (200, ""), "{path}");
        assert_eq!(head.header("etag"), tag, "{path}");
    }

    let before = read(&app, "/topics/mining.rss").await;
    app.submit(&about("Acme opens another", &["mining"])).await;
    app.settle().await;
    app.advance(Duration::from_secs(5));
    let (tag, date) = (before.header("etag"), before.header("last-modified"));
    let by_tag = reading(&app, "/topics/mining.rss").header("if-none-match", tag);
    let by_date = reading(&app, "/topics/mining.rss").header("if-modified-since", date);
    assert_eq!(by_tag.send().await.status, 200);
    assert_eq!(by_date.send().await.status, 200);
}

#[tokio::test]
async fn what_is_younger_than_the_clock_can_tell_has_no_date() {
    let app = TestApp::start().await;
    app.submit(&about("Acme opens a mine", &["mining"])).await;
    app.settle().await;

    let fresh = read(&app, "/releases").await;

    assert_eq!(fresh.header("last-modified"), "");
    assert_ne!(fresh.header("etag"), "");
}

#[tokio::test]
async fn what_is_not_there_is_kept_by_nobody() {
    let app = TestApp::start().await;

    let missing = read(&app, "/releases/rel_0000000000000000").await;

    assert_eq!(missing.status, 404);
    assert_eq!(missing.header("cache-control"), "no-store");
    assert_eq!(missing.header("etag"), "");
}
