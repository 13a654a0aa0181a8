//! One HTTP/2 connection, shared by calls at once. A task of its own drives it, and ends when the last call and the kept
//! handle are gone.

use super::line::{HEAD_BYTES, LineError, Post};
use crate::stream::Stream;
use http::header::HOST;
use http::{HeaderValue, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use release::webhook::Target;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use tokio::sync::Notify;

/// Calls at once on one connection, however many more the receiver would take.
const MOST_STREAMS: usize = 100;
/// What one answer, and all answers, may have sent that was not read yet, in bytes.
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;

/// A handle of a connection; clones share it.
#[derive(Clone)]
pub(super) struct Shared {
    sender: SendRequest<http_body_util::Full<hyper::body::Bytes>>,
    state: Arc<State>,
    /// Counts the handles.
    handles: Arc<()>,
}

struct State {
    /// Streams that the receiver allows at once, as it said last.
    most_streams: AtomicUsize,
    /// Then it is looked at again what the receiver allows.
    answered: Notify,
    /// A call was given up without an answer: it may be the receiver, or the connection.
    is_silent: AtomicBool,
}

impl Shared {
    /// Takes up HTTP/2 on a connection that agreed to it.
    pub(super) async fn over(stream: Stream) -> Result<Shared, hyper::Error> {
        let (sender, mut driver) = Builder::new(TokioExecutor::new())
            .max_header_list_size(HEAD_BYTES as u32)
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .handshake(TokioIo::new(stream))
            .await?;
        let state = Arc::new(State {
            most_streams: AtomicUsize::new(MOST_STREAMS),
            answered: Notify::new(),
            is_silent: AtomicBool::new(false),
        });
        let told = state.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    // How it ended is told to the calls that wait.
                    _ended = &mut driver => return,
                    () = told.answered.notified() => {}
                }
                let most = driver.current_max_send_streams().min(MOST_STREAMS);
                told.most_streams.store(most, Relaxed);
            }
        });
        Ok(Shared {
            sender,
            state,
            handles: Arc::default(),
        })
    }

    /// Whether a call may be sent, as far as is known.
    pub(super) fn is_ready(&self) -> bool {
        self.sender.is_ready() && !self.state.is_silent.load(Relaxed)
    }

    /// Whether one more call would have to wait for others; asked of the handle that is kept.
    pub(super) fn is_full(&self) -> bool {
        Arc::strong_count(&self.handles) > self.state.most_streams.load(Relaxed)
    }

    /// Sends a request, and waits for the head of its answer. Where that is given up, the connection takes no more calls.
    pub(super) async fn send(
        &mut self,
        target: &Target,
        mut request: Post,
    ) -> Result<Response<Incoming>, LineError> {
        let line_of_http1 = to_http2(&mut request, target)?;
        let unanswered = Unanswered(&self.state);
        let answered = self.sender.try_send_request(request).await;
        std::mem::forget(unanswered);
        self.state.answered.notify_one();
        answered.map_err(|mut failed| match failed.take_message() {
            Some(mut request) => {
                to_http1(&mut request, line_of_http1);
                LineError::Unsent(Box::new(request))
            }
            None => LineError::Http(failed.into_error()),
        })
    }
}

/// A call that waits: dropped, it was given up.
struct Unanswered<'a>(&'a State);

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        self.0.is_silent.store(true, Relaxed);
    }
}

/// HTTP/2 has scheme and authority beside the path, and no `Host` (RFC 9113, 8.3.1). What was there before comes back.
fn to_http2(
    request: &mut Post,
    target: &Target,
) -> Result<(Uri, Option<HeaderValue>), http::Error> {
    let whole = format!("https://{}{}", target.authority, target.path);
    let uri = std::mem::replace(request.uri_mut(), whole.try_into()?);
    Ok((uri, request.headers_mut().remove(HOST)))
}

fn to_http1(request: &mut Post, (uri, host): (Uri, Option<HeaderValue>)) {
    *request.uri_mut() = uri;
    request.headers_mut().extend(host.map(|host| (HOST, host)));
}
