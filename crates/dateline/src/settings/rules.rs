//! What each key may hold, beyond its type.

use std::ops::RangeInclusive;

use release::webhook::{Allowed, Ports};
use toml::Value;

use super::texts::{self, TextCheck};

/// A bound on values, and the words for it.
enum Rule {
    /// A whole number of something.
    Number(RangeInclusive<i64>, &'static str),
    /// A part of one.
    Part(RangeInclusive<f64>),
    /// Waits in seconds.
    Waits(RangeInclusive<i64>),
    /// One of some words.
    Word(&'static [&'static str]),
    /// A text, what it must be, and what checks that.
    Text(&'static str, TextCheck),
}

/// Most waits between attempts in one list.
const MOST_WAITS: usize = 100;

/// The rule of each key; None for a key that is not known.
fn rule(key: &str) -> Option<Rule> {
    use Rule::{Number, Part, Text, Waits, Word};

    Some(match key {
        "data" => Text("a folder", texts::not_empty),
        "public_url" => Text("an http: or https: URL without a path", texts::public_url),
        "name" => Text("one line of 1 to 100 characters", texts::name),
        "http.listen" => Text(
            "an address with a port, like 127.0.0.1:8080",
            texts::socket_address,
        ),
        "http.max_body_bytes" => Number(1024..=67_108_864, "bytes"),
        "http.requests_per_minute" => Number(0..=1_000_000, "requests"),
        "http.request_timeout_ms" => Number(100..=600_000, "milliseconds"),
        "review.default" => Word(&["none", "first-release", "always"]),
        "review.late_editions" => Word(&["wait", "follow"]),
        "http.trusted_proxies" => Text(
            "addresses or networks separated by spaces, or \"\"",
            |text| {
                newsroom::Proxies::parse(text)
                    .map(drop)
                    .map_err(|error| error.to_string())
            },
        ),
        "blast.factor" => Number(0..=1000, "times"),
        "blast.at_least" => Number(0..=1_000_000_000, "readers"),
        "signup.mails_per_day" => Number(1..=100, "mails"),
        "signup.mail_gap_s" => Number(0..=86_400, "seconds"),
        "signup.per_client_hour" => Number(1..=100_000, "forms"),
        "signup.import_mails_per_minute" => Number(1..=6000, "mails"),
        "store.url" => Text("\"\", sqlite:PATH or postgres://...", texts::store_url),
        "store.password_file" | "queue.password_file" => Text("a file, or \"\"", texts::any),
        "store.keep_days" => Number(0..=36_500, "days"),
        "queue.url" => Text("embedded:, amqp://... or amqps://...", texts::queue_url),
        "queue.prefix" => Text("a word of letters, digits, - and _", texts::word),
        "topics.file" => Text("a file, or \"\"", texts::any),
        "pages.folder" => Text("a folder, or \"\"", texts::any),
        "security.contact" => Text("a mailto: or https: URL, or \"\"", texts::report_url),
        "security.policy" => Text("an https: URL, or \"\"", texts::web_url),
        "security.languages" => Text("language tags with commas, or \"\"", texts::language_tags),
        "security.valid_days" => Number(1..=365, "days"),
        "mail.from" => Text("an address, or a name and an address in <>", texts::mailbox),
        "mail.relay" => Text(
            "smtp://[user@]host[:port], smtps://..., several with spaces between them, or \"\"",
            texts::relay_urls,
        ),
        "mail.password" => Text("a text on one line", texts::one_line),
        "mail.password_file" => Text("a file, or \"\"", texts::any),
        "mail.tls" => Word(&["auto", "required", "none"]),
        "mail.connections" => Number(1..=1000, "connections"),
        "mail.domain_connections" => Number(1..=1000, "connections"),
        "mail.domain_per_second" => Number(1..=100_000, "mails"),
        "mail.dkim" => Text(
            "SELECTOR=FILE, several with spaces between them, or \"\"",
            texts::dkim_keys,
        ),
        "mail.bounces" => Text("a domain, or \"\"", texts::domain_or_empty),
        "mail.most_per_hour" => Number(0..=100_000, "mails"),
        "mail.folder" => Text("a folder, or \"\"", texts::any),
        "mail.list_domain" => Text("a domain, or \"\"", texts::domain_or_empty),
        "mail.helo" => Text("a domain, an address in brackets, or \"\"", texts::helo),
        "bounces.listen" => Text(
            "an address with a port, like 127.0.0.1:8024, or \"\"",
            texts::socket_address_or_empty,
        ),
        "webhook.connections" => Number(1..=10_000, "calls"),
        "webhook.allow" => Text(
            "addresses, networks or hosts separated by spaces, or \"\"",
            |text| {
                Allowed::parse(text)
                    .map(drop)
                    .map_err(|error| error.to_string())
            },
        ),
        "webhook.ports" => Text(
            "ports or ranges of them separated by spaces, or \"\"",
            |text| {
                Ports::parse(text)
                    .map(drop)
                    .map_err(|error| error.to_string())
            },
        ),
        "webhook.in_flight_per_endpoint" => Number(1..=1000, "calls"),
        "webhook.per_minute" => Number(1..=1_000_000, "calls"),
        "webhook.disable_after_days" => Number(1..=365, "days"),
        "webhook.connect_timeout_ms" => Number(10..=60_000, "milliseconds"),
        "webhook.total_timeout_ms" => Number(10..=300_000, "milliseconds"),
        "webhook.read_limit_bytes" | "webhook.keep_bytes" => Number(0..=1_048_576, "bytes"),
        "retry.webhook_s" | "retry.email_s" => Waits(0..=604_800),
        "retry.jitter" => Part(0.0..=0.9),
        "batch.size" => Number(1..=1000, "deliveries"),
        "batch.lease_ms" => Number(100..=3_600_000, "milliseconds"),
        "batch.poison_after" => Number(1..=1000, "claims"),
        "sweep.interval_ms" => Number(10..=10_000, "milliseconds"),
        "shutdown.grace_ms" => Number(0..=600_000, "milliseconds"),
        "log.format" => Word(&["auto", "text", "json"]),
        "log.level" => Text("a level, and target=level after commas", texts::log_level),
        _ => return None,
    })
}

/// What the key wants, in words.
pub(super) fn expected(key: &str) -> String {
    match rule(key) {
        Some(Rule::Number(range, unit)) => {
            format!(
                "a whole number of {unit} from {} to {}",
                range.start(),
                range.end()
            )
        }
        Some(Rule::Part(range)) => {
            format!("a number from {:?} to {:?}", range.start(), range.end())
        }
        Some(Rule::Waits(range)) => format!(
            "a list of at most {MOST_WAITS} waits, each {} to {} seconds",
            range.start(),
            range.end()
        ),
        Some(Rule::Word(words)) => format!("one of {}", words.join(", ")),
        Some(Rule::Text(what, _)) => what.to_owned(),
        None => "a known key".to_owned(),
    }
}

/// Holds a value, whose type is right already, against the rule of its key. The error is the mend; it is empty where
/// the default says enough.
pub(super) fn check(key: &str, value: &Value) -> Result<(), String> {
    let fits = match (rule(key), value) {
        (Some(Rule::Number(range, _)), Value::Integer(number)) => range.contains(number),
        (Some(Rule::Part(range)), Value::Float(number)) => range.contains(number),
        (Some(Rule::Waits(range)), Value::Array(waits)) => {
            let mut seconds = waits.iter().filter_map(Value::as_integer);
            waits.len() <= MOST_WAITS && seconds.all(|wait| range.contains(&wait))
        }
        (Some(Rule::Word(words)), Value::String(word)) => words.contains(&word.as_str()),
        (Some(Rule::Text(_, check)), Value::String(text)) => return check(text),
        _ => false,
    };
    if fits { Ok(()) } else { Err(String::new()) }
}
