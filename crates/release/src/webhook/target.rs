//! Which URLs may be called: https, without credentials, not at an address that is not public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Why a URL is not called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// Not a URL.
    #[error("`{0}` is not a URL: write `https://example.com/hook`")]
    Malformed(String),
    /// Not https.
    #[error("`{0}` is not https: alerts are only sent encrypted")]
    NotHttps(String),
    /// A user name or password in the URL.
    #[error("the URL holds a user name or password: remove it, calls are signed instead")]
    Credentials,
    /// An address that is not public.
    #[error("{0} is not a public address")]
    NotPublic(String),
}

/// Where a URL that may be called leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Whether the connection is encrypted.
    pub is_https: bool,
    /// A name in ASCII, or an address without brackets.
    pub host: String,
    /// 443 or 80 unless the URL names another.
    pub port: u16,
    /// Host and port as a request's `Host` says them (RFC 9110, 7.2).
    pub authority: String,
    /// Path and query as a request's first line says them.
    pub path: String,
}

/// Judges a URL before anything is resolved. What a name resolves to is judged by whoever connects.
///
/// # Errors
/// [`GuardError`], which names the part and the mend.
pub fn check_url(text: &str, allow_private: bool) -> Result<Target, GuardError> {
    let shown = || crate::address::printable(text);
    // The parser drops line ends and mends backslashes: what is called would not be what was judged.
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(GuardError::Malformed(shown()));
    }
    let url = Url::parse(text).map_err(|_| GuardError::Malformed(shown()))?;
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        "http" => return Err(GuardError::NotHttps(shown())),
        _ => return Err(GuardError::Malformed(shown())),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(GuardError::Credentials);
    }
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(name)) if is_local_name(name) && !allow_private => {
            return Err(GuardError::NotPublic(name.to_owned()));
        }
        Some(Host::Domain(_)) => None,
        None => return Err(GuardError::Malformed(shown())),
    };
    match literal {
        Some(address) if !allow_private && !is_public(address) => {
            Err(GuardError::NotPublic(address.to_string()))
        }
        _ => Target::of(&url).ok_or_else(|| GuardError::Malformed(shown())),
    }
}

impl Target {
    fn of(url: &Url) -> Option<Target> {
        let bracketed = url.host_str()?;
        let host = bracketed.trim_start_matches('[').trim_end_matches(']');
        let authority = match url.port() {
            Some(port) => format!("{bracketed}:{port}"),
            None => bracketed.to_owned(),
        };
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Some(Target {
            is_https: url.scheme() == "https",
            host: host.to_owned(),
            port: url.port_or_known_default()?,
            authority,
            path,
        })
    }
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.ends_with(".internal")
        || name.ends_with(".local")
}

/// Whether an address belongs to the public internet (IANA special-purpose registries, RFC 6890 and its updates).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || a == 10
        || a == 127
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && b == 168)
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113))
}

/// Only 2000::/3 is given out; within it, the transition and documentation ranges are not public.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let transition = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002;
    let documentation = a == 0x3fff && b < 0x1000;
    (a & 0xe000) == 0x2000 && !(transition || documentation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_https_urls_pass() {
        let check =
            |url: &str, passes: bool| assert_eq!(check_url(url, false).is_ok(), passes, "{url}");

        check("https://example.com/hook", true);
        check("https://93.184.216.34/hook", true);
        check("https://[2606:2800:220:1::1]/hook", true);
        check("http://example.com/hook", false);
        check("ftp://example.com/hook", false);
        check("https://user:pass@example.com/", false);
        check("https://localhost/", false);
        check("https://localhost./", false);
        check("https://127.0.0.1/", false);
        check("https://2130706433/", false);
        check("https://0x7f000001/", false);
        check("https://017700000001/", false);
        check("https://10.1.2.3/", false);
        check("https://100.64.0.1/", false);
        check("https://169.254.169.254/", false);
        check("https://172.16.0.1/", false);
        check("https://192.168.1.1/", false);
        check("https://198.18.0.1/", false);
        check("https://203.0.113.5/", false);
        check("https://224.0.0.1/", false);
        check("https://255.255.255.255/", false);
        check("https://[::1]/", false);
        check("https://[::]/", false);
        check("https://[::ffff:7f00:1]/", false);
        check("https://[::127.0.0.1]/", false);
        check("https://[64:ff9b::a9fe:a9fe]/", false);
        check("https://[2002:a9fe:a9fe::]/", false);
        check("https://[2001:0:a9fe:a9fe::1]/", false);
        check("https://[fd00:ec2::254]/", false);
        check("https://[fe80::1]/", false);
        check("https://[fec0::1]/", false);
        check("https://[ff02::1]/", false);
        check("https://[2001:db8::1]/", false);
        check("not a url", false);
    }

    #[test]
    fn target_is_what_a_connection_and_a_request_need() {
        let target = |url: &str| {
            let target = check_url(url, true).unwrap();
            let Target {
                is_https,
                host,
                port,
                authority,
                path,
            } = target;
            (is_https, host, port, authority, path)
        };
        let told = |is_https, host: &str, port, authority: &str, path: &str| {
            (
                is_https,
                host.to_owned(),
                port,
                authority.to_owned(),
                path.to_owned(),
            )
        };

        assert_eq!(
            target("https://example.com"),
            told(true, "example.com", 443, "example.com", "/")
        );
        assert_eq!(
            target(
                "https://Bücher.example:8443/a b?c=d#e"
                    .replace(' ', "%20")
                    .as_str()
            ),
            told(
                true,
                "xn--bcher-kva.example",
                8443,
                "xn--bcher-kva.example:8443",
                "/a%20b?c=d"
            )
        );
        assert_eq!(
            target("http://[::1]:80/x"),
            told(false, "::1", 80, "[::1]", "/x")
        );
    }

    #[test]
    fn development_may_call_loopback_but_nothing_odd() {
        assert!(check_url("http://127.0.0.1:9000/ok", true).is_ok());
        assert!(check_url("file:///etc/passwd", true).is_err());
        assert!(check_url("http://a:b@127.0.0.1/", true).is_err());
    }
}
