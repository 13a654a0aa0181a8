//! TXT records, asked of a name server: RFC 1035 over UDP, and over TCP where the answer does not fit.
//!
//! Reads `/etc/resolv.conf` and answers of a machine that may lie: every length is checked, nothing is followed, so no
//! answer can make it loop or panic. The system's own resolver cannot be asked for TXT without C.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// How long a server may take, and how often each is asked.
const PATIENCE: Duration = Duration::from_secs(3);
const TURNS: usize = 2;
const TXT: u16 = 16;
const OPT: u16 = 41;
/// The answer that we take in one datagram (RFC 6891, and what DNS Flag Day 2020 agreed on).
const DATAGRAM: u16 = 1232;

/// The name servers to ask, in turn.
#[derive(Debug)]
pub(super) struct Resolver {
    servers: Vec<SocketAddr>,
}

/// What a server answered.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Texts(Vec<String>),
    /// It did not fit: ask over TCP.
    Truncated,
    /// The server failed or refused (RFC 1035, 4.1.1).
    Refused(u8),
}

impl Resolver {
    /// This server alone.
    pub(super) fn at(server: SocketAddr) -> Resolver {
        Resolver {
            servers: vec![server],
        }
    }

    /// Those of this machine.
    pub(super) fn of_system() -> Resolver {
        let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
        Resolver {
            servers: servers(&text),
        }
    }

    /// All TXT records of a name, each in one piece; none where the name does not exist.
    ///
    /// # Errors
    /// No server answered, or the last one that did failed.
    pub(super) async fn texts(&self, name: &str) -> io::Result<Vec<String>> {
        let id = rand::random();
        let question = question(id, name).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{name} is no name in DNS"),
            )
        })?;
        let mut last = io::Error::other("no name server is known");
        for server in self.servers.iter().cycle().take(self.servers.len() * TURNS) {
            match ask(*server, &question).await {
                Ok(Answer::Texts(texts)) => return Ok(texts),
                Ok(Answer::Refused(code)) => {
                    last = io::Error::other(format!("{server} answered with error {code}"));
                }
                Ok(Answer::Truncated) => {
                    last = io::Error::other(format!("{server} cut its answer short"));
                }
                Err(error) => last = io::Error::new(error.kind(), format!("{server}: {error}")),
            }
        }
        Err(last)
    }
}

/// The `nameserver` lines of resolv.conf; without any, this machine, as resolv.conf(5) has it.
fn servers(text: &str) -> Vec<SocketAddr> {
    let lines = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"));
    let addresses = lines.filter_map(|rest| rest.trim().parse::<IpAddr>().ok());
    let mut servers: Vec<SocketAddr> = addresses.map(|ip| SocketAddr::new(ip, 53)).collect();
    if servers.is_empty() {
        servers.push((Ipv4Addr::LOCALHOST, 53).into());
    }
    servers
}

async fn ask(server: SocketAddr, question: &[u8]) -> io::Result<Answer> {
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, "no answer within 3 s");
    let asked = timeout(PATIENCE, over_udp(server, question));
    match asked.await.map_err(late)?? {
        Answer::Truncated => timeout(PATIENCE, over_tcp(server, question))
            .await
            .map_err(late)?,
        answer => Ok(answer),
    }
}

async fn over_udp(server: SocketAddr, question: &[u8]) -> io::Result<Answer> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut buffer = vec![0; usize::from(DATAGRAM)];
    loop {
        let length = socket.recv(&mut buffer).await?;
        // What does not answer our question is somebody else's, or a forgery.
        if let Some(answer) = read(&buffer[..length], question) {
            return Ok(answer);
        }
    }
}

async fn over_tcp(server: SocketAddr, question: &[u8]) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.len()).map_err(io::Error::other)?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(question).await?;
    let mut message = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut message).await?;
    read(&message, question)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "an answer that makes no sense"))
}

/// A question for TXT, with recursion, and room for a long answer; none if the name is not one.
fn question(id: u16, name: &str) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    // Recursion desired; one question, one additional record.
    for field in [id, 0x0100, 1, 0, 0, 1] {
        message.extend(field.to_be_bytes());
    }
    for label in name.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok();
        message.push(length.filter(|length| (1..64).contains(length))?);
        message.extend(label.as_bytes());
    }
    message.push(0);
    for field in [TXT, 1] {
        message.extend(field.to_be_bytes());
    }
    message.push(0);
    for field in [OPT, DATAGRAM, 0, 0, 0] {
        message.extend(field.to_be_bytes());
    }
    // A name has 255 octets at most (RFC 1035, 2.3.4).
    (name.len() < 254).then_some(message)
}

/// Reads an answer to this question; none if it is not one.
fn read(message: &[u8], question: &[u8]) -> Option<Answer> {
    let mut reader = Reader(message);
    let id = reader.take(2)?;
    let flags = reader.number()?;
    let (questions, answers) = (reader.number()?, reader.number()?);
    reader.take(4)?;
    // Ours begins after twelve octets, and ends before the eleven of our additional record.
    let asked = question.get(12..question.len().checked_sub(11)?)?;
    let is_ours = question.get(..2)? == id
        && flags & 0x8000 != 0
        && questions == 1
        && reader.take(asked.len())?.eq_ignore_ascii_case(asked);
    if !is_ours {
        return None;
    }
    match (flags & 0x0200 != 0, (flags & 0x000f) as u8) {
        (true, _) => return Some(Answer::Truncated),
        (_, 0) => {}
        // The name does not exist.
        (_, 3) => return Some(Answer::Texts(Vec::new())),
        (_, code) => return Some(Answer::Refused(code)),
    }
    let mut texts = Vec::new();
    for _ in 0..answers {
        // The resolver has followed aliases for us: whatever name it gives, the texts are the answer.
        reader.skip_name()?;
        let kind = reader.number()?;
        reader.take(6)?;
        let length = reader.number()?;
        let data = reader.take(usize::from(length))?;
        if kind == TXT {
            texts.push(joined(data)?);
        }
    }
    Some(Answer::Texts(texts))
}

/// The pieces of one record, put together without anything between (RFC 7208, 3.3).
fn joined(data: &[u8]) -> Option<String> {
    let (mut reader, mut text) = (Reader(data), Vec::new());
    while let Some(length) = reader.octet() {
        text.extend(reader.take(usize::from(length))?);
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn octet(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// Labels up to the root, or up to a pointer, which is not followed.
    fn skip_name(&mut self) -> Option<()> {
        loop {
            match self.octet()? {
                0 => return Some(()),
                0xc0.. => return self.take(1).map(|_pointer| ()),
                length @ 1..64 => drop(self.take(usize::from(length))?),
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests;
