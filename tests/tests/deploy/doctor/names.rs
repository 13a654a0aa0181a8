//! A name server on loopback that says what it is told to.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// Names and what is said of them; of all others, that they do not exist.
pub(crate) type Zone = BTreeMap<&'static str, Says>;

/// What is said of a name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Says {
    /// These TXT records.
    Texts(&'static [&'static str]),
    /// That they do not fit; over TCP, these.
    OverTcp(&'static [&'static str]),
    /// This error (RFC 1035, 4.1.1).
    Code(u16),
}

/// A running name server.
pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
}

impl NameServer {
    pub(crate) async fn start(zone: Zone) -> NameServer {
        // The same port twice: that of TCP is free for UDP too, unless somebody took it this moment.
        let (udp, tcp) = loop {
            let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()).await {
                break (udp, tcp);
            }
        };
        let address = udp.local_addr().unwrap();
        let own = zone.clone();
        tokio::spawn(async move {
            let mut buffer = [0; 1500];
            while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
                let answer = answer(&own, &buffer[..length], false);
                udp.send_to(&answer, from).await.unwrap();
            }
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = tcp.accept().await {
                let _ = over_tcp(&zone, stream).await;
            }
        });
        NameServer { address }
    }
}

async fn over_tcp(zone: &Zone, mut stream: TcpStream) -> std::io::Result<()> {
    let mut question = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut question).await?;
    let answer = answer(zone, &question, true);
    stream.write_u16(answer.len() as u16).await?;
    stream.write_all(&answer).await
}

/// The name asked for, and where its question ends.
fn asked(question: &[u8]) -> (String, usize) {
    let (mut labels, mut at) = (Vec::new(), 12);
    while question[at] != 0 {
        let length = usize::from(question[at]);
        labels.push(String::from_utf8(question[at + 1..=at + length].to_vec()).unwrap());
        at += length + 1;
    }
    // The root, and four octets of type and class.
    (labels.join("."), at + 5)
}

fn answer(zone: &Zone, question: &[u8], in_full: bool) -> Vec<u8> {
    let (name, end) = asked(question);
    let (code, records): (u16, &[&str]) = match zone.get(name.as_str()) {
        None => (3, &[]),
        Some(Says::Code(code)) => (*code, &[]),
        Some(Says::OverTcp(_)) if !in_full => (0x0200, &[]),
        Some(Says::Texts(records) | Says::OverTcp(records)) => (0, records),
    };
    let mut message = question[..2].to_vec();
    for field in [0x8180 | code, 1, records.len() as u16, 0, 0] {
        message.extend(field.to_be_bytes());
    }
    message.extend(&question[12..end]);
    for record in records {
        // The name asked for, TXT, Internet, an hour; the text in pieces of at most ten octets.
        message.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 14, 16]);
        let pieces: Vec<u8> = record
            .as_bytes()
            .chunks(10)
            .flat_map(|piece| [&[piece.len() as u8], piece].concat())
            .collect();
        message.extend((pieces.len() as u16).to_be_bytes());
        message.extend(pieces);
    }
    message
}
