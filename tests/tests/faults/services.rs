//! A database server and a broker of the suite's own, and the turn to break them.

use std::path::{Path, PathBuf};
use std::process::Command;
use tokio::sync::{Mutex, MutexGuard};

static TURN: Mutex<()> = Mutex::const_new(());

/// The services while it is a test's turn. They run on until the suite's last test has ended, and are wiped by the next run.
pub(crate) struct Services {
    folder: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Services {
    pub(crate) async fn take() -> Services {
        let turn = TURN.lock().await;
        let services = Services {
            folder: root().join("target/services-faults"),
            _turn: turn,
        };
        services.run(&["up"]).await;
        services
    }

    /// Runs a command of `deploy/services` on them.
    pub(crate) async fn run(&self, arguments: &[&str]) {
        run_in(&self.folder, arguments).await;
    }

    pub(crate) fn postgres(&self) -> String {
        self.url("DATELINE_POSTGRES=")
    }

    pub(crate) fn amqp(&self) -> String {
        self.url("DATELINE_AMQP=")
    }

    fn url(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.folder.join("env")).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().to_owned()
    }
}

/// Runs a command of `deploy/services` on those of a folder.
pub(crate) async fn run_in(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(root().join("deploy/services"));
    command.arg("--in").arg(folder).args(arguments);
    command
        .env_remove("DATELINE_POSTGRES")
        .env_remove("DATELINE_AMQP");
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
