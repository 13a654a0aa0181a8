//! What an operator says of the receivers that may be called: who beside the public ones, and at which ports.

use crate::network::Network;
use serde::Deserialize;
use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use url::Host;

/// Networks and hosts that are called wherever they are, also by `http:` and at any port.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Allowed {
    networks: Vec<Network>,
    /// In lower case, as a URL has them, without a dot at the end.
    hosts: Vec<String>,
}

/// Ports that are called at hosts which are not [`Allowed`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Ports(Vec<RangeInclusive<u16>>);

/// A word of an operator's lists that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardWordError {
    /// Not one of [`Allowed`].
    #[error("`{0}` is neither an address, nor a network such as 10.1.0.0/16, nor a host's name")]
    Allowed(String),
    /// Not one of [`Ports`].
    #[error("`{0}` is neither a port from 1 to 65535 nor a range such as 1024-65535")]
    Port(String),
}

impl Allowed {
    /// Reads addresses, networks and names of hosts, separated by spaces.
    ///
    /// # Errors
    /// [`GuardWordError::Allowed`] with the first that is none of these.
    pub fn parse(text: &str) -> Result<Allowed, GuardWordError> {
        let mut allowed = Allowed::default();
        for word in text.split_whitespace() {
            match (Network::parse(word), Host::parse(word)) {
                (Some(network), _) => allowed.networks.push(network),
                (None, Ok(Host::Domain(name))) if is_bare(&name) => {
                    allowed.hosts.push(without_dot(&name).to_owned());
                }
                _ => return Err(GuardWordError::Allowed(word.to_owned())),
            }
        }
        Ok(allowed)
    }

    /// Whether a URL's host stands here by itself, and not only by what it resolves to.
    pub(super) fn names(&self, host: &Host<&str>) -> bool {
        match host {
            Host::Domain(name) => self.has_host(name),
            Host::Ipv4(address) => self.has_address((*address).into()),
            Host::Ipv6(address) => self.has_address((*address).into()),
        }
    }

    pub(super) fn has_address(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }

    pub(super) fn has_host(&self, name: &str) -> bool {
        self.hosts.iter().any(|host| host == without_dot(name))
    }
}

impl Ports {
    /// Reads ports and ranges of them, separated by spaces.
    ///
    /// # Errors
    /// [`GuardWordError::Port`] with the first that is neither.
    pub fn parse(text: &str) -> Result<Ports, GuardWordError> {
        let range = |word: &str| {
            let (first, last) = word.split_once('-').unwrap_or((word, word));
            let range: RangeInclusive<u16> = first.parse().ok()?..=last.parse().ok()?;
            (*range.start() > 0 && !range.is_empty()).then_some(range)
        };
        text.split_whitespace()
            .map(|word| range(word).ok_or_else(|| GuardWordError::Port(word.to_owned())))
            .collect::<Result<_, _>>()
            .map(Ports)
    }

    pub(super) fn contain(&self, port: u16) -> bool {
        self.0.iter().any(|range| range.contains(&port))
    }
}

impl TryFrom<String> for Allowed {
    type Error = GuardWordError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Allowed::parse(&text)
    }
}

impl TryFrom<String> for Ports {
    type Error = GuardWordError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Ports::parse(&text)
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, range) in self.0.iter().enumerate() {
            let comma = if number > 0 { ", " } else { "" };
            match range.start() == range.end() {
                true => write!(formatter, "{comma}{}", range.start())?,
                false => write!(formatter, "{comma}{}-{}", range.start(), range.end())?,
            }
        }
        Ok(())
    }
}

/// Whether a word is a name and no more: a host's parser takes many a sign that no name has.
fn is_bare(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

pub(super) fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_cannot_be_read_name_the_word() {
        for bad in ["10.0.0.0/33", "https://a.example", "10.1", "a b!c", "[::1]"] {
            let error = Allowed::parse(bad).unwrap_err().to_string();
            assert!(
                error.contains(bad.split(' ').next_back().unwrap()),
                "{error}"
            );
        }
        for bad in ["0", "65536", "9-3", "https", "1-2-3", "-"] {
            let error = Ports::parse(bad).unwrap_err().to_string();
            assert!(error.contains(&format!("`{bad}`")), "{error}");
        }
    }
}
