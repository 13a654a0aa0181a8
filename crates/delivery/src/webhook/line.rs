//! A connection that calls are made on. One of HTTP/1.1 is driven by whoever uses it: no task of its own, so that a call costs
//! no change of task. One of HTTP/2 is a share of it.

use super::dial::DialError;
use super::shared::Shared;
use crate::stream::Stream;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use release::webhook::Target;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

/// The longest head of an answer, in bytes.
pub(super) const HEAD_BYTES: usize = 64 * 1024;

/// A call's request.
pub(super) type Post = Request<Full<Bytes>>;

type Driver = Connection<TokioIo<Stream>, Full<Bytes>>;

/// A connection between two calls, or in the midst of one.
pub(super) struct Line {
    sender: Sender,
    /// None once the connection has ended: what still waits for it is told so by that. None of HTTP/2.
    driver: Option<Pin<Box<Driver>>>,
}

enum Sender {
    Own(SendRequest<Full<Bytes>>),
    Shared(Shared),
}

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The receiver closed the connection before anything of the request was written.
    #[error("the connection was closed before the request was sent")]
    Unsent(Box<Post>),
    #[error("no answer: {}", chain(.0))]
    Http(#[from] hyper::Error),
    #[error("the URL makes no request: {0}")]
    Request(#[from] http::Error),
}

impl Line {
    /// Takes up what was agreed on: HTTP/2, or else HTTP/1.1.
    pub(super) async fn over(stream: Stream) -> Result<Line, LineError> {
        if stream.is_http2() {
            return Ok(Line::share(Shared::over(stream).await?));
        }
        let (sender, driver) = Builder::new()
            .max_header_size(HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await?;
        Ok(Line {
            sender: Sender::Own(sender),
            driver: Some(Box::pin(driver)),
        })
    }

    fn share(shared: Shared) -> Line {
        Line {
            sender: Sender::Shared(shared),
            driver: None,
        }
    }

    /// Whether other calls use the same connection.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.sender, Sender::Shared(_))
    }

    /// Another line on the same connection, where calls share it and it takes more of them.
    pub(super) fn shared(&self) -> Option<Line> {
        match &self.sender {
            Sender::Shared(shared) if shared.is_ready() => Some(Line::share(shared.clone())),
            _ => None,
        }
    }

    /// Whether one more call would have to wait for others.
    pub(super) fn is_full(&self) -> bool {
        matches!(&self.sender, Sender::Shared(shared) if shared.is_full())
    }

    /// Whether a request may be sent, as far as is known: whatever the receiver did since the last one is looked at now.
    pub(super) async fn is_ready(&mut self) -> bool {
        let driver = &mut self.driver;
        poll_fn(|context| {
            drive(driver, context);
            Poll::Ready(())
        })
        .await;
        match &self.sender {
            Sender::Own(sender) => sender.is_ready(),
            Sender::Shared(shared) => shared.is_ready(),
        }
    }

    /// Sends a request, and waits for the head of its answer.
    pub(super) async fn send(
        &mut self,
        target: &Target,
        request: Post,
    ) -> Result<Response<Incoming>, LineError> {
        let sender = match &mut self.sender {
            Sender::Own(sender) => sender,
            Sender::Shared(shared) => return shared.send(target, request).await,
        };
        let mut answer = Box::pin(sender.try_send_request(request));
        let driver = &mut self.driver;
        let answered = poll_fn(|context| {
            if let Poll::Ready(answered) = answer.as_mut().poll(context) {
                return Poll::Ready(answered);
            }
            drive(driver, context);
            answer.as_mut().poll(context)
        })
        .await;
        answered.map_err(|mut failed| match failed.take_message() {
            Some(request) => LineError::Unsent(Box::new(request)),
            None => LineError::Http(failed.into_error()),
        })
    }

    /// Reads a body to its end, or as much of it as is wanted. True if that was all: only then is the connection of use again.
    pub(super) async fn read(
        &mut self,
        mut body: Incoming,
        most_bytes: usize,
        into: &mut Vec<u8>,
    ) -> bool {
        if body.is_end_stream() {
            return true;
        }
        let driver = &mut self.driver;
        loop {
            let mut frame = body.frame();
            let next = poll_fn(|context| {
                let mut frame = Pin::new(&mut frame);
                if let Poll::Ready(next) = frame.as_mut().poll(context) {
                    return Poll::Ready(next);
                }
                drive(driver, context);
                frame.as_mut().poll(context)
            });
            match next.await {
                None => return true,
                Some(Err(_)) => return false,
                Some(Ok(frame)) => {
                    let data = frame.data_ref().map_or(&[][..], |data| data);
                    let room = most_bytes - into.len();
                    into.extend_from_slice(&data[..data.len().min(room)]);
                    if data.len() > room {
                        return false;
                    }
                }
            }
        }
    }
}

/// Reads and writes what can be read and written now.
fn drive(driver: &mut Option<Pin<Box<Driver>>>, context: &mut Context<'_>) {
    let ended = |driver: &mut Pin<Box<Driver>>| driver.as_mut().poll(context).is_ready();
    // How it ended is told to the request that waits.
    if driver.as_mut().is_some_and(ended) {
        *driver = None;
    }
}

/// What hyper says by itself says little; what people need stands further down.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
