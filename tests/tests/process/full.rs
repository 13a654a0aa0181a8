//! A disk that is full: nothing is accepted that could be lost, and what was accepted stays.

use dateline::client::{Answer, Client};
use http::Method;
use serde_json::{Value, json};
use sinks::{HttpSink, Keep};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tests::{Binary, DEADLINE, Server, release};

/// The largest file that the process may write, in KiB: room for the schema and a few dozen releases.
const LIMIT_KIB: u32 = 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_disk_refuses_releases_and_loses_none() {
    let scene = Scene::build().await;
    let (accepted, refused) = scene.fill().await;

    let Scene {
        folder,
        sink,
        server,
    } = scene;
    server.kill();
    let allow = ["webhook.allow=127.0.0.0/8".to_owned()];
    let server = Binary::find().serve(folder.path(), &allow);
    sink.wait_for_ids(accepted.len(), DEADLINE).await.unwrap();

    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(refused.body["type"], "urn:dateline:problem:unavailable");
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("make room"), "{detail}");
    assert!(!accepted.is_empty());
    for id in &accepted {
        let path = format!("/v1/releases/{}", id.as_str().unwrap());
        server.client().ask(Method::GET, &path, None).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_goes_on_by_itself_once_there_is_room_again() {
    let scene = Scene::build().await;
    let (accepted, _) = scene.fill().await;
    let client = scene.server.client();
    wait_for(&client, "/readyz", 503).await;

    make_room(scene.server.pid());
    wait_for(&client, "/readyz", 200).await;
    let sent = submit(&scene, &client).await;

    assert_eq!(sent.status, 202, "{sent:?}");
    let all = scene.sink.wait_for_ids(accepted.len() + 1, DEADLINE);
    all.await.unwrap();
}

/// Asks until the answer has this status. Each question writes a little, so a disk with a little room left fills up.
async fn wait_for(client: &Client, path: &str, status: u16) {
    let begun = Instant::now();
    loop {
        let answer = client.send(Method::GET, path, "", Vec::new(), &[]).await;
        if answer.is_ok_and(|answer| answer.status == status) {
            return;
        }
        assert!(begun.elapsed() < DEADLINE, "{path} never answered {status}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A server with one webhook, on a disk with little room.
struct Scene {
    folder: tempfile::TempDir,
    sink: HttpSink,
    server: Server,
}

impl Scene {
    async fn build() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let sink = HttpSink::start_keeping(loopback, Keep::Ids).unwrap();
        let command = limited(&Binary::find(), folder.path());
        let server = Server::start(command, folder.path());
        let client = server.client();
        let acme = json!({ "slug": "acme", "name": "Acme" });
        client
            .ask(Method::POST, "/v1/issuers", Some(&acme))
            .await
            .unwrap();
        let url = sink.url("/ok/a");
        let hook = json!({ "filter": "everything", "webhook": url, "owner": "a@b.example", "consent": "test" });
        client
            .ask(Method::POST, "/v1/subscriptions", Some(&hook))
            .await
            .unwrap();
        Scene {
            folder,
            sink,
            server,
        }
    }

    /// Submits until something is refused; gives the ids of what was accepted, and the refusal.
    async fn fill(&self) -> (Vec<Value>, Answer) {
        let client = self.server.client();
        let mut accepted = Vec::new();
        loop {
            assert!(accepted.len() < 200, "the disk was never full");
            let answer = submit(self, &client).await;
            if answer.status != 202 {
                return (accepted, answer);
            }
            accepted.push(answer.body["id"].clone());
        }
    }
}

async fn submit(scene: &Scene, client: &Client) -> Answer {
    let mut large = release("Acme opens");
    large["body"] = json!("Long text. ".repeat(3000));
    let body = large.to_string().into_bytes();
    let sent = client.send(Method::POST, "/v1/releases", "application/json", body, &[]);
    sent.await
        .unwrap_or_else(|error| panic!("{error:#}\n{}", scene.server.log()))
}

fn make_room(pid: u32) {
    let pid = pid.to_string();
    let status = Command::new("prlimit")
        .args(["--pid", &pid, "--fsize=unlimited:unlimited"])
        .status();
    assert!(
        status
            .expect("prlimit (package util-linux) is needed")
            .success()
    );
}

/// `serve` under a limit on the size of files: a write beyond it fails, as on a full disk, instead of killing.
fn limited(binary: &Binary, directory: &std::path::Path) -> Command {
    let script = format!(
        "trap '' XFSZ; ulimit -S -f {LIMIT_KIB}; exec \"$0\" serve --data data --set http.listen=127.0.0.1:0 \
         --set webhook.allow=127.0.0.0/8 --set log.level=off"
    );
    let mut command = Command::new("bash");
    command.args(["-c", &script]).arg(binary.path());
    command
        .env_clear()
        .current_dir(directory)
        .stdin(Stdio::null());
    command
}
