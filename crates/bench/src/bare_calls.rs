//! The leanest webhook caller: hyper's HTTP/1.1 client on kept connections, a signature each, and nothing else.

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use sha2::Sha256;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What every call has in common.
#[derive(Debug)]
pub(crate) struct CallTemplate {
    pub(crate) path: &'static str,
    pub(crate) host: SocketAddr,
    pub(crate) bearer: Option<String>,
    pub(crate) body: Bytes,
    pub(crate) answer: StatusCode,
    /// The header that carries a call's identity.
    pub(crate) id_header: &'static str,
    /// Signs each call, if there is one.
    pub(crate) key: Option<[u8; 32]>,
}

/// Open connections, one call on each at a time.
pub(crate) struct BareCallers {
    connections: Vec<SendRequest<Full<Bytes>>>,
    template: Arc<CallTemplate>,
    rounds: usize,
}

/// What a round of calls came to.
pub(crate) struct CallRound {
    pub(crate) elapsed: Duration,
    /// The answers' bodies.
    pub(crate) answers: Vec<Bytes>,
}

impl BareCallers {
    /// Opens so many connections.
    pub(crate) async fn open(connections: usize, template: CallTemplate) -> Result<BareCallers> {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            let stream = TcpStream::connect(template.host).await?;
            stream.set_nodelay(true)?;
            let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
            tokio::spawn(connection);
            open.push(sender);
        }
        Ok(BareCallers {
            connections: open,
            template: Arc::new(template),
            rounds: 0,
        })
    }

    /// Makes `n` calls, and gives how long that took.
    pub(crate) async fn round(&mut self, n: usize) -> Result<CallRound> {
        self.rounds += 1;
        let next = Arc::new(AtomicUsize::new(0));
        let mut calling = JoinSet::new();
        let begun = Instant::now();
        for sender in self.connections.drain(..) {
            let (template, next, round) = (self.template.clone(), next.clone(), self.rounds);
            calling.spawn(async move { call_until(sender, &template, &next, n, round).await });
        }
        let mut answers = Vec::with_capacity(n);
        while let Some(done) = calling.join_next().await {
            let (sender, some) = done??;
            self.connections.push(sender);
            answers.extend(some);
        }
        Ok(CallRound {
            elapsed: begun.elapsed(),
            answers,
        })
    }
}

async fn call_until(
    mut sender: SendRequest<Full<Bytes>>,
    template: &CallTemplate,
    next: &AtomicUsize,
    n: usize,
    round: usize,
) -> Result<(SendRequest<Full<Bytes>>, Vec<Bytes>)> {
    let mut answers = Vec::new();
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        if at >= n {
            return Ok((sender, answers));
        }
        sender.ready().await?;
        let response = sender.send_request(template.request(round, at)?).await?;
        let status = response.status();
        ensure!(
            status == template.answer,
            "a bare call was answered {status}"
        );
        let answer = response.into_body().collect().await?.to_bytes();
        if !answer.is_empty() {
            answers.push(answer);
        }
    }
}

impl CallTemplate {
    fn request(&self, round: usize, at: usize) -> Result<Request<Full<Bytes>>> {
        let id = format!("bare_{round}_{at}");
        let mut request = Request::post(self.path)
            .header("host", self.host.to_string())
            .header("content-type", "application/json");
        if let Some(key) = &self.key {
            let timestamp = "1760000000";
            let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
            for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", &self.body] {
                mac.update(part);
            }
            let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
            request = request
                .header("webhook-timestamp", timestamp)
                .header("webhook-signature", format!("v1,{signature}"));
        }
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", bearer);
        }
        Ok(request
            .header(self.id_header, id)
            .body(Full::new(self.body.clone()))?)
    }
}
