//! What a connection and a request need of a URL.

use url::Url;

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

impl Target {
    pub(super) fn of(url: &Url) -> Option<Target> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_is_what_a_connection_and_a_request_need() {
        let check = |url: &str, is_https, host: &str, port, authority: &str, path: &str| {
            let target = Target::of(&Url::parse(url).unwrap()).unwrap();
            let told = Target {
                is_https,
                host: host.to_owned(),
                port,
                authority: authority.to_owned(),
                path: path.to_owned(),
            };
            assert_eq!(target, told, "{url}");
        };

        check(
            "https://example.com",
            true,
            "example.com",
            443,
            "example.com",
            "/",
        );
        check(
            "https://Bücher.example:8443/a%20b?c=d#e",
            true,
            "xn--bcher-kva.example",
            8443,
            "xn--bcher-kva.example:8443",
            "/a%20b?c=d",
        );
        check("http://[::1]:80/x", false, "::1", 80, "[::1]", "/x");
    }
}
