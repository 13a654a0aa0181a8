//! SIGKILL at any moment loses nothing that was accepted, and doubles only what had no recorded answer.

mod account;

use account::{check_doubles, check_nothing_early, check_nothing_lost};
use dateline::client::Client;
use http::Method;
use release::time::rfc3339;
use serde_json::{Value, json};
use sinks::{HttpSink, Keep, SmtpSink};
use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::Clock;
use tests::{Binary, Dice, Server, release};
use tokio::time::sleep;

const RELEASES: usize = 100;
const KILLS: usize = 20;
const READERS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(90);

/// The sinks, and the same moment by both clocks.
struct Scene {
    folder: tempfile::TempDir,
    smtp: SmtpSink,
    http: HttpSink,
    epoch: (Instant, i64),
}

/// When an id was taken.
type Arrivals = HashMap<String, Vec<Instant>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundred_releases_survive_twenty_kills() {
    let seed = std::env::var("DATELINE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| Clock::System.now_ms() as u64);
    println!("seed {seed}: repeat with DATELINE_SEED={seed}");
    let scene = Scene::build();
    let server = scene.start();
    scene.people(&server.client()).await;
    let accepted = Arc::new(AtomicUsize::new(0));

    let submitting = tokio::spawn(submit_all(scene.data(), accepted.clone()));
    let (server, kills) = kill_often(&scene, server, &accepted, Dice::new(seed)).await;
    let submitted = submitting.await.unwrap();
    let client = server.client();
    drain(&client).await;

    let arrivals = scene.arrivals();
    let ledger = ledger(&scene, server).await;
    check_nothing_lost(&submitted, &ledger, &arrivals);
    check_nothing_early(&scene, &submitted, &ledger, &arrivals);
    let doubles = check_doubles(&arrivals, &kills);
    println!(
        "{} deliveries, {doubles} came twice over {} kills",
        arrivals.len(),
        kills.len()
    );
}

impl Scene {
    fn build() -> Scene {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Scene {
            folder: tempfile::tempdir().unwrap(),
            smtp: SmtpSink::start_keeping(loopback, Keep::Ids).unwrap(),
            http: HttpSink::start_keeping(loopback, Keep::Ids).unwrap(),
            epoch: (Instant::now(), Clock::System.now_ms()),
        }
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn start(&self) -> Server {
        let set = [
            format!("mail.relay=smtp://{}", self.smtp.addr()),
            "mail.from=alerts@wire.example".to_owned(),
            "webhook.allow=127.0.0.0/8".to_owned(),
            "batch.size=3".to_owned(),
            "retry.webhook_s=[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]".to_owned(),
            "retry.email_s=[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]".to_owned(),
        ];
        Binary::find().serve(self.folder.path(), &set)
    }

    /// Half of the readers by mail, half by webhook; every fourth wants what half of the releases are about.
    async fn people(&self, client: &Client) {
        let acme = json!({ "slug": "acme", "name": "Acme" });
        client
            .ask(Method::POST, "/v1/issuers", Some(&acme))
            .await
            .unwrap();
        for reader in 0..READERS {
            let filter = if reader % 4 == 3 {
                "topic:mining"
            } else {
                "everything"
            };
            let mut subscription = json!({ "filter": filter, "consent": "a test" });
            if reader % 2 == 0 {
                subscription["email"] = json!(format!("reader-{reader}@reader.example"));
            } else {
                subscription["webhook"] = json!(self.http.url(&format!("/ok/{reader}")));
                subscription["owner"] = json!("owner@reader.example");
            }
            client
                .ask(Method::POST, "/v1/subscriptions", Some(&subscription))
                .await
                .unwrap();
        }
    }

    fn arrivals(&self) -> Arrivals {
        let mut arrivals = Arrivals::new();
        for mail in self.smtp.mails() {
            let id = mail.message_id.split('@').next().unwrap().to_owned();
            arrivals.entry(id).or_default().push(mail.received);
        }
        for call in self.http.calls().into_iter().filter(|call| call.taken()) {
            arrivals
                .entry(call.webhook_id)
                .or_default()
                .push(call.received);
        }
        arrivals
    }

    fn ms(&self, moment: Instant) -> i64 {
        self.epoch.1 + moment.duration_since(self.epoch.0).as_millis() as i64
    }
}

/// Submits each release with one key until it is accepted; gives what was answered.
async fn submit_all(data: std::path::PathBuf, accepted: Arc<AtomicUsize>) -> Vec<Value> {
    let mut answers = Vec::new();
    for number in 0..RELEASES {
        let mut release = release(&format!("Release {number}"));
        if number % 2 == 0 {
            release["topics"] = json!(["mining"]);
        }
        if number % 5 == 0 {
            release["clear_at"] = json!(rfc3339(Clock::System.now_ms() + 1000));
        }
        answers.push(submit(&data, number, &release).await);
        accepted.fetch_add(1, Ordering::SeqCst);
    }
    answers
}

async fn submit(data: &Path, number: usize, release: &Value) -> Value {
    let (begun, key) = (Instant::now(), format!("release-{number}"));
    loop {
        assert!(
            begun.elapsed() < PATIENCE,
            "release {number} was never accepted"
        );
        if let Some(run) = dateline::folder::running(data) {
            let client = Client::remote(&run.url, &run.token).unwrap();
            let body = release.to_string().into_bytes();
            let headers = [("idempotency-key", key.as_str())];
            let sent = client.send(
                Method::POST,
                "/v1/releases",
                "application/json",
                body,
                &headers,
            );
            match sent.await {
                Ok(answer) if answer.status == 202 => return answer.body,
                // 401 comes from a server that started with another secret since we read it.
                Ok(answer) => assert!([401, 503].contains(&answer.status.as_u16()), "{answer:?}"),
                Err(_) => {}
            }
        }
        sleep(Duration::from_millis(5)).await;
    }
}

/// Kills and starts again, each time at a random moment after a few more releases were accepted.
async fn kill_often(
    scene: &Scene,
    mut server: Server,
    accepted: &AtomicUsize,
    mut dice: Dice,
) -> (Server, Vec<(Instant, Instant)>) {
    let mut kills = Vec::new();
    for round in 0..KILLS {
        let progress = round * RELEASES / KILLS + dice.below(5) as usize;
        let begun = Instant::now();
        while accepted.load(Ordering::SeqCst) < progress {
            assert!(begun.elapsed() < PATIENCE, "no progress\n{}", server.log());
            sleep(Duration::from_millis(1)).await;
        }
        sleep(Duration::from_millis(dice.below(150))).await;
        kills.push(server.kill());
        server = scene.start();
    }
    (server, kills)
}

/// Waits until nothing is left to be done.
async fn drain(client: &Client) {
    let begun = Instant::now();
    loop {
        let status = client.ask(Method::GET, "/v1/status", None).await.unwrap();
        let left = ["scheduled", "unrouted", "open_batches", "retrying"];
        if left.iter().all(|field| status[*field] == 0) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "work is left: {status}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// The ledger's ids by release, read after the server has stopped in order.
async fn ledger(scene: &Scene, mut server: Server) -> BTreeMap<String, Vec<String>> {
    server.terminate();
    assert!(server.wait().success(), "{}", server.log());
    let store = store::Store::open(
        &format!("sqlite:{}", scene.data().join("dateline.db").display()),
        0,
    )
    .await
    .unwrap();
    let mut ledger: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, row) in store.ledger((0, 0), 100_000).await.unwrap() {
        assert_eq!(row.state, "delivered", "{row:?}");
        let ids = ledger.entry(row.release.unwrap()).or_default();
        ids.push(format!("{}_{}", row.alert, row.endpoint));
    }
    ledger
}
