//! What the wire says about itself never names who reads it: no log line at any level shows a whole address, nor a secret.

use crate::desk::{ask_for_link, mailed_link, person};
use serde_json::json;
use std::cell::RefCell;
use std::io::Write;
use std::time::Duration;
use tests::{TestApp, release};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::SubscriberExt;

const ANA: &str = "ana.quill@reader.example";
const BEN: &str = "full-552-quill@reader.example";
const CY: &str = "cy.quill@reader.example";

thread_local! {
    /// What was logged on this thread since somebody listens, if anybody does.
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Writes to the log of the thread that logs.
struct Own;

impl Write for Own {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| {
            if let Some(log) = log {
                log.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Hears everything on this thread: every field, at every level, of libraries too. The subscriber is the whole process's,
/// for one of a single thread would miss what another thread has come by first.
fn listen() {
    let is_heard = dynamic_filter_fn(|_, _| LOG.with_borrow(Option::is_some));
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(|| Own)
        .with_filter(is_heard);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines))
        .expect("no other test of this process listens");
    LOG.set(Some(Vec::new()));
}

#[tokio::test]
async fn no_log_line_at_any_level_shows_a_whole_address() {
    listen();
    let app = TestApp::start().await;

    sign_up(&app).await;
    fail(&app).await;
    work_at_the_desk(&app).await;
    keep_and_erase(&app).await;

    let log = LOG.take().unwrap_or_default();
    let text = String::from_utf8_lossy(&log);
    for words in [
        "DEBUG",
        "INFO",
        "WARN",
        "delivered",
        "cleared",
        "dead",
        "retr",
    ] {
        assert!(text.contains(words), "the log was not heard: no `{words}`");
    }
    let shown: Vec<&str> = text
        .lines()
        .filter(|line| line.to_lowercase().contains("quill") || line.contains("whsec_"))
        .collect();
    assert_eq!(shown, Vec::<&str>::new());
}

/// Asked for on the page, confirmed from the mail, asked for again, and wrongly.
async fn sign_up(app: &TestApp) {
    let fields = [("topics", "earnings"), ("address", ANA), ("step", "ask")];
    app.send_form("/alerts/new", &fields).await.expect(200);
    app.settle().await;
    let path = app.the_mail_to(ANA).link("/confirm/");
    app.page(&path).await.expect(200);
    app.send_form(&path, &[]).await.expect(200);
    app.send_form(&path, &[]).await;
    let wrong = [
        ("topics", "earnings"),
        ("address", "cy.quill@@reader"),
        ("step", "ask"),
    ];
    app.send_form("/alerts/new", &wrong).await;
    for address in [ANA, CY] {
        app.send_form("/alerts/manage", &[("address", address)])
            .await
            .expect(200);
    }
    app.page(&format!("/alerts/{CY}")).await.expect(404);
    app.page(&format!("/unsubscribe/{CY}")).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    let path = app.mails_to(ANA).last().unwrap().link("/unsubscribe/");
    app.page(&path).await.expect(200);
}

/// A mailbox that refuses, one whose receiver names its owner, a webhook at a telling path.
async fn fail(app: &TestApp) {
    app.reader(BEN).await;
    app.reader("greylist-1-quill@reader.example").await;
    let hook = json!({ "filter": "everything", "webhook": app.http.url("/status/500/quill"), "owner": CY });
    app.subscribe(hook).await;
    let gone = json!({ "filter": "everything", "webhook": app.http.url("/status/410/quill"), "owner": CY });
    app.subscribe(gone).await;
    app.submit(&release("Acme closes")).await;
    app.settle().await;
    for wait_s in [10, 60, 600] {
        app.advance(Duration::from_secs(wait_s));
        app.settle().await;
    }
    rotate(app).await;
    app.post("/v1/deliveries/replay", &json!({})).await;
    app.settle().await;
    app.advance(Duration::from_secs(1000));
    app.settle().await;
}

/// The webhook at the telling path gets another secret, and the wire another key.
async fn rotate(app: &TestApp) {
    let list = format!(
        "/v1/endpoints?address={}",
        app.http.url("/status/500/quill")
    );
    let shown = app.get(&list).await.expect(200);
    let path = format!(
        "/v1/endpoints/{}/secret",
        shown["endpoints"][0]["id"].as_str().unwrap()
    );
    app.post(&path, &json!({})).await.expect(200);
    app.post("/v1/webhook-keys", &json!({})).await.expect(201);
}

/// A person of the issuer signs in, is told of a release, and leaves.
async fn work_at_the_desk(app: &TestApp) {
    let address = "ed.quill@acme.example";
    let id = person(app, address, &["submitter"], &["acme"]).await;
    for asked in [address, CY] {
        ask_for_link(app, asked).await.expect(200);
    }
    let link = mailed_link(app, address, 1).await;
    crate::desk::press(app, &link).await.expect(303);
    crate::desk::press(app, &link).await.expect(410);
    let token = json!({ "name": "agency", "scopes": ["releases:write"], "issuers": ["acme"], "email": address });
    let token = app.post("/v1/tokens", &token).await.expect(201)["token"].clone();
    let ask = app.ask(http::Method::POST, "/v1/releases");
    let ask = ask
        .with_token(token.as_str().unwrap())
        .json(&release("Acme hires"));
    ask.send().await.expect(202);
    app.settle().await;
    let path = format!("/v1/people/{id}");
    app.ask(http::Method::DELETE, &path)
        .send()
        .await
        .expect(204);
}

/// Imported, looked for, suppressed, exported, erased; and back again.
async fn keep_and_erase(app: &TestApp) {
    let csv = format!("email,filter,consent\n{CY},everything,by phone\nbad.quill@,everything,\n");
    let import = app.ask(http::Method::POST, "/v1/subscriptions/import?partial=true");
    import
        .header("content-type", "text/csv")
        .bytes(csv)
        .send()
        .await;
    app.get(&format!("/v1/endpoints?address={ANA}"))
        .await
        .expect(200);
    app.get(&format!("/v1/subscriptions?address={ANA}"))
        .await
        .expect(200);
    let suppress = json!({ "address": BEN, "reason": "complained" });
    app.post("/v1/suppressions", &suppress).await.expect(201);
    app.submit(&release("Acme moves")).await;
    app.settle().await;
    let lift = json!({ "address": BEN });
    app.post("/v1/suppressions/lift", &lift).await.expect(204);
    app.post("/v1/suppressions/lift", &lift).await.expect(404);
    for address in [ANA, BEN, CY] {
        let owner = json!({ "owner": address });
        app.post("/v1/endpoints/export", &owner).await.expect(200);
        app.post("/v1/endpoints/erase", &owner).await.expect(200);
    }
    app.submit(&release("Acme stays")).await;
    app.settle().await;
    app.reader(ANA).await;
    app.advance(Duration::from_secs(1000));
    app.settle().await;
}
