//! The demo's own small world: a fresh folder, sinks on loopback, the wire between them.

use crate::app::{App, bind};
use crate::process::start_telemetry;
use crate::settings::{Settings, Sources};
use anyhow::{Context, Result};
use sinks::{HttpSink, Keep, SmtpSink};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use store::Clock;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What the demo runs on.
pub(crate) struct Stage {
    pub(super) app: Arc<App>,
    pub(super) smtp: SmtpSink,
    pub(super) http: HttpSink,
    /// Where API and newsroom listen.
    pub(super) url: String,
    /// The same moment by both clocks, to compare the sinks' records with the ledger.
    pub(super) epoch: (Instant, i64),
    listener: Mutex<Option<TcpListener>>,
    _folder: TempDir,
}

impl Stage {
    pub(super) async fn build(set: Vec<String>) -> Result<Stage> {
        let folder = tempfile::Builder::new()
            .prefix("dateline-demo-")
            .tempdir()
            .context("no temporary folder")?;
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let smtp = SmtpSink::start_keeping(loopback, Keep::Bodies)
            .context("the SMTP sink cannot listen")?;
        let http = HttpSink::start(loopback).context("the webhook sink cannot listen")?;
        let mut all = vec![
            format!("data={}", folder.path().join("data").display()),
            "http.listen=127.0.0.1:0".to_owned(),
            format!("mail.relay=smtp://{}", smtp.addr()),
            "mail.from=Dateline <alerts@wire.example>".to_owned(),
            "webhook.allow=127.0.0.0/8".to_owned(),
            "review.default=none".to_owned(),
            "review.late_editions=follow".to_owned(),
            "http.requests_per_minute=0".to_owned(),
            // As many subscribers as one likes: nobody is there to be asked.
            "blast.factor=0".to_owned(),
            "retry.webhook_s=[1, 2, 4]".to_owned(),
            "retry.email_s=[1, 2, 4]".to_owned(),
            "log.level=error".to_owned(),
        ];
        all.extend(set);
        let mut settings = Settings::load(Sources {
            directory: folder.path().to_owned(),
            set: all,
            ..Sources::default()
        })?;
        let telemetry = start_telemetry(&settings.log)?;
        let listener = bind(&settings).await?;
        let url = format!("http://{}", listener.local_addr()?);
        settings.listens_on(listener.local_addr()?);
        let app = Arc::new(App::open(settings, Clock::System, Some(telemetry)).await?);
        let epoch = (Instant::now(), app.clock.now_ms());
        Ok(Stage {
            app,
            smtp,
            http,
            url,
            epoch,
            listener: Mutex::new(Some(listener)),
            _folder: folder,
        })
    }

    /// Starts every stage of the wire.
    pub(super) fn start(&self) -> JoinHandle<Result<()>> {
        let listener = self
            .listener
            .lock()
            .expect("no holder panics")
            .take()
            .expect("the stage starts once");
        let app = self.app.clone();
        tokio::spawn(async move { app.run(listener).await })
    }

    /// Stops the wire and the sinks.
    pub(super) async fn stop(&self, running: JoinHandle<Result<()>>) {
        self.app.stop.cancel();
        let _ = running.await;
        self.smtp.stop().await;
        self.http.stop().await;
    }

    /// The text part of a mail that arrived.
    pub(super) fn a_mail(&self) -> Option<String> {
        let mails = self.smtp.mails();
        let mail = mails.iter().find(|mail| {
            mail.raw
                .as_ref()
                .is_some_and(|raw| raw.starts_with(b"Message-ID"))
                || mail.raw.is_some()
        })?;
        Some(super::account::text_part(&String::from_utf8_lossy(
            mail.raw.as_ref()?,
        )))
    }
}
