//! Settings that are right alone but not together.

use super::problem::{Layer, Problem};
use super::{MailTls, RelaySecurity, Settings, texts};

/// What is wrong between settings.
pub(super) fn problems(settings: &Settings) -> Vec<Problem> {
    let mut problems = Vec::new();
    sizes(settings, &mut problems);
    relays(settings, &mut problems);
    engines(settings, &mut problems);
    problems
}

fn sizes(settings: &Settings, problems: &mut Vec<Problem>) {
    let webhook = &settings.webhook;
    let pairs = [
        (
            (
                "webhook.in_flight_per_endpoint",
                webhook.in_flight_per_endpoint as u64,
            ),
            ("webhook.connections", webhook.connections as u64),
        ),
        (
            ("webhook.connect_timeout_ms", webhook.connect_timeout_ms),
            ("webhook.total_timeout_ms", webhook.total_timeout_ms),
        ),
        (
            ("webhook.keep_bytes", webhook.keep_bytes as u64),
            ("webhook.read_limit_bytes", webhook.read_limit_bytes as u64),
        ),
    ];
    for ((key, value), (limit_key, limit)) in pairs {
        if value > limit {
            let expected = format!("at most {limit_key}, which is {limit}");
            let mend = "lower the one or raise the other";
            problems.push(problem(key, value.to_string(), expected, mend));
        }
    }
}

/// Many processes need a database and a broker that they can share; one process needs neither.
fn engines(settings: &Settings, problems: &mut Vec<Problem>) {
    let shared = (
        texts::is_postgres(&settings.store.url),
        texts::is_amqp(&settings.queue.url),
    );
    let (expected, mend) = match shared {
        (true, false) => (
            "amqp://... or amqps://... where store.url is PostgreSQL",
            "name a RabbitMQ broker, or take the store back to sqlite:",
        ),
        (false, true) => (
            "embedded: where store.url is SQLite",
            "or name a PostgreSQL database in store.url",
        ),
        _ => return,
    };
    let value = format!("\"{}\"", masked(&settings.queue.url));
    problems.push(problem("queue.url", value, expected.to_owned(), mend));
}

/// A URL without its password.
fn masked(text: &str) -> String {
    match url::Url::parse(text) {
        Ok(mut url) if url.password().is_some() => {
            let _ = url.set_password(Some("***"));
            url.to_string()
        }
        _ => text.to_owned(),
    }
}

/// TLS and passwords of the relays. `mail.password` is for every user without a file of its own.
fn relays(settings: &Settings, problems: &mut Vec<Problem>) {
    let mail = &settings.mail;
    let relays = mail.relays();
    let has_implicit = relays
        .iter()
        .any(|relay| relay.security == RelaySecurity::Implicit);
    if has_implicit && mail.tls == MailTls::None {
        let expected = "\"auto\" or \"required\" for an smtps: relay".to_owned();
        problems.push(problem(
            "mail.tls",
            "\"none\"".to_owned(),
            expected,
            "or use smtp://",
        ));
    }
    let stray = relays
        .iter()
        .find(|relay| relay.user.is_none() && relay.password_file.is_some());
    if let Some(relay) = stray {
        let expected = format!("a user at {}, as it has a password_file", relay.host);
        let mend = "write the user into the URL, like smtp://user@host, or take password_file out";
        let value = format!("\"{}\"", mail.relay);
        problems.push(problem("mail.relay", value, expected, mend));
    }
    let needs = relays
        .iter()
        .any(|relay| relay.user.is_some() && relay.password_file.is_none());
    let is_without = mail.password.is_empty() && mail.password_file.is_empty();
    if needs && is_without {
        let expected = "the password of the user in mail.relay".to_owned();
        let mend = "set mail.password or mail.password_file, or take the user out of mail.relay";
        problems.push(problem("mail.password", "\"\"".to_owned(), expected, mend));
    }
    if !relays.is_empty() && !needs && !is_without {
        let expected = "empty, as mail.relay names no user that it is for".to_owned();
        let mend =
            "write the user into mail.relay, like smtp://user@host, or take the password out";
        problems.push(problem("mail.password", "***".to_owned(), expected, mend));
    }
}

fn problem(key: &str, value: String, expected: String, mend: &str) -> Problem {
    let (key, mend) = (key.to_owned(), mend.to_owned());
    Problem::BadValue {
        layer: Layer::Together,
        key,
        value,
        expected,
        mend,
    }
}
