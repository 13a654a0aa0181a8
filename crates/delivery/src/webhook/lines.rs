//! Open connections, kept for the next call to the same host and port.

use super::dial::Dialer;
use super::kept::{IDLE, Kept, Origin, origin};
use super::line::{Line, LineError, Post};
use http::Response;
use hyper::body::Incoming;
use release::webhook::Target;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

/// What calls are made on.
pub(super) struct Lines {
    dialer: Dialer,
    kept: Arc<Mutex<Kept<Line>>>,
}

impl Lines {
    /// No connections, and never more than `most` between calls.
    pub(super) fn new(dialer: Dialer, most: usize) -> Lines {
        Lines {
            dialer,
            kept: Arc::new(Mutex::new(Kept::new(most))),
        }
    }

    /// Sends a request on a kept connection, or on a new one. The connection comes with the answer; whoever has read that
    /// gives it back.
    ///
    /// A kept connection that the receiver has closed meanwhile shows before anything is written: the request then goes on
    /// another, for nothing of it was taken.
    pub(super) async fn send(
        &self,
        target: &Target,
        mut request: Post,
    ) -> Result<(Line, Response<Incoming>), LineError> {
        let origin = origin(target);
        while let Some(mut line) = self.take(&origin) {
            if !line.is_ready().await {
                continue;
            }
            match line.send(target, request).await {
                Err(LineError::Unsent(unsent)) => request = *unsent,
                answered => return Ok((line, answered?)),
            }
        }
        // Boxed, for it is large, and most calls need none.
        let stream = Box::pin(self.dialer.dial(target)).await?;
        let mut line = Line::over(stream).await?;
        if let Some(shared) = line.shared() {
            self.keep(origin, shared);
        }
        let response = line.send(target, request).await?;
        Ok((line, response))
    }

    /// Keeps a connection whose last answer was read to its end. One that calls share was kept before that.
    pub(super) fn give_back(&self, target: &Target, line: Line) {
        if !line.is_shared() {
            self.keep(origin(target), line);
        }
    }

    fn keep(&self, origin: Origin, line: Line) {
        let mut kept = lock(&self.kept);
        if kept.is_empty() {
            tokio::spawn(close_idle(self.kept.clone()));
        }
        let oldest = kept.keep(origin, line, Instant::now());
        drop(kept);
        // Closed while nobody waits for the lock.
        drop(oldest);
    }

    fn take(&self, origin: &Origin) -> Option<Line> {
        let now = Instant::now();
        let mut kept = lock(&self.kept);
        let line = kept.take(origin, now, |line| !line.is_full())?;
        if let Some(shared) = line.shared() {
            kept.keep(origin.clone(), shared, now);
        }
        Some(line)
    }
}

/// Runs while there are any.
async fn close_idle(kept: Arc<Mutex<Kept<Line>>>) {
    loop {
        tokio::time::sleep(IDLE / 2).await;
        let mut kept = lock(&kept);
        let idle = kept.take_idle(Instant::now());
        let is_empty = kept.is_empty();
        drop(kept);
        drop(idle);
        if is_empty {
            return;
        }
    }
}

fn lock(kept: &Mutex<Kept<Line>>) -> MutexGuard<'_, Kept<Line>> {
    kept.lock().expect("no holder panics")
}

#[cfg(test)]
mod tests {
    use super::super::names::Names;
    use super::*;
    use http::Request;
    use http_body_util::Full;
    use hyper::body::Bytes;
    use release::webhook::{Allowed, Guard, Ports};
    use std::net::SocketAddr;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    const DEADLINE: Duration = Duration::from_secs(10);
    const YES: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

    fn guard() -> Guard {
        let (allowed, ports) = (Allowed::parse("127.0.0.0/8"), Ports::parse(""));
        Guard::new(allowed.unwrap(), ports.unwrap())
    }

    fn lines() -> Lines {
        let tls = crate::tls_config().unwrap();
        Lines::new(Dialer::new(guard(), Names::System, DEADLINE, &tls), 9)
    }

    fn target(at: SocketAddr) -> Target {
        guard().check(&format!("http://{at}/hook")).unwrap()
    }

    /// One call, as [`super::super::Caller`] makes it: the answer is read and the connection given back.
    async fn call(lines: &Lines, target: &Target) -> Result<u16, LineError> {
        let request = Request::post("/hook").header("host", &target.authority);
        let request = request.body(Full::new(Bytes::from_static(b"{}"))).unwrap();
        let sent = tokio::time::timeout(DEADLINE, lines.send(target, request));
        let (mut line, response) = sent.await.expect("no answer")?;
        let status = response.status().as_u16();
        if line.read(response.into_body(), 100, &mut Vec::new()).await {
            lines.give_back(target, line);
        }
        Ok(status)
    }

    async fn heard(stream: &mut TcpStream) -> String {
        let mut heard = vec![0; 4096];
        let length = stream.read(&mut heard).await.unwrap();
        String::from_utf8_lossy(&heard[..length]).into_owned()
    }

    #[tokio::test]
    async fn connection_is_used_again_until_the_receiver_closes_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = target(listener.local_addr().unwrap());
        let receiver = tokio::spawn(async move {
            let (mut first, _) = listener.accept().await.unwrap();
            for _ in 0..2 {
                assert!(heard(&mut first).await.starts_with("POST /hook HTTP/1.1"));
                first.write_all(YES).await.unwrap();
            }
            drop(first);
            let (mut second, _) = listener.accept().await.unwrap();
            let said = heard(&mut second).await;
            second.write_all(YES).await.unwrap();
            said
        });
        let lines = lines();

        for _ in 0..2 {
            assert_eq!(call(&lines, &target).await.unwrap(), 204);
        }
        // Its close is seen at the latest when the next call is written: what matters is that the call arrives.
        let third = call(&lines, &target).await;
        let third = match third {
            Err(LineError::Http(_)) => call(&lines, &target).await,
            answered => answered,
        };

        assert_eq!(third.unwrap(), 204);
        assert!(receiver.await.unwrap().ends_with("{}"));
    }

    #[tokio::test]
    async fn answer_that_is_longer_than_wanted_costs_its_connection_and_no_memory() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = target(listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            heard(&mut stream).await;
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
            stream.write_all(head).await.unwrap();
            let _ = stream.write_all(&[b'x'; 1_000_000]).await;
        });
        let lines = lines();
        let request = Request::post("/hook").body(Full::default()).unwrap();

        let (mut line, response) = lines.send(&target, request).await.unwrap();
        let mut read = Vec::new();
        let whole = line.read(response.into_body(), 100, &mut read).await;

        assert!(!whole);
        assert_eq!(read, vec![b'x'; 100]);
    }

    #[tokio::test]
    async fn receiver_that_answers_with_noise_or_endless_headers_or_nothing_is_an_error() {
        let endless = [
            b"HTTP/1.1 200 OK\r\n".as_slice(),
            &b"x: y\r\n".repeat(100_000),
        ]
        .concat();
        // More than we take, and less than hyper takes by itself.
        let long = format!(
            "HTTP/1.1 204 No Content\r\nx: {}\r\n\r\n",
            "y".repeat(100_000)
        );
        for answer in [
            b"".as_slice(),
            b"nonsense\r\n\r\n",
            &endless,
            long.as_bytes(),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let target = target(listener.local_addr().unwrap());
            let answer = answer.to_vec();
            tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                heard(&mut stream).await;
                let _ = stream.write_all(&answer).await;
            });

            let answered = call(&lines(), &target).await;

            assert!(matches!(answered, Err(LineError::Http(_))), "{answered:?}");
        }
    }
}
