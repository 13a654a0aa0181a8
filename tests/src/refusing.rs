//! A receiver with words of its own.

use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A receiver on loopback that refuses every call with these words, until the test ends; its URL.
pub async fn refusing(words: String) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let head =
        "HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/html\r\nconnection: close\r\n";
    let answer = format!("{head}content-length: {}\r\n\r\n{words}", words.len());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                // The head and the body of a call come as one write.
                let mut call = vec![0; 64 * 1024];
                let _ = stream.read(&mut call).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    url
}
