//! Mails are signed, and who verifies them is not us.

use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tests::{Letter, TestApp, release, tool};

/// Makes a private key.
fn key(folder: &Path, name: &str, arguments: &[&str]) -> String {
    let file = folder.join(name);
    let mut command = Command::new("openssl");
    command.args(["genpkey", "-out"]).arg(&file).args(arguments);
    let made = command
        .output()
        .expect("openssl is missing: run tests/tools, or install Debian's openssl");
    assert!(made.status.success(), "{made:?}");
    file.to_str().unwrap().to_owned()
}

/// A wire that signs with an RSA key and an ed25519 key.
async fn signing_wire(folder: &Path) -> TestApp {
    let rsa = ["-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048"];
    let rsa = key(folder, "rsa.pem", &rsa);
    let ed25519 = key(folder, "ed25519.pem", &["-algorithm", "ed25519"]);
    TestApp::start_with(&[&format!("mail.dkim=r1={rsa} e1={ed25519}")]).await
}

/// What dkimpy says of each signature of a mail.
fn verified(app: &TestApp, message: &str) -> Value {
    let keys = app.app.settings.dkim_keys().unwrap();
    let records: serde_json::Map<String, Value> = keys
        .iter()
        .map(|key| {
            let name = format!("{}._domainkey.wire.example", key.selector());
            (name, json!(key.record()))
        })
        .collect();
    let mut child = Command::new(tool("python/bin/python3"))
        .args(["-c", include_str!("signing/verify.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let now_s = app.app.clock.now_ms() / 1000;
    let asked = json!({ "message": message, "records": records, "now_s": now_s });
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(asked.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The story, with letters, spaces and empty lines that a signature could stumble over.
async fn story(app: &TestApp) -> Letter {
    app.reader("ana@reader.example").await;
    let mut story =
        release("Acme opens a plant in Zürich, the largest so far of all the plants that it has");
    story["body"] = json!(
        "Two  spaces, a\ttab and a line end:\n\n.\n\n東京 and Zürich.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    );
    app.submit(&story).await;
    app.settle().await;
    let letter = app.the_mail_to("ana@reader.example");
    assert_eq!(verified(app, &letter.raw), json!([true, true]));
    letter
}

#[tokio::test]
async fn every_kind_of_mail_is_signed_twice_and_others_agree() {
    let folder = tempfile::tempdir().unwrap();
    let app = signing_wire(folder.path()).await;

    story(&app).await;
    let asked = json!({ "filter": "everything", "email": "ben@reader.example" });
    app.post("/v1/subscriptions", &asked).await.expect(201);
    app.settle().await;

    let mails = app.smtp.mails();
    assert_eq!(mails.len(), 2, "a story and a confirmation");
    for mail in &mails {
        let letter = Letter::of(mail);
        assert_eq!(
            verified(&app, &letter.raw),
            json!([true, true]),
            "{}",
            letter.raw
        );
    }
}

#[tokio::test]
async fn both_headers_of_unsubscribing_are_signed_and_none_can_be_added() {
    let folder = tempfile::tempdir().unwrap();
    let app = signing_wire(folder.path()).await;
    let letter = story(&app).await;
    let raw = letter.raw.as_str();

    let signatures = letter
        .headers
        .iter()
        .filter(|(name, _)| name == "DKIM-Signature");
    for (_, signature) in signatures {
        let signature: String = signature.split_whitespace().collect();
        assert!(
            signature.contains("c=relaxed/relaxed;d=wire.example;"),
            "{signature}"
        );
        for name in [
            ":list-unsubscribe:list-unsubscribe:",
            ":list-unsubscribe-post:list-unsubscribe-post;",
        ] {
            assert!(signature.contains(name), "{signature}");
        }
    }
    for changed in [
        raw.replacen("AUSTIN", "BOSTON", 1),
        raw.replacen("List-Unsubscribe-Post:", "X-Post:", 1),
        raw.replacen(
            "\r\nList-Unsubscribe: <https",
            "\r\nList-Unsubscribe: <http",
            1,
        ),
        format!("From: Somebody <else@wire.example>\r\n{raw}"),
        format!("Subject: Other news\r\n{raw}"),
        format!("Cc: ben@reader.example\r\n{raw}"),
    ] {
        assert_ne!(changed, raw);
        assert_eq!(verified(&app, &changed), json!([false, false]), "{changed}");
    }
}

#[tokio::test]
async fn what_relays_do_on_the_way_breaks_no_signature() {
    let folder = tempfile::tempdir().unwrap();
    let app = signing_wire(folder.path()).await;
    let raw = story(&app).await.raw;
    let (head, body) = raw.split_once("\r\n\r\n").unwrap();

    for changed in [
        format!("Received: by relay.example\r\nReturn-Path: <b@wire.example>\r\n{raw}"),
        raw.replacen("\r\nTo: ", "\r\nTO:   \t", 1),
        raw.replacen(
            "\r\nList-Id: \"Dateline\" <",
            "\r\nList-Id: \"Dateline\"\r\n   <",
            1,
        ),
        format!("{head}\r\n\r\n{}", body.replace("\r\n", " \t\r\n")),
        format!("{raw}\r\n\r\n"),
    ] {
        assert_ne!(changed, raw);
        assert_eq!(verified(&app, &changed), json!([true, true]), "{changed}");
    }
}
