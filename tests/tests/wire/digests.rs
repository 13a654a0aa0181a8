//! Readers who want one mail an hour, a day or a week; and those who would else be flooded.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{Letter, TestApp, release};

const ANA: &str = "ana@reader.example";

async fn pass(app: &TestApp, minutes: u64) {
    app.advance(Duration::from_secs(60 * minutes));
    app.settle().await;
}

async fn publish(app: &TestApp, headline: &str) -> Value {
    let accepted = app.submit(&release(headline)).await;
    app.settle().await;
    accepted
}

async fn daily(app: &TestApp, email: &str) -> Value {
    let subscription = json!({
        "filter": "topic:earnings", "email": email, "frequency": "daily", "digest_at": "11:30 monday Europe/Madrid",
    });
    app.subscribe(subscription).await
}

fn subjects(letters: &[Letter]) -> Vec<&str> {
    letters
        .iter()
        .map(|letter| letter.header("Subject"))
        .collect()
}

/// It is 10:00 in Madrid.
#[tokio::test]
async fn daily_reader_gets_one_mail_at_their_hour_with_all_of_it() {
    let app = TestApp::start().await;
    daily(&app, ANA).await;
    app.reader("ben@reader.example").await;
    let first = publish(&app, "Acme opens").await;
    let second = publish(&app, "Acme grows").await;
    pass(&app, 89).await;
    assert_eq!(app.mails_to("ben@reader.example").len(), 2);
    assert!(app.mails_to(ANA).is_empty());
    assert_eq!(app.report(&first).await["due"], 1);
    assert_eq!(app.status().await.gathered, 2);

    pass(&app, 1).await;

    let letter = app.the_mail_to(ANA);
    assert_eq!(letter.header("Subject"), "Acme grows (+1)");
    insta::assert_snapshot!(without_links(&letter.text));
    assert!(letter.header("List-Unsubscribe").contains("/unsubscribe/"));
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    for release in [&first, &second] {
        let report = app.report(release).await;
        assert_eq!(
            [&report["matched"], &report["delivered"], &report["due"]],
            [&json!(2), &json!(2), &json!(0)]
        );
        assert_eq!(report["complete"], true);
    }
    // Nothing happened since: no mail comes.
    pass(&app, 3 * 24 * 60).await;
    assert_eq!(app.mails_to(ANA).len(), 1);
}

#[tokio::test]
async fn each_item_of_a_digest_says_by_which_clause_it_came() {
    let app = TestApp::start().await;
    for (name, filter) in [("Plants", "title:opens OR gold"), ("Growth", "title:grows")] {
        let wish = json!({ "filter": filter, "name": name, "email": ANA, "frequency": "hourly" });
        app.subscribe(wish).await;
    }
    publish(&app, "Acme opens").await;
    publish(&app, "Acme grows").await;

    pass(&app, 60).await;

    let text = app.the_mail_to(ANA).text;
    let because = "You get this alert because you asked for";
    let of_item = |headline: &str| {
        let item = text.split("\n\n").find(|item| item.starts_with(headline));
        let item = item.unwrap_or_else(|| panic!("{headline} is not in {text}"));
        let line = item.lines().find(|line| line.starts_with(because));
        line.map(str::to_owned)
    };
    assert_eq!(
        of_item("Acme opens"),
        Some(format!("{because}: Plants (title:opens)"))
    );
    assert_eq!(
        of_item("Acme grows"),
        Some(format!("{because}: Growth (title:grows)"))
    );
    assert!(app.mails_to(ANA)[0].raw.contains("Plants (title:opens)"));
}

fn without_links(text: &str) -> String {
    let line = |line: &str| match line.split_once("https://") {
        Some((before, _)) => format!("{before}https://…"),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn digest_comes_late_but_whole_and_once_when_nobody_worked_at_the_hour() {
    let app = TestApp::start().await;
    app.subscribe(json!({ "filter": "everything", "email": ANA, "frequency": "hourly" }))
        .await;
    publish(&app, "Acme opens").await;
    app.advance(Duration::from_secs(70 * 60));
    // Routed only now: its hour is the next.
    publish(&app, "Acme grows").await;

    // Down for a day and more.
    app.advance(Duration::from_secs(30 * 3600));
    app.settle().await;
    pass(&app, 60).await;

    let letters = app.mails_to(ANA);
    assert_eq!(subjects(&letters), ["Acme opens", "Acme grows"]);
    let ids: Vec<_> = app.taken().into_values().collect();
    assert_eq!(ids, [1, 1]);
}

#[tokio::test]
async fn several_hours_missed_come_in_one_mail() {
    let app = TestApp::start().await;
    app.subscribe(json!({ "filter": "everything", "email": ANA, "frequency": "hourly" }))
        .await;
    // The sweep that would send the first digest does not come: only the router works.
    for headline in ["Acme opens", "Acme grows", "Acme hires"] {
        app.submit(&release(headline)).await;
        while app.app.router.step().await.unwrap() {}
        app.advance(Duration::from_secs(3600));
    }

    app.settle().await;

    assert_eq!(app.the_mail_to(ANA).header("Subject"), "Acme hires (+2)");
}

#[tokio::test]
async fn soonest_of_a_readers_subscriptions_decides() {
    let app = TestApp::start().await;
    daily(&app, ANA).await;
    app.subscribe(json!({ "filter": "\"Acme grows\"", "email": ANA }))
        .await;

    publish(&app, "Acme opens").await;
    publish(&app, "Acme grows").await;
    let at_once = app.mails_to(ANA).len();
    pass(&app, 24 * 60).await;

    assert_eq!(at_once, 1);
    let letters = app.mails_to(ANA);
    assert_eq!(subjects(&letters), ["Acme grows", "Acme opens"]);
}

#[tokio::test]
async fn what_was_unsubscribed_meanwhile_is_left_out() {
    let app = TestApp::start().await;
    let earnings = daily(&app, ANA).await;
    app.subscribe(json!({ "filter": "\"hires\"", "email": ANA, "frequency": "daily" }))
        .await;
    let unwanted = publish(&app, "Acme opens").await;
    let wanted = publish(&app, "Acme hires").await;
    let path = format!(
        "/v1/subscriptions/{}",
        earnings["id"].as_str().expect("an id")
    );
    app.ask(http::Method::DELETE, &path).send().await;

    pass(&app, 24 * 60).await;

    assert_eq!(app.the_mail_to(ANA).header("Subject"), "Acme hires");
    assert_eq!(app.report(&unwanted).await["suppressed"], 1);
    assert_eq!(app.report(&wanted).await["delivered"], 1);
}

#[tokio::test]
async fn digest_with_nothing_left_is_not_sent() {
    let app = TestApp::start().await;
    let earnings = daily(&app, ANA).await;
    let told = publish(&app, "Acme opens").await;
    let path = format!(
        "/v1/subscriptions/{}",
        earnings["id"].as_str().expect("an id")
    );
    app.ask(http::Method::DELETE, &path).send().await;

    pass(&app, 24 * 60).await;

    assert!(app.mails_to(ANA).is_empty());
    let report = app.report(&told).await;
    assert_eq!(
        (&report["suppressed"], &report["due"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test]
async fn digest_that_failed_is_sent_again_with_the_same_id_and_counts_once() {
    let app = TestApp::start().await;
    let address = "greylist-1-ana@reader.example";
    daily(&app, address).await;
    let told = publish(&app, "Acme opens").await;

    pass(&app, 90).await;
    assert_eq!(app.report(&told).await["due"], 1);
    pass(&app, 1).await;

    assert_eq!(app.mails_to(address).len(), 1);
    assert_eq!(app.report(&told).await["delivered"], 1);
    let digest = app.ledger().await.pop().expect("a row");
    assert_eq!((digest.state.as_str(), digest.attempts), ("delivered", 2));
}

#[tokio::test]
async fn reader_is_not_flooded_and_loses_nothing() {
    let app = TestApp::start_with(&["mail.most_per_hour=3"]).await;
    app.reader(ANA).await;
    app.hook("/ok/ana").await;
    let mut all = Vec::new();
    for n in 1..=6 {
        all.push(publish(&app, &format!("Story {n}")).await);
        pass(&app, 5).await;
    }

    let letters = app.mails_to(ANA);
    assert_eq!(subjects(&letters), ["Story 1", "Story 2", "Story 3"]);
    assert_eq!(app.http.count(), 6, "programs are not guarded");
    pass(&app, 29).await;
    assert_eq!(app.mails_to(ANA).len(), 3);
    pass(&app, 1).await;

    let letters = app.mails_to(ANA);
    assert_eq!(subjects(&letters)[3..], ["Story 6 (+2)"]);
    let says = "There were many alerts within the hour";
    assert!(letters[3].text.starts_with(says), "{}", letters[3].text);
    for release in &all {
        let report = app.report(release).await;
        assert_eq!(
            [&report["delivered"], &report["retried"], &report["due"]],
            [&json!(2), &json!(0), &json!(0)]
        );
    }
    // The next hour begins anew.
    publish(&app, "Story 7").await;
    assert_eq!(subjects(&app.mails_to(ANA)).last(), Some(&"Story 7"));
}

#[tokio::test]
async fn flash_is_mailed_whatever_came_before() {
    let app = TestApp::start_with(&["mail.most_per_hour=1"]).await;
    app.reader(ANA).await;
    publish(&app, "Story 1").await;
    publish(&app, "Story 2").await;
    let mut flash = release("Flash");
    flash["lane"] = json!("flash");
    app.submit(&flash).await;
    app.settle().await;

    assert_eq!(subjects(&app.mails_to(ANA)), ["Story 1", "Flash"]);
    pass(&app, 60).await;
    assert_eq!(app.mails_to(ANA).len(), 3);
}

#[tokio::test]
async fn frequency_that_cannot_be_is_refused_with_its_mend() {
    let app = TestApp::start().await;
    let hook = app.http.url("/ok/ana");
    for (fields, pointer, detail) in [
        (
            json!({ "email": ANA, "frequency": "yearly" }),
            "/frequency",
            "no frequency `yearly`",
        ),
        (
            json!({ "email": ANA, "digest_at": "25:00 monday UTC" }),
            "/digest_at",
            "`25:00` is not a time of day",
        ),
        (
            json!({ "webhook": hook, "owner": ANA, "frequency": "daily" }),
            "/frequency",
            "a webhook is called at once, not `daily`",
        ),
    ] {
        let mut subscription = fields;
        subscription["filter"] = json!("everything");
        let refused = app.post("/v1/subscriptions", &subscription).await;
        let problem = refused.expect(422);
        assert_eq!(
            (
                &problem["errors"][0]["pointer"],
                &problem["errors"][0]["detail"]
            ),
            (&json!(pointer), &json!(detail)),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn stranger_signs_up_for_one_mail_a_day_and_changes_it() {
    let app = TestApp::start().await;
    let fields = [
        ("topics", "earnings"),
        ("address", ANA),
        ("frequency", "daily"),
        ("digest_time", "18:30"),
        ("digest_zone", "Asia/Tokyo"),
        ("step", "ask"),
    ];
    let bad = fields.map(|(name, value)| match name {
        "digest_zone" => (name, "Tokyo"),
        _ => (name, value),
    });
    let refused = app.send_form("/alerts/new", &bad).await;
    refused.expect(422);
    assert!(
        refused.text.contains("`Tokyo` is not an IANA time zone"),
        "{}",
        refused.text
    );
    assert!(refused.text.contains("value=\"18:30\""), "what was typed");

    app.send_form("/alerts/new", &fields).await.expect(200);
    app.settle().await;
    let confirm = app.the_mail_to(ANA).link("/confirm/");
    app.send_form(&confirm, &[]).await.expect(200);
    publish(&app, "Acme opens").await;
    // 18:00 in Tokyo, and then half past.
    assert_eq!(app.mails_to(ANA).len(), 1);
    pass(&app, 30).await;
    assert_eq!(app.mails_to(ANA).len(), 2);

    app.send_form("/alerts/manage", &[("address", ANA)])
        .await
        .expect(200);
    app.settle().await;
    let page = app.mails_to(ANA)[2].link("/alerts/preferences/");
    let shown = app.page(&page).await;
    assert!(shown.text.contains("one mail a day"), "{}", shown.text);
    assert!(
        shown.text.contains("value=\"Asia/Tokyo\""),
        "{}",
        shown.text
    );
    let list = app.get("/v1/subscriptions").await.expect(200);
    let id = list["subscriptions"][0]["id"].as_str().expect("an id");
    let edit = [
        ("topics", "earnings"),
        ("frequency", "at-once"),
        ("step", "save"),
    ];
    app.send_form(&format!("{page}/edit/{id}"), &edit)
        .await
        .expect(303);
    publish(&app, "Acme grows").await;
    assert_eq!(subjects(&app.mails_to(ANA)).last(), Some(&"Acme grows"));
}
