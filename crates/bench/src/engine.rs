//! The whole wire on its embedded engines, over a fresh folder, between sinks on loopback.

use crate::audience::Audience;
use crate::item;
use anyhow::{Context, Result, ensure};
use dateline::app::{App, bind};
use dateline::client::{Client, refusal};
use dateline::settings::{Settings, Sources};
use dateline::telemetry;
use http::Method;
use sinks::{HttpSink, Keep, SmtpSink};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Clock;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// A round that takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long the sinks are waited for before the store is asked.
const GLANCE: Duration = Duration::from_secs(1);

/// Where everything arrives.
pub(crate) struct Receivers {
    pub(crate) smtp: SmtpSink,
    pub(crate) http: HttpSink,
}

impl Receivers {
    pub(crate) fn start(keep: Keep) -> Result<Receivers> {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Ok(Receivers {
            smtp: SmtpSink::start_keeping(loopback, keep).context("the SMTP sink cannot listen")?,
            http: HttpSink::start_keeping(loopback, keep)
                .context("the webhook sink cannot listen")?,
        })
    }

    pub(crate) fn clear(&self) {
        self.smtp.clear();
        self.http.clear();
    }
}

/// The wire, running.
pub(crate) struct Engine {
    pub(crate) app: Arc<App>,
    pub(crate) address: SocketAddr,
    client: Client,
    running: JoinHandle<Result<()>>,
    folder: TempDir,
}

impl Engine {
    /// Starts every stage, with the demo's settings but more slots: as many as the bare clients have connections.
    /// `set` wins over both.
    pub(crate) async fn start(receivers: &Receivers, set: Vec<String>) -> Result<Engine> {
        let folder = tempfile::Builder::new()
            .prefix("dateline-bench-")
            .tempdir()
            .context("no temporary folder")?;
        let mut settings = Settings::load(Sources {
            directory: folder.path().to_owned(),
            set: [settings(receivers), set].concat(),
            ..Sources::default()
        })?;
        let telemetry = telemetry::init(&settings.log, Arc::new(|| Clock::System.now_ms()))
            .context("the log cannot be started")?;
        let listener = bind(&settings).await?;
        let address = listener.local_addr()?;
        settings.public_url = format!("http://{address}");
        let client_url = settings.public_url.clone();
        let app = Arc::new(App::open(settings, Clock::System, Some(telemetry)).await?);
        let client = Client::remote(&client_url, &app.local_token)?;
        let running = tokio::spawn({
            let app = app.clone();
            async move { app.run(listener).await }
        });
        let engine = Engine {
            app,
            address,
            client,
            running,
            folder,
        };
        for issuer in item::issuers() {
            engine
                .client
                .ask(Method::POST, "/v1/issuers", Some(&issuer))
                .await?;
        }
        Ok(engine)
    }

    /// Where the data folder is, for a limit on the same disk.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Submits an issuer's release over HTTP; gives its key.
    pub(crate) async fn submit(&self, issuer: &str) -> Result<i64> {
        let body = item::release(issuer).into_bytes();
        let answer = self
            .client
            .send(Method::POST, "/v1/releases", "application/json", body, &[])
            .await?;
        ensure!(answer.status.is_success(), "{}", refusal(&answer));
        let public_id = answer.body["id"].as_str().unwrap_or_default();
        let release = self.app.store.release(public_id).await?;
        Ok(release
            .context("an accepted release is not in the store")?
            .id)
    }

    /// Waits until the outcome of each delivery of a release is in the store.
    pub(crate) async fn complete(
        &self,
        release_id: i64,
        audience: Audience,
        receivers: &Receivers,
    ) -> Result<()> {
        let (begun, n) = (Instant::now(), audience.all());
        loop {
            // Asking costs time that is being measured: so not before everything can be there.
            let arrived = everything(receivers, audience).await;
            let report = self.app.store.report(release_id).await?;
            let due: i64 = report.channels.iter().map(store::ChannelReport::due).sum();
            let matched: i64 = report.channels.iter().map(|channel| channel.matched).sum();
            if report.routed && due == 0 {
                ensure!(
                    matched == n as i64,
                    "{matched} endpoints matched instead of {n}"
                );
                return Ok(());
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "{due} of {n} deliveries are still due"
            );
            if arrived {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
    }

    /// Ends every stage.
    pub(crate) async fn stop(self) -> Result<()> {
        self.app.stop.cancel();
        self.running.await?
    }
}

/// Waits until the sinks have seen as much as the audience is sent, or for a while.
async fn everything(receivers: &Receivers, audience: Audience) -> bool {
    let (http, smtp) = tokio::join!(
        receivers.http.wait_for(audience.webhooks, GLANCE),
        receivers.smtp.wait_for(audience.mailboxes, GLANCE)
    );
    http.is_ok() && smtp.is_ok()
}

fn settings(receivers: &Receivers) -> Vec<String> {
    vec![
        "data=data".to_owned(),
        "http.listen=127.0.0.1:0".to_owned(),
        format!("mail.relay=smtp://{}", receivers.smtp.addr()),
        "mail.from=Dateline <alerts@wire.example>".to_owned(),
        "mail.connections=64".to_owned(),
        "mail.most_per_hour=0".to_owned(),
        "webhook.connections=64".to_owned(),
        "webhook.allow_private=true".to_owned(),
        "review.default=none".to_owned(),
        "review.late_editions=follow".to_owned(),
        "http.requests_per_minute=0".to_owned(),
        "retry.webhook_s=[1, 2, 4]".to_owned(),
        "retry.email_s=[1, 2, 4]".to_owned(),
        "log.level=error".to_owned(),
    ]
}
