//! Names are resolved once, judged, and connected to as judged (literal addresses: `release::webhook::check_url`).

use hyper_util::client::legacy::connect::dns::Name;
use release::webhook::is_public;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::timeout;

const DNS_TIMEOUT: Duration = Duration::from_secs(5);

/// Resolves names once and refuses them if any of their addresses is not public.
#[derive(Debug, Clone)]
pub(super) struct GuardedResolver {
    allow_private: bool,
}

impl GuardedResolver {
    pub(super) fn new(allow_private: bool) -> GuardedResolver {
        GuardedResolver { allow_private }
    }
}

impl tower_service::Service<Name> for GuardedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let looked_up = timeout(DNS_TIMEOUT, tokio::net::lookup_host((name.as_str(), 0))).await;
            let addresses: Vec<SocketAddr> = looked_up
                .map_err(|_| {
                    io::Error::new(
                        io::ErrorKind::TimedOut,
                        format!("{name} did not resolve within 5 s"),
                    )
                })??
                .collect();
            match addresses
                .iter()
                .find(|address| !allow_private && !is_public(address.ip()))
            {
                Some(address) => {
                    let message = format!(
                        "{name} resolves to {}, which is not a public address",
                        address.ip()
                    );
                    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
                }
                None => Ok(addresses.into_iter()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_that_resolve_to_private_addresses_are_refused() {
        use tower_service::Service;
        let name: Name = "localhost".parse().unwrap();

        let refused = GuardedResolver::new(false).call(name.clone()).await;
        let allowed = GuardedResolver::new(true).call(name).await;

        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert!(allowed.unwrap().count() > 0);
    }
}
