//! What DNS says of the sender's domain: who may send for it (SPF), with which key it signs (DKIM), and what receivers are to
//! do with the rest (DMARC). Large receivers refuse bulk mail that lacks any of the three.

use super::check::Check;
use super::dns::Resolver;
use crate::settings::Settings;
use std::io;
use std::net::SocketAddr;

type Texts = io::Result<Vec<String>>;

/// SPF of the domain that mail comes back to, DKIM and DMARC of the one in `mail.from`.
pub(super) async fn check(
    settings: &Settings,
    server: Option<SocketAddr>,
    selector: Option<&str>,
) -> Vec<Check> {
    if settings.mail.relays().is_empty() {
        return vec![Check::ok(
            "sender",
            "not asked for: without a relay no mail leaves",
        )];
    }
    let shown = settings.mail.sender_domain();
    let domain = match url::Host::parse(shown) {
        Ok(url::Host::Domain(domain)) => domain,
        _ => {
            let finding = format!("mail.from is at {shown}, which is no domain");
            let mend = "set mail.from to an address at a domain of yours";
            return vec![Check::bad("sender", finding, mend)];
        }
    };
    // SPF is about the return path, the others about the sender whom readers see.
    let returning = match settings.mail.bounces.as_str() {
        "" => &domain,
        returning => returning,
    };
    let resolver = server.map_or_else(Resolver::of_system, Resolver::at);
    let (spf_texts, dkim, dmarc) = tokio::join!(
        resolver.texts(returning),
        check_keys(&resolver, &domain, settings, selector),
        check_dmarc(&resolver, &domain),
    );
    let mut checks = vec![spf(returning, spf_texts)];
    checks.extend(dkim);
    checks.push(dmarc);
    checks
}

/// RFC 7208.
fn spf(domain: &str, texts: Texts) -> Check {
    let texts = match texts {
        Ok(texts) => texts,
        Err(error) => return unanswered("spf", domain, &error),
    };
    let is_spf = |text: &&String| {
        let text = text.to_ascii_lowercase();
        text == "v=spf1" || text.starts_with("v=spf1 ")
    };
    let records: Vec<&String> = texts.iter().filter(is_spf).collect();
    let record = match records.as_slice() {
        [] => {
            return Check::bad(
                "spf",
                format!("{domain} has no SPF record"),
                format!(
                    "publish the TXT record that your relay's operator names, like \"v=spf1 include:… -all\", at {domain}"
                ),
            );
        }
        [record] => record.to_ascii_lowercase(),
        several => {
            return Check::bad(
                "spf",
                format!(
                    "{domain} has {} SPF records, which counts as none",
                    several.len()
                ),
                "make one of them",
            );
        }
    };
    let finding = format!("{domain}: {record}");
    let ends = |words: &[&str]| {
        record
            .split_whitespace()
            .any(|term| words.contains(&term) || term.starts_with("redirect="))
    };
    if ends(&["all", "+all"]) && !record.contains("redirect=") {
        let mend = "end it with -all: as it stands, everybody may send in your name";
        Check::bad("spf", finding, mend)
    } else if ends(&["-all", "~all"]) {
        Check::ok("spf", finding)
    } else {
        let mend = "end it with -all: as it stands, it forbids nobody";
        Check::warn("spf", finding, mend)
    }
}

/// The keys that we sign with, and the one that the relay does, as far as its selector is known.
async fn check_keys(
    resolver: &Resolver,
    domain: &str,
    settings: &Settings,
    selector: Option<&str>,
) -> Vec<Check> {
    let keys = match settings.dkim_keys() {
        Ok(keys) => keys,
        Err(error) => {
            return vec![Check::bad(
                "dkim",
                error,
                "no process that sends mail starts",
            )];
        }
    };
    let mut checks = Vec::new();
    for key in &keys {
        let name = format!("{}._domainkey.{domain}", key.selector());
        let check = dkim(&name, resolver.texts(&name).await, Some(&key.record()));
        checks.push(check);
    }
    if let Some(selector) = selector {
        let name = format!("{selector}._domainkey.{domain}");
        checks.push(dkim(&name, resolver.texts(&name).await, None));
    }
    if checks.is_empty() {
        checks.push(Check::warn(
            "dkim",
            "not looked up: mail.dkim is empty, and the selector that the relay signs with is not known",
            "set mail.dkim, or give the relay's selector with --dkim; the s= of a DKIM-Signature in any mail that left shows it",
        ));
    }
    checks
}

/// RFC 6376, 3.6.1. `ours` is what the record has to say, where the key is one of ours.
fn dkim(name: &str, texts: Texts, ours: Option<&str>) -> Check {
    let texts = match texts {
        Ok(texts) => texts,
        Err(error) => return unanswered("dkim", name, &error),
    };
    let mut keys = texts.iter().filter_map(|text| tag(text, "p"));
    let wanted = ours.and_then(|record| tag(record, "p"));
    match keys.next() {
        Some(key) if wanted.is_some_and(|wanted| wanted != key) && !key.is_empty() => Check::bad(
            "dkim",
            format!("the key at {name} is not the one that mail.dkim signs with"),
            "publish what `dateline dkim` prints, or name the other key's file",
        ),
        None => Check::bad(
            "dkim",
            format!("{name} holds no key"),
            "publish the TXT record of the key that your relay signs with, or correct --dkim",
        ),
        Some("") => Check::bad(
            "dkim",
            format!("the key at {name} is revoked: its p= is empty"),
            "publish the key that your relay signs with now",
        ),
        Some(_) => Check::ok("dkim", format!("{name} holds a key")),
    }
}

async fn check_dmarc(resolver: &Resolver, domain: &str) -> Check {
    // The domain's own record, else that of a domain above it, but not of a top-level one.
    let mut above = domain;
    loop {
        let name = format!("_dmarc.{above}");
        let texts = resolver.texts(&name).await;
        let is_last = above.split('.').count() <= 2;
        let found = texts
            .as_ref()
            .map_or(true, |texts| texts.iter().any(|text| is_dmarc(text)));
        if found || is_last {
            return dmarc(&name, domain, texts);
        }
        above = above.split_once('.').map_or(above, |(_, rest)| rest);
    }
}

fn is_dmarc(text: &str) -> bool {
    tag(text, "v").is_some_and(|version| version.eq_ignore_ascii_case("dmarc1"))
}

/// RFC 7489, 6.3.
fn dmarc(name: &str, domain: &str, texts: Texts) -> Check {
    let texts = match texts {
        Ok(texts) => texts,
        Err(error) => return unanswered("dmarc", name, &error),
    };
    let records: Vec<&String> = texts.iter().filter(|text| is_dmarc(text)).collect();
    let [record] = records.as_slice() else {
        let finding = match records.len() {
            0 => format!("{domain} has no DMARC record"),
            several => format!("{name} has {several} DMARC records, which counts as none"),
        };
        let mend = format!(
            "publish one TXT record at _dmarc.{domain}, to begin with \"v=DMARC1; p=none; rua=mailto:…\""
        );
        return Check::bad("dmarc", finding, mend);
    };
    match tag(record, "p") {
        Some("quarantine" | "reject") => Check::ok("dmarc", format!("{name}: {record}")),
        Some("none") => Check::warn(
            "dmarc",
            format!("{name}: {record}"),
            "once its reports show that all your mail passes, set p=quarantine: until then forgeries pass, too",
        ),
        _ => Check::bad(
            "dmarc",
            format!("{name}: {record}, which names no policy"),
            "add p=none, p=quarantine or p=reject",
        ),
    }
}

/// The value of a tag in `v=DMARC1; p=none`.
fn tag<'a>(record: &'a str, name: &str) -> Option<&'a str> {
    record.split(';').find_map(|part| {
        let (tag, value) = part.split_once('=')?;
        (tag.trim() == name).then(|| value.trim())
    })
}

/// That no server answers says nothing of the records.
fn unanswered(check: &'static str, name: &str, error: &io::Error) -> Check {
    Check::warn(
        check,
        format!("{name} could not be looked up: {error}"),
        "mend name resolution on this machine, or name a server with --resolver",
    )
}

#[cfg(test)]
mod tests;
