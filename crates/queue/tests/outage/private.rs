//! A broker of the test's own, started and ended by `deploy/services`.

use queue::RabbitMqConfig;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Ended and wiped when dropped, also by a failing test.
pub(crate) struct Broker {
    folder: PathBuf,
    url: String,
}

impl Broker {
    /// A new one, empty.
    pub(crate) async fn start() -> Broker {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = root.join("target/services-outage");
        let mut broker = Broker {
            folder,
            url: String::new(),
        };
        // What a killed run left.
        broker.run(&["wipe"]).await;
        broker.run(&["up", "rabbitmq"]).await;
        let lines = std::fs::read_to_string(broker.folder.join("env")).unwrap();
        let url = lines
            .lines()
            .find_map(|line| line.strip_prefix("DATELINE_AMQP="));
        broker.url = url.unwrap().to_owned();
        broker
    }

    /// Runs a command of `deploy/services` on it.
    pub(crate) async fn run(&self, arguments: &[&str]) {
        let mut command = self.command(arguments);
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
    }

    /// Stops its process in the midst of whatever it does: connections stay open, and nobody answers.
    pub(crate) fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let file = std::fs::read_to_string(self.folder.join("rabbitmq.pid")).unwrap();
        let pid = file.split(' ').next().unwrap();
        let sent = Command::new("kill")
            .args(["-s", name, pid])
            .status()
            .unwrap();
        assert!(sent.success(), "{name} to {pid}");
    }

    /// With frequent heartbeats, so that tests need not wait long for a broker that hangs.
    pub(crate) fn config(&self) -> RabbitMqConfig {
        RabbitMqConfig::new(format!("{}?heartbeat=2", self.url))
    }

    /// As another user.
    pub(crate) fn config_of(&self, user: &str, password: &str) -> RabbitMqConfig {
        let (_, place) = self.url.split_once('@').unwrap();
        RabbitMqConfig::new(format!("amqp://{user}:{password}@{place}"))
    }

    pub(crate) async fn wipe(self) {
        self.run(&["wipe"]).await;
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/services");
        let mut command = Command::new(services);
        command.arg("--in").arg(&self.folder).args(arguments);
        // A broker that was given to the other tests is not ours to kill.
        command
            .env_remove("DATELINE_AMQP")
            .env_remove("DATELINE_POSTGRES");
        command
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // After `wipe` there is nothing left to do.
        let _ = self.command(&["wipe"]).output();
    }
}

/// Processor time that this process has used, in user and kernel.
pub(crate) fn own_cpu() -> Duration {
    // proc(5): fields 14 and 15 are ticks, of which Linux always shows 100 a second.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}
