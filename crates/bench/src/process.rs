//! One process of the wire.

use crate::usage::{Start, Usage};
use anyhow::{Context, Result, bail, ensure};
use dateline::client::Client;
use http::Method;
use serde_json::Value;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// The name under which this program is the wire.
pub(crate) const WIRE: &str = "dateline";

/// The longest that a start, or an end, may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A child of ours, which dies with its owner's value.
pub(crate) struct Process {
    pub(crate) roles: &'static str,
    child: Child,
    port: u16,
    log: PathBuf,
    since: Option<Start>,
}

impl Process {
    /// Starts it and waits until it answers.
    pub(crate) async fn start(
        folder: &Path,
        roles: &'static str,
        settings: &[String],
    ) -> Result<Process> {
        let port = free_port()?;
        let log = folder.join(format!("{roles}.log"));
        let output = File::create(&log)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg0(WIRE).args(["serve", "--role", roles]);
        let own = [
            format!("data={}", folder.join(roles).display()),
            format!("http.listen=127.0.0.1:{port}"),
        ];
        for text in own.iter().chain(settings) {
            command.args(["--set", text]);
        }
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"DATELINE_") {
                command.env_remove(name);
            }
        }
        command.current_dir(folder).stdout(output.try_clone()?);
        let child = command.stderr(output).spawn()?;
        let mut process = Process {
            roles,
            child,
            port,
            log,
            since: None,
        };
        process.answers().await?;
        Ok(process)
    }

    async fn answers(&mut self) -> Result<()> {
        let (anybody, begun) = (Client::remote(&self.url(), "")?, Instant::now());
        loop {
            let asked = anybody.exchange(Method::GET, "/readyz", "", Vec::new(), &[]);
            if asked.await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            let exited = self.child.try_wait()?.is_some();
            if exited || begun.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(&self.log)?;
                bail!("the process {} is not ready:\n{log}", self.roles);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The token that the first start shows.
    pub(crate) fn first_token(&self) -> Result<String> {
        let log = std::fs::read_to_string(&self.log)?;
        let line = log
            .lines()
            .find(|line| line.starts_with("first operator token"));
        let token = line.and_then(|line| line.rsplit(": ").next());
        Ok(token.context("no process showed a first token")?.to_owned())
    }

    /// Those lines of its log that are objects.
    pub(crate) fn log_lines(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        lines.collect()
    }

    pub(crate) fn count(&mut self) -> Result<()> {
        self.since = Some(Start::of(self.child.id())?);
        Ok(())
    }

    pub(crate) fn usage(&self) -> Result<Usage> {
        self.since.context("nothing was counted")?.usage()
    }

    /// Asks it to end (SIGTERM).
    pub(crate) fn terminate(&self) -> Result<()> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status()?;
        ensure!(sent.success(), "{} cannot be ended", self.roles);
        Ok(())
    }

    /// Waits for its end.
    pub(crate) async fn ended(mut self) -> Result<()> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "{} ended with {status}", self.roles);
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "{} does not end", self.roles);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
