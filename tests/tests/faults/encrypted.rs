//! The broker behind TLS (`amqps:`): who vouches for it decides whether anything is said to it at all.
//!
//! A certificate and its authority are made for the test, and the machine's trust is replaced by one file (`SSL_CERT_FILE`), so
//! processes trust that authority or another one. The broker is RabbitMQ's own TLS listener; the password stands in a file.

use crate::account::{Account, Doubles};
use crate::fleet::Fleet;
use crate::load::{Load, Receivers};
use crate::services::{Services, root, run_in};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tests::Binary;

/// A broker of its own that also listens behind TLS, wiped when dropped.
struct Broker {
    folder: PathBuf,
    port: u16,
}

impl Broker {
    async fn start() -> Broker {
        let folder = root().join("target/services-tls");
        run_in(&folder, &["wipe"]).await;
        let (made, settings) = (folder.join("tls"), folder.join("rabbitmq/conf.d"));
        std::fs::create_dir_all(&made).unwrap();
        std::fs::create_dir_all(&settings).unwrap();
        for authority in ["ours", "theirs"] {
            make_authority(&made, authority);
        }
        make_certificate(&made);
        let made = made.canonicalize().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let text = format!(
            "listeners.ssl.1 = 127.0.0.1:{port}\nssl_options.cacertfile = {0}/ours.pem\n\
             ssl_options.certfile = {0}/broker.pem\nssl_options.keyfile = {0}/broker.key\n",
            made.display()
        );
        std::fs::write(settings.join("tls.conf"), text).unwrap();
        run_in(&folder, &["up", "rabbitmq"]).await;
        Broker { folder, port }
    }

    /// By the name that the certificate is for, with the password in a file.
    fn settings(&self, host: &str, password_file: &Path) -> Vec<String> {
        vec![
            format!("queue.url=amqps://dateline@{host}:{}/%2f", self.port),
            format!("queue.password_file={}", password_file.display()),
        ]
    }

    fn password_file(&self) -> PathBuf {
        self.folder.join("rabbitmq.secret").canonicalize().unwrap()
    }

    /// Trust in one authority and no other.
    fn trust(&self, authority: &str) -> (&'static str, String) {
        let file = self.folder.join("tls").join(format!("{authority}.pem"));
        let file = file.canonicalize().unwrap();
        ("SSL_CERT_FILE", file.display().to_string())
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let mut command = Command::new(root().join("deploy/services"));
        command.arg("--in").arg(&self.folder).arg("wipe");
        let _ = command.output();
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(arguments.split(' '));
    let output = command
        .output()
        .expect("openssl is missing: run tests/tools, or install Debian's openssl");
    assert!(output.status.success(), "{output:?}");
}

const NEW: &str = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";

fn make_authority(folder: &Path, name: &str) {
    openssl(
        folder,
        &format!("{NEW} -subj /CN={name} -keyout {name}.key -out {name}.pem"),
    );
}

/// For `localhost`, by our authority.
fn make_certificate(folder: &Path) {
    openssl(
        folder,
        &format!(
            "{NEW} -CA ours.pem -CAkey ours.key -subj /CN=localhost -addext subjectAltName=DNS:localhost \
             -addext basicConstraints=critical,CA:FALSE -keyout broker.key -out broker.pem"
        ),
    );
}

/// What `serve --check` says to these settings.
fn check(services: &Services, settings: &[String], variable: (&str, String)) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Binary::find().command(folder.path());
    command.args(["serve", "--check", "--set", "http.listen=127.0.0.1:0"]);
    let store = format!("store.url={}", services.postgres());
    for text in settings.iter().chain([&store]) {
        command.args(["--set", text]);
    }
    command.env(variable.0, variable.1).output().unwrap()
}

#[track_caller]
fn assert_refused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not in: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broker_behind_tls_is_trusted_by_its_authority_and_by_no_other() {
    let services = Services::take().await;
    let broker = Broker::start().await;
    let settings = broker.settings("localhost", &broker.password_file());
    let at = format!("localhost:{}", broker.port);

    let stranger = check(&services, &settings, broker.trust("theirs"));
    let other_name = broker.settings("127.0.0.1", &broker.password_file());
    let other_name = check(&services, &other_name, broker.trust("ours"));
    let wrong = broker.folder.join("wrong");
    std::fs::write(&wrong, "not it\n").unwrap();
    let wrong = broker.settings("localhost", &wrong.canonicalize().unwrap());
    let wrong = check(&services, &wrong, broker.trust("ours"));

    assert_refused(&stranger, &[&at, "certificate", "UnknownIssuer"]);
    assert_refused(&other_name, &["127.0.0.1", "certificate"]);
    assert_refused(&wrong, &[&at, "dateline", "password"]);

    let variables = [broker.trust("ours")];
    let receivers = Receivers::start();
    let fleet = Fleet::start_with(&services, receivers, &settings, &variables).await;
    let load = Load::begin(&fleet, 40).await;
    let account = Account::begin();
    load.progress(20).await;
    run_in(
        &broker.folder,
        &["rabbitmqctl", "close_all_connections", "a test"],
    )
    .await;
    account.settle(&fleet, load, Doubles::None).await;
    fleet.end().await;
}
