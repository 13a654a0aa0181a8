//! The relay's URL.

use std::net::IpAddr;

use http::uri::Authority;

use crate::settings::MailTls;

/// A mail server that takes our mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// Name or address, without brackets.
    pub host: String,
    /// The port; by default 465 for `smtps:`, else 587 with a user and 25 without one.
    pub port: u16,
    /// The user to sign in as.
    pub user: Option<String>,
    /// Whether and how TLS is spoken.
    pub security: RelaySecurity,
}

/// Whether and how TLS is spoken with a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelaySecurity {
    /// Plain text.
    Plain,
    /// STARTTLS before anything else, or nothing.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

impl Relay {
    /// Parses `smtp://[user@]host[:port]` or `smtps://...`; None for an empty text. The error is the mend.
    pub(in crate::settings) fn parse(url: &str, tls: MailTls) -> Result<Option<Relay>, String> {
        if url.is_empty() {
            return Ok(None);
        }
        let (implicit, rest) = match url.split_once("://") {
            Some(("smtp", rest)) => (false, rest),
            Some(("smtps", rest)) => (true, rest),
            _ => return Err("start it with smtp:// or smtps://".to_owned()),
        };
        let (user, address) = match rest.rsplit_once('@') {
            Some((user, address)) => (Some(user_of(user)?), address),
            None => (None, rest),
        };
        let address = address.strip_suffix('/').unwrap_or(address);
        let (host, port) = host_and_port(address)
            .ok_or("give a host, a port from 1 to 65535 if any, and nothing after it")?;
        let security = match (implicit, tls) {
            (true, _) => RelaySecurity::Implicit,
            (false, MailTls::Required) => RelaySecurity::StartTls,
            (false, MailTls::None) => RelaySecurity::Plain,
            (false, MailTls::Auto) if is_this_machine(&host) => RelaySecurity::Plain,
            (false, MailTls::Auto) => RelaySecurity::StartTls,
        };
        let port = port.unwrap_or(match (implicit, &user) {
            (true, _) => 465,
            (false, Some(_)) => 587,
            (false, None) => 25,
        });
        Ok(Some(Relay {
            host,
            port,
            user,
            security,
        }))
    }
}

impl Relay {
    /// Whether it runs on this machine, so that what is said to it crosses no network.
    pub fn is_here(&self) -> bool {
        is_this_machine(&self.host)
    }
}

fn user_of(text: &str) -> Result<String, String> {
    if text.contains(':') {
        let mend =
            "move the password to mail.password or mail.password_file; a colon in the user is %3A";
        return Err(mend.to_owned());
    }
    match decoded(text) {
        Some(user) if !user.is_empty() && !user.contains(char::is_control) => Ok(user),
        _ => Err("write a user before the @, or leave out the @".to_owned()),
    }
}

/// The text with `%XX` decoded (RFC 3986, section 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Host without brackets, and port, of `host[:port]`; None if either cannot be.
pub(super) fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let authority: Authority = text.parse().ok()?;
    let host = authority.host();
    let port = match authority.as_str().strip_prefix(host)? {
        "" => None,
        _ => Some(authority.port_u16().filter(|port| *port > 0)?),
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let fits = !bare.is_empty() && (bare == host || bare.parse::<std::net::Ipv6Addr>().is_ok());
    fits.then(|| (bare.to_owned(), port))
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
