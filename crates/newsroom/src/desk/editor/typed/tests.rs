use super::*;

#[test]
fn a_submission_survives_the_form() {
    let check = |submission: Value| {
        let map = submission.as_object().expect("an object");
        let typed = Typed::of_submission(map);
        let again = Typed::of_form(typed.fields.clone());
        assert_eq!(Value::Object(again.submission()), submission);
    };

    check(json!({
        "issuers": ["acme", "beta"], "edition": { "region": "US", "language": "en" },
        "dateline": { "city": "AUSTIN", "region": "Texas", "country": "US" },
        "headline": "A", "subheadline": "B", "summary": "C", "boilerplate": "D\n\nE", "story": "s-1",
        "clear_at": "2026-12-01T09:00", "zone": "America/Chicago", "topics": ["mining", "no such"], "places": ["US-TX", "MX"],
        "tickers": ["XNYS:KYN", { "ticker": "XNAS:ACME", "isin": "US0378331005" }],
        "contacts": [{ "name": "Ana", "email": "a@acme.example", "visibility": "media" }, { "phone": "1" }],
        "links": [{ "url": "https://acme.example" }],
        "media": [{ "url": "https://acme.example/a.jpg", "type": "image/jpeg", "alt": "A mine" }],
        "body": "One\n\n**Two**", "body_format": "html",
    }));
    check(json!({ "headline": "only this" }));
    check(json!({}));
    check(
        json!({ "topics": 7, "contacts": [{ "name": { "a": 1 } }], "unknown": [1, 2], "edition": "US/en", "body": "x" }),
    );
    check(json!({ "boilerplate": [{ "issuer": "acme", "text": "About" }], "headline": 3 }));
    check(json!({ "clear_at": "nonsense", "zone": "Nowhere/Else" }));
}

#[test]
fn an_offset_stays_where_the_clocks_go_back() {
    let map = json!({ "clear_at": "2026-11-01T01:30:00-05:00", "zone": "America/New_York" });

    let typed = Typed::of_submission(map.as_object().expect("an object"));

    assert_eq!(
        (typed.get("clear_at"), typed.get("clear_offset")),
        ("2026-11-01T01:30", "-05:00")
    );
    assert_eq!(typed.submission()["clear_at"], "2026-11-01T01:30-05:00");
}

#[test]
fn a_clear_time_left_empty_is_sent_empty() {
    let mut typed = Typed::default();
    typed.set("when", "at");
    assert_eq!(typed.submission()["clear_at"], "");

    typed.set("when", "now");
    typed.set("clear_at", "2026-12-01T09:00");
    assert_eq!(typed.submission().get("clear_at"), None);
}

#[test]
fn empty_rows_go_and_the_rest_moves_up() {
    let fields = Fields::read(b"contacts/0/name=&contacts/0/visibility=public&contacts/2/name=Ana&contacts/2/visibility=public&issuers/0=&issuers/1=acme");

    let typed = Typed::of_form(fields);

    assert_eq!(typed.rows("contacts"), 1);
    assert_eq!(
        typed.submission()["contacts"],
        json!([{ "name": "Ana", "visibility": "public" }])
    );
    assert_eq!(typed.submission()["issuers"], json!(["acme"]));
}
