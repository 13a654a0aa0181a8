//! Readers, their receivers, and releases that come in without end.

use crate::GOES_ON_WITHIN;
use crate::fleet::{Fleet, add, add_issuer};
use dateline::client::Client;
use http::Method;
use release::time::rfc3339;
use serde_json::{Value, json};
use sinks::{HttpSink, Keep, SmtpSink};
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::Clock;
use tests::release;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Half by mail, half by webhook.
const READERS: usize = 8;
/// Between two releases; some faults are over in less.
const GAP: Duration = Duration::from_millis(40);
/// The longest that a release may be refused, over every fault.
const PATIENCE: Duration = Duration::from_secs(120);

/// When an id was taken.
pub(crate) type Arrivals = HashMap<String, Vec<Instant>>;

/// Where mails and calls go.
pub(crate) struct Receivers {
    relay: SocketAddr,
    relays: Vec<SmtpSink>,
    http: HttpSink,
    hanging: bool,
}

impl Receivers {
    pub(crate) fn start() -> Receivers {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let smtp = SmtpSink::start_keeping(loopback, Keep::Ids).unwrap();
        Receivers {
            relay: smtp.addr(),
            relays: vec![smtp],
            http: HttpSink::start_keeping(loopback, Keep::Ids).unwrap(),
            hanging: false,
        }
    }

    /// One more reader, whose webhook never answers.
    pub(crate) fn add_hanging_hook(&mut self) {
        self.hanging = true;
    }

    pub(crate) fn has_hanging_hook(&self) -> bool {
        self.hanging
    }

    pub(crate) async fn stop_relay(&self) {
        self.relays.last().unwrap().stop().await;
    }

    pub(crate) fn start_relay(&mut self) {
        let again = SmtpSink::start_keeping(self.relay, Keep::Ids).unwrap();
        self.relays.push(again);
    }

    pub(crate) fn settings(&self) -> Vec<String> {
        vec![format!("mail.relay=smtp://{}", self.relay)]
    }

    pub(crate) async fn people(&self, client: &Client) {
        add_issuer(client).await;
        for reader in 0..READERS {
            let mut subscription = json!({ "filter": "everything", "consent": "a test" });
            if reader % 2 == 0 {
                subscription["email"] = json!(format!("reader-{reader}@reader.example"));
            } else {
                subscription["webhook"] = json!(self.http.url(&format!("/ok/{reader}")));
                subscription["owner"] = json!("owner@reader.example");
            }
            add(client, "/v1/subscriptions", subscription).await;
        }
        if self.hanging {
            let hook = self.http.url("/stall/1");
            let hanging = json!({ "filter": "everything", "consent": "a test", "webhook": hook, "owner": "o@reader.example" });
            add(client, "/v1/subscriptions", hanging).await;
        }
    }

    /// How many hear of each release in the end.
    pub(crate) fn told(&self) -> usize {
        READERS
    }

    /// Where a webhook of this path is.
    pub(crate) fn url(&self, path: &str) -> String {
        self.http.url(path)
    }

    /// How many calls came.
    pub(crate) fn calls(&self) -> usize {
        self.http.calls().len()
    }

    /// When the last call came.
    pub(crate) fn last_call(&self) -> Instant {
        let moments = self.http.calls().into_iter().map(|call| call.received);
        moments.max().unwrap()
    }

    /// How many mails came.
    pub(crate) fn mails(&self) -> usize {
        self.relays.iter().map(|relay| relay.mails().len()).sum()
    }

    /// When the last mail came.
    pub(crate) fn last_mail(&self) -> Instant {
        let mails = self.relays.iter().flat_map(SmtpSink::mails);
        mails.map(|mail| mail.received).max().unwrap()
    }

    pub(crate) fn arrivals(&self) -> Arrivals {
        let mut arrivals = Arrivals::new();
        for mail in self.relays.iter().flat_map(SmtpSink::mails) {
            let id = mail.message_id.split('@').next().unwrap().to_owned();
            arrivals.entry(id).or_default().push(mail.received);
        }
        for call in self.http.calls().into_iter().filter(|call| call.taken()) {
            let moments = arrivals.entry(call.webhook_id).or_default();
            moments.push(call.received);
        }
        arrivals
    }
}

/// Releases on their way in, each under a key of its own until it is accepted.
pub(crate) struct Load {
    accepted: Arc<AtomicUsize>,
    submitting: JoinHandle<Vec<Value>>,
}

impl Load {
    pub(crate) async fn begin(fleet: &Fleet, releases: usize) -> Load {
        let accepted = Arc::new(AtomicUsize::new(0));
        let (client, counted) = (fleet.client(), accepted.clone());
        let submitting = tokio::spawn(async move {
            let mut answers = Vec::new();
            for number in 0..releases {
                answers.push(submit(&client, number).await);
                counted.fetch_add(1, Ordering::SeqCst);
                sleep(GAP).await;
            }
            answers
        });
        Load {
            accepted,
            submitting,
        }
    }

    /// Waits until so many more releases were accepted, or all were.
    pub(crate) async fn progress(&self, more: usize) {
        let (begun, wanted) = (Instant::now(), self.accepted.load(Ordering::SeqCst) + more);
        while self.accepted.load(Ordering::SeqCst) < wanted && !self.submitting.is_finished() {
            assert!(
                begun.elapsed() < GOES_ON_WITHIN,
                "no release was accepted for {GOES_ON_WITHIN:?}"
            );
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// What every submission was answered.
    pub(crate) async fn all(self) -> Vec<Value> {
        self.submitting.await.unwrap()
    }
}

/// Submits a release until it is accepted; every fifth is to clear a second later.
async fn submit(client: &Client, number: usize) -> Value {
    let mut release = release(&format!("Release {number}"));
    if number.is_multiple_of(5) {
        release["clear_at"] = json!(rfc3339(Clock::System.now_ms() + 1000));
    }
    let (begun, key) = (Instant::now(), format!("release-{number}"));
    let body = release.to_string().into_bytes();
    loop {
        let headers = [("idempotency-key", key.as_str())];
        let sent = client.send(
            Method::POST,
            "/v1/releases",
            "application/json",
            body.clone(),
            &headers,
        );
        match tokio::time::timeout(Duration::from_secs(10), sent).await {
            Ok(Ok(answer)) if answer.status == 202 => return answer.body,
            Ok(Ok(answer)) => assert!(answer.status.is_server_error(), "{answer:?}"),
            Ok(Err(_)) | Err(_) => {}
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "release {number} was never accepted"
        );
        sleep(Duration::from_millis(20)).await;
    }
}
