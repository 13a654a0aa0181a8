//! The bodies that the webhook receiver answers with, some of them without an end.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::Interval;

/// A frame of an endless body.
static FRAME: [u8; 16 * 1024] = [b'.'; 16 * 1024];

pub(crate) enum SinkBody {
    Empty,
    Full(Bytes),
    /// As fast as the client reads, until it closes.
    Huge,
    /// One byte at each tick, until the client closes.
    Drip(Interval),
}

impl SinkBody {
    pub(crate) fn drip() -> SinkBody {
        SinkBody::Drip(tokio::time::interval(Duration::from_secs(1)))
    }
}

impl Body for SinkBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = match &mut *self {
            SinkBody::Empty => return Poll::Ready(None),
            SinkBody::Full(bytes) => std::mem::take(bytes),
            SinkBody::Huge => Bytes::from_static(&FRAME),
            SinkBody::Drip(ticks) => {
                std::task::ready!(ticks.poll_tick(context));
                Bytes::from_static(b".")
            }
        };
        if matches!(*self, SinkBody::Full(_)) {
            *self = SinkBody::Empty;
        }
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, SinkBody::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            SinkBody::Empty => SizeHint::with_exact(0),
            SinkBody::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            SinkBody::Huge | SinkBody::Drip(_) => SizeHint::default(),
        }
    }
}
