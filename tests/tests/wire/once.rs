//! One release reaches everyone who asked, once.

use serde_json::json;
use tests::{TestApp, release};

#[tokio::test]
async fn one_release_reaches_one_mailbox_and_one_webhook_once() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.hook("/ok/ana").await;

    let accepted = app.submit(&release("Acme opens a plant in Austin")).await;
    app.settle().await;

    let ledger = app.ledger().await;
    let ids = ledger.iter().map(|row| {
        assert_eq!(
            (row.state.as_str(), row.release.as_deref()),
            ("delivered", accepted["id"].as_str())
        );
        (format!("{}_{}", row.alert, row.endpoint), 1)
    });
    assert_eq!(app.taken(), ids.collect());
    assert_eq!((app.smtp.count(), app.http.count()), (1, 1));
    let report = app.report(&accepted).await;
    assert_eq!(report["matched"], 2);
    assert_eq!(report["delivered"], 2);
    assert_eq!(report["complete"], true);
    assert_eq!(report["channels"]["email"]["delivered"], json!(1));
}
