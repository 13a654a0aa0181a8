//! The whole way of a release in a real browser: from signing in to the alert, the page, the feed and the end of the alerts.

use serde_json::json;
use std::path::Path;
use tests::{Browser, DEADLINE, Letter, TestApp};

const HEADLINE: &str = "Acme Robotics opens a plant for loading machines in Austin";
const BODY: &str = "Acme Robotics today opened a plant in Austin, Texas. It employs 120 people.";

/// A wire whose issuer is reviewed, with a submitter, an editor and a reader; its address.
async fn wire() -> (TestApp, String) {
    let app = TestApp::start_with(&["public_url=http://127.0.0.1:9"]).await;
    app.add_issuer("beta", "Acme Robotics").await;
    let always =
        json!({ "review": "always", "boilerplate": "Acme Robotics makes loading machines." });
    let change = app
        .ask(http::Method::PATCH, "/v1/issuers/beta")
        .json(&always);
    change.send().await.expect(200);
    for (name, right, issuers) in [
        ("Ana Ruiz", "submitter", vec!["beta"]),
        ("Ed Itor", "editor", vec![]),
    ] {
        let email = format!("{right}@acme.example");
        let person = json!({ "name": name, "email": email, "rights": [right], "issuers": issuers });
        app.post("/v1/people", &person).await.expect(201);
    }
    app.reader("ben@reader.example").await;
    let url = app.listen().await;
    (app, url)
}

/// The newest mail to an address, once there are so many.
async fn mail(app: &TestApp, to: &str, nth: usize) -> Letter {
    let arrived = async {
        while app.mails_to(to).len() < nth {
            app.settle().await;
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, arrived)
        .await
        .expect("the mail arrives");
    app.mails_to(to).remove(nth - 1)
}

async fn sign_in(app: &TestApp, browser: &Browser, url: &str, email: &str) {
    browser.go(&format!("{url}/desk")).await;
    let field = browser.find("input[name=email]").await;
    browser.type_into(&field, &format!("{email}\u{e007}")).await;
    browser.shows("mail").await;
    let letter = mail(app, email, 1).await;
    browser
        .go(&format!("{url}{}", letter.link("/desk/sign-in/")))
        .await;
    let button = browser.find("main button").await;
    browser.click(&button).await;
    browser.shows("Sign out").await;
}

async fn fill(browser: &Browser, name: &str, value: &str) {
    let field = browser.find(&format!("[name='{name}']")).await;
    browser.type_into(&field, value).await;
}

async fn press(browser: &Browser, name: &str) {
    let button = browser.named(name).await;
    browser.click(&button).await;
}

/// Keeps a picture where somebody asked for pictures.
async fn picture(browser: &Browser, name: &str) {
    if let Some(folder) = std::env::var_os("DATELINE_SCREENSHOTS") {
        let file = Path::new(&folder).join(format!("journey-{name}.png"));
        browser.screenshot(&file).await;
    }
}

#[tokio::test]
async fn release_is_written_reviewed_told_shown_and_stopped() {
    let (app, url) = wire().await;
    let (ana, ed) = (Browser::start().await, Browser::start().await);

    // She signs in, writes, and is told what is missing while she writes and when she submits.
    sign_in(&app, &ana, &url, "submitter@acme.example").await;
    ana.go(&format!("{url}/desk/releases/new")).await;
    fill(&ana, "headline", HEADLINE).await;
    fill(&ana, "body", BODY).await;
    press(&ana, "Submit").await;
    ana.shows("`edition` is missing").await;
    let kept = ana.find("[name=headline]").await;
    assert_eq!(ana.property(&kept, "value").await, HEADLINE);
    picture(&ana, "findings").await;

    // She mends it, sees how it will look, and submits.
    ana.script(
        "const choose = (name, value) => { document.querySelector(`[name='${name}']`).value = value; }; \
         choose('issuers/0', 'beta'); choose('topics', 'earnings');",
        &[],
    )
    .await;
    for (name, value) in [
        ("edition/region", "US"),
        ("edition/language", "en"),
        ("summary", "A plant opens in Austin."),
        ("dateline/city", "AUSTIN"),
        ("dateline/region", "Texas"),
    ] {
        fill(&ana, name, value).await;
    }
    press(&ana, "Preview").await;
    ana.shows("Nothing is stored yet").await;
    ana.find("iframe").await;
    picture(&ana, "preview").await;
    press(&ana, "Submit").await;
    ana.shows("awaits").await;
    app.settle().await;
    assert_eq!(app.mails_to("ben@reader.example").len(), 0);
    picture(&ana, "submitted").await;

    // An editor finds it in the queue, reads and approves it.
    sign_in(&app, &ed, &url, "editor@acme.example").await;
    ed.go(&format!("{url}/desk/queue")).await;
    picture(&ed, "queue").await;
    let read = ed.find("ol.list a.button").await;
    ed.click(&read).await;
    picture(&ed, "review").await;
    press(&ed, "Approve this text").await;
    ed.shows("leared").await;
    app.settle().await;

    // The alert arrives; page, list, feed and search show it; the submitter hears of it.
    let alert = mail(&app, "ben@reader.example", 1).await;
    assert_eq!(alert.header("Subject"), HEADLINE);
    ana.go(&format!("{url}{}", alert.link("/releases/"))).await;
    assert_eq!(ana.text(&ana.find("article h1").await).await, HEADLINE);
    picture(&ana, "page").await;
    for path in [
        "/",
        "/topics/earnings",
        "/issuers/beta",
        "/releases.rss",
        "/search?q=loading",
    ] {
        let shown = app
            .ask(http::Method::GET, path)
            .without_token()
            .send()
            .await;
        assert!(shown.text.contains(HEADLINE), "{path}");
    }
    let notices = app.mails_to("submitter@acme.example");
    assert!(
        notices
            .iter()
            .any(|letter| letter.header("Subject") == format!("Cleared: {HEADLINE}"))
    );

    // The reader stops it with two clicks, and hears no more.
    ana.go(&format!("{url}{}", alert.link("/unsubscribe/")))
        .await;
    let stop = ana.find("main button").await;
    ana.click(&stop).await;
    ana.shows("have stopped").await;
    app.submit(&tests::release("Acme Robotics opens another plant"))
        .await;
    app.settle().await;
    assert_eq!(app.mails_to("ben@reader.example").len(), 1);
}
