//! What is refused, and in which words.

use super::Case;

fn check(case: Case, expect: &str) {
    assert_eq!(case.error(), expect);
}

#[test]
fn unknown_keys_name_their_layer_and_the_nearest_key() {
    let file = |text: &str| Case::new().file("dateline.toml", text);

    check(
        file("\n[mail]\nreley = ''\n"),
        "dateline.toml:3: unknown key mail.reley; did you mean mail.relay?",
    );
    check(
        file("listen = ''"),
        "dateline.toml:1: unknown key listen; did you mean http.listen?",
    );
    check(
        file("[mial]\nrelay = ''"),
        "dateline.toml:1: unknown key [mial]; did you mean [mail]?",
    );
    check(
        file("colour = 'red'"),
        "dateline.toml:1: unknown key colour; `dateline settings` lists every key",
    );
    check(
        Case::new().variable("DATELINE_HTTP_LISTEN", "x"),
        "variable DATELINE_HTTP_LISTEN: unknown key http_listen; did you mean DATELINE_HTTP__LISTEN?",
    );
    check(
        Case::new().flag("retry.webhooks=[1]"),
        "--set retry.webhooks: unknown key retry.webhooks; did you mean retry.webhook_s?",
    );
}

#[test]
fn wrong_types_tell_what_is_expected() {
    let size = "expected a whole number of deliveries from 1 to 1000; the default is 500";

    check(
        Case::new()
            .file("my.toml", "name = 'x'\n[batch]\nsize = '7'\n")
            .config("my.toml"),
        &format!("my.toml:3: batch.size is \"7\", {size}"),
    );
    check(
        Case::new().variable("DATELINE_BATCH__SIZE", "many"),
        &format!("variable DATELINE_BATCH__SIZE: batch.size is \"many\", {size}"),
    );
    check(
        Case::new().flag("batch.size=1.5"),
        &format!("--set batch.size: batch.size is 1.5, {size}"),
    );
    check(
        Case::new().flag("webhook.allow=10.0.0.0/33"),
        "--set webhook.allow: webhook.allow is \"10.0.0.0/33\", expected addresses, networks or hosts separated by spaces, or \"\"; \
         `10.0.0.0/33` is neither an address, nor a network such as 10.1.0.0/16, nor a host's name",
    );
    check(
        Case::new().flag("webhook.ports=https"),
        "--set webhook.ports: webhook.ports is \"https\", expected ports or ranges of them separated by spaces, or \"\"; \
         `https` is neither a port from 1 to 65535 nor a range such as 1024-65535",
    );
    check(
        Case::new().file("dateline.toml", "mail = 3"),
        "dateline.toml:1: mail is one value, expected a section with keys of its own; \
         write [mail] on a line of its own and the keys below it",
    );
    check(
        Case::new().file("dateline.toml", "[name]\n"),
        "dateline.toml:1: name is a section, expected one line of 1 to 100 characters; the default is \"Dateline\"",
    );
}

#[test]
fn places_that_cannot_be_read_are_named() {
    let syntax = Case::new()
        .file("dateline.toml", "name = 'x'\n[mail\n")
        .error();
    let missing = Case::new().variable("DATELINE_CONFIG", "gone.toml").error();

    assert!(
        syntax.starts_with("dateline.toml:2: not TOML: "),
        "{syntax}"
    );
    assert!(missing.starts_with("variable DATELINE_CONFIG: cannot read gone.toml: No such"));
    check(
        Case::new().flag("batch.size"),
        "--set batch.size: expected key=value, like --set http.listen=0.0.0.0:8080",
    );
}

#[cfg(unix)]
#[test]
fn variable_that_is_not_utf8_is_an_error() {
    use std::os::unix::ffi::OsStringExt;
    let value = std::ffi::OsString::from_vec(vec![0xff]);

    check(
        Case::new().variable("DATELINE_NAME", value),
        "variable DATELINE_NAME: the value is not UTF-8",
    );
}

#[test]
fn values_out_of_their_range_are_refused() {
    for text in [
        "data=",
        "public_url=ftp://example.org",
        "public_url=https://example.org/news",
        "public_url=https://example.org?q",
        "public_url=https://example.org#top",
        "public_url=https://me@example.org",
        "public_url=https://example.org:0",
        "public_url=/news",
        "name= ",
        "name=a\nb",
        "http.listen=localhost:8080",
        "http.listen=8080",
        "http.max_body_bytes=0",
        "http.max_body_bytes=99999999999999999999",
        "store.url=mysql:x",
        "store.url=sqlite:",
        "store.url=sqlite::memory:",
        "store.url=sqlite:a.db?mode=ro",
        "queue.url=",
        "mail.from=nobody",
        "mail.from=A <a@b",
        "mail.from=A <a@b> <c@d>",
        "mail.from=A <a b@c>",
        "mail.from=A\r\nBcc: x <a@b>",
        "mail.relay=mx.example.org",
        "mail.relay=smtp://",
        "mail.relay=smtp://@mx",
        "mail.relay=smtp://mx:0",
        "mail.relay=smtp://mx:99999",
        "mail.relay=smtp://mx/x",
        "mail.relay=smtp://a%0d@mx",
        "mail.relay=smtp://mx mx",
        "mail.relay=smtp://mx,smtp://mx",
        "mail.relay=smtp://mx?weight=0",
        "mail.relay=smtp://mx?weight=101",
        "mail.relay=smtp://a@mx?password_file=",
        "mail.relay=smtp://mx?tls=none",
        "mail.tls=yes",
        "mail.connections=0",
        "mail.list_domain=a b",
        "mail.helo=[mx]",
        "mail.domain_connections=0",
        "mail.domain_per_second=0",
        "mail.dkim=mail.pem",
        "mail.dkim=s=",
        "mail.dkim==key.pem",
        "mail.dkim=a b=key.pem",
        "mail.dkim=a=1.pem a=2.pem",
        "mail.bounces=b@wire.example",
        "webhook.connections=-1",
        "retry.webhook_s=[-1]",
        "retry.webhook_s=['5']",
        "retry.webhook_s=5",
        "retry.jitter=1.0",
        "retry.jitter=nan",
        "batch.poison_after=0",
        "log.format=xml",
        "log.level=inof",
        "log.level=info,debug",
        "log.level=hyper=loud",
    ] {
        let error = Case::new().flag(text).error();
        let (key, _) = text.split_once('=').unwrap();

        assert!(
            error.starts_with(&format!("--set {key}: {key} is ")),
            "{text}: {error}"
        );
        assert!(
            !error.contains('\n') && error.contains("expected"),
            "{text}: {error}"
        );
    }
}

#[test]
fn engines_that_do_not_fit_together_are_refused() {
    check(
        Case::new().flag("store.url=postgres://me@db/wire"),
        "settings together: queue.url is \"embedded:\", expected amqp://... or amqps://... where store.url is PostgreSQL; \
         name a RabbitMQ broker, or take the store back to sqlite:",
    );
    check(
        Case::new().flag("queue.url=amqp://me:pw@broker"),
        "settings together: queue.url is \"amqp://me:***@broker\", expected embedded: where store.url is SQLite; \
         or name a PostgreSQL database in store.url",
    );
    check(
        Case::new().flag("store.url=postgres://db"),
        "--set store.url: store.url is \"postgres://db\", expected \"\", sqlite:PATH or postgres://...; \
         write postgres://user@host/database",
    );
}

#[test]
fn settings_that_do_not_fit_together_are_refused() {
    check(
        Case::new().flag("webhook.connections=5"),
        "settings together: webhook.in_flight_per_endpoint is 10, \
         expected at most webhook.connections, which is 5; lower the one or raise the other",
    );
    check(
        Case::new()
            .flag("mail.relay=smtps://mx")
            .flag("mail.tls=none"),
        "settings together: mail.tls is \"none\", \
         expected \"auto\" or \"required\" for an smtps: relay; or use smtp://",
    );
    for relay in ["smtp://me@mx", "smtp://mx smtp://me@mx"] {
        let no_password = Case::new().flag(&format!("mail.relay={relay}")).error();
        assert!(
            no_password.contains("mail.password is \"\""),
            "{no_password}"
        );
    }
    check(
        Case::new().flag("mail.relay=smtp://mx?password_file=p"),
        "settings together: mail.relay is \"smtp://mx?password_file=p\", expected a user at mx, as it has a password_file; \
         write the user into the URL, like smtp://user@host, or take password_file out",
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let case = Case::new()
        .file("dateline.toml", "nam = 'x'\n[batch]\nsize = 0\nsizes = 1\n")
        .variable("DATELINE_SWEEP__INTERVAL_MS", "soon")
        .flag("mail.tls=maybe");

    let problems = case.load().expect_err("five are bad").problems;

    assert_eq!(problems.len(), 5, "{problems:#?}");
}
