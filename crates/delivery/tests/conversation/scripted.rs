//! A relay that says exactly what a script says, for what a sink is too well-behaved to do.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A relay for one connection.
pub(crate) struct Scripted {
    pub(crate) addr: SocketAddr,
    heard: JoinHandle<String>,
}

impl Scripted {
    /// Greets with `greeting`; then, for each step, reads until what was heard ends with the first text, and says the
    /// second. At the end of the script it closes.
    pub(crate) async fn start(
        greeting: &'static str,
        script: &'static [(&'static str, &'static str)],
    ) -> Scripted {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback can be bound");
        let addr = listener.local_addr().expect("it is bound");
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("somebody connects");
            stream.set_nodelay(true).expect("a socket");
            stream
                .write_all(greeting.as_bytes())
                .await
                .expect("it listens");
            let mut heard = Vec::new();
            for (end, answer) in script {
                while !heard.ends_with(end.as_bytes()) {
                    match stream.read_u8().await {
                        Ok(byte) => heard.push(byte),
                        Err(_) => return String::from_utf8_lossy(&heard).into_owned(),
                    }
                }
                stream
                    .write_all(answer.as_bytes())
                    .await
                    .expect("it listens");
            }
            String::from_utf8_lossy(&heard).into_owned()
        });
        Scripted { addr, heard }
    }

    /// All that was said to it until it closed.
    pub(crate) async fn heard(self) -> String {
        self.heard.await.expect("the script ran")
    }
}
