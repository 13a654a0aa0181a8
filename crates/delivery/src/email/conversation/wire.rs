//! Lines to and replies from a relay, each with an end to its patience.

use std::fmt;
use std::io::{self, Write as _};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};

use super::error::{SmtpError, Stage};
use super::reply::{Reply, ReplyFault};

/// How much is read at a time, in bytes.
const READ_BYTES: usize = 4 * 1024;

/// A stream with its two buffers, used again for every mail.
pub(super) struct Wire<S> {
    stream: S,
    input: Vec<u8>,
    output: Vec<u8>,
}

impl<S: fmt::Debug> fmt::Debug for Wire<S> {
    /// Without the buffers: they hold mails, and for a moment a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Wire")
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

/// What can go wrong on the wire. What it means depends on whether the final dot was out.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    TimedOut,
    Reply(ReplyFault),
}

impl Fault {
    pub(super) fn before_dot(self, stage: Stage) -> SmtpError {
        match self {
            Fault::Io(source) => SmtpError::Broken { stage, source },
            Fault::TimedOut => SmtpError::TimedOut { stage },
            Fault::Reply(source) => SmtpError::Protocol { stage, source },
        }
    }

    pub(super) fn after_dot(self, stage: Stage) -> SmtpError {
        match self {
            Fault::Io(source) => SmtpError::Unknown { stage, source },
            Fault::TimedOut => SmtpError::Unknown {
                stage,
                source: io::ErrorKind::TimedOut.into(),
            },
            Fault::Reply(fault) => fault.after_dot(stage),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        Wire {
            stream,
            input: Vec::with_capacity(READ_BYTES),
            output: Vec::new(),
        }
    }

    /// Adds a line to what is written next.
    pub(super) fn put(&mut self, line: fmt::Arguments<'_>) {
        self.output
            .write_fmt(line)
            .expect("a vector takes every write");
    }

    /// What is written next.
    pub(super) fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    /// Hands over all that was put, in one write. It fails only while some of it is still ours.
    pub(super) async fn write(&mut self, end: Instant) -> Result<(), Fault> {
        if !self.input.is_empty() {
            return Err(Fault::Reply(ReplyFault::Unasked));
        }
        let written = timeout_at(end, self.stream.write_all(&self.output)).await;
        self.output.clear();
        written.map_err(|_| Fault::TimedOut)?.map_err(Fault::Io)
    }

    /// The next reply, once a stream that keeps back what it was handed (TLS) has let go of it.
    pub(super) async fn flushed_reply(&mut self, end: Instant) -> Result<Reply, Fault> {
        loop {
            if let Some((reply, length)) = Reply::parse(&self.input).map_err(Fault::Reply)? {
                self.input.drain(..length);
                return Ok(reply);
            }
            self.input.reserve(READ_BYTES);
            let read = async {
                self.stream.flush().await?;
                self.stream.read_buf(&mut self.input).await
            };
            match timeout_at(end, read).await {
                Err(_) => return Err(Fault::TimedOut),
                Ok(Err(error)) => return Err(Fault::Io(error)),
                Ok(Ok(0)) => return Err(Fault::Io(io::ErrorKind::UnexpectedEof.into())),
                Ok(Ok(_)) => {}
            }
        }
    }

    /// Closes our side.
    pub(super) async fn close(&mut self, limit: Duration) -> Result<(), Fault> {
        timeout(limit, self.stream.shutdown())
            .await
            .map_err(|_| Fault::TimedOut)?
            .map_err(Fault::Io)
    }

    pub(super) fn stream(&self) -> &S {
        &self.stream
    }

    /// The bare stream, if nothing was read from it that has not been taken.
    pub(super) fn into_stream(self) -> Result<S, SmtpError> {
        if self.input.is_empty() {
            Ok(self.stream)
        } else {
            Err(SmtpError::PlaintextInjected)
        }
    }
}
