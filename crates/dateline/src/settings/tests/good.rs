//! What is taken, and which layer wins.

use super::Case;
use crate::settings::{MailTls, Relay, RelaySecurity, Settings, Sources};

#[test]
fn later_layers_win() {
    let case = Case::new()
        .file(
            "dateline.toml",
            "name = 'file'\npublic_url = 'http://file'\n[batch]\nsize = 7\n",
        )
        .variable("DATELINE_NAME", "variable")
        .variable("DATELINE_PUBLIC_URL", "http://variable")
        .flag("name=flag");

    let settings = case.settings();

    assert_eq!(settings.name, "flag");
    assert_eq!(settings.public_url, "http://variable");
    assert_eq!(settings.batch.size, 7);
    assert_eq!(settings.batch.lease_ms, 15_000);
}

#[test]
fn one_file_is_read_the_named_one_first() {
    let case = || {
        Case::new()
            .file("dateline.toml", "name = 'here'")
            .file("variable.toml", "name = 'variable'")
            .file("flag.toml", "name = 'flag'")
    };
    let by_variable = || case().variable("DATELINE_CONFIG", "variable.toml");

    assert_eq!(case().settings().name, "here");
    assert_eq!(by_variable().settings().name, "variable");
    assert_eq!(by_variable().config("flag.toml").settings().name, "flag");
    assert_eq!(
        case().variable("DATELINE_CONFIG", "").settings().name,
        "here"
    );
}

#[test]
fn text_layers_take_the_type_of_the_default() {
    let settings = Case::new()
        .variable("DATELINE_HTTP__LISTEN", "[::1]:0")
        .variable("DATELINE_WEBHOOK__ALLOW", "10.1.0.0/16 hooks.internal")
        .variable("DATELINE_BATCH__SIZE", " 1_000 ")
        .variable("DATELINE_RETRY__JITTER", "0")
        .flag("retry.webhook_s=[1, 2]")
        .flag("retry.email_s=[]")
        .flag("name=12")
        .flag("topics.file=\"a b.toml\"")
        .flag("mail.from=\"News, daily\" <a=b@example.org>")
        .settings();

    assert_eq!(settings.http.listen.to_string(), "[::1]:0");
    assert!(settings.webhook.guard().check("http://10.1.2.3/").is_ok());
    assert_eq!(settings.batch.size, 1000);
    assert_eq!(settings.retry.jitter, 0.0);
    assert_eq!(settings.retry.webhook_s, [1, 2]);
    assert!(settings.retry.email_s.is_empty());
    assert_eq!(settings.name, "12");
    assert_eq!(settings.topics.file, "a b.toml");
    assert_eq!(settings.mail.from, "\"News, daily\" <a=b@example.org>");
}

#[test]
fn variables_that_are_no_settings_are_passed_over() {
    Case::new()
        .variable("PATH", "/bin")
        .variable("DATELINE_TOKEN", "t")
        .variable("DATELINE_URL", "http://x")
        .variable("KUBERNETES_SERVICE_HOST", "10.0.0.1")
        .variable("DATELINE_PORT", "tcp://10.0.0.2:80")
        .variable("DATELINE_PORT_80_TCP_ADDR", "10.0.0.2")
        .variable("DATELINE_SERVICE_HOST", "10.0.0.2")
        .settings();
}

#[test]
fn empty_places_have_defaults_in_the_data_folder() {
    let case = Case::new()
        .flag("mail.from=Wire <a@news.example.org>")
        .flag("public_url=https://x.org/");

    let settings = case.settings();

    let data = case.path().join("dateline-data");
    assert_eq!(settings.data_dir(), data);
    assert_eq!(settings.store_path(), Some(data.join("dateline.db")));
    assert_eq!(settings.mail_folder(), data.join("mail"));
    assert_eq!(settings.topics_file(), None);
    assert_eq!(settings.mail.relays(), []);
    assert_eq!(settings.mail.list_domain(), "news.example.org");
    assert_eq!(settings.mail.helo(), "news.example.org");
    assert_eq!(settings.public_url, "https://x.org");
}

#[test]
fn given_places_are_kept() {
    let case = Case::new()
        .flag("data=/srv/wire")
        .flag("store.url=sqlite:other.db")
        .flag("mail.folder=out")
        .flag("topics.file=/etc/topics")
        .flag("mail.list_domain=lists.example.org")
        .flag("mail.helo=[192.0.2.1]");

    let settings = case.settings();

    assert_eq!(settings.data_dir().to_str(), Some("/srv/wire"));
    assert_eq!(settings.store_path(), Some(case.path().join("other.db")));
    assert_eq!(settings.mail_folder(), case.path().join("out"));
    assert_eq!(settings.topics_file(), Some("/etc/topics".into()));
    assert_eq!(settings.mail.list_domain(), "lists.example.org");
    assert_eq!(settings.mail.helo(), "[192.0.2.1]");
}

#[test]
fn relay_urls_are_read() {
    use RelaySecurity::{Implicit, Plain, StartTls};
    let check = |url, tls, host: &str, port, user: Option<&str>, security| {
        let user = user.map(str::to_owned);
        let expect = Relay {
            host: host.to_owned(),
            port,
            user,
            password_file: None,
            weight: 1,
            security,
        };
        assert_eq!(Relay::parse(url, tls), Ok(expect), "{url}");
    };

    check(
        "smtp://mx.example.org",
        MailTls::Auto,
        "mx.example.org",
        25,
        None,
        StartTls,
    );
    check(
        "smtp://a@mx.example.org/",
        MailTls::Auto,
        "mx.example.org",
        587,
        Some("a"),
        StartTls,
    );
    check(
        "smtp://a@b.c@mx:2525",
        MailTls::None,
        "mx",
        2525,
        Some("a@b.c"),
        Plain,
    );
    check(
        "smtps://a%40b.c@mx",
        MailTls::Auto,
        "mx",
        465,
        Some("a@b.c"),
        Implicit,
    );
    check(
        "smtp://127.0.0.1:2525",
        MailTls::Auto,
        "127.0.0.1",
        2525,
        None,
        Plain,
    );
    check("smtp://[::1]:25", MailTls::Auto, "::1", 25, None, Plain);
    check(
        "smtp://localhost",
        MailTls::Required,
        "localhost",
        25,
        None,
        StartTls,
    );
}

#[test]
fn relays_stand_beside_each_other_each_with_its_weight() {
    let case = Case::new()
        .flag("mail.relay=smtp://mx?weight=3  smtps://u@b?password_file=/run/s%26b&weight=100 smtp://c?")
        .flag("mail.tls=required");

    let relays = case.settings().mail.relays();

    let shown: Vec<_> = relays
        .iter()
        .map(|relay| {
            (
                relay.host.as_str(),
                relay.weight,
                relay.password_file.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("mx", 3, None),
            ("b", 100, Some("/run/s&b")),
            ("c", 1, None)
        ]
    );
}

#[test]
fn dkim_keys_stand_beside_each_other() {
    let case = Case::new().flag("mail.dkim=r1=/etc/r=1.pem  e1=keys/e1.pem");

    let settings = case.settings();

    assert_eq!(
        settings.mail.dkim_keys(),
        [("r1", "/etc/r=1.pem"), ("e1", "keys/e1.pem")]
    );
}

#[test]
fn a_port_that_the_system_chose_is_in_the_public_url_unless_one_was_given() {
    let address: std::net::SocketAddr = "127.0.0.1:4711".parse().unwrap();
    let check = |set: &[&str], expect: &str| {
        let set = set.iter().map(|&flag| flag.to_owned()).collect();
        let mut settings = Settings::load(Sources {
            set,
            ..Sources::default()
        })
        .unwrap();
        settings.listens_on(address);
        assert_eq!(settings.public_url, expect);
    };

    check(&["http.listen=127.0.0.1:0"], "http://127.0.0.1:4711");
    check(
        &["http.listen=127.0.0.1:0", "public_url=https://wire.example"],
        "https://wire.example",
    );
    check(&[], "http://127.0.0.1:8080");
}
