//! Answers that break HTTP, or an old one's, written by hand.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};

/// What is written instead of an answer: see the table at [`HttpSink`](crate::HttpSink).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RawAnswer {
    Headers,
    Continue,
    Trickle,
    Cut,
    Http10,
    Noise,
}

impl RawAnswer {
    pub(crate) fn of(verb: &str) -> Option<RawAnswer> {
        Some(match verb {
            "headers" => RawAnswer::Headers,
            "continue" => RawAnswer::Continue,
            "trickle" => RawAnswer::Trickle,
            "cut" => RawAnswer::Cut,
            "http10" => RawAnswer::Http10,
            "noise" => RawAnswer::Noise,
            _ => return None,
        })
    }

    /// Writes it; an error is a client that has had enough.
    pub(crate) async fn write_to<S: AsyncWrite + Unpin>(self, stream: &mut S) -> io::Result<()> {
        match self {
            RawAnswer::Headers => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
                for_ever(stream, &b"x: y\r\n".repeat(1000)).await
            }
            RawAnswer::Continue => {
                let said = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
                for_ever(stream, &said).await
            }
            RawAnswer::Trickle => trickle(stream, b"HTTP/1.1 200 OK\r\nx: ").await,
            RawAnswer::Cut => {
                let head = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 12\r\n\r\n";
                stream.write_all(format!("{head}half a").as_bytes()).await
            }
            RawAnswer::Http10 => {
                let answer = b"HTTP/1.0 500 Internal Server Error\r\n\r\nof old";
                stream.write_all(answer).await
            }
            RawAnswer::Noise => stream.write_all(b"\x00\xffnoise\r\n\r\n").await,
        }?;
        stream.shutdown().await
    }
}

async fn for_ever<S: AsyncWrite + Unpin>(stream: &mut S, said: &[u8]) -> io::Result<()> {
    loop {
        stream.write_all(said).await?;
    }
}

/// The beginning, and then a value without an end.
async fn trickle<S: AsyncWrite + Unpin>(stream: &mut S, beginning: &[u8]) -> io::Result<()> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    for byte in beginning.iter().chain(std::iter::repeat(&b'y')) {
        ticks.tick().await;
        stream.write_all(&[*byte]).await?;
    }
    Ok(())
}
