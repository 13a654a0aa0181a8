//! Near-identical stories: linked, shown, and told once to readers who wish so; nobody is told of neither.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{TestApp, release};

const ANA: &str = "ana@reader.example";
const BEN: &str = "ben@reader.example";

/// Ana is told once, Ben of each.
async fn world() -> TestApp {
    let app = TestApp::start().await;
    app.add_issuer("borealis", "Borealis Communications").await;
    app.subscribe(json!({ "filter": "everything", "email": ANA, "repeats": "once" }))
        .await;
    app.reader(BEN).await;
    app
}

/// The same text by an agency, with another date.
fn again(headline: &str) -> Value {
    let mut again = release(headline);
    again["issuers"] = json!(["borealis"]);
    again["body"] = json!(format!(
        "{} It opens Dec. 8.",
        again["body"].as_str().unwrap()
    ));
    again
}

fn first(headline: &str) -> Value {
    let mut first = release(headline);
    first["body"] = json!(format!(
        "{} It opens Dec. 1.",
        first["body"].as_str().unwrap()
    ));
    first
}

async fn publish(app: &TestApp, release: &Value) -> Value {
    let accepted = app.submit(release).await;
    app.settle().await;
    accepted
}

fn told(app: &TestApp, reader: &str) -> Vec<String> {
    let mails = app.mails_to(reader);
    let subject = |mail: &tests::Letter| mail.header("Subject").to_owned();
    mails.iter().map(subject).collect()
}

/// What is said of Ana's deliveries that were withheld: `told by rel_…`.
async fn withheld(app: &TestApp) -> Vec<String> {
    let list = app
        .get(&format!("/v1/endpoints?address={ANA}"))
        .await
        .expect(200);
    let id = list["endpoints"][0]["id"].as_str().unwrap().to_owned();
    let held = app
        .get(&format!("/v1/endpoints/{id}/export"))
        .await
        .expect(200);
    let deliveries = held["deliveries"].as_array().unwrap().iter();
    let withheld = deliveries.filter(|one| one["state"] == "suppressed");
    withheld
        .map(|one| one["last_error"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn text_that_an_agency_sends_again_is_told_once_to_who_wishes_so_and_linked_for_all() {
    let app = world().await;
    let one = publish(&app, &first("Acme opens a plant in Austin")).await;
    let two = publish(&app, &again("Acme opens a plant in Austin")).await;
    let (one, two) = (one["id"].as_str().unwrap(), two["id"].as_str().unwrap());

    assert_eq!((told(&app, ANA).len(), told(&app, BEN).len()), (1, 2));
    assert_eq!(withheld(&app).await, [format!("told by {one}")]);
    for (id, other, issuer) in [(one, two, "borealis"), (two, one, "acme")] {
        let shown = app.get(&format!("/v1/releases/{id}")).await.expect(200);
        let alike = &shown["alike"][0];
        assert_eq!(
            (&alike["release"], &alike["same_figures"]),
            (&json!(other), &json!(true))
        );
        assert_eq!(alike["issuers"], json!([issuer]));
        let page = app.page(&format!("/releases/{id}")).await;
        assert!(page.text.contains("Also published as"), "{}", page.text);
        assert!(page.text.contains(&format!("href=\"/releases/{other}\"")));
        let trace = app.get(&format!("/v1/trace?of={id}")).await.expect(200);
        assert!(
            trace
                .to_string()
                .contains(&format!("is that of {other}, with the same figures")),
            "{trace}"
        );
    }
    let trace = app.get(&format!("/v1/trace?of={ANA}")).await.expect(200);
    assert!(
        trace.to_string().contains(&format!("told by {one}")),
        "{trace}"
    );
}

#[tokio::test]
async fn text_with_another_figure_is_other_news() {
    let app = world().await;
    publish(&app, &first("Acme opens a plant in Austin")).await;
    let mut other = first("Acme opens a plant in Austin");
    other["body"] = json!(other["body"].as_str().unwrap().replace("120", "130"));

    let other = publish(&app, &other).await;

    assert_eq!(told(&app, ANA).len(), 2);
    let shown = app
        .get(&format!("/v1/releases/{}", other["id"].as_str().unwrap()))
        .await;
    assert_eq!(shown.expect(200)["alike"][0]["same_figures"], false);
}

/// The mailbox has not taken the first yet, so the second is told; then the first is withheld for it.
#[tokio::test]
async fn who_was_not_reached_is_told_of_the_other() {
    let app = TestApp::start().await;
    app.add_issuer("borealis", "Borealis Communications").await;
    let reader = "greylist-1-ana@reader.example";
    app.subscribe(json!({ "filter": "everything", "email": reader, "repeats": "once" }))
        .await;
    publish(&app, &first("Acme opens a plant in Austin")).await;
    assert!(told(&app, reader).is_empty());

    publish(&app, &again("Acme opens a plant in Austin")).await;
    for _ in 0..3 {
        app.advance(Duration::from_secs(60));
        app.settle().await;
    }

    assert_eq!(told(&app, reader).len(), 1);
    let states: Vec<String> = app
        .ledger()
        .await
        .into_iter()
        .map(|row| row.state)
        .collect();
    assert!(states.contains(&"suppressed".to_owned()), "{states:?}");
}

/// Both clear in the same second: at least one is told.
#[tokio::test]
async fn stories_that_clear_together_are_told_at_least_once() {
    let app = world().await;
    for mut text in [first("Acme opens a plant"), again("Acme opens a plant")] {
        text["clear_at"] = json!(app.time_in(60));
        app.submit(&text).await;
    }
    app.advance(Duration::from_secs(60));

    app.settle().await;

    assert!((1..=2).contains(&told(&app, ANA).len()));
    assert_eq!(told(&app, BEN).len(), 2);
    assert_eq!(withheld(&app).await.len(), 2 - told(&app, ANA).len());
}

#[tokio::test]
async fn digest_tells_the_first_of_those_that_are_alike() {
    let app = TestApp::start().await;
    for (reader, repeats) in [(ANA, "once"), (BEN, "each")] {
        let hourly = json!({ "filter": "everything", "email": reader, "frequency": "hourly", "repeats": repeats });
        app.subscribe(hourly).await;
    }
    app.add_issuer("borealis", "Borealis Communications").await;
    let one = publish(&app, &first("Acme opens a plant in Austin")).await;
    publish(&app, &again("Acme opens a plant in Austin")).await;

    app.advance(Duration::from_secs(3600));
    app.settle().await;

    assert_eq!(told(&app, ANA), ["Acme opens a plant in Austin"]);
    assert_eq!(told(&app, BEN), ["Acme opens a plant in Austin (+1)"]);
    let by = format!("told by {}", one["id"].as_str().unwrap());
    assert_eq!(withheld(&app).await, [by]);
}

#[tokio::test]
async fn wish_is_stated_by_api_file_and_page_and_wrong_ones_are_refused() {
    let app = world().await;
    let endpoint = async |address: &str| {
        let list = app
            .get(&format!("/v1/endpoints?address={address}"))
            .await
            .expect(200);
        list["endpoints"][0].clone()
    };
    assert_eq!(endpoint(ANA).await["repeats"], "once");
    assert_eq!(endpoint(BEN).await["repeats"], "each");

    let id = endpoint(BEN).await["id"].as_str().unwrap().to_owned();
    let edit = app.ask(http::Method::PATCH, &format!("/v1/endpoints/{id}"));
    let edited = edit
        .json(&json!({ "repeats": "once" }))
        .send()
        .await
        .expect(200);
    let file = "email,filter,repeats,consent\ncy@reader.example,everything,once,form\n";
    let import = app.ask(http::Method::POST, "/v1/subscriptions/import");
    let import = import.header("content-type", "text/csv").bytes(file);
    import.send().await.expect(200);
    let wrong = json!({ "filter": "everything", "email": ANA, "repeats": "twice" });
    let refused = app.post("/v1/subscriptions", &wrong).await.json();
    let fields = [
        ("words", "gold"),
        ("address", "di@reader.example"),
        ("repeats", "once"),
        ("step", "ask"),
    ];
    app.send_form("/alerts/new", &fields).await.expect(200);

    assert_eq!(edited["repeats"], "once");
    for address in ["cy@reader.example", "di@reader.example"] {
        assert_eq!(endpoint(address).await["repeats"], "once", "{address}");
    }
    assert_eq!(refused["errors"][0]["pointer"], "/repeats", "{refused}");
    app.settle().await;
}

#[tokio::test]
async fn stories_alike_are_headed_in_the_language_of_the_release() {
    let app = world().await;
    let headline = "Acme abre una planta en Austin";
    let spanish = |mut release: Value| {
        release["edition"]["language"] = json!("es");
        release
    };
    publish(&app, &spanish(first(headline))).await;
    let two = publish(&app, &spanish(again(headline))).await;

    let page = app
        .page(&format!("/releases/{}", two["id"].as_str().unwrap()))
        .await;

    let expect = "aria-label=\"También publicado como\" lang=\"es\" dir=\"ltr\"><p>También publicado como:</p>";
    assert!(page.text.contains(expect), "{}", page.text);
    assert!(!page.text.contains("Also published"), "{}", page.text);
}
