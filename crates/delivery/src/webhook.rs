//! The webhook worker's way out: signed HTTP POSTs by Standard Webhooks 1.0.0, to public addresses only.

mod connect;
mod guard;

use crate::{Failure, SendError, Sent};
use connect::TimedConnector;
use guard::GuardedResolver;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use release::webhook::{check_url, signature};
use std::time::Duration;
use tokio::time::timeout;

/// How long the rest of a good answer is waited for, only to use its connection again.
const DRAIN: Duration = Duration::from_millis(500);
/// Idle connections are closed after this.
const IDLE: Duration = Duration::from_secs(30);

/// What a caller is told at its start.
#[derive(Debug, Clone, Copy)]
pub struct CallerSettings {
    /// Development only: `http:` and private addresses are called too.
    pub allow_private: bool,
    /// For the TCP connection.
    pub connect_timeout: Duration,
    /// For everything, with the answer's head.
    pub total_timeout: Duration,
    /// No more of an answer is read.
    pub read_limit_bytes: usize,
    /// So much of a refusal's answer is kept.
    pub keep_bytes: usize,
}

/// Makes calls over shared connections.
#[derive(Debug)]
pub struct Caller {
    client: Client<TimedConnector, Full<Bytes>>,
    settings: CallerSettings,
}

/// One call.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The delivery's identity, the same at every attempt.
    pub(crate) id: &'a str,
    pub(crate) url: &'a str,
    /// `whsec_…`
    pub(crate) secret: &'a str,
    pub(crate) body: Bytes,
}

impl Caller {
    /// A caller without connections.
    ///
    /// # Errors
    /// If the system's root certificates cannot be read.
    pub fn new(settings: CallerSettings) -> std::io::Result<Caller> {
        let mut http =
            HttpConnector::new_with_resolver(GuardedResolver::new(settings.allow_private));
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(settings.connect_timeout));
        let https = HttpsConnectorBuilder::new().with_native_roots()?;
        let https = match settings.allow_private {
            true => https.https_or_http(),
            false => https.https_only(),
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(TimedConnector::new(
                https.enable_http1().wrap_connector(http),
                // Name, TCP and TLS, each with the same time.
                settings.connect_timeout * 3,
            ));
        Ok(Caller { client, settings })
    }

    /// Makes a call. 2xx is a yes; redirects are not followed.
    pub(crate) async fn call(&self, call: &Call<'_>, now_ms: i64) -> Result<Sent, SendError> {
        let response = self.answer(call, now_ms).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.refusal(response).await);
        }
        let _ = timeout(DRAIN, self.read(response)).await;
        Ok(Sent {
            status: Some(i64::from(status.as_u16())),
        })
    }

    /// Asks an endpoint to prove that it wants calls: it must answer 2xx and the same challenge.
    pub(crate) async fn challenge(
        &self,
        call: &Call<'_>,
        challenge: &str,
        now_ms: i64,
    ) -> Result<Sent, SendError> {
        let response = self.answer(call, now_ms).await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let status = i64::from(response.status().as_u16());
        let body = timeout(self.settings.total_timeout, self.read(response))
            .await
            .unwrap_or_default();
        let answered = serde_json::from_slice::<serde_json::Value>(&body)
            .is_ok_and(|value| value["challenge"].as_str() == Some(challenge));
        if answered {
            return Ok(Sent {
                status: Some(status),
            });
        }
        let error = "the endpoint did not answer {\"challenge\": …} with the value it was sent";
        Err(SendError::Fail(Failure {
            answer: self.kept(&body),
            ..Failure::answered(status, error)
        }))
    }

    async fn answer(&self, call: &Call<'_>, now_ms: i64) -> Result<Response<Incoming>, SendError> {
        let request = self.request(call, now_ms).map_err(SendError::Fail)?;
        let limit = self.settings.total_timeout;
        match timeout(limit, self.client.request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(Failure::unanswered(chain(&error)).retry()),
            Err(_) => Err(Failure::unanswered(format!(
                "no answer within {} s",
                limit.as_secs_f32()
            ))
            .retry()),
        }
    }

    fn request(&self, call: &Call<'_>, now_ms: i64) -> Result<Request<Full<Bytes>>, Failure> {
        let unsendable = |error: &dyn std::error::Error| Failure::unanswered(error.to_string());
        check_url(call.url, self.settings.allow_private).map_err(|error| unsendable(&error))?;
        let timestamp = now_ms / 1000;
        let signature = signature(call.secret, call.id, timestamp, &call.body)
            .map_err(|error| unsendable(&error))?;
        Request::post(call.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "Dateline/0.1")
            .header("webhook-id", call.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(Full::new(call.body.clone()))
            .map_err(|error| unsendable(&error))
    }

    /// 410 ends the endpoint; every other refusal might be mended by its owner, so it is tried again.
    async fn refusal(&self, response: Response<Incoming>) -> SendError {
        let status = response.status();
        let after_ms = retry_after_ms(response.headers());
        let error = match status.is_redirection() {
            true => format!(
                "answered {status}: redirects are not followed, subscribe with the final URL"
            ),
            false => format!("answered {status}"),
        };
        let body = timeout(DRAIN, self.read(response))
            .await
            .unwrap_or_default();
        let answer = self.kept(&body);
        let failure = Failure {
            answer,
            ..Failure::answered(i64::from(status.as_u16()), error)
        };
        match status {
            StatusCode::GONE => SendError::Gone(failure),
            _ => SendError::Retry { failure, after_ms },
        }
    }

    /// The beginning of an answer, as its owner is shown it.
    fn kept(&self, body: &[u8]) -> String {
        let end = body.len().min(self.settings.keep_bytes);
        String::from_utf8_lossy(&body[..end]).replace('\0', "\u{fffd}")
    }

    /// The body, or as much of it as is read.
    async fn read(&self, response: Response<Incoming>) -> Vec<u8> {
        let mut limited = Limited::new(response.into_body(), self.settings.read_limit_bytes);
        let mut body = Vec::new();
        while let Some(Ok(frame)) = limited.frame().await {
            body.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
        }
        body
    }
}

/// Retry-After in its delay form (RFC 9110, 10.2.3); the date form is rare and reads as no wish.
fn retry_after_ms(headers: &HeaderMap) -> Option<i64> {
    let seconds: i64 = headers
        .get(header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(seconds.clamp(0, 86_400) * 1000)
}

/// The client's errors say "client error (Connect)"; what people need stands further down.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
