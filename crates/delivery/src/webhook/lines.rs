//! Open connections, kept for the next call to the same host and port.

use super::dial::Dialer;
use super::line::{Line, LineError};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use release::webhook::Target;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Idle connections are closed after this.
const IDLE: Duration = Duration::from_secs(30);

/// Where a connection leads, and whether it is encrypted.
type Origin = (bool, String);

/// Idle connections, the last used at the end.
type Idle = HashMap<Origin, Vec<(Instant, Line)>>;

/// What calls are made on.
pub(super) struct Lines {
    dialer: Dialer,
    idle: Arc<Mutex<Idle>>,
}

impl Lines {
    pub(super) fn new(dialer: Dialer) -> Lines {
        Lines {
            dialer,
            idle: Arc::default(),
        }
    }

    /// Sends a request on an idle connection, or on a new one. The connection comes with the answer; whoever has read that
    /// gives it back.
    ///
    /// An idle connection that the receiver has closed meanwhile shows before anything is written: the request then goes on
    /// another, for nothing of it was taken.
    pub(super) async fn send(
        &self,
        target: &Target,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Line, Response<Incoming>), LineError> {
        let origin = origin(target);
        while let Some(mut line) = self.take(&origin) {
            if !line.is_ready().await {
                continue;
            }
            match line.send(request).await {
                Err(LineError::Unsent(unsent)) => request = *unsent,
                answered => return Ok((line, answered?)),
            }
        }
        // Boxed, for it is large, and most calls need none.
        let stream = Box::pin(self.dialer.dial(target)).await?;
        let mut line = Line::over(stream).await?;
        let response = line.send(request).await?;
        Ok((line, response))
    }

    /// Keeps a connection whose last answer was read to its end.
    pub(super) fn give_back(&self, target: &Target, line: Line) {
        let mut idle = lock(&self.idle);
        if idle.is_empty() {
            tokio::spawn(close_idle(self.idle.clone()));
        }
        idle.entry(origin(target))
            .or_default()
            .push((Instant::now(), line));
    }

    fn take(&self, origin: &Origin) -> Option<Line> {
        let (since, line) = lock(&self.idle).get_mut(origin)?.pop()?;
        (since.elapsed() < IDLE).then_some(line)
    }
}

/// Runs while there are any.
async fn close_idle(idle: Arc<Mutex<Idle>>) {
    loop {
        tokio::time::sleep(IDLE / 2).await;
        let mut idle = lock(&idle);
        idle.retain(|_origin, lines| {
            lines.retain(|(since, _line)| since.elapsed() < IDLE);
            !lines.is_empty()
        });
        if idle.is_empty() {
            return;
        }
    }
}

fn origin(target: &Target) -> Origin {
    (target.is_https, target.authority.clone())
}

fn lock(idle: &Mutex<Idle>) -> MutexGuard<'_, Idle> {
    idle.lock().expect("no holder panics")
}

#[cfg(test)]
mod tests {
    use super::*;
    use release::webhook::check_url;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    const DEADLINE: Duration = Duration::from_secs(10);
    const YES: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

    fn lines() -> Lines {
        Lines::new(Dialer {
            allow_private: true,
            limit: DEADLINE,
            tls: crate::tls_config().unwrap(),
        })
    }

    fn target(at: SocketAddr) -> Target {
        check_url(&format!("http://{at}/hook"), true).unwrap()
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
