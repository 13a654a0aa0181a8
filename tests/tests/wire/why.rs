//! What matched, for the reader: behind the link of an alert, and asked about any release.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{Answer, Letter, TestApp, release};

const ANA: &str = "ana@reader.example";
const FILTER: &str = "(gold OR \"lithium mine\" OR nickel OR cobalt) AND NOT lang:de";

/// A release of which a reader is told, and the mail.
async fn told(app: &TestApp) -> (Value, Letter) {
    app.subscribe(json!({ "filter": FILTER, "name": "Metals", "email": ANA }))
        .await;
    let mut news = release("Acme opens a mine");
    news["body"] = json!(
        "Acme opened a **lithium** mine & more in Nevada.\n\n| Metal | t |\n|---|---|\n| Cobalt | 3 |"
    );
    let accepted = app.submit(&news).await;
    app.settle().await;
    (accepted, app.the_mail_to(ANA))
}

async fn preferences(app: &TestApp) -> String {
    let asked = app.send_form("/alerts/manage", &[("address", ANA)]).await;
    asked.expect(200);
    app.settle().await;
    let mails = app.mails_to(ANA);
    mails.last().unwrap().link("/alerts/preferences/")
}

fn shows(page: &Answer, parts: &[&str]) {
    for part in parts {
        assert!(page.text.contains(part), "no {part} in {}", page.text);
    }
}

#[tokio::test]
async fn link_of_an_alert_shows_what_matched_and_no_more_of_the_filter() {
    let app = TestApp::start().await;
    let (_, letter) = told(&app).await;
    let link = letter.link("/why/");

    let page = app.page(&link).await;

    assert_eq!(page.status, 200);
    shows(
        &page,
        &[
            "a <strong><mark>lithium</mark></strong> <mark>mine</mark> &amp; more",
            "&quot;lithium mine&quot;</code>",
            "found: <bdi>lithium mine</bdi>",
            "<strong>Yes</strong>: not this<ul><li><strong>No</strong>: <code dir=\"auto\">lang:de</code>",
            "noindex",
        ],
    );
    // What else she asks for is not for everybody to whom she sends the mail on, even where it matches.
    for part in ["gold", "nickel", "cobalt"] {
        assert!(!page.text.contains(part), "{part} in {}", page.text);
    }
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(letter.html.contains(&link), "{}", letter.html);
}

#[tokio::test]
async fn link_to_what_matched_ends_and_opens_nothing_else() {
    let app = TestApp::start().await;
    let (_, letter) = told(&app).await;
    let link = letter.link("/why/");
    let token = link.trim_start_matches("/why/");
    let stop = letter.link("/unsubscribe/");

    for other in ["/unsubscribe/", "/alerts/preferences/", "/confirm/"] {
        assert_eq!(app.page(&format!("{other}{token}")).await.status, 400);
    }
    let foreign = stop.replace("/unsubscribe/", "/why/");
    assert_eq!(app.page(&foreign).await.status, 400);
    app.send_form(&stop, &[]).await.expect(200);
    shows(&app.page(&link).await, &["was stopped since"]);
    app.advance(Duration::from_secs(30 * 86_400));
    assert_eq!(app.page(&link).await.status, 410);
}

#[tokio::test]
async fn link_to_what_matched_ends_with_an_erasure() {
    let app = TestApp::start().await;
    let (_, letter) = told(&app).await;
    let erase = format!("{}/erase", preferences(&app).await);
    app.send_form(&erase, &[("sure", "yes")]).await.expect(200);

    let page = app.page(&letter.link("/why/")).await;

    assert_eq!(page.status, 410);
    assert!(!page.text.contains("lithium"), "{}", page.text);
}

#[tokio::test]
async fn each_item_of_a_digest_has_its_link() {
    let app = TestApp::start().await;
    app.subscribe(json!({ "filter": "acme", "email": ANA, "frequency": "hourly" }))
        .await;
    for headline in ["Acme opens", "Acme grows"] {
        app.submit(&release(headline)).await;
    }
    app.settle().await;
    app.advance(Duration::from_secs(3600));
    app.settle().await;

    let text = app.the_mail_to(ANA).text;
    let links = text
        .split_whitespace()
        .filter_map(|word| word.split_once("/why/"));
    let links: Vec<String> = links.map(|(_, token)| format!("/why/{token}")).collect();

    assert_eq!(links.len(), 2);
    for (link, headline) in links
        .iter()
        .zip(["<mark>Acme</mark> grows", "<mark>Acme</mark> opens"])
    {
        shows(&app.page(link).await, &[headline]);
    }
}

#[tokio::test]
async fn reader_asks_why_a_release_came_or_did_not() {
    let app = TestApp::start().await;
    let (accepted, _) = told(&app).await;
    app.advance(Duration::from_secs(60));
    app.subscribe(json!({ "filter": "lithium AND gold", "name": "Gold", "email": ANA }))
        .await;
    let page = preferences(&app).await;
    shows(&app.page(&page).await, &["Why did I get this, or not?"]);
    let id = accepted["id"].as_str().unwrap();
    let address = format!("https://news.wire.example/releases/{id}");

    for typed in [id, &address.replace(':', "%3A")] {
        let why = app.page(&format!("{page}/why?release={typed}")).await;

        assert_eq!(why.status, 200);
        shows(
            &why,
            &[
                "It matches.",
                "It does not match.",
                "the release has no word `gold`",
                "asked for after this release was out",
                "<td><mark>Cobalt</mark></td>",
            ],
        );
    }
}

#[tokio::test]
async fn nothing_is_told_of_a_release_that_is_not_out() {
    let app = TestApp::start().await;
    told(&app).await;
    let mut later = release("Acme opens a lithium mine");
    later["clear_at"] = json!(app.time_in(3600));
    let secret = app.submit(&later).await;
    let page = preferences(&app).await;
    let id = secret["id"].as_str().unwrap();

    let asked = app.page(&format!("{page}/why?release={id}")).await;
    let unknown = app.page(&format!("{page}/why?release=rel_0")).await;

    assert_eq!((asked.status.as_u16(), unknown.status.as_u16()), (422, 422));
    assert_eq!(asked.text.replace(id, "rel_0"), unknown.text);
    shows(
        &unknown,
        &["No release is out at “rel_0”. Copy the address of its page, or its id (rel_…)."],
    );
    app.leave_unfinished();
}
