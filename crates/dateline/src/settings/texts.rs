//! Checks of texts: URLs, addresses, names. Each error is a mend; an empty one leaves it to the default to show how.

use std::net::{IpAddr, SocketAddr};

mod relay;

use super::MailTls;
pub(super) use relay::relays;
pub use relay::{Relay, RelaySecurity};

/// A check of one text.
pub(super) type TextCheck = fn(&str) -> Result<(), String>;

fn fits(condition: bool, mend: &str) -> Result<(), String> {
    if condition {
        Ok(())
    } else {
        Err(mend.to_owned())
    }
}

pub(super) fn any(_: &str) -> Result<(), String> {
    Ok(())
}

pub(super) fn not_empty(text: &str) -> Result<(), String> {
    fits(!text.is_empty(), "")
}

pub(super) fn one_line(text: &str) -> Result<(), String> {
    fits(
        !text.contains(char::is_control),
        "remove line ends and control characters",
    )
}

pub(super) fn name(text: &str) -> Result<(), String> {
    one_line(text)?;
    fits(!text.trim().is_empty() && text.chars().count() <= 100, "")
}

pub(super) fn socket_address(text: &str) -> Result<(), String> {
    let mend = "give a number address and a port; 0.0.0.0:8080 listens on all addresses";
    fits(text.parse::<SocketAddr>().is_ok(), mend)
}

pub(super) fn socket_address_or_empty(text: &str) -> Result<(), String> {
    match text {
        "" => Ok(()),
        address => socket_address(address),
    }
}

pub(super) fn public_url(text: &str) -> Result<(), String> {
    let Ok(uri) = text.parse::<http::Uri>() else {
        return Err("write it like https://news.example.org".to_owned());
    };
    fits(
        matches!(uri.scheme_str(), Some("http" | "https")),
        "start it with https:// (or http:// for development)",
    )?;
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    fits(!authority.contains('@'), "remove the user and the @")?;
    fits(
        relay::host_and_port(authority).is_some(),
        "give a host, and a port from 1 to 65535 if any",
    )?;
    // The parser drops a fragment without a word, so that one is looked for in the text.
    let rest_is_empty = uri.query().is_none() && !text.contains('#');
    fits(
        uri.path() == "/" && rest_is_empty,
        "end it after the host and port",
    )
}

pub(super) fn store_url(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    if is_postgres(text) {
        let url = url::Url::parse(text).map_err(|error| error.to_string())?;
        return fits(
            url.has_host() && url.path().len() > 1,
            "write postgres://user@host/database",
        );
    }
    let path = sqlite_path(text).unwrap_or_default();
    let is_file = !path.is_empty() && !path.contains('?') && !path.starts_with(':');
    fits(
        is_file,
        "write sqlite: and the path of a file, or \"\" for dateline.db in the data folder",
    )
}

/// The path of a `sqlite:` URL, with or without the two slashes.
pub(super) fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    Some(path.strip_prefix("//").unwrap_or(path))
}

/// Whether a store's URL names a PostgreSQL database.
pub(super) fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres:") || url.starts_with("postgresql:")
}

pub(super) fn queue_url(text: &str) -> Result<(), String> {
    if is_amqp(text) {
        let url = url::Url::parse(text).map_err(|error| error.to_string())?;
        return fits(url.has_host(), "write amqp://user@host/vhost");
    }
    fits(text == "embedded:", "")
}

/// Whether a queue's URL names a RabbitMQ broker.
pub(super) fn is_amqp(url: &str) -> bool {
    url.starts_with("amqp:") || url.starts_with("amqps:")
}

/// A name that brokers take without quoting.
pub(super) fn word(text: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    fits(
        !text.is_empty() && text.len() <= 64 && text.chars().all(plain),
        "",
    )
}

pub(super) fn relay_urls(text: &str) -> Result<(), String> {
    relays(text, MailTls::Auto).map(drop)
}

/// `SELECTOR=FILE`, several with spaces between them; no selector twice.
pub(super) fn dkim_keys(text: &str) -> Result<(), String> {
    let mut selectors = Vec::new();
    for key in text.split_ascii_whitespace() {
        let (selector, file) = key.split_once('=').unwrap_or_default();
        fits(
            is_domain(selector) && selector.is_ascii() && !file.is_empty(),
            "write it like mail2026=/etc/dateline/mail2026.pem",
        )?;
        fits(
            !selectors.contains(&selector),
            "give each key a selector of its own",
        )?;
        selectors.push(selector);
    }
    Ok(())
}

/// Where reports go: a mail address or a form.
pub(super) fn report_url(text: &str) -> Result<(), String> {
    one_line(text)?;
    match text.strip_prefix("mailto:") {
        Some(address) => fits(
            address_domain(address).is_some() && !address.contains(['<', ' ']),
            "write it like mailto:security@news.example.org",
        ),
        None => web_url(text),
    }
}

/// An https: URL, or nothing.
pub(super) fn web_url(text: &str) -> Result<(), String> {
    one_line(text)?;
    let uri = text.parse::<http::Uri>().ok();
    let is_https = uri.is_some_and(|uri| uri.scheme_str() == Some("https"));
    fits(
        text.is_empty() || is_https,
        "write it like https://news.example.org/security",
    )
}

/// `en, de`, or nothing.
pub(super) fn language_tags(text: &str) -> Result<(), String> {
    for tag in text.split(',').map(str::trim).filter(|_| !text.is_empty()) {
        release::language::LanguageTag::parse(tag).map_err(|error| error.to_string())?;
    }
    Ok(())
}

pub(super) fn mailbox(text: &str) -> Result<(), String> {
    one_line(text)?;
    fits(
        address_domain(text).is_some(),
        "write it like Dateline <alerts@news.example.org>",
    )
}

/// The domain of `Name <local@domain>` or `local@domain`. The name is not looked at, beyond having no brackets.
pub(super) fn address_domain(mailbox: &str) -> Option<&str> {
    let address = match mailbox.split_once('<') {
        Some((name, rest)) if !name.contains('>') => rest.trim_end().strip_suffix('>')?,
        Some(_) => return None,
        None => mailbox,
    };
    let (local, domain) = address.rsplit_once('@')?;
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let local_fits = (1..=64).contains(&local.len()) && local.chars().all(is_local);
    (local_fits && is_domain(domain)).then_some(domain)
}

pub(super) fn domain_or_empty(text: &str) -> Result<(), String> {
    fits(
        text.is_empty() || is_domain(text),
        "write it like news.example.org",
    )
}

pub(super) fn helo(text: &str) -> Result<(), String> {
    let literal = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let is_literal = literal
        .map(|address| address.strip_prefix("IPv6:").unwrap_or(address))
        .is_some_and(|address| address.parse::<IpAddr>().is_ok());
    fits(
        is_literal || text.is_empty() || is_domain(text),
        "write it like mx1.example.org or [192.0.2.1]",
    )
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

pub(super) fn log_level(text: &str) -> Result<(), String> {
    crate::telemetry::directives(text).map(drop)
}

/// The text with the passwords of its URLs hidden, for messages. A missing or wrong scheme is no reason to show one.
pub(super) fn without_password(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    words.map(url_without_password).collect()
}

fn url_without_password(text: &str) -> String {
    let start = text.find("://").map_or(0, |colon| colon + 3);
    let (scheme, rest) = text.split_at(start);
    let user = rest
        .rsplit_once('@')
        .and_then(|(user, host)| Some((user.split_once(':')?.0, host)));
    match user {
        Some((user, host)) => format!("{scheme}{user}:***@{host}"),
        _ => text.to_owned(),
    }
}
