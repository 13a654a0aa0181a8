//! Who says what a name's addresses are.

use std::io;
use std::net::SocketAddr;
use tokio::net::lookup_host;

/// Resolves names.
pub(super) enum Names {
    /// As the machine does.
    System,
    /// As a test says, asking by asking.
    #[cfg(test)]
    Told(std::sync::Mutex<std::collections::VecDeque<Vec<std::net::IpAddr>>>),
}

impl Names {
    /// All addresses of a host.
    ///
    /// # Errors
    /// What the resolver says.
    pub(super) async fn look_up(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        match self {
            Names::System => Ok(lookup_host((host, port)).await?.collect()),
            #[cfg(test)]
            Names::Told(answers) => {
                let answer = answers.lock().expect("no holder panics").pop_front();
                let addresses = answer.ok_or_else(|| io::Error::other("not told"))?;
                let at = |address| SocketAddr::new(address, port);
                Ok(addresses.into_iter().map(at).collect())
            }
        }
    }
}
