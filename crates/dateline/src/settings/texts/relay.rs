//! The relays' URLs.

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
    /// The file with that user's password, if it has one of its own; else it is the one of `mail.password`.
    pub password_file: Option<String>,
    /// Its share of the mails, against the other relays' weights.
    pub weight: u32,
    /// Whether and how TLS is spoken.
    pub security: RelaySecurity,
}

/// The weights that a relay may have.
const WEIGHTS: std::ops::RangeInclusive<u32> = 1..=100;

/// Parses one URL or several with spaces between them; none for an empty text. The error is the mend.
pub(in crate::settings) fn relays(text: &str, tls: MailTls) -> Result<Vec<Relay>, String> {
    let urls = text.split_ascii_whitespace();
    urls.map(|url| Relay::parse(url, tls)).collect()
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
    /// Parses `smtp://[user@]host[:port][?weight=N&password_file=FILE]` or `smtps://...`. The error is the mend.
    pub(in crate::settings) fn parse(url: &str, tls: MailTls) -> Result<Relay, String> {
        let (url, options) = url.split_once('?').unwrap_or((url, ""));
        let Options {
            weight,
            password_file,
        } = Options::parse(options)?;
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
        Ok(Relay {
            host,
            port,
            user,
            password_file,
            weight,
            security,
        })
    }
}

/// What may stand behind the `?`.
struct Options {
    weight: u32,
    password_file: Option<String>,
}

impl Options {
    fn parse(text: &str) -> Result<Options, String> {
        let mut options = Options {
            weight: 1,
            password_file: None,
        };
        for option in text.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("weight", weight)) => {
                    let weight = weight
                        .parse()
                        .ok()
                        .filter(|weight| WEIGHTS.contains(weight));
                    options.weight = weight.ok_or("give a weight from 1 to 100")?;
                }
                Some(("password_file", file)) => {
                    let file = decoded(file).filter(|file| !file.is_empty());
                    options.password_file =
                        Some(file.ok_or("give password_file the path of a file")?);
                }
                _ => {
                    let mend =
                        "write weight=N or password_file=FILE after the ?, with & between them";
                    return Err(mend.to_owned());
                }
            }
        }
        Ok(options)
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
