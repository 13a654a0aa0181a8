//! `dateline` as a process.

use crate::DEADLINE;
use dateline::client::Client;
use dateline::folder;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// How often a condition outside this process is looked at again.
const LOOK: Duration = Duration::from_millis(5);

/// The binary under test.
#[derive(Debug, Clone)]
pub struct Binary {
    path: PathBuf,
}

impl Binary {
    /// The one of `DATELINE_BIN`, else the one beside this test.
    pub fn find() -> Binary {
        let path = match std::env::var_os("DATELINE_BIN") {
            Some(path) => PathBuf::from(path),
            None => beside_this_test(),
        };
        assert!(
            path.is_file(),
            "{} is not there: run `cargo build -p dateline` first, or name the binary in DATELINE_BIN",
            path.display()
        );
        Binary { path }
    }

    /// A command in an empty environment and this folder, so that no settings file or variable of ours gets in.
    pub fn command(&self, directory: &Path) -> Command {
        let mut command = Command::new(&self.path);
        command.env_clear().current_dir(directory);
        command.stdin(Stdio::null());
        command
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts `serve` on `directory/data` and waits until it answers.
    pub fn serve(&self, directory: &Path, set: &[String]) -> Server {
        let mut command = self.command(directory);
        command.args([
            "serve",
            "--data",
            "data",
            "--set",
            "http.listen=127.0.0.1:0",
        ]);
        for text in set {
            command.args(["--set", text]);
        }
        Server::start(command, directory)
    }
}

fn beside_this_test() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile = test.parent().and_then(Path::parent);
    profile
        .expect("a test lies in target/PROFILE/deps")
        .join("dateline")
}

/// Runs the binary to its end.
pub fn run_dateline(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Binary::find().command(directory);
    command.args(arguments).output().expect("the binary runs")
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    data: PathBuf,
    log: PathBuf,
}

impl Server {
    /// Starts a prepared `serve` of `directory/data` and waits until it has announced itself.
    pub fn start(mut command: Command, directory: &Path) -> Server {
        let log = directory.join("log");
        let file = File::options().create(true).append(true).open(&log);
        let file = file.expect("the log can be written");
        let out = file.try_clone().expect("a second handle");
        let child = command.stdout(out).stderr(file).spawn();
        let mut server = Server {
            child: child.expect("the binary starts"),
            data: directory.join("data"),
            log,
        };
        server.wait_until("the server announces itself", |server| {
            assert!(server.exited().is_none(), "{}", server.log());
            folder::running(&server.data).is_some_and(|run| run.pid == server.child.id())
        });
        server
    }

    /// A client of its API, as its operator.
    pub fn client(&self) -> Client {
        let run = folder::running(&self.data).expect("the server has announced itself");
        Client::remote(&run.url, &run.token).expect("a client")
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has said so far, on both streams.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// SIGKILL; gives the moments before it and after the process was gone.
    pub fn kill(mut self) -> (Instant, Instant) {
        let before = Instant::now();
        self.child.kill().expect("the process is ours");
        self.child.wait().expect("the process is ours");
        (before, Instant::now())
    }

    /// SIGTERM, without waiting.
    pub fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.pid());
        let status = Command::new("sh").args(["-c", &kill]).status();
        assert!(status.expect("sh runs").success());
    }

    /// Waits for the end of the process.
    pub fn wait(&mut self) -> ExitStatus {
        self.wait_until("the server ends", |server| server.exited().is_some());
        self.exited().expect("it has ended")
    }

    fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the process is ours")
    }

    fn wait_until(&mut self, what: &str, mut holds: impl FnMut(&mut Server) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            assert!(
                begun.elapsed() < DEADLINE,
                "{what}: not in time\n{}",
                self.log()
            );
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
