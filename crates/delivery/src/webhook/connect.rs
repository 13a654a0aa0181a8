//! A connection, TCP and TLS together, within its time.

use hyper_util::client::legacy::connect::HttpConnector;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Timeout, timeout};

use super::guard::GuardedResolver;
use hyper_rustls::HttpsConnector;
use tower_service::Service;

type Inner = HttpsConnector<HttpConnector<GuardedResolver>>;
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The connector bounds its TCP connection itself; this bounds the TLS handshake with it.
#[derive(Debug, Clone)]
pub(super) struct TimedConnector {
    inner: Inner,
    limit: Duration,
}

impl TimedConnector {
    pub(super) fn new(inner: Inner, limit: Duration) -> TimedConnector {
        TimedConnector { inner, limit }
    }
}

impl Service<http::Uri> for TimedConnector {
    type Response = <Inner as Service<http::Uri>>::Response;
    type Error = BoxError;
    type Future = Connecting;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, uri: http::Uri) -> Connecting {
        Connecting {
            attempt: Box::pin(timeout(self.limit, self.inner.call(uri))),
            limit: self.limit,
        }
    }
}

/// A connection on its way.
pub(super) struct Connecting {
    attempt: Pin<Box<Timeout<<Inner as Service<http::Uri>>::Future>>>,
    limit: Duration,
}

impl Future for Connecting {
    type Output = Result<<Inner as Service<http::Uri>>::Response, BoxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.attempt.as_mut().poll(context)) {
            Ok(settled) => settled,
            Err(_) => Err(format!("no connection within {} s", self.limit.as_secs_f32()).into()),
        })
    }
}
