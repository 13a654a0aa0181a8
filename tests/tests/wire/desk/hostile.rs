//! Every field hostile in turn: nothing runs, nothing breaks, and what was typed comes back.

use super::{led_to, person, release_fields, sign_in};
use tests::TestApp;

const FIELDS: [&str; 33] = [
    "issuers/0",
    "edition/region",
    "edition/language",
    "edition/audience",
    "story",
    "headline",
    "subheadline",
    "summary",
    "dateline/city",
    "dateline/region",
    "dateline/country",
    "clear_at",
    "clear_offset",
    "zone",
    "lane",
    "topics",
    "places",
    "tickers",
    "contacts/0/name",
    "contacts/0/role",
    "contacts/0/email",
    "contacts/0/phone",
    "boilerplate",
    "links/0/url",
    "links/0/title",
    "media/0/url",
    "media/0/type",
    "media/0/caption",
    "media/0/alt",
    "media/0/credit",
    "agent/name",
    "body",
    "rest",
];

#[tokio::test]
async fn markup_in_any_field_is_shown_as_text() {
    // The clock stands still, so a limit would never be lifted.
    let app = TestApp::start_with(&["http.requests_per_minute=0"]).await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let hostile = "\"'></textarea></select><script>alert(1)</script>\u{202e}\u{0}";

    for field in FIELDS {
        let mut fields = release_fields("Acme opens a plant");
        fields
            .retain(|(name, _)| *name != field && !(field.starts_with("clear") && *name == "when"));
        fields.extend([("when", "at"), (field, hostile)]);
        for act in ["save", "check", "submit", "preview"] {
            let mut sent = fields.clone();
            if !field.starts_with("clear") {
                sent.push(("clear_at", "2027-01-01T09:00"));
            }
            sent.push(("act", act));
            let mut answer = ana.post("/desk/releases/new", &sent).await;
            if answer.status == 303 {
                let id = led_to(&answer);
                let path = if act == "save" {
                    format!("/desk/releases/{id}/edit")
                } else {
                    format!("/desk/releases/{id}")
                };
                answer = ana.get(&path).await;
            }
            assert!(
                [200, 422].contains(&answer.status.as_u16()),
                "{field} {act}: {} {}",
                answer.status,
                answer.text
            );
            assert!(
                !answer.text.contains("<script>alert"),
                "{field} {act}: {}",
                answer.text
            );
            assert!(
                !answer.text.contains("\"'></textarea>"),
                "{field} {act}: {}",
                answer.text
            );
            let is_shown = answer.text.contains("&lt;script&gt;alert(1)")
                || answer.text.contains("&amp;lt;script&amp;gt;alert(1)");
            assert!(
                is_shown || field == "rest",
                "{field} {act} keeps what was typed"
            );
        }
    }
    app.leave_unfinished();
}

#[tokio::test]
async fn ten_megabytes_in_a_field_come_back_as_they_were_typed() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let long = "x".repeat(10 * 1024 * 1024);

    for field in ["body", "headline", "topics"] {
        let mut fields = release_fields("Acme opens a plant");
        fields.retain(|(name, _)| *name != field);
        fields.extend([(field, long.as_str()), ("act", "save")]);
        let answer = ana.post("/desk/releases/new", &fields).await;
        answer.expect(413);
        assert!(answer.text.contains(&long), "{field} comes back");
    }
    let over = "x".repeat(17 * 1024 * 1024);
    let answer = ana
        .post("/desk/releases/new", &[("body", &over), ("act", "save")])
        .await;
    answer.expect(413);
    assert!(
        answer.text.contains("your browser has kept what you typed"),
        "{}",
        answer.text
    );
    assert_eq!(
        app.get("/v1/releases").await.json()["releases"],
        serde_json::json!([])
    );
}

#[tokio::test]
async fn odd_names_and_numbers_in_a_form_break_nothing() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;

    for name in [
        "contacts/99999999999999999999/name",
        "contacts/4000000000/name",
        "issuers/4000000000",
        "contacts//name",
        "",
        "media/-1/url",
    ] {
        let answer = ana
            .post("/desk/releases/new", &[(name, "x"), ("act", "check")])
            .await;
        assert!(
            [200, 422].contains(&answer.status.as_u16()),
            "{name}: {}",
            answer.status
        );
        assert!(answer.text.len() < 500_000, "{name}");
    }
    for path in [
        "/desk/releases/%ff",
        "/desk/releases/..%2f..%2fv1",
        "/desk/releases/a%20b/edit",
        "/desk/releases/rel_%0d%0a",
        "/desk/sign-in/%ff",
    ] {
        let answer = ana.get(path).await;
        assert!(
            [400, 404].contains(&answer.status.as_u16()),
            "{path}: {}",
            answer.status
        );
    }
    for act in ["", "add:", "add:nonsense", "explode"] {
        ana.post("/desk/releases/new", &[("headline", "x"), ("act", act)])
            .await
            .expect(200);
    }
}
