//! Whose request it is, as far as that can be known, and how many forms one client may send.

use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use release::network::Network;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Mutex;

/// Clients that are remembered; beyond it, those who have been quiet are forgotten.
const MOST_CLIENTS: usize = 10_000;
const HOUR_MS: i64 = 3_600_000;

/// Networks whose `X-Forwarded-For` is believed. Anybody can write that header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

/// Why a list of proxies cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither an address nor a network such as 10.0.0.0/8")]
pub struct ProxiesError(String);

impl Proxies {
    /// Reads addresses and networks, separated by spaces or commas.
    ///
    /// # Errors
    /// Names the first that is neither.
    pub fn parse(text: &str) -> Result<Proxies, ProxiesError> {
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        words
            .map(|word| Network::parse(word).ok_or_else(|| ProxiesError(word.to_owned())))
            .collect::<Result<_, _>>()
            .map(Proxies)
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// Who asks: the peer; where the peer is a trusted proxy, the last address in `X-Forwarded-For` that is not one.
    pub(crate) fn client(&self, parts: &Parts) -> IpAddr {
        // Requests made in this process have no peer.
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(local, |ConnectInfo(peer)| peer.ip().to_canonical());
        self.told(peer, &parts.headers)
    }

    fn told(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let values = headers.get_all("x-forwarded-for").iter();
        let text: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
        for word in text.join(",").rsplit(',') {
            if !self.trust(client) {
                return client;
            }
            let Ok(next) = word.trim().parse::<IpAddr>() else {
                return client;
            };
            client = next.to_canonical();
        }
        client
    }
}

/// Forms sent by each client in the last hour. It lives in memory: a new process begins with none.
#[derive(Debug)]
pub(crate) struct Tries {
    per_hour: u32,
    of: Mutex<HashMap<IpAddr, (i64, u32)>>,
}

impl Tries {
    pub(crate) fn new(per_hour: u32) -> Tries {
        Tries {
            per_hour,
            of: Mutex::default(),
        }
    }

    /// Counts one; else, for a client that has had too many in its hour, how long until that is over, in milliseconds.
    pub(crate) fn take(&self, client: IpAddr, now_ms: i64) -> Result<(), i64> {
        // Whoever has one IPv6 address has a whole network of them.
        let client = match client {
            IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
            client => client,
        };
        let mut of = self.of.lock().expect("no holder panics");
        if of.len() >= MOST_CLIENTS {
            of.retain(|_, (since_ms, _)| now_ms - *since_ms < HOUR_MS);
        }
        if of.len() >= MOST_CLIENTS && !of.contains_key(&client) {
            return Err(HOUR_MS);
        }
        let (since_ms, tries) = of.entry(client).or_insert((now_ms, 0));
        if now_ms - *since_ms >= HOUR_MS {
            (*since_ms, *tries) = (now_ms, 0);
        }
        *tries = tries.saturating_add(1);
        match *tries <= self.per_hour {
            true => Ok(()),
            false => Err(*since_ms + HOUR_MS - now_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let check = |trusted: &str, peer: &str, forwarded: &str, expect: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", HeaderValue::from_str(forwarded).unwrap());
            let proxies = Proxies::parse(trusted).unwrap();
            let client = proxies.told(peer.parse().unwrap(), &headers);
            assert_eq!(client.to_string(), expect, "{trusted} {peer} {forwarded}");
        };

        check("", "192.0.2.1", "203.0.113.9", "192.0.2.1");
        check("192.0.2.1", "192.0.2.1", "203.0.113.9", "203.0.113.9");
        check("192.0.2.0/24", "192.0.2.1", "203.0.113.9", "203.0.113.9");
        check(
            "192.0.2.0/24",
            "198.51.100.1",
            "203.0.113.9",
            "198.51.100.1",
        );
        check(
            "192.0.2.0/24",
            "192.0.2.1",
            "10.0.0.1, 203.0.113.9",
            "203.0.113.9",
        );
        check(
            "192.0.2.0/24",
            "192.0.2.1",
            "203.0.113.9, 192.0.2.7",
            "203.0.113.9",
        );
        check("192.0.2.1", "192.0.2.1", "nonsense", "192.0.2.1");
        check("::1 fd00::/8", "fd00::1", "2001:db8::1", "2001:db8::1");
        check("0.0.0.0/0", "192.0.2.1", "203.0.113.9", "203.0.113.9");
    }

    #[test]
    fn lists_that_cannot_be_read_name_the_word() {
        for bad in ["proxy.example", "10.0.0.0/33", "10.0.0.0/x"] {
            assert_eq!(Proxies::parse(bad), Err(ProxiesError(bad.to_owned())));
        }
    }

    #[test]
    fn each_client_has_its_own_hour() {
        let tries = Tries::new(2);
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let neighbours: [IpAddr; 2] = [
            "2001:db8::1".parse().unwrap(),
            "2001:db8::2".parse().unwrap(),
        ];

        assert_eq!((tries.take(one, 5), tries.take(one, 6)), (Ok(()), Ok(())));
        assert_eq!(tries.take(one, 7), Err(HOUR_MS - 2));
        assert_eq!(tries.take(other, 7), Ok(()));
        assert_eq!(tries.take(one, HOUR_MS + 5), Ok(()));
        assert!(tries.take(neighbours[0], 0).is_ok() && tries.take(neighbours[1], 0).is_ok());
        assert!(tries.take(neighbours[0], 0).is_err());
    }
}
