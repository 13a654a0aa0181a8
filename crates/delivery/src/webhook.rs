//! The webhook worker's way out: signed HTTP POSTs by Standard Webhooks 1.0.0, to public addresses only.

mod dial;
mod kept;
mod line;
mod lines;
mod names;
mod shared;
#[cfg(test)]
mod tests;

use crate::{Failure, SendError, Sent};
use dial::Dialer;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use line::{Line, Post};
use lines::Lines;
use names::Names;
use release::time::parse_http_date;
use release::webhook::{Guard, Signers, Target};
use std::fmt;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long the rest of an answer is waited for, once its head has said what became of the call.
const DRAIN: Duration = Duration::from_millis(500);

/// What a caller is told at its start.
#[derive(Debug, Clone)]
pub struct CallerSettings {
    /// Which URLs are called.
    pub guard: Guard,
    /// For each of the name, the TCP connection and TLS.
    pub connect_timeout: Duration,
    /// For everything, with the answer's body.
    pub total_timeout: Duration,
    /// Connections that are kept for another call, over all hosts.
    pub kept: usize,
    /// No more of an answer is read.
    pub read_limit_bytes: usize,
    /// So much of a refusal's answer is kept.
    pub keep_bytes: usize,
}

/// Makes calls over kept connections.
pub struct Caller {
    lines: Lines,
    settings: CallerSettings,
}

impl fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Caller")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The head of an answer, with the connection that its body comes on.
struct Answer {
    target: Target,
    line: Line,
    response: Response<Incoming>,
    /// When the call has had its time.
    end: Instant,
}

impl Answer {
    /// With no more time for the rest than this.
    fn within(self, limit: Duration) -> Answer {
        let end = self.end.min(Instant::now() + limit);
        Answer { end, ..self }
    }
}

/// One call.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The delivery's identity, the same at every attempt.
    pub(crate) id: &'a str,
    pub(crate) url: &'a str,
    pub(crate) signers: Signers<'a>,
    pub(crate) body: Bytes,
}

impl Caller {
    /// A caller without connections.
    ///
    /// # Errors
    /// If the system's root certificates cannot be read.
    pub fn new(settings: CallerSettings) -> std::io::Result<Caller> {
        let tls = crate::tls_config()?;
        let dialer = Dialer::new(
            settings.guard.clone(),
            Names::System,
            settings.connect_timeout,
            &tls,
        );
        Ok(Caller::over(dialer, settings))
    }

    fn over(dialer: Dialer, settings: CallerSettings) -> Caller {
        Caller {
            lines: Lines::new(dialer, settings.kept),
            settings,
        }
    }

    /// Makes a call. 2xx is a yes; redirects are not followed.
    pub(crate) async fn call(&self, call: &Call<'_>, now_ms: i64) -> Result<Sent, SendError> {
        let answer = self.answer(call, now_ms).await?;
        let status = answer.response.status();
        if !status.is_success() {
            return Err(self.refusal(answer, now_ms).await);
        }
        self.read(answer.within(DRAIN)).await;
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
        let answer = self.answer(call, now_ms).await?;
        let status = answer.response.status();
        if !status.is_success() {
            return Err(self.refusal(answer, now_ms).await);
        }
        let status = i64::from(status.as_u16());
        let encoding = encoding(&answer.response);
        let body = self.read(answer).await;
        let answered = serde_json::from_slice::<serde_json::Value>(&body)
            .is_ok_and(|value| value["challenge"].as_str() == Some(challenge));
        if answered {
            return Ok(Sent {
                status: Some(status),
            });
        }
        let error = "the endpoint did not answer {\"challenge\": …} with the value it was sent";
        Err(SendError::Fail(Failure {
            answer: self.kept(encoding, &body),
            ..Failure::answered(status, error)
        }))
    }

    async fn answer(&self, call: &Call<'_>, now_ms: i64) -> Result<Answer, SendError> {
        let (target, request) = self.request(call, now_ms).map_err(SendError::Fail)?;
        let limit = self.settings.total_timeout;
        let end = Instant::now() + limit;
        match timeout_at(end, self.lines.send(&target, request)).await {
            Ok(Ok((line, response))) => Ok(Answer {
                target,
                line,
                response,
                end,
            }),
            Ok(Err(error)) => Err(Failure::unanswered(error.to_string()).retry()),
            Err(_) => Err(Failure::unanswered(format!(
                "no answer within {} s",
                limit.as_secs_f32()
            ))
            .retry()),
        }
    }

    fn request(&self, call: &Call<'_>, now_ms: i64) -> Result<(Target, Post), Failure> {
        let unsendable = |error: &dyn std::error::Error| Failure::unanswered(error.to_string());
        let guard = &self.settings.guard;
        let target = guard.check(call.url).map_err(|error| unsendable(&error))?;
        let timestamp = now_ms / 1000;
        let signature = call
            .signers
            .header(call.id, timestamp, &call.body)
            .map_err(|error| unsendable(&error))?;
        let request = Request::post(target.path.as_str())
            .header(header::HOST, target.authority.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "Dateline/0.1")
            // Nothing is ever unpacked, so nothing can unfold to more than was read.
            .header(header::ACCEPT_ENCODING, "identity")
            .header("webhook-id", call.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(Full::new(call.body.clone()))
            .map_err(|error| unsendable(&error))?;
        Ok((target, request))
    }

    /// 410 ends the endpoint; every other refusal might be mended by its owner, so it is tried again.
    async fn refusal(&self, answer: Answer, now_ms: i64) -> SendError {
        let status = answer.response.status();
        let after_ms = retry_after_ms(answer.response.headers(), now_ms);
        let error = match status.is_redirection() {
            true => format!(
                "answered {status}: redirects are not followed, subscribe with the final URL"
            ),
            false => format!("answered {status}"),
        };
        let encoding = encoding(&answer.response);
        let body = self.read(answer.within(DRAIN)).await;
        let answer = self.kept(encoding, &body);
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
    fn kept(&self, encoding: Option<String>, body: &[u8]) -> String {
        if let Some(encoding) = encoding {
            return format!("not shown: encoded as {encoding}, where identity was asked for");
        }
        let end = body.len().min(self.settings.keep_bytes);
        String::from_utf8_lossy(&body[..end]).replace('\0', "\u{fffd}")
    }

    /// The body, or as much of it as is read and comes in time; the connection is kept if that was all.
    async fn read(&self, answer: Answer) -> Vec<u8> {
        let Answer {
            target,
            mut line,
            response,
            end,
        } = answer;
        let most_bytes = self.settings.read_limit_bytes;
        let mut read = Vec::new();
        let whole = line.read(response.into_body(), most_bytes, &mut read);
        if let Ok(true) = timeout_at(end, whole).await {
            self.lines.give_back(&target, line);
        }
        read
    }
}

/// How an answer's body is encoded, if it is (RFC 9110, 8.4).
fn encoding(response: &Response<Incoming>) -> Option<String> {
    let encoding = response.headers().get(header::CONTENT_ENCODING)?;
    let name = release::address::printable(&String::from_utf8_lossy(encoding.as_bytes()));
    (!name.eq_ignore_ascii_case("identity")).then_some(name)
}

/// How long a receiver wishes to be left alone, milliseconds, up to a day: Retry-After as a delay or as a date (RFC 9110, 10.2.3).
fn retry_after_ms(headers: &HeaderMap, now_ms: i64) -> Option<i64> {
    const DAY_MS: i64 = 86_400_000;

    let wish = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let delay_ms = match wish.parse::<u32>() {
        Ok(delay_s) => i64::from(delay_s) * 1000,
        Err(_) => parse_http_date(wish)? - now_ms,
    };
    Some(delay_ms.clamp(0, DAY_MS))
}
