//! The wire as processes: started, killed, started again, each with a log of its own.

use crate::account;
use crate::load::Receivers;
use crate::services::Services;
use dateline::client::Client;
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use std::collections::BTreeMap;
use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use tests::{Binary, DEADLINE};
use tokio::time::sleep;

/// Every process of a fleet: its role, and a number where there are two.
pub(crate) const ROLES: [&str; 8] = [
    "intake",
    "router",
    "email",
    "email-2",
    "webhook",
    "webhook-2",
    "newsroom",
    "sweep",
];

/// The processes of one wire.
pub(crate) struct Fleet {
    pub(crate) receivers: Receivers,
    folder: tempfile::TempDir,
    server: String,
    database: String,
    prefix: String,
    settings: Vec<String>,
    variables: Vec<(&'static str, String)>,
    ports: BTreeMap<&'static str, u16>,
    processes: BTreeMap<&'static str, Child>,
    token: String,
}

impl Fleet {
    /// A fleet on a database and queues of its own, with issuer and readers.
    pub(crate) async fn start(services: &Services, receivers: Receivers) -> Fleet {
        Fleet::start_on(services, receivers, async |_| {}).await
    }

    /// The same with more settings, and variables of each process.
    pub(crate) async fn start_with(
        services: &Services,
        receivers: Receivers,
        settings: &[String],
        variables: &[(&'static str, String)],
    ) -> Fleet {
        let mut fleet = Fleet::prepare(services, receivers, async |_| {}).await;
        fleet.settings.extend_from_slice(settings);
        fleet.variables = variables.to_vec();
        fleet.begin().await
    }

    /// The same, on a database that is made ready first, given its URL.
    pub(crate) async fn start_on(
        services: &Services,
        receivers: Receivers,
        make_ready: impl AsyncFnOnce(String),
    ) -> Fleet {
        let fleet = Fleet::prepare(services, receivers, make_ready).await;
        fleet.begin().await
    }

    /// A database of its own, and no process yet.
    async fn prepare(
        services: &Services,
        receivers: Receivers,
        make_ready: impl AsyncFnOnce(String),
    ) -> Fleet {
        let name = format!("faults_{:08x}", rand::random::<u32>());
        let server = services.postgres();
        execute(&server, &format!("create database {name}")).await;
        let base = server.rsplit_once('/').unwrap().0.to_owned();
        let database = format!("{base}/{name}");
        make_ready(database.clone()).await;
        let settings = [
            format!("store.url={database}"),
            format!("queue.url={}", services.amqp()),
            format!("queue.prefix={name}"),
            "mail.from=alerts@wire.example".to_owned(),
            "mail.most_per_hour=0".to_owned(),
            "webhook.allow=127.0.0.0/8".to_owned(),
            "webhook.total_timeout_ms=1500".to_owned(),
            "webhook.connect_timeout_ms=1000".to_owned(),
            "review.default=none".to_owned(),
            "batch.size=3".to_owned(),
            "batch.lease_ms=3000".to_owned(),
            "retry.webhook_s=[1, 1, 1, 1, 1]".to_owned(),
            "retry.email_s=[1, 1, 1, 1, 1]".to_owned(),
        ];
        Fleet {
            settings: [settings.to_vec(), receivers.settings()].concat(),
            receivers,
            folder: tempfile::tempdir().unwrap(),
            server,
            database,
            prefix: name,
            ports: ROLES.into_iter().map(|role| (role, free_port())).collect(),
            processes: BTreeMap::new(),
            token: String::new(),
            variables: Vec::new(),
        }
    }

    /// Every process, then issuer and readers.
    async fn begin(mut self) -> Fleet {
        for role in ROLES {
            self.start_again(role).await;
        }
        self.token = self.first_token();
        self.receivers.people(&self.client()).await;
        self
    }

    /// Starts a process that does not run, and waits until it answers.
    pub(crate) async fn start_again(&mut self, role: &'static str) {
        let port = self.ports[role];
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_of(role))
            .unwrap();
        let mut command: Command = Binary::find().command(self.folder.path());
        command.args(["serve", "--role", role.trim_end_matches("-2")]);
        command.envs(self.variables.clone());
        command.args(["--set", &format!("http.listen=127.0.0.1:{port}")]);
        for text in &self.settings {
            command.args(["--set", text]);
        }
        let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn();
        self.processes.insert(role, child.unwrap());
        let begun = Instant::now();
        let url = format!("http://127.0.0.1:{port}");
        let anybody = Client::remote(&url, "").unwrap();
        // The port is bound early; an answer comes once all of it stands.
        let answers = async || {
            let asked = anybody.exchange(Method::GET, "/healthz", "", Vec::new(), &[]);
            asked.await.is_ok()
        };
        while !answers().await {
            let exited = self.processes.get_mut(role).unwrap().try_wait().unwrap();
            assert!(
                exited.is_none() && begun.elapsed() < DEADLINE,
                "{role} does not answer\n{}",
                self.log(role)
            );
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Another setting, for the processes that are started from now on.
    pub(crate) fn set(&mut self, text: &str) {
        self.settings.push(text.to_owned());
    }

    /// Variables of the processes that are started from now on.
    pub(crate) fn give(&mut self, variables: Vec<(&'static str, String)>) {
        self.variables = variables;
    }

    /// Whether a process says that its work completes, and what it says.
    pub(crate) async fn readyz(&self, role: &str) -> (StatusCode, String) {
        let url = format!("http://127.0.0.1:{}", self.ports[role]);
        let anybody = Client::remote(&url, "").unwrap();
        let asked = anybody.exchange(Method::GET, "/readyz", "", Vec::new(), &[]);
        let answer = asked.await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    /// Stops a process in good order.
    pub(crate) async fn stop(&mut self, role: &'static str) {
        let mut child = self.processes.remove(role).unwrap();
        terminate(&child);
        let status = tokio::task::spawn_blocking(move || child.wait()).await;
        let status = status.unwrap().unwrap();
        assert!(status.success(), "{role} ended badly\n{}", self.log(role));
    }

    /// Runs another command of the binary with the fleet's settings; gives what it said.
    pub(crate) async fn run(&self, arguments: &[&str]) -> String {
        let mut command: Command = Binary::find().command(self.folder.path());
        command.args(arguments).envs(self.variables.clone());
        for text in &self.settings {
            command.args(["--set", text]);
        }
        let output = tokio::task::spawn_blocking(move || command.output()).await;
        let output = output.unwrap().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A stranger asks for alerts on a page of the newsroom, and is sent the mail that has to be confirmed.
    pub(crate) async fn sign_up(&self, address: &str) {
        let url = format!("http://127.0.0.1:{}", self.ports["newsroom"]);
        let anybody = Client::remote(&url, "").unwrap();
        let form = format!(
            "words=zeppelins&address={}&step=ask",
            address.replace('@', "%40")
        );
        let form_type = "application/x-www-form-urlencoded";
        let asked = anybody.exchange(Method::POST, "/alerts/new", form_type, form.into(), &[]);
        assert_eq!(asked.await.unwrap().status(), 200);
    }

    /// Where the store is.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// What the names of its queues begin with.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Waits until nothing is left to be done.
    pub(crate) async fn drain(&self) {
        account::drain(self).await;
    }

    /// SIGKILL; gives the moments before it and after the process was gone.
    pub(crate) fn kill(&mut self, role: &'static str) -> (Instant, Instant) {
        let before = Instant::now();
        let mut child = self.processes.remove(role).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        (before, Instant::now())
    }

    /// Ends every connection to our database; gives the moments around it.
    pub(crate) async fn terminate_connections(&self) -> (Instant, Instant) {
        let before = Instant::now();
        let text = format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}' and pid <> pg_backend_pid()",
            self.prefix
        );
        execute(&self.server, &text).await;
        (before, Instant::now())
    }

    /// The broker's name for one of our queues.
    pub(crate) fn queue(&self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }

    /// How many cores the whole fleet keeps busy for so long.
    pub(crate) async fn cpu_share(&self, during: Duration) -> f64 {
        let before = self.cpu_ticks();
        sleep(during).await;
        let ticks = self.cpu_ticks() - before;
        // 100 ticks a second, on every Linux that people run.
        ticks as f64 / 100.0 / during.as_secs_f64()
    }

    /// User and system time of all processes (proc(5), `stat`).
    fn cpu_ticks(&self) -> u64 {
        let ticks = |child: &Child| -> u64 {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
            let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
            [11, 12]
                .map(|at: usize| fields[at].parse::<u64>().unwrap())
                .iter()
                .sum()
        };
        self.processes.values().map(ticks).sum()
    }

    /// A client of the API, as its operator.
    pub(crate) fn client(&self) -> Client {
        let url = format!("http://127.0.0.1:{}", self.ports["intake"]);
        Client::remote(&url, &self.token).unwrap()
    }

    /// How the wire stands, as soon as it can be asked.
    pub(crate) async fn status(&self) -> Option<Value> {
        let asked = self.client().ask(Method::GET, "/v1/status", None).await;
        asked.ok()
    }

    /// The store, to be read.
    pub(crate) async fn store(&self) -> store::Store {
        store::Store::open(&self.database, 0).await.unwrap()
    }

    fn first_token(&self) -> String {
        let log = self.log("intake");
        let line = log
            .lines()
            .find(|line| line.starts_with("first operator token"));
        line.unwrap().rsplit(": ").next().unwrap().to_owned()
    }

    fn log_of(&self, role: &str) -> PathBuf {
        self.folder.path().join(format!("{role}.log"))
    }

    pub(crate) fn log(&self, role: &str) -> String {
        std::fs::read_to_string(self.log_of(role)).unwrap_or_default()
    }

    /// Stops every process in good order, and drops the database and its queues.
    pub(crate) async fn end(mut self) {
        self.processes.values().for_each(terminate);
        for (role, mut child) in std::mem::take(&mut self.processes) {
            let status = tokio::task::spawn_blocking(move || child.wait())
                .await
                .unwrap()
                .unwrap();
            assert!(status.success(), "{role} ended badly\n{}", self.log(role));
        }
        execute(
            &self.server,
            &format!("drop database {} with (force)", self.prefix),
        )
        .await;
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for child in self.processes.values_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            for role in ROLES {
                let log = self.log(role);
                let last: Vec<&str> = log.lines().rev().take(15).collect();
                println!("--- the end of {role}'s log");
                last.iter().rev().for_each(|line| println!("{line}"));
            }
        }
    }
}

fn terminate(child: &Child) {
    let kill = format!("kill -TERM {}", child.id());
    let sent = Command::new("sh").args(["-c", &kill]).status();
    assert!(sent.unwrap().success());
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

async fn execute(url: &str, text: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
}

/// Adds something as the operator.
pub(crate) async fn add(client: &Client, path: &str, what: Value) {
    client.ask(Method::POST, path, Some(&what)).await.unwrap();
}

/// The issuer that all releases speak for.
pub(crate) async fn add_issuer(client: &Client) {
    add(
        client,
        "/v1/issuers",
        json!({ "slug": "acme", "name": "Acme" }),
    )
    .await;
}
