//! Where links lead, and how many there are.

use super::{Findings, Prose, Texts};
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;
use url::{Host, Url};

/// More than a page of news has.
const MOST_LINKS: usize = 30;
/// More than any desk has.
const MOST_ADDRESSES: usize = 20;

pub(super) fn check(texts: &Texts<'_>, findings: &mut Findings) {
    let body = &texts.body;
    let links = links_of(body);
    for place in &links {
        let url = &body.source[place.clone()];
        if let Some(why) = closed_to_readers(url) {
            findings.warn_at(
                "link-private",
                (body, place.clone()),
                message(url, why),
                MEND,
            );
        }
    }
    if let Some(place) = links.get(MOST_LINKS) {
        let message = format!("the body has {} links", links.len());
        findings.warn_at(
            "many-links",
            (body, place.clone()),
            message,
            "keep those that readers need; others go to `links`",
        );
    }
    let release = texts.release;
    let beside = release
        .links
        .iter()
        .enumerate()
        .map(|(at, link)| (format!("/links/{at}/url"), &link.url));
    let media = release
        .media
        .iter()
        .enumerate()
        .map(|(at, media)| (format!("/media/{at}/url"), &media.url));
    for (pointer, url) in beside.chain(media) {
        if let Some(why) = closed_to_readers(url) {
            findings.warn("link-private", &pointer, message(url, why), MEND);
        }
    }
    addresses(texts, findings);
}

const MEND: &str = "link to a page that everybody can open";

fn message(url: &str, why: &str) -> String {
    let short: String = url.chars().take(80).collect();
    format!("`{short}` {why}")
}

fn addresses(texts: &Texts<'_>, findings: &mut Findings) {
    let contacts = texts
        .release
        .contacts
        .iter()
        .filter(|contact| contact.email.is_some())
        .count();
    if contacts > MOST_ADDRESSES {
        let message = format!("{contacts} contacts with a mail address");
        findings.warn(
            "many-addresses",
            "/contacts",
            message,
            "name the desk that answers",
        );
    }
    let body = &texts.body;
    let signs = body.source.match_indices('@').filter(|(at, _)| {
        let is_local = |c: char| c.is_ascii_alphanumeric();
        let before = body.source[..*at].ends_with(is_local);
        let domain = body.source[at + 1..]
            .split(|c: char| !is_local(c) && c != '.' && c != '-')
            .next();
        before && domain.is_some_and(|domain| domain.contains('.'))
    });
    let places: Vec<usize> = signs.map(|(at, _)| at).collect();
    if let Some(at) = places.get(MOST_ADDRESSES) {
        let message = format!("the body has {} mail addresses", places.len());
        findings.warn_at(
            "many-addresses",
            (body, *at..at + 1),
            message,
            "name the desk that answers, in `contacts`",
        );
    }
}

/// Every URL in the source, in links and bare.
fn links_of(body: &Prose<'_>) -> Vec<Range<usize>> {
    let source = body.source;
    let lower = source.to_ascii_lowercase();
    let mut places = Vec::new();
    for (at, _) in lower.match_indices(':') {
        let scheme_length = lower[..at]
            .bytes()
            .rev()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let start = at - scheme_length;
        if !matches!(&lower[start..at], "http" | "https" | "file" | "ftp")
            || !lower[at..].starts_with("://")
        {
            continue;
        }
        // An IPv6 address stands in brackets, which end every other URL.
        let host = at + "://".len();
        let inner = if source[host..].starts_with('[') {
            source[host..].find(']').unwrap_or(0) + 1
        } else {
            0
        };
        let is_end =
            |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')' | ']' | '|');
        let length = source[host + inner..].find(is_end);
        let end = length.map_or(source.len(), |length| host + inner + length);
        let trimmed = source[start..end].trim_end_matches(['.', ',', ';']);
        places.push(start..start + trimmed.len());
    }
    places
}

/// Why readers cannot follow a link, where its text alone tells.
fn closed_to_readers(text: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(text) else {
        return Some("is not a URL that works");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Some("does not lead to the web");
    }
    match url.host()? {
        Host::Ipv4(address) => {
            is_private(IpAddr::V4(address)).then_some("leads to a private address")
        }
        Host::Ipv6(address) => {
            let address = address
                .to_ipv4_mapped()
                .map_or(IpAddr::V6(address), IpAddr::V4);
            is_private(address).then_some("leads to a private address")
        }
        Host::Domain(domain) => closed_domain(domain),
    }
}

fn closed_domain(domain: &str) -> Option<&'static str> {
    let domain = domain.trim_end_matches('.');
    let Some((rest, last)) = domain.rsplit_once('.') else {
        return Some("leads to a host inside a network");
    };
    if matches!(
        last,
        "local"
            | "internal"
            | "intranet"
            | "lan"
            | "corp"
            | "home"
            | "localhost"
            | "localdomain"
            | "test"
            | "invalid"
    ) {
        return Some("leads to a host inside a network");
    }
    let second = rest.rsplit('.').next().unwrap_or(rest);
    // RFC 2606, 3. The domain `.example` is for documents such as this project's, and is left alone.
    let is_placeholder = matches!(
        second,
        "example" | "yourdomain" | "yourcompany" | "mycompany" | "placeholder"
    );
    (is_placeholder && matches!(last, "com" | "org" | "net")).then_some("is a placeholder")
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address == Ipv4Addr::UNSPECIFIED
        }
        IpAddr::V6(address) => {
            let first = address.segments()[0];
            address.is_loopback()
                || address.is_unspecified()
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfe80
        }
    }
}
