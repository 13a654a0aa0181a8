//! `dateline doctor` as a process, among name servers, relays and certificates on loopback, well and ill.

mod names;
mod pages;

use crate::services::{broker, parted, with_database};
use names::{NameServer, Zone};
use pages::{Page, certificate};
use serde_json::Value;
use sinks::SmtpSink;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use tests::Binary;

/// What `doctor --json` said, and its exit code.
struct Said {
    code: i32,
    report: Value,
}

impl Said {
    /// One check.
    fn check(&self, name: &str) -> &Value {
        let mut checks = self.report["checks"].as_array().unwrap().iter();
        let found = checks.find(|check| check["name"] == name);
        found.unwrap_or_else(|| panic!("no check {name}: {}", self.report))
    }

    #[track_caller]
    fn expect(&self, name: &str, verdict: &str, words: &str) {
        let check = self.check(name);
        assert_eq!(check["verdict"], verdict, "{check}");
        assert!(
            check["finding"].as_str().unwrap().contains(words),
            "{check}"
        );
        assert_eq!(check["mend"] == "", verdict == "ok", "{check}");
    }
}

/// Runs it in a folder with these settings; the certificates of `trusted` are believed.
fn doctor(folder: &Path, trusted: Option<&Path>, arguments: &[&str], set: &[String]) -> Said {
    let mut command = Binary::find().command(folder);
    command.args(["doctor", "--json"]).args(arguments);
    for text in set {
        command.args(["--set", text]);
    }
    if let Some(trusted) = trusted {
        command.env("SSL_CERT_FILE", trusted);
    }
    // What it asks runs on this thread's runtime, too.
    let output = tokio::task::block_in_place(|| command.output()).unwrap();
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|error| panic!("{error}: {output:?}"));
    Said {
        code: output.status.code().unwrap(),
        report,
    }
}

/// A port of loopback where nobody listens.
fn nobody() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

fn sink() -> SmtpSink {
    SmtpSink::start((Ipv4Addr::LOCALHOST, 0).into()).unwrap()
}

/// Settings that send mail for wire.example over this relay.
fn sending(relay: SocketAddr) -> Vec<String> {
    vec![
        format!("mail.relay=smtp://{relay}"),
        "mail.from=Acme Wire <alerts@news.wire.example>".to_owned(),
    ]
}

/// A domain that has all that it needs.
fn good_zone() -> Zone {
    Zone::from([
        (
            "news.wire.example",
            names::Says::Texts(&["v=spf1 ip4:192.0.2.1 -all", "something else"]),
        ),
        (
            "s1._domainkey.news.wire.example",
            names::Says::Texts(&["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS"]),
        ),
        // Two levels up: a subdomain has the policy of the domain above it.
        (
            "_dmarc.wire.example",
            names::Says::Texts(&["v=DMARC1; p=reject"]),
        ),
    ])
}

/// How many tables a database has.
async fn tables(url: &str) -> i64 {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    let count = "select count(*) from information_schema.tables where table_schema = 'public'";
    sqlx::query_scalar(count)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn wire_on_shared_engines_that_lacks_nothing_is_ok_in_every_way() {
    with_database(|url| async move {
        let folder = tempfile::tempdir().unwrap();
        let (store, password) = parted(&url);
        std::fs::write(folder.path().join("postgres"), format!("{password}\n")).unwrap();
        let (queue, password) = parted(&broker());
        std::fs::write(folder.path().join("rabbitmq"), format!("{password}\n")).unwrap();
        let (relay, names) = (sink(), NameServer::start(good_zone()).await);
        let trusted = certificate(folder.path(), 90);
        let page = Page::start(&trusted).await;
        let mut set = sending(relay.addr());
        set.extend([
            format!("store.url={store}"),
            "store.password_file=postgres".to_owned(),
            format!("queue.url={queue}"),
            "queue.password_file=rabbitmq".to_owned(),
            // Queues stay on the broker: always the same ones.
            "queue.prefix=test-doctor".to_owned(),
            format!("public_url=https://localhost:{}", page.address.port()),
        ]);
        let resolver = names.address.to_string();

        let ask = || {
            doctor(
                folder.path(),
                Some(&trusted.certificate),
                &["--dkim", "s1", "--resolver", &resolver],
                &set,
            )
        };
        let before = ask();
        assert_eq!(tables(&url).await, 0, "doctor makes nothing");
        before.expect("database", "warn", "PostgreSQL holds no wire yet");
        let mut check = tests::Binary::find().command(folder.path());
        check.args(["serve", "--check", "--set", "http.listen=127.0.0.1:0"]);
        for text in set.iter().filter(|text| !text.starts_with("mail.")) {
            check.args(["--set", text]);
        }
        let made = check.output().unwrap();
        assert!(made.status.success(), "{made:?}");

        let said = ask();

        for (name, words) in [
            ("settings", "every key is known"),
            ("disk", "nothing is kept on this machine"),
            ("database", "PostgreSQL takes writes"),
            ("broker", "every queue is there; 0 messages wait"),
            ("https", "shows a good certificate"),
            ("relay", "takes mails of up to"),
            ("spf", "v=spf1 ip4:192.0.2.1 -all"),
            ("dkim", "holds a key"),
            ("dmarc", "_dmarc.wire.example: v=DMARC1; p=reject"),
        ] {
            said.expect(name, "ok", words);
        }
        // NTP is this machine's own affair; the clock is the database's.
        assert_ne!(said.check("clock")["verdict"], "bad", "{}", said.report);
        assert_eq!(said.code, 0);
        assert_eq!(relay.count(), 0, "doctor sends no mail");
    })
    .await;
}

/// Queues and schema are made by whoever works, not by whoever looks.
#[tokio::test(flavor = "multi_thread")]
async fn broker_and_database_are_left_as_they_are() {
    with_database(|url| async move {
        let folder = tempfile::tempdir().unwrap();
        let set = [
            format!("store.url={url}"),
            format!("queue.url={}", broker()),
            format!("queue.prefix=look-{:08x}", std::process::id()),
        ];

        for _ in 0..2 {
            let said = doctor(folder.path(), None, &[], &set);
            said.expect("database", "warn", "PostgreSQL holds no wire yet");
            said.expect("broker", "warn", "not there yet: look-");
        }
        assert_eq!(tables(&url).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_broken_is_bad_with_its_mend_and_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let names = NameServer::start(Zone::from([
        (
            "news.wire.example",
            names::Says::Texts(&["v=spf1 -all", "v=spf1 ~all"]),
        ),
        (
            "s1._domainkey.news.wire.example",
            names::Says::Texts(&["v=DKIM1; p="]),
        ),
    ]))
    .await;
    let nobody = nobody();
    let mut set = sending(nobody);
    set.extend([
        format!("store.url=postgres://dateline:secret@{nobody}/wire"),
        format!("queue.url=amqp://dateline:secret@{nobody}/%2f"),
        format!("public_url=https://{nobody}"),
    ]);

    let said = doctor(
        folder.path(),
        None,
        &["--dkim", "s1", "--resolver", &names.address.to_string()],
        &set,
    );

    for (name, words) in [
        ("database", "cannot be opened"),
        ("broker", "cannot be used"),
        ("https", "cannot be opened"),
        ("relay", "does not take mail"),
        ("spf", "2 SPF records"),
        ("dkim", "is revoked"),
        ("dmarc", "has no DMARC record"),
    ] {
        said.expect(name, "bad", words);
    }
    assert_eq!(said.report["verdict"], "bad");
    assert_eq!(said.code, 1);
    assert!(
        !said.report.to_string().contains("secret"),
        "{}",
        said.report
    );
}

#[test]
fn wrong_setting_is_bad_and_named() {
    let folder = tempfile::tempdir().unwrap();

    let said = doctor(
        folder.path(),
        None,
        &[],
        &["htp.listen=127.0.0.1:0".to_owned()],
    );

    said.expect("settings", "bad", "http.listen");
    assert_eq!(said.code, 1);
}

#[test]
fn fresh_folder_is_no_failure_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();

    let said = doctor(folder.path(), None, &[], &[]);

    said.expect("settings", "ok", "every key");
    said.expect("broker", "ok", "lives in the process");
    said.expect("sender", "ok", "no mail leaves");
    said.expect("database", "warn", "none yet");
    said.expect("relay", "warn", "reach nobody");
    said.expect("https", "warn", "not encrypted");
    assert_eq!(said.code, 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn folder_that_a_server_works_on_is_asked_through_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Binary::find().serve(folder.path(), &[]);

    let said = doctor(folder.path(), None, &["--data", "data"], &[]);

    let words = format!("process {} at", server.pid());
    said.expect("database", "ok", &words);
}

#[test]
fn folder_that_a_killed_server_left_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let server = Binary::find().serve(folder.path(), &[]);
    // What it announced stays, and names a process that is gone.
    let _ = server.kill();

    let said = doctor(folder.path(), None, &["--data", "data"], &[]);

    said.expect("database", "ok", "dateline.db takes writes");
}

#[test]
fn database_that_is_none_is_bad() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(
        folder.path().join("data/dateline.db"),
        "not a database, but long enough to be looked at as one".repeat(20),
    )
    .unwrap();

    let said = doctor(folder.path(), None, &["--data", "data"], &[]);

    said.expect("database", "bad", "dateline.db");
    assert_eq!(said.code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_too_long_for_a_datagram_comes_over_tcp() {
    let folder = tempfile::tempdir().unwrap();
    let mut zone = good_zone();
    zone.insert(
        "news.wire.example",
        names::Says::OverTcp(&["v=spf1 ip4:192.0.2.7 -all"]),
    );
    let (names, relay) = (NameServer::start(zone).await, sink());

    let said = doctor(
        folder.path(),
        None,
        &["--resolver", &names.address.to_string()],
        &sending(relay.addr()),
    );

    said.expect("spf", "ok", "192.0.2.7");
    said.expect("dkim", "warn", "selector");
}

#[tokio::test(flavor = "multi_thread")]
async fn name_server_that_fails_says_nothing_of_the_records() {
    let folder = tempfile::tempdir().unwrap();
    // 2: the server failed (RFC 1035, 4.1.1).
    let zone = Zone::from([
        ("news.wire.example", names::Says::Code(2)),
        ("_dmarc.news.wire.example", names::Says::Code(5)),
    ]);
    let (names, relay) = (NameServer::start(zone).await, sink());

    let said = doctor(
        folder.path(),
        None,
        &["--resolver", &names.address.to_string()],
        &sending(relay.addr()),
    );

    said.expect("spf", "warn", "error 2");
    said.expect("dmarc", "warn", "error 5");
    assert_eq!(said.code, 0);
}

/// The private key of RFC 8463, A.2.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";

#[tokio::test(flavor = "multi_thread")]
async fn key_that_signs_is_held_against_the_one_in_dns_and_each_relay_is_greeted() {
    for (published, verdict, words) in [
        (
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "ok",
            "holds a key",
        ),
        ("v=DKIM1; k=ed25519; p=AAAA", "bad", "not the one"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("e1.pem"), KEY).unwrap();
        let published: &[&str] = Box::leak(Box::new([published]));
        let mut zone = good_zone();
        zone.insert(
            "e1._domainkey.news.wire.example",
            names::Says::Texts(published),
        );
        let (names, relay) = (NameServer::start(zone).await, sink());
        let mut set = sending(relay.addr());
        set.push(format!(
            "mail.relay=smtp://{} smtp://{}",
            relay.addr(),
            nobody()
        ));
        set.push("mail.dkim=e1=e1.pem".to_owned());
        set.push("mail.bounces=back.wire.example".to_owned());

        let resolver = names.address.to_string();
        let said = doctor(folder.path(), None, &["--resolver", &resolver], &set);

        said.expect("dkim", verdict, words);
        said.expect("spf", "bad", "back.wire.example has no SPF record");
        let checks = said.report["checks"].as_array().unwrap().iter();
        let relays: Vec<_> = checks
            .filter(|check| check["name"] == "relay")
            .map(|check| check["verdict"].as_str().unwrap())
            .collect();
        assert_eq!(relays, ["ok", "bad"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificate_is_good_or_ends_soon_or_is_not_believed() {
    for (days, is_trusted, verdict, words) in [
        (15, true, "ok", "good certificate"),
        (13, true, "warn", "does not hold for 14 more days"),
        (90, false, "bad", "cannot be opened"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let own = certificate(folder.path(), days);
        let page = Page::start(&own).await;
        let set = [format!(
            "public_url=https://localhost:{}",
            page.address.port()
        )];
        let other = tempfile::tempdir().unwrap();
        let trusted = if is_trusted {
            own
        } else {
            certificate(other.path(), 90)
        };

        let said = doctor(folder.path(), Some(&trusted.certificate), &[], &set);

        said.expect("https", verdict, words);
    }
}

#[test]
fn people_read_a_table_with_the_mends() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Binary::find().command(folder.path());
    let output = command.arg("doctor").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();

    assert!(output.status.success(), "{said}");
    for line in [
        "verdict  check",
        "warn     relay",
        "-> set mail.relay",
        "warn: it works",
    ] {
        assert!(said.contains(line), "no `{line}` in:\n{said}");
    }
}
