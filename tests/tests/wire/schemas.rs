//! What calls carry is what the published schemas say, no more and no less: for every type of event, judged by a validator that
//! others wrote.

use release::model::Include;
use release::render::Event;
use serde_json::{Value, json};
use sinks::ReceivedCall;
use std::io::Write;
use std::process::{Command, Stdio};
use store::HookEdit;
use tests::{TestApp, release, tool};

/// Reads a schema and payloads, says what is wrong with each.
const JUDGE: &str = r#"
import json, sys, jsonschema_rs
schema, payloads = json.load(sys.stdin)
validator = jsonschema_rs.validator_for(schema, validate_formats=True)
print(json.dumps([[f"{e.instance_path}: {e.message}" for e in validator.iter_errors(p)] for p in payloads]))
"#;

/// What is wrong with each payload.
fn judge(schema: &Value, payloads: &[Value]) -> Vec<Vec<String>> {
    let mut child = Command::new(tool("python/bin/python3"))
        .args(["-c", JUDGE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = json!([schema, payloads]).to_string();
    let mut input = child.stdin.take().unwrap();
    input.write_all(asked.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The published schema forbids no further fields, for receivers must not break when one is added; here all are told.
fn closed(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let inner = fields
                .iter()
                .map(|(name, value)| (name.clone(), closed(value)));
            let mut fields: serde_json::Map<String, Value> = inner.collect();
            if fields.get("properties").is_some_and(Value::is_object) {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            Value::Object(fields)
        }
        Value::Array(values) => values.iter().map(closed).collect(),
        other => other.clone(),
    }
}

/// Names of all fields, as paths.
fn fields(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(all) => {
            for (name, value) in all {
                let path = format!("{at}/{name}");
                fields(value, &path, found);
                found.push(path);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| fields(value, at, found)),
        _ => {}
    }
}

fn payload(call: &ReceivedCall) -> Value {
    serde_json::from_slice(call.body.as_ref().unwrap()).unwrap()
}

async fn include_body(app: &TestApp, path: &str) {
    let list = format!("/v1/endpoints?address={}", app.http.url(path));
    let shown = app.get(&list).await.expect(200);
    let id = shown["endpoints"][0]["id"].as_str().unwrap();
    let row = app.app.store.endpoint_by_public_id(id).await.unwrap();
    let wish = HookEdit {
        include: Some(Include::Body),
        ..HookEdit::default()
    };
    let row = row.unwrap();
    app.app.store.edit_hook(row.id, &wish).await.unwrap();
}

/// Calls of every type, with everything that may be in one and without.
async fn payloads() -> (TestApp, Vec<Value>) {
    let app = TestApp::start().await;
    app.hook("/ok/summary").await;
    app.hook("/ok/body").await;
    include_body(&app, "/ok/body").await;
    let asked = json!({ "filter": "everything", "webhook": app.http.url("/challenge/new"), "owner": "owner@reader.example" });
    let asked = app.post("/v1/subscriptions", &asked).await.expect(201);
    app.settle().await;
    let test = format!("/v1/endpoints/{}/test", asked["endpoint"].as_str().unwrap());
    app.post(&test, &json!({})).await.expect(202);
    let mut investors = release("Acme earns");
    investors["edition"] = json!({ "region": "US", "language": "en", "audience": "investors" });
    app.submit(&investors).await;
    let mut longest = release("Acme reports");
    longest["body"] = json!("Long text. ".repeat(45_000));
    app.submit(&longest).await;
    let least = json!({ "issuers": ["acme"], "edition": { "region": "US", "language": "en" }, "headline": "Acme hires",
                        "body": "AUSTIN, Texas, Dec. 1, 2026 -- Acme is hiring 12 people." });
    app.submit(&least).await;
    app.settle().await;
    let payloads = app.http.calls().iter().map(payload).collect();
    (app, payloads)
}

#[tokio::test]
async fn every_type_of_call_is_as_its_published_schema_says() {
    let (app, payloads) = payloads().await;

    for event in Event::ALL {
        let path = format!("/schemas/{event}.json");
        let answer = app.page(&path).await;
        let schema = answer.expect(200);
        assert_eq!(answer.header("content-type"), "application/schema+json");
        let own: Vec<Value> = payloads
            .iter()
            .filter(|payload| payload["type"] == json!(event))
            .cloned()
            .collect();

        let wrong = judge(&closed(&schema), &own);

        assert!(!own.is_empty(), "no {event} was called");
        assert_eq!(wrong, vec![Vec::<String>::new(); own.len()], "{event}");
        assert_eq!(judge(&schema, &own), wrong);
    }
    app.page("/schemas/release.killed.json").await.expect(404);
}

#[tokio::test]
async fn every_field_of_the_schemas_occurs_in_a_call_and_one_that_lacks_or_adds_any_is_told() {
    let (_app, payloads) = payloads().await;

    for event in Event::ALL {
        let schema = closed(&serde_json::from_str(event.schema()).unwrap());
        let own: Vec<&Value> = payloads
            .iter()
            .filter(|payload| payload["type"] == json!(event))
            .collect();
        let mut found = Vec::new();
        own.iter()
            .for_each(|payload| fields(payload, "", &mut found));
        let mut described = Vec::new();
        properties(&schema, "", &mut described);

        for path in &described {
            assert!(found.contains(path), "{event}: no call has {path}");
        }
        let mut lacking = own[0].clone();
        let data = lacking["data"].as_object_mut().unwrap();
        data.remove("sent_at").or_else(|| data.remove("endpoint"));
        let mut adding = own[0].clone();
        adding["data"]["more"] = json!(1);
        let told = judge(&schema, &[lacking, adding]);
        assert!(told.iter().all(|wrong| wrong.len() == 1), "{told:?}");
    }
}

/// Fields that a schema describes, as paths.
fn properties(schema: &Value, at: &str, found: &mut Vec<String>) {
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{at}/{name}");
        properties(inner, &path, found);
        properties(&inner["items"], &path, found);
        found.push(path);
    }
}

#[tokio::test]
async fn text_is_in_calls_to_those_who_include_it_unless_it_is_too_long() {
    let (_app, payloads) = payloads().await;
    let of = |headline: &str| -> Vec<&Value> {
        let own = payloads
            .iter()
            .filter(|payload| payload["data"]["headline"] == headline);
        own.map(|payload| &payload["data"]).collect()
    };

    let hires = of("Acme hires");
    let longest = of("Acme reports");

    let with: Vec<_> = hires.iter().filter_map(|data| data.get("body")).collect();
    assert_eq!((hires.len(), with.len()), (3, 1));
    let text = with[0]["text"].as_str().unwrap();
    assert!(text.contains("Acme is hiring 12 people."), "{text}");
    let html = with[0]["html"].as_str().unwrap();
    assert!(html.starts_with("<p>AUSTIN, Texas"), "{html}");
    let with: Vec<_> = longest.iter().filter_map(|data| data.get("body")).collect();
    assert_eq!(with, [&Value::Null]);
}

#[tokio::test]
async fn call_with_text_is_never_longer_than_it_says() {
    let app = TestApp::start().await;
    app.hook("/ok/body").await;
    include_body(&app, "/ok/body").await;
    let mut with_text = 0;

    for words in [4_000, 6_000, 7_000, 8_000, 8_500, 9_000] {
        let mut long = release(&format!("Acme says {words} words"));
        long["body"] = json!("Long \"text\". ".repeat(words));
        app.submit(&long).await;
        app.settle().await;
        let call = app.http.calls().pop().unwrap();
        let size_bytes = call.body.as_ref().unwrap().len();
        assert!(size_bytes <= 256 * 1024, "{words}: {size_bytes}");
        with_text += usize::from(payload(&call)["data"]["body"].is_object());
    }

    assert!((1..6).contains(&with_text), "{with_text}");
}
