//! The webhook worker's way out: signed HTTP POSTs by Standard Webhooks 1.0.0, to public addresses only.

mod connect;
mod guard;

use crate::{SendError, Sent};
use connect::TimedConnector;
use guard::GuardedResolver;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
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
    pub(crate) body: String,
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
        if status.is_success() {
            let _ = timeout(DRAIN, self.read(response)).await;
            return Ok(Sent {
                status: Some(i64::from(status.as_u16())),
            });
        }
        let after_ms = retry_after_ms(response.headers());
        Err(refusal(status, after_ms))
    }

    /// Asks an endpoint to prove that it wants calls: it must answer 2xx and the same challenge.
    pub(crate) async fn challenge(
        &self,
        call: &Call<'_>,
        challenge: &str,
        now_ms: i64,
    ) -> Result<Sent, SendError> {
        let response = self.answer(call, now_ms).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(refusal(status, retry_after_ms(response.headers())));
        }
        let status = Some(i64::from(status.as_u16()));
        let read = timeout(self.settings.total_timeout, self.read(response)).await;
        let body = read.ok().and_then(Result::ok).unwrap_or_default();
        let answered = serde_json::from_slice::<serde_json::Value>(&body)
            .is_ok_and(|value| value["challenge"].as_str() == Some(challenge));
        match answered {
            true => Ok(Sent { status }),
            false => {
                let error =
                    "the endpoint did not answer {\"challenge\": …} with the value it was sent"
                        .to_owned();
                Err(SendError::Fail { status, error })
            }
        }
    }

    async fn answer(&self, call: &Call<'_>, now_ms: i64) -> Result<Response<Incoming>, SendError> {
        let request = self.request(call, now_ms)?;
        let retry = |error: String| SendError::Retry {
            status: None,
            after_ms: None,
            error,
        };
        match timeout(self.settings.total_timeout, self.client.request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(retry(chain(&error))),
            Err(_) => Err(retry(format!(
                "no answer within {} s",
                self.settings.total_timeout.as_secs_f32()
            ))),
        }
    }

    fn request(&self, call: &Call<'_>, now_ms: i64) -> Result<Request<Full<Bytes>>, SendError> {
        let fail = |error: String| SendError::Fail {
            status: None,
            error,
        };
        check_url(call.url, self.settings.allow_private)
            .map_err(|error| fail(error.to_string()))?;
        let timestamp = now_ms / 1000;
        let signature = signature(call.secret, call.id, timestamp, call.body.as_bytes())
            .map_err(|e| fail(e.to_string()))?;
        Request::post(call.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "Dateline/0.1")
            .header("webhook-id", call.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(Full::new(Bytes::from(call.body.clone())))
            .map_err(|error| fail(error.to_string()))
    }

    async fn read(
        &self,
        response: Response<Incoming>,
    ) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
        let limited = Limited::new(response.into_body(), self.settings.read_limit_bytes);
        match limited.collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                Err("the answer is longer than is read".into())
            }
            Err(error) => Err(error),
        }
    }
}

/// 410 ends the endpoint; other 3xx and 4xx might be mended by its owner, so all of them are tried again.
fn refusal(status: StatusCode, after_ms: Option<i64>) -> SendError {
    let code = i64::from(status.as_u16());
    match status {
        StatusCode::GONE => SendError::Gone {
            status: code,
            error: "answered 410 Gone".into(),
        },
        status if status.is_redirection() => SendError::Retry {
            status: Some(code),
            after_ms,
            error: format!(
                "answered {status}: redirects are not followed, subscribe with the final URL"
            ),
        },
        status => SendError::Retry {
            status: Some(code),
            after_ms,
            error: format!("answered {status}"),
        },
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
