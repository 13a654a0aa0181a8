//! What a reader types and clicks, with scripts and without.

use super::Site;
use tests::Browser;

#[tokio::test]
async fn suggestions_come_while_typing_and_are_chosen_by_keyboard() {
    let site = Site::open().await;
    let browser = Browser::start().await;
    browser.go(&site.url("/")).await;

    let field = browser.field("Search releases").await;
    browser.type_into(&field, "mini").await;
    let option = browser.find("[role=option]").await;
    let label = browser.text(&option).await;
    // Arrow down, then Enter.
    browser.type_into(&field, "\u{e015}").await;
    let active = browser
        .script(
            "return arguments[0].getAttribute('aria-activedescendant')",
            &[field.argument()],
        )
        .await;
    browser.type_into(&field, "\u{e007}").await;

    assert!(label.starts_with("Mining"), "{label}");
    assert_eq!(active, "option-0");
    browser.find("main h1").await;
    assert_eq!(browser.url().await, site.url("/topics/mining"));
}

#[tokio::test]
async fn search_and_release_work_without_scripts() {
    let site = Site::open().await;
    let browser = Browser::start_without_scripts().await;
    browser.go(&site.url("/")).await;

    let field = browser.find("input[name=q]").await;
    browser
        .type_into(&field, "topic:mining report\u{e007}")
        .await;
    let link = browser.find(".list h2 a").await;
    let headline = browser.text(&link).await;
    browser.click(&link).await;

    let title = browser.find("article h1").await;
    assert_eq!(browser.text(&title).await, headline);
    let copy = browser.find("button[data-copy]").await;
    assert_eq!(
        browser.text(&copy).await,
        "",
        "what needs a script is not shown without"
    );
    assert!(browser.cookies().await.is_empty(), "readers get no cookies");
}
