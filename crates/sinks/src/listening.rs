//! The accept loop that both sinks run on.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Wide enough for a bench that opens all its connections at once.
const BACKLOG: u32 = 4_096;

/// A bound socket and the task that accepts on it; dropping it ends both.
pub(crate) struct Listening {
    addr: SocketAddr,
    accepted: Arc<AtomicUsize>,
    stop: watch::Sender<()>,
}

impl Listening {
    /// Binds at once, so that the address is known and connections queue from then on.
    pub(crate) fn start<F, S>(bind: SocketAddr, serve: F) -> io::Result<Listening>
    where
        F: Fn(TcpStream) -> S + Send + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        let socket = if bind.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        socket.set_reuseaddr(true)?;
        socket.bind(bind)?;
        let listener = socket.listen(BACKLOG)?;
        let addr = listener.local_addr()?;
        let accepted = Arc::new(AtomicUsize::new(0));
        let (stop, stopping) = watch::channel(());
        tokio::spawn(accept(listener, accepted.clone(), stopping, serve));
        Ok(Listening {
            addr,
            accepted,
            stop,
        })
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(crate) fn connections(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Closes the port and every connection, and returns when that is done.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(());
        self.stop.closed().await;
    }
}

/// Holds `stopping` to its very end: its drop is what tells `stop` that all is closed.
async fn accept<F, S>(
    listener: TcpListener,
    accepted: Arc<AtomicUsize>,
    mut stopping: watch::Receiver<()>,
    serve: F,
) where
    F: Fn(TcpStream) -> S,
    S: Future<Output = ()> + Send + 'static,
{
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopping.changed() => break,
            Some(_) = sessions.join_next() => {}
            connection = listener.accept() => match connection {
                Ok((stream, _)) => {
                    accepted.fetch_add(1, Ordering::Relaxed);
                    // Without it every reply waits 40 ms for the client's delayed acknowledgement.
                    if stream.set_nodelay(true).is_ok() {
                        sessions.spawn(serve(stream));
                    }
                }
                // Out of file descriptors, mostly: they come back when sessions end.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    drop(listener);
    sessions.shutdown().await;
}
