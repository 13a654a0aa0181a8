//! The listener to which a relay brings mail that came back. It trusts nobody who connects: all that is read is bounded, in size, in
//! time and in number.

use super::dialogue::{Dialogue, MOST_BYTES, Next};
use super::unstuffing::Unstuffing;
use crate::Intake;
use std::io::{Error, ErrorKind};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tracing::{debug, error, warn};

/// Conversations at once.
const MOST_CONVERSATIONS: usize = 32;
/// The longest silence.
const SILENCE: Duration = Duration::from_secs(60);
/// The longest conversation.
const CONVERSATION: Duration = Duration::from_secs(600);
/// The longest line of a command, in bytes (RFC 5321 allows 512, and more with extensions).
const LINE_BYTES: u64 = 2048;
/// A pause after the system had no connection to give.
const PAUSE: Duration = Duration::from_millis(200);

impl Intake {
    /// Takes mail that comes back until the process stops; what is not acknowledged by then stays with the relay.
    pub async fn take_returns(self, listener: TcpListener) {
        let free = Arc::new(Semaphore::new(MOST_CONVERSATIONS));
        let talking = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            let mut stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    warn!(%error, "the listener for mail that comes back: {error}");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let Ok(permit) = free.clone().try_acquire_owned() else {
                // Nobody waits for it to be read: a few bytes fit into the socket.
                let _ = stream.try_write(b"421 4.3.2 too many at once, come again\r\n");
                let _ = stream.shutdown().await;
                continue;
            };
            let intake = self.clone();
            talking.spawn(async move {
                let stop = intake.stop.clone();
                let talk = tokio::time::timeout(CONVERSATION, intake.converse(stream));
                match stop.run_until_cancelled(talk).await {
                    Some(Ok(Err(error))) => debug!(%error, "mail that comes back: {error}"),
                    Some(Err(_)) => debug!("mail that comes back: the conversation took too long"),
                    Some(Ok(Ok(()))) | None => {}
                }
                drop(permit);
            });
        }
        talking.close();
        talking.wait().await;
    }

    async fn converse(&self, mut stream: TcpStream) -> Result<(), Error> {
        stream.set_nodelay(true)?;
        let (read, mut write) = stream.split();
        let mut read = BufReader::new(read);
        let mut dialogue = Dialogue::default();
        say(&mut write, "220 dateline, for mail that comes back").await?;
        while let Some(line) = line(&mut read).await? {
            let is_path = |local: &str| self.link_key.read_verp(local).is_ok();
            match dialogue.hear(&line, is_path) {
                Next::Reply(reply) => say(&mut write, &reply).await?,
                Next::End(reply) => return say(&mut write, &reply).await,
                Next::Message { recipient } => {
                    say(&mut write, "354 go on, end with a dot").await?;
                    let Some(message) = message(&mut read).await? else {
                        return say(&mut write, "552 5.3.4 longer than 10 MiB").await;
                    };
                    say(&mut write, &self.verdict(&recipient, &message).await).await?;
                }
            }
        }
        Ok(())
    }

    /// The reply to a message: taken once it is written down.
    async fn verdict(&self, recipient: &str, message: &[u8]) -> String {
        match self.take_returned(Some(recipient), message).await {
            Ok(Some(taken)) => format!("250 2.0.0 {}", taken.followed),
            Ok(None) => "250 2.0.0 it names no return path of this wire".to_owned(),
            Err(error) => {
                error!(%error, "mail that came back could not be written down, it stays with the relay: {error}");
                "451 4.3.0 not now, come again".to_owned()
            }
        }
    }
}

/// The next line without its end; none at the end of the stream.
async fn line(read: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<String>, Error> {
    let mut line = Vec::new();
    let mut limited = tokio::io::AsyncReadExt::take(read, LINE_BYTES);
    in_time(limited.read_until(b'\n', &mut line)).await?;
    if line.last() != Some(&b'\n') {
        return match line.len() as u64 {
            LINE_BYTES => Err(Error::new(ErrorKind::InvalidData, "a line is too long")),
            _ => Ok(None),
        };
    }
    Ok(Some(
        String::from_utf8_lossy(line.trim_ascii_end()).into_owned(),
    ))
}

/// A message up to its dot; none if it is too long.
async fn message(read: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Vec<u8>>, Error> {
    let mut unstuffing = Unstuffing::begin();
    loop {
        let bytes = in_time(read.fill_buf()).await?;
        if bytes.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let (taken, ended) = unstuffing.take(bytes);
        read.consume(taken);
        match (ended, unstuffing.length() > MOST_BYTES) {
            (_, true) => return Ok(None),
            (true, false) => return Ok(Some(unstuffing.into_message())),
            (false, false) => {}
        }
    }
}

async fn say(write: &mut (impl AsyncWrite + Unpin), reply: &str) -> Result<(), Error> {
    in_time(write.write_all(format!("{reply}\r\n").as_bytes())).await
}

/// Within the longest silence, or never.
async fn in_time<T>(waiting: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match tokio::time::timeout(SILENCE, waiting).await {
        Ok(done) => done,
        Err(_) => Err(ErrorKind::TimedOut.into()),
    }
}
