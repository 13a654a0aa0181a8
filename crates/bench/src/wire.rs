//! The whole wire as processes of their own, between sinks on loopback.
//!
//! Each process is this program again, under the name `dateline`: no second build, and memory and processor time of the
//! wire are told apart from those of sinks and bare clients.

use crate::audience::{self, Audience};
use crate::item;
use crate::pair::Pair;
use crate::process::Process;
use crate::receivers::Receivers;
use crate::usage::Usage;
use anyhow::{Context, Result, ensure};
use dateline::client::{Client, refusal};
use http::Method;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use store::{Clock, Store};

/// A round of 10,000 deliveries that takes longer than this has failed; more deliveries have more time.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the sinks are waited for before the store is asked.
const GLANCE: Duration = Duration::from_secs(1);

/// The wire, running.
pub(crate) struct Wire {
    pub(crate) pair: Pair,
    /// The bench's own view of the truth.
    pub(crate) store: Store,
    pub(crate) client: Client,
    pub(crate) token: String,
    processes: Vec<Process>,
}

impl Wire {
    /// Stores the audiences, each of its issuer, and starts every stage, with the demo's settings but more slots: as many as the bare clients
    /// have connections. `set` wins over both.
    pub(crate) async fn start(
        pair: Pair,
        receivers: &Receivers,
        audiences: &[(&'static str, Audience)],
        set: &[String],
    ) -> Result<Wire> {
        let store = Store::open(&pair.store_url(), Clock::System.now_ms()).await?;
        audience::add(&store, audiences, &receivers.http).await?;
        let settings = [pair.settings(), settings(receivers), set.to_vec()].concat();
        let mut processes = Vec::new();
        for roles in pair.engine.processes() {
            processes.push(Process::start(pair.folder(), roles, &settings).await?);
        }
        let first = processes.first().context("a wire has a process")?;
        let token = first.first_token()?;
        let wire = Wire {
            client: Client::remote(&first.url(), &token)?,
            token,
            store,
            pair,
            processes,
        };
        wire.introduce().await?;
        Ok(wire)
    }

    /// Adds the issuers.
    async fn introduce(&self) -> Result<()> {
        for issuer in item::issuers() {
            let added = self.client.ask(Method::POST, "/v1/issuers", Some(&issuer));
            added.await?;
        }
        Ok(())
    }

    /// A client that may submit to the flash lane.
    pub(crate) async fn flash_client(&self) -> Result<Client> {
        let asked =
            json!({ "name": "flash", "scopes": ["releases:write", "releases:read", "flash"] });
        let added = self.client.ask(Method::POST, "/v1/tokens", Some(&asked));
        let added = added.await?;
        let token = added["token"].as_str().context("a token has a secret")?;
        Client::remote(&self.processes[0].url(), token)
    }

    /// Where the API listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.processes[0].address()
    }

    /// Submits an issuer's release over HTTP; gives its key.
    pub(crate) async fn submit(&self, client: &Client, release: String) -> Result<i64> {
        let body = release.into_bytes();
        let sent = client.send(Method::POST, "/v1/releases", "application/json", body, &[]);
        let answer = sent.await?;
        ensure!(answer.status.is_success(), "{}", refusal(&answer));
        let public_id = answer.body["id"].as_str().unwrap_or_default();
        let release = self.store.release(public_id).await?;
        let release = release.context("an accepted release is not in the store")?;
        Ok(release.id)
    }

    /// Waits until the outcome of each delivery of a release is in the store.
    pub(crate) async fn complete(
        &self,
        release_id: i64,
        audience: Audience,
        receivers: &Receivers,
    ) -> Result<()> {
        let (begun, n) = (Instant::now(), audience.all());
        let patience = PATIENCE * n.div_ceil(10_000) as u32;
        loop {
            // Asking costs time that is being measured: so not before everything can be there.
            let arrived = receivers.everything(audience, GLANCE).await;
            if self.is_complete(release_id, audience).await? {
                return Ok(());
            }
            ensure!(
                begun.elapsed() < patience,
                "some of {n} deliveries are still due"
            );
            if arrived {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
    }

    /// Whether the outcome of each delivery of a release is in the store.
    pub(crate) async fn is_complete(&self, release_id: i64, audience: Audience) -> Result<bool> {
        let report = self.store.report(release_id).await?;
        let due: i64 = report.channels.iter().map(store::ChannelReport::due).sum();
        let matched: i64 = report.channels.iter().map(|channel| channel.matched).sum();
        let (n, complete) = (audience.all(), report.routed && due == 0);
        ensure!(
            !complete || matched == n as i64,
            "{matched} endpoints matched instead of {n}"
        );
        Ok(complete)
    }

    /// How long a router needed for a release, by its log: matching, planning and publishing its batches.
    pub(crate) fn routed_in(&self, public_id: &str) -> Result<Duration> {
        let lines: Vec<_> = self.processes.iter().flat_map(Process::log_lines).collect();
        let line = lines
            .iter()
            .rfind(|line| line["release"] == *public_id && line["outcome"] == "routed")
            .with_context(|| format!("no process logged that it routed {public_id}"))?;
        let ms = line["duration_ms"].as_u64().context("no duration_ms")?;
        Ok(Duration::from_millis(ms.max(1)))
    }

    /// Begins to count what each process uses.
    pub(crate) fn count(&mut self) -> Result<()> {
        self.processes.iter_mut().try_for_each(Process::count)
    }

    /// What each process has used since, by its roles.
    pub(crate) fn usage(&self) -> Result<BTreeMap<&'static str, Usage>> {
        let used = |process: &Process| Ok((process.roles, process.usage()?));
        self.processes.iter().map(used).collect()
    }

    /// Ends every stage in good order.
    pub(crate) async fn end(self) -> Result<()> {
        for process in &self.processes {
            process.terminate()?;
        }
        for process in self.processes {
            process.ended().await?;
        }
        self.store.close().await;
        self.pair.end().await
    }
}

fn settings(receivers: &Receivers) -> Vec<String> {
    vec![
        format!("mail.relay=smtp://{}", receivers.smtp.addr()),
        "mail.from=Dateline <alerts@wire.example>".to_owned(),
        "mail.connections=64".to_owned(),
        "mail.most_per_hour=0".to_owned(),
        // All readers of an issuer are at one domain.
        "mail.domain_connections=1000".to_owned(),
        "mail.domain_per_second=100000".to_owned(),
        "webhook.connections=64".to_owned(),
        "webhook.allow=127.0.0.0/8".to_owned(),
        "review.default=none".to_owned(),
        "review.late_editions=follow".to_owned(),
        "blast.factor=0".to_owned(),
        "http.requests_per_minute=0".to_owned(),
        "retry.webhook_s=[1, 2, 4]".to_owned(),
        "retry.email_s=[1, 2, 4]".to_owned(),
        "log.format=json".to_owned(),
        "log.level=error,router=info".to_owned(),
    ]
}
