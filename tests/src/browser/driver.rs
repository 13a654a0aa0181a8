//! ChromeDriver as a process, and the little HTTP that WebDriver needs.

use crate::DEADLINE;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The driver; it ends, and the browser with it, when dropped.
#[derive(Debug)]
pub(super) struct Driver {
    child: Child,
    base: String,
    client: Client<HttpConnector, Full<Bytes>>,
    profile: PathBuf,
    _folder: TempDir,
}

impl Driver {
    /// Starts it on a free port of loopback.
    pub(super) async fn start() -> Driver {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            // What Chromium leaves lying around goes with the folder.
            .env("TMPDIR", folder.path())
            .env("HOME", folder.path())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts: tests/tools installs it");
        let said = child.stdout.take().expect("it was piped");
        let port = tokio::task::spawn_blocking(move || port(BufReader::new(said)));
        let port = tokio::time::timeout(DEADLINE, port).await;
        let port = port
            .expect("chromedriver says its port in time")
            .expect("reading does not panic");
        Driver {
            child,
            base: format!("http://127.0.0.1:{port}"),
            client: Client::builder(TokioExecutor::new()).build_http(),
            profile: folder.path().join("profile"),
            _folder: folder,
        }
    }

    pub(super) fn profile(&self) -> &Path {
        &self.profile
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.must(Method::GET, path, String::new()).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Value {
        self.must(Method::POST, path, body.to_string()).await
    }

    /// As [`Self::post`], for what may fail while a page goes and another comes.
    pub(super) async fn try_post(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.ask(Method::POST, path, body.to_string()).await
    }

    async fn must(&self, method: Method, path: &str, body: String) -> Value {
        let answer = self.ask(method, path, body).await;
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    async fn ask(&self, method: Method, path: &str, body: String) -> Result<Value, String> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .expect("our requests are well-formed");
        let answer = async {
            let response = self
                .client
                .request(request)
                .await
                .expect("chromedriver answers");
            let body = response.into_body().collect().await;
            body.expect("its answer can be read").to_bytes()
        };
        // Starting a browser on a busy machine takes a while.
        let bytes = tokio::time::timeout(DEADLINE * 3, answer).await;
        let bytes = bytes.expect("chromedriver answers in time");
        let mut answer: Value = serde_json::from_slice(&bytes).expect("WebDriver speaks JSON");
        let value = answer["value"].take();
        if let Some(error) = value.get("error").and_then(Value::as_str) {
            let message = value["message"].as_str().unwrap_or_default();
            return Err(format!("{error}: {message}"));
        }
        Ok(value)
    }
}

/// `ChromeDriver was started successfully on port 41235.`; what it says later is read to the end, so that it never blocks.
fn port(mut said: BufReader<std::process::ChildStdout>) -> u16 {
    let mut line = String::new();
    while said.read_line(&mut line).expect("it can be read") > 0 {
        let after = line.split("started successfully on port ").nth(1);
        if let Some(port) =
            after.and_then(|rest| rest.trim_end().trim_end_matches('.').parse().ok())
        {
            std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
            return port;
        }
        line.clear();
    }
    panic!("chromedriver ended without a port");
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Its whole group: the browser's processes are the driver's children.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
    }
}
