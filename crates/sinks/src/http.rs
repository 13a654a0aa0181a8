//! The webhook receiver as tests see it.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::body::Bytes;

use crate::encrypted::{Encryption, Offer};
use crate::http_behaviour::Served;
use crate::http_call;
use crate::listening::Listening;
use crate::record::{Attempts, Keep, Recorder, Shortfall};

/// One POST that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedCall {
    /// The `webhook-id` header; empty if there was none.
    pub webhook_id: String,
    /// The path, without the query.
    pub path: String,
    /// The status that was, or will be, answered; 0 when there is no answer (`/drop`, `/stall`).
    pub status: u16,
    /// When the body had been read.
    pub received: Instant,
    /// How long the body was.
    pub size_bytes: usize,
    /// All headers in their order, names in lower case, with [`Keep::Bodies`]; else empty.
    pub headers: Vec<(String, String)>,
    /// The body, with [`Keep::Bodies`].
    pub body: Option<Bytes>,
}

impl ReceivedCall {
    /// Whether the receiver took the news: it answered 2xx, or would have had `/drop` not cut it short.
    pub fn taken(&self) -> bool {
        (200..300).contains(&self.status)
            || (self.status == 0 && Served::of(&self.path, None).drops())
    }

    /// The first header of this name (in lower case), with [`Keep::Bodies`].
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A webhook receiver that records the calls it reads.
///
/// It speaks HTTP/1.1 with keep-alive, or, [encrypted](HttpSink::start_encrypted), HTTP/2 as well, and takes POST only (405
/// otherwise, not recorded). The first segment of the path says how a call is served:
///
/// | path | what happens |
/// |---|---|
/// | `/ok/…` | 204; a challenge is answered |
/// | `/challenge/…` | as `/ok/…`; or as any other row of this table once the challenge is answered: `/challenge/status/500/…` |
/// | `/nochallenge/…` | 200 with an empty object, to challenges as well |
/// | `/status/NNN/…` | NNN; with `?retry_after=S`, a `Retry-After: S` header |
/// | `/flaky/N/…` | the first N calls of this path are answered 503, later ones 204 |
/// | `/slow/MS/…` | 204 after MS milliseconds |
/// | `/stall/…` | never answered |
/// | `/drop/…` | the connection is closed without an answer: the outcome is unknown to the sender |
/// | `/huge/…` | 200 with an endless body, as fast as the client reads |
/// | `/drip/…` | 200 with an endless body, one byte a second |
/// | `/gzip/…` | 500 with 64 KiB that say they are gzip, and unfold to 64 MiB |
/// | `/headers/…` | a head that never ends, as fast as the client reads |
/// | `/continue/…` | 100 for ever, as fast as the client reads |
/// | `/trickle/…` | a head, one byte a second |
/// | `/cut/…` | 500 with half of the body that its head announces; then the connection is closed |
/// | `/http10/…` | 500 of HTTP/1.0, with a body that ends with the connection |
/// | `/noise/…` | what is no HTTP |
/// | `/redirect/…` | 302 to `/ok/redirected`; with `/redirect/307/…` another status |
/// | anything else | 404 |
///
/// A challenge is a JSON body whose `type` is `endpoint.challenge`; its answer is 200 with
/// `{"challenge": <the value of data.challenge>}`. Calls are recorded before they are answered, whatever the answer.
/// The sink ends when it is dropped.
pub struct HttpSink {
    listening: Listening,
    desk: Arc<HttpDesk>,
    scheme: &'static str,
}

/// What all connections of one sink share.
pub(crate) struct HttpDesk {
    pub(crate) keep: Keep,
    pub(crate) calls: Recorder<ReceivedCall>,
    pub(crate) flaky: Attempts,
}

impl HttpDesk {
    fn new(keep: Keep) -> HttpDesk {
        HttpDesk {
            keep,
            calls: Recorder::new(),
            flaky: Attempts::default(),
        }
    }
}

impl HttpSink {
    /// Listens at `bind` (port 0 finds a free one), keeping ids only. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start(bind: SocketAddr) -> io::Result<HttpSink> {
        HttpSink::start_keeping(bind, Keep::Ids)
    }

    /// Listens at `bind` and keeps as much of each call as `keep` says.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start_keeping(bind: SocketAddr, keep: Keep) -> io::Result<HttpSink> {
        let desk = Arc::new(HttpDesk::new(keep));
        let serving = desk.clone();
        let listening = Listening::start(bind, move |stream| {
            http_call::serve(stream, serving.clone())
        })?;
        Ok(HttpSink {
            listening,
            desk,
            scheme: "http",
        })
    }

    /// Listens at `bind` behind TLS, with a certificate for `hook.example`, its subdomains, `localhost` and `127.0.0.1` that
    /// only [`trusting`](crate::trusting) clients take. What [breaks HTTP](HttpSink) needs HTTP/1.1.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start_encrypted(bind: SocketAddr, keep: Keep, offer: Offer) -> io::Result<HttpSink> {
        let desk = Arc::new(HttpDesk::new(keep));
        let (serving, encryption) = (desk.clone(), Encryption::new(offer)?);
        let listening = Listening::start(bind, move |stream| {
            http_call::serve_encrypted(stream, encryption.clone(), serving.clone())
        })?;
        Ok(HttpSink {
            listening,
            desk,
            scheme: "https",
        })
    }

    /// The address it listens at, with the real port.
    pub fn addr(&self) -> SocketAddr {
        self.listening.addr()
    }

    /// The URL of `path` (with its leading slash) at this sink.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.addr())
    }

    /// Closes the port and all connections; what was recorded can still be asked for.
    pub async fn stop(&self) {
        self.listening.stop().await;
    }

    /// All calls so far, in the order in which they were read, whatever they were answered.
    pub fn calls(&self) -> Vec<ReceivedCall> {
        self.desk.calls.rows()
    }

    /// How many calls were read, whatever they were answered.
    pub fn count(&self) -> usize {
        self.desk.calls.count()
    }

    /// How many connections were opened.
    pub fn connections(&self) -> usize {
        self.listening.connections()
    }

    /// How often each `webhook-id` was [taken](ReceivedCall::taken); above one is a double.
    pub fn ids(&self) -> HashMap<String, u32> {
        self.desk.calls.ids(id_of)
    }

    /// Waits until `wanted` calls are recorded, whatever they were answered.
    ///
    /// # Errors
    /// When fewer have come within `deadline`.
    pub async fn wait_for(&self, wanted: usize, deadline: Duration) -> Result<(), Shortfall> {
        self.desk.calls.wait_for(wanted, deadline).await
    }

    /// Waits until calls with `wanted` different ids are [taken](ReceivedCall::taken).
    ///
    /// # Errors
    /// When fewer have come within `deadline`.
    pub async fn wait_for_ids(&self, wanted: usize, deadline: Duration) -> Result<(), Shortfall> {
        self.desk.calls.wait_for_ids(wanted, deadline, id_of).await
    }

    /// Forgets all calls, and how often flaky paths were called.
    pub fn clear(&self) {
        self.desk.calls.clear();
        self.desk.flaky.clear();
    }
}

fn id_of(call: &ReceivedCall) -> Option<&str> {
    call.taken().then_some(call.webhook_id.as_str())
}
