//! One webhook caller's connection.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use memchr::memmem;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::encrypted::{Encryption, MOST_STREAMS};
use crate::http::{HttpDesk, ReceivedCall};
use crate::http_behaviour::{Behaviour, Served};
use crate::http_body::SinkBody;
use crate::http_raw::RawAnswer;
use crate::record::Keep;

/// Tells hyper to close the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the path asked for a broken connection")]
struct Unanswered;

/// What is to be said by hand once hyper has given the connection back.
type Raw = Arc<Mutex<Option<RawAnswer>>>;

/// Serves one connection to its end. An error is a client that went away, which is no concern of a sink.
pub(crate) async fn serve<S>(stream: S, desk: Arc<HttpDesk>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let raw = Raw::default();
    let asked = raw.clone();
    let service = service_fn(move |request| Box::pin(answer(desk.clone(), asked.clone(), request)));
    let mut connection = http1::Builder::new()
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    let _ = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let mut stream = connection.into_parts().io.into_inner();
    let raw = raw.lock().expect("no holder panics").take();
    let _ = match raw {
        Some(raw) => raw.write_to(&mut stream).await,
        None => stream.shutdown().await,
    };
}

/// Serves one connection behind TLS.
pub(crate) async fn serve_encrypted(
    stream: TcpStream,
    encryption: Encryption,
    desk: Arc<HttpDesk>,
) {
    match encryption.accept(stream).await {
        Ok((stream, true)) => serve_http2(stream, desk).await,
        Ok((stream, false)) => serve(stream, desk).await,
        Err(_) => {}
    }
}

async fn serve_http2<S>(stream: S, desk: Arc<HttpDesk>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| answer(desk.clone(), Raw::default(), request));
    let connection = http2::Builder::new(TokioExecutor::new())
        .max_concurrent_streams(MOST_STREAMS)
        .serve_connection(TokioIo::new(stream), service);
    let _ = connection.await;
}

async fn answer(
    desk: Arc<HttpDesk>,
    raw: Raw,
    request: Request<Incoming>,
) -> Result<Response<SinkBody>, Unanswered> {
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST {
        return Ok(empty(StatusCode::METHOD_NOT_ALLOWED));
    }
    let body = body.collect().await.map_err(|_| Unanswered)?.to_bytes();
    let behaviour = match Served::of(parts.uri.path(), parts.uri.query()) {
        Served::Always(behaviour) => behaviour,
        Served::AfterChallenge(behaviour) => {
            if let Some(response) = challenge_response(&body) {
                record(&desk, &parts, &body, 200);
                return Ok(response);
            }
            behaviour
        }
    };
    if let Behaviour::Raw(answer) = behaviour {
        *raw.lock().expect("no holder panics") = Some(answer);
    }
    let status = status(&desk, &parts, &behaviour);
    record(
        &desk,
        &parts,
        &body,
        status.map_or(0, |status| status.as_u16()),
    );
    respond(behaviour, status).await
}

/// What will be answered, if anything.
fn status(desk: &HttpDesk, parts: &Parts, behaviour: &Behaviour) -> Option<StatusCode> {
    Some(match behaviour {
        Behaviour::Stall | Behaviour::Drop | Behaviour::Raw(_) => return None,
        Behaviour::Gzip => StatusCode::INTERNAL_SERVER_ERROR,
        Behaviour::Flaky { failures } if desk.flaky.before(parts.uri.path()) < *failures => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Behaviour::Ok | Behaviour::Slow(_) | Behaviour::Flaky { .. } => StatusCode::NO_CONTENT,
        Behaviour::NoChallenge | Behaviour::Huge | Behaviour::Drip => StatusCode::OK,
        Behaviour::Status { status, .. } | Behaviour::Redirect(status) => *status,
        Behaviour::Unknown => StatusCode::NOT_FOUND,
    })
}

fn record(desk: &HttpDesk, parts: &Parts, body: &Bytes, status: u16) {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let webhook_id = parts
        .headers
        .get("webhook-id")
        .map(text)
        .unwrap_or_default();
    let size_bytes = body.len();
    let (headers, body) = match desk.keep {
        Keep::Ids => (Vec::new(), None),
        Keep::Bodies => {
            let headers = parts
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), text(value)));
            // A copy, because a slice would keep the whole read buffer alive.
            (headers.collect(), Some(Bytes::copy_from_slice(body)))
        }
    };
    let path = parts.uri.path().to_owned();
    desk.calls.record(ReceivedCall {
        webhook_id,
        path,
        status,
        received: Instant::now(),
        size_bytes,
        headers,
        body,
    });
}

async fn respond(
    behaviour: Behaviour,
    status: Option<StatusCode>,
) -> Result<Response<SinkBody>, Unanswered> {
    let Some(status) = status else {
        return match behaviour {
            Behaviour::Stall => std::future::pending().await,
            _ => Err(Unanswered),
        };
    };
    let mut response = empty(status);
    match behaviour {
        Behaviour::Slow(pause) => tokio::time::sleep(pause).await,
        Behaviour::NoChallenge => return Ok(json(b"{}".as_slice().into())),
        Behaviour::Huge => *response.body_mut() = SinkBody::Huge,
        Behaviour::Drip => *response.body_mut() = SinkBody::drip(),
        Behaviour::Gzip => {
            *response.body_mut() = SinkBody::Full(bomb());
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        Behaviour::Status {
            retry_after: Some(after),
            ..
        } => {
            if let Ok(after) = HeaderValue::try_from(after) {
                response.headers_mut().insert(header::RETRY_AFTER, after);
            }
        }
        Behaviour::Redirect(_) => {
            response
                .headers_mut()
                .insert(header::LOCATION, HeaderValue::from_static("/ok/redirected"));
        }
        _ => {}
    }
    Ok(response)
}

#[derive(Deserialize)]
struct Event<'a> {
    r#type: &'a str,
    #[serde(borrow)]
    data: EventChallenge<'a>,
}

#[derive(Deserialize)]
struct EventChallenge<'a> {
    #[serde(borrow)]
    challenge: &'a RawValue,
}

/// The answer to a challenge; `None` when the body is none. News is told apart without parsing it.
fn challenge_response(body: &[u8]) -> Option<Response<SinkBody>> {
    memmem::find(body, b"endpoint.challenge")?;
    let event: Event<'_> = serde_json::from_slice(body).ok()?;
    (event.r#type == "endpoint.challenge")
        .then(|| json(format!(r#"{{"challenge":{}}}"#, event.data.challenge).into()))
}

/// The head of a gzip stream of zeros (RFC 1952), and so many of its steps that 64 MiB come of 64 KiB.
fn bomb() -> Bytes {
    const HEAD: [u8; 20] = *b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xec\xc1\x01\x01\0\0\0\x80\x90\xfe";
    let mut bytes = HEAD.to_vec();
    bytes.extend_from_slice(b"\xaf\xee\x08\x0a");
    bytes.resize(64 * 1024, 0);
    bytes.into()
}

fn json(text: Bytes) -> Response<SinkBody> {
    let mut response = Response::new(SinkBody::Full(text));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

fn empty(status: StatusCode) -> Response<SinkBody> {
    let mut response = Response::new(SinkBody::Empty);
    *response.status_mut() = status;
    response
}
