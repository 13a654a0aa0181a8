//! The leanest mail client: SMTP by hand over kept connections, without TCP's delay, in two flights a mail.
//!
//! The first flight is MAIL, RCPT and DATA (RFC 2920), the second the message with its final dot. Nothing is built: the
//! message is one text of the wanted size, in which only the identity differs from mail to mail.

use anyhow::{Result, ensure};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Open sessions, one mail on each at a time.
pub(crate) struct BareMailers {
    sessions: Vec<Session>,
    /// What follows the identity in every message, up to the final dot.
    rest: Arc<[u8]>,
    rounds: usize,
}

struct Session {
    stream: TcpStream,
    input: Vec<u8>,
    output: Vec<u8>,
}

impl BareMailers {
    /// Opens so many sessions for messages of `message_bytes`.
    pub(crate) async fn open(
        sessions: usize,
        relay: SocketAddr,
        message_bytes: usize,
    ) -> Result<BareMailers> {
        let mut open = Vec::with_capacity(sessions);
        for _ in 0..sessions {
            open.push(Session::open(relay).await?);
        }
        let head = b"Subject: bare\r\nContent-Type: text/plain\r\n\r\n";
        let line = [[b'x'; 74].as_slice(), b"\r\n"].concat();
        let mut rest = head.to_vec();
        while rest.len() + line.len() < message_bytes {
            rest.extend_from_slice(&line);
        }
        rest.extend_from_slice(b".\r\n");
        Ok(BareMailers {
            sessions: open,
            rest: rest.into(),
            rounds: 0,
        })
    }

    /// Sends `n` mails, and gives how long that took.
    pub(crate) async fn round(&mut self, n: usize) -> Result<Duration> {
        self.rounds += 1;
        let next = Arc::new(AtomicUsize::new(0));
        let mut sending = JoinSet::new();
        let begun = Instant::now();
        for mut session in self.sessions.drain(..) {
            let (rest, next, round) = (self.rest.clone(), next.clone(), self.rounds);
            sending.spawn(async move {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= n {
                        return anyhow::Ok(session);
                    }
                    session.send(round, at, &rest).await?;
                }
            });
        }
        while let Some(done) = sending.join_next().await {
            self.sessions.push(done??);
        }
        Ok(begun.elapsed())
    }
}

impl Session {
    async fn open(relay: SocketAddr) -> Result<Session> {
        let stream = TcpStream::connect(relay).await?;
        stream.set_nodelay(true)?;
        let mut session = Session {
            stream,
            input: Vec::with_capacity(4096),
            output: Vec::with_capacity(16 * 1024),
        };
        session.replies(1, b'2').await?;
        session.stream.write_all(b"EHLO bench.example\r\n").await?;
        session.replies(1, b'2').await?;
        Ok(session)
    }

    async fn send(&mut self, round: usize, at: usize, rest: &[u8]) -> Result<()> {
        let envelope = format!(
            "MAIL FROM:<bare@wire.example>\r\nRCPT TO:<reader-{at}@bare.example>\r\nDATA\r\n"
        );
        self.stream.write_all(envelope.as_bytes()).await?;
        self.replies(3, b'3').await?;
        self.output.clear();
        let id = format!("Message-ID: <bare_{round}_{at}@wire.example>\r\n");
        self.output.extend_from_slice(id.as_bytes());
        self.output.extend_from_slice(rest);
        self.stream.write_all(&self.output).await?;
        self.replies(1, b'2').await
    }

    /// Reads so many replies; the last must be of this class.
    async fn replies(&mut self, mut wanted: usize, class: u8) -> Result<()> {
        self.input.clear();
        let mut start = 0;
        loop {
            while let Some(end) = self.input[start..].iter().position(|&byte| byte == b'\n') {
                let line = &self.input[start..start + end];
                start += end + 1;
                if line.get(3) == Some(&b'-') {
                    continue;
                }
                wanted -= 1;
                if wanted == 0 {
                    ensure!(line.first() == Some(&class), "a bare mail was refused");
                    return Ok(());
                }
            }
            let read = self.stream.read_buf(&mut self.input).await?;
            ensure!(read > 0, "the sink closed a bare session");
        }
    }
}
