//! Addresses that nobody means well with.

use super::read;
use http::Method;
use tests::TestApp;

#[tokio::test]
async fn addresses_that_cannot_be_read_are_answered_in_the_frame() {
    let app = TestApp::start().await;
    let long = "a".repeat(4000);

    let check = async |path: &str, status: u16, expect: &str| {
        let answer = read(&app, path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.text.contains("<header class=\"site\""), "{path}");
        assert!(answer.text.contains(expect), "{path}: no {expect}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    };

    check("/nothing", 404, "Not found").await;
    check(&format!("/releases/{long}"), 404, "Not found").await;
    check("/releases/%FF%FE", 404, "Not found").await;
    check("/topics/%00", 404, "Not found").await;
    check("/topics/..%2f..%2fetc", 404, "Not found").await;
    check("/issuers/%27%20or%201=1", 404, "Not found").await;
    check("/editions/US/%FF", 404, "Not found").await;
    check("/editions/XX/en", 404, "Not found").await;
    check("/pages/..%2fterms", 404, "Not found").await;
    check("/sitemaps/0.xml", 404, "Not found").await;
    check("/sitemaps/99999999999999999999.xml", 404, "Not found").await;
    check(
        "/releases?before=abc",
        400,
        "`before` is `abc`; it must be a place on the wire",
    )
    .await;
    check("/releases?before=-1", 400, "whole number").await;
    check("/releases?before=99999999999999999999", 400, "whole number").await;
    check("/topics/mining.rss?before=x", 400, "`before` is `x`").await;
    check("/releases?before=%3Cscript%3E", 400, "&lt;script&gt;").await;
    check("/search?q=%FF%FE", 400, "there is no word in").await;
    check(
        &format!("/search?q={}", "a".repeat(9000)),
        400,
        "at most 8192",
    )
    .await;
}

#[tokio::test]
async fn unknown_parts_of_a_query_are_passed_over() {
    let app = TestApp::start().await;

    assert_eq!(
        read(&app, "/releases?utm_source=x&before=5&=&&%")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn pages_are_read_and_nothing_else() {
    let app = TestApp::start().await;

    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let answer = app
            .ask(method.clone(), "/releases")
            .without_token()
            .send()
            .await;
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.text.contains("can only be read"), "{method}");
        assert!(answer.header("allow").contains("GET"), "{method}");
    }
}
