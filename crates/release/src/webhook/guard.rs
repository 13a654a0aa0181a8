//! Which URLs may be called: https, without credentials, at a port of the operator's choice, not at an address that is not
//! public. What an operator allows beside that, such as receivers of their own network, is a list.

use super::Target;
use super::policy::{Allowed, Ports, without_dot};
use crate::address::printable;
use crate::network::is_public;
use std::net::IpAddr;
use url::{Host, Url};

/// What may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    allowed: Allowed,
    ports: Ports,
}

/// Why a URL is not called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// Not a URL.
    #[error("`{0}` is not a URL")]
    Malformed(String),
    /// Not https.
    #[error("`{0}` is not https, and alerts are only sent encrypted")]
    NotHttps(String),
    /// A user name or password in the URL.
    #[error("the URL holds a user name or password")]
    Credentials,
    /// An address that is not public.
    #[error("{0} is not a public address")]
    NotPublic(String),
    /// A port that is not among those that are called.
    #[error("port {port} is not called")]
    Port {
        /// As the URL has it.
        port: u16,
        /// Which are.
        ports: Ports,
    },
}

impl GuardError {
    /// What to do about it.
    pub fn mend(&self) -> String {
        match self {
            GuardError::Malformed(_) => "write it like https://example.com/hook".to_owned(),
            GuardError::NotHttps(_) => "give an https URL".to_owned(),
            GuardError::Credentials => "remove them, calls are signed instead".to_owned(),
            GuardError::NotPublic(_) => {
                "give a host that the public internet reaches, or ask the operator to allow this one"
                    .to_owned()
            }
            GuardError::Port { ports, .. } => format!("use one of {ports}"),
        }
    }
}

impl Guard {
    /// A guard that lets through what is public at these ports, and what is allowed beside.
    pub fn new(allowed: Allowed, ports: Ports) -> Guard {
        Guard { allowed, ports }
    }

    /// Judges a URL before anything is resolved. What a name resolves to is judged by [`Guard::admits`].
    ///
    /// # Errors
    /// [`GuardError`], which knows the mend.
    pub fn check(&self, text: &str) -> Result<Target, GuardError> {
        let malformed = || GuardError::Malformed(printable(text));
        // The parser drops line ends and mends backslashes: what is called would not be what was judged.
        if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(malformed());
        }
        let url = Url::parse(text).map_err(|_| malformed())?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(malformed());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(GuardError::Credentials);
        }
        let host = url.host().ok_or_else(malformed)?;
        let target = Target::of(&url).ok_or_else(malformed)?;
        if !self.allowed.names(&host) {
            self.check_public(text, &host, &target)?;
        }
        Ok(target)
    }

    /// What holds for all that is not allowed by name.
    fn check_public(
        &self,
        text: &str,
        host: &Host<&str>,
        target: &Target,
    ) -> Result<(), GuardError> {
        if !target.is_https {
            return Err(GuardError::NotHttps(printable(text)));
        }
        let is_public = match host {
            Host::Domain(name) => !is_local_name(name),
            Host::Ipv4(address) => is_public((*address).into()),
            Host::Ipv6(address) => is_public((*address).into()),
        };
        if !is_public {
            return Err(GuardError::NotPublic(target.host.clone()));
        }
        match self.ports.contain(target.port) {
            true => Ok(()),
            false => Err(GuardError::Port {
                port: target.port,
                ports: self.ports.clone(),
            }),
        }
    }

    /// Whether a host may be called at an address that it resolved to.
    pub fn admits(&self, host: &str, address: IpAddr) -> bool {
        is_public(address) || self.allowed.has_address(address) || self.allowed.has_host(host)
    }
}

/// Names that never mean a host of the public internet (RFC 6761, RFC 6762, and ICANN's `internal`).
fn is_local_name(name: &str) -> bool {
    let last = without_dot(name).rsplit('.').next();
    matches!(last, Some("localhost" | "local" | "internal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allowed: &str) -> Guard {
        Guard::new(
            Allowed::parse(allowed).unwrap(),
            Ports::parse("443 1024-65535").unwrap(),
        )
    }

    #[track_caller]
    fn check(allowed: &str, url: &str, expect: Result<(), &str>) {
        let judged = guard(allowed).check(url);
        let said = judged.map(drop).map_err(|error| error.to_string());
        match (&said, expect) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => assert!(error.contains(part), "{url}: {error}"),
            _ => panic!("{url}: {said:?}"),
        }
    }

    #[test]
    fn public_https_is_called_and_nothing_else() {
        check("", "https://example.com/hook", Ok(()));
        check("", "https://example.com:8443/hook", Ok(()));
        check("", "https://93.184.216.34/hook", Ok(()));
        check("", "https://[2606:2800:220:1::1]/hook", Ok(()));
        check("", "http://example.com/hook", Err("not https"));
        check("", "ftp://example.com/hook", Err("not a URL"));
        check("", "https://example.com:25/", Err("port 25"));
        check("", "https://example.com:0/", Err("port 0"));
        check("", "https://10.1.2.3/", Err("10.1.2.3 is not a public"));
        check("", "https://printer.local./", Err("printer.local."));
        check("", "https://user@example.com/", Err("user name"));
        check("", "not a url", Err("not a URL"));
        check("", "https:///", Err("not a URL"));
    }

    #[test]
    fn what_is_allowed_is_called_also_in_plain_and_at_any_port() {
        let allowed = "10.1.0.0/16 ::1 Hooks.Internal";

        check(allowed, "http://10.1.2.3:25/", Ok(()));
        check(allowed, "http://[::1]:9/", Ok(()));
        check(allowed, "http://hooks.internal/", Ok(()));
        check(allowed, "https://HOOKS.internal.:4/", Ok(()));
        check(allowed, "http://10.2.2.3/", Err("not https"));
        check(allowed, "https://10.2.2.3/", Err("not a public"));
        check(allowed, "https://other.internal/", Err("not a public"));
        check(
            allowed,
            "https://hooks.internal.example:25/",
            Err("port 25"),
        );
        check(allowed, "http://example.com/", Err("not https"));
        check(allowed, "http://a:b@10.1.2.3/", Err("user name"));
        check(allowed, "file://10.1.2.3/etc/passwd", Err("not a URL"));
    }

    #[test]
    fn addresses_that_a_name_resolved_to_are_judged_by_the_list_too() {
        let admits = |allowed: &str, host: &str, address: &str| {
            guard(allowed).admits(host, address.parse().unwrap())
        };

        assert!(admits("", "example.com", "93.184.216.34"));
        assert!(!admits("", "example.com", "10.1.2.3"));
        assert!(admits("10.1.0.0/16", "example.com", "10.1.2.3"));
        assert!(!admits("10.1.0.0/16", "example.com", "10.2.2.3"));
        assert!(!admits("10.1.0.0/16", "example.com", "::ffff:10.1.2.3"));
        assert!(admits("hooks.internal", "hooks.internal", "10.2.2.3"));
        assert!(!admits("hooks.internal", "example.com", "10.2.2.3"));
    }

    #[test]
    fn every_refusal_has_its_mend() {
        let mend = |url: &str| guard("").check(url).unwrap_err().mend();

        assert!(mend("https://example.com:25/").ends_with("443, 1024-65535"));
        assert!(mend("http://example.com/").contains("https"));
        assert!(mend("https://127.0.0.1/").contains("operator"));
        assert!(mend("https://a:b@example.com/").contains("remove"));
        assert!(mend("nonsense").contains("https://example.com/hook"));
    }
}
