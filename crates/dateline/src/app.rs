//! The wire, assembled: every stage over one store and one queue.

use crate::folder::{self, DataFolder};
use crate::settings::{MailTls, RelaySecurity, Settings};
use crate::sweep::Sweep;
use crate::telemetry::Telemetry;
use anyhow::{Context, Result, bail};
use axum::serve::ListenerExt;
use delivery::email::conversation::{Credentials, Limits, RelaySettings, TlsMode};
use delivery::email::{self, Mailer, Pool};
use delivery::webhook::{Caller, CallerSettings};
use delivery::{RetryPolicy, Sender, Wire, Worker, WorkerSettings};
use intake::{Intake, Local};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use newsroom::Newsroom;
use queue::{Queue, Telling};
use release::ids::base32;
use release::topic::Taxonomy;
use router::Router;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::{Clock, Store, WorkerRow};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Messages that wait in one queue of the embedded engine.
const QUEUE_CAPACITY: usize = 4096;
/// How often workers say that they live.
const BEAT: Duration = Duration::from_secs(2);

/// The wire in one process.
pub struct App {
    /// What it was started with.
    pub settings: Settings,
    /// The truth.
    pub store: Store,
    /// The hand-over.
    pub queue: Queue,
    /// Time.
    pub clock: Clock,
    /// Matches and plans.
    pub router: Router,
    /// Sends mail.
    pub email: Worker,
    /// Calls webhooks.
    pub webhook: Worker,
    /// Clears, retries, recovers.
    pub sweep: Sweep,
    /// Stops everything.
    pub stop: CancellationToken,
    /// The operator's secret of this run.
    pub local_token: String,
    taxonomy: Arc<Taxonomy>,
    wire: Arc<Wire>,
    telemetry: Option<Telemetry>,
    folder: DataFolder,
}

impl App {
    /// Locks the data folder, opens the store and puts the stages together; nothing runs yet.
    ///
    /// # Errors
    /// Whatever stands in the way, with the mend.
    pub async fn open(
        settings: Settings,
        clock: Clock,
        telemetry: Option<Telemetry>,
    ) -> Result<App> {
        let folder = DataFolder::lock(&settings.data_dir())?;
        let path = settings.store_path();
        let store = Store::open(&path, clock.now_ms())
            .await
            .with_context(|| format!("the store {} cannot be opened", path.display()))?;
        // One process, and the folder is ours: no lease of an earlier one can be alive.
        store.void_leases().await?;
        let taxonomy = Arc::new(taxonomy(&settings)?);
        let queue = Queue::embedded(QUEUE_CAPACITY);
        let wire = Arc::new(Wire {
            name: settings.name.clone(),
            public_url: settings.public_url.clone(),
            link_key: store.link_key().await?,
        });
        let stop = CancellationToken::new();
        let worker = |name: &str, sender, slots, retry| {
            let settings = worker_settings(&settings, name, slots, retry);
            Worker::new(
                store.clone(),
                queue.clone(),
                clock.clone(),
                wire.clone(),
                sender,
                settings,
                stop.clone(),
            )
        };
        let email = worker(
            "email-1",
            mail_sender(&settings)?,
            settings.mail.connections,
            &settings.retry.email_s,
        );
        let webhook = worker(
            "webhook-1",
            webhook_sender(&settings)?,
            settings.webhook.connections,
            &settings.retry.webhook_s,
        );
        let router = Router::new(
            store.clone(),
            queue.clone(),
            clock.clone(),
            taxonomy.clone(),
            settings.batch.size,
        );
        let sweep = Sweep {
            store: store.clone(),
            queue: queue.clone(),
            clock: clock.clone(),
            batch_size: settings.batch.size,
            interval: Duration::from_millis(settings.sweep.interval_ms),
        };
        if let Some(telemetry) = &telemetry {
            let queue = queue.clone();
            let _ = telemetry.set_tail(Arc::new(move |line| {
                queue.tell(Telling::Log(serde_json::Value::Object(line.fields.clone())));
            }));
        }
        let local_token = folder::new_secret();
        Ok(App {
            settings,
            store,
            queue,
            clock,
            router,
            email,
            webhook,
            sweep,
            stop,
            local_token,
            taxonomy,
            wire,
            telemetry,
            folder,
        })
    }

    /// The API and the newsroom.
    pub fn http(&self) -> axum::Router {
        let handle = prometheus();
        let telemetry = self.telemetry.clone();
        let intake = Intake {
            store: self.store.clone(),
            queue: self.queue.clone(),
            clock: self.clock.clone(),
            taxonomy: self.taxonomy.clone(),
            public_url: self.settings.public_url.clone(),
            allow_private: self.settings.webhook.allow_private,
            max_body_bytes: self.settings.http.max_body_bytes,
            request_timeout: Duration::from_millis(self.settings.http.request_timeout_ms),
            local: Some(Local::new(&self.local_token)),
            metrics: Arc::new(move || handle.render()),
            tail: Arc::new(move |level| {
                if let Some(telemetry) = &telemetry {
                    telemetry.want_tail_level(level);
                }
            }),
            stop: self.stop.clone(),
        };
        let newsroom = Newsroom {
            store: self.store.clone(),
            queue: self.queue.clone(),
            clock: self.clock.clone(),
            taxonomy: self.taxonomy.clone(),
            link_key: self.wire.link_key.clone(),
            name: self.settings.name.clone(),
            public_url: self.settings.public_url.clone(),
        };
        newsroom.routes().merge(intake.routes())
    }

    /// Makes the first operator token, if the store has none. Shown once, never again.
    pub async fn first_token(&self) -> Result<Option<String>> {
        if !self.store.tokens().await?.is_empty() {
            return Ok(None);
        }
        let secret = folder::new_secret();
        let public_id = format!("tok_{}", base32(&rand::random::<[u8; 10]>()));
        let new = store::NewToken {
            public_id: &public_id,
            secret: &secret,
            name: "first operator",
            scopes: "operator flash",
            issuers: "",
        };
        self.store.add_token(&new, self.clock.now_ms()).await?;
        Ok(Some(secret))
    }

    /// Runs every stage until [`App::stop`] is cancelled; then finishes what is in flight, within the grace.
    pub async fn run(&self, listener: TcpListener) -> Result<()> {
        let url = format!("http://{}", listener.local_addr()?);
        self.folder.announce(&url, &self.local_token)?;
        let mut stages = JoinSet::new();
        let (router, sweep, stop) = (self.router.clone(), self.sweep.clone(), self.stop.clone());
        stages.spawn(async move { router.run(stop).await });
        let stop = self.stop.clone();
        stages.spawn(async move { sweep.run(stop).await });
        for worker in [self.email.clone(), self.webhook.clone()] {
            stages.spawn(async move { worker.run().await });
        }
        stages.spawn(self.beat());
        let (http, stop) = (self.http(), self.stop.clone());
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        stages.spawn(async move {
            if let Err(error) = axum::serve(listener, http)
                .with_graceful_shutdown(stop.cancelled_owned())
                .await
            {
                warn!(%error, "the listener ended: {error}");
            }
        });
        self.stop.cancelled().await;
        let grace = Duration::from_millis(self.settings.shutdown.grace_ms);
        let finished =
            tokio::time::timeout(grace, async { while stages.join_next().await.is_some() {} })
                .await;
        if finished.is_err() {
            warn!(
                "stopping took longer than {grace:?}: what has no recorded outcome is sent again after the next start"
            );
            stages.shutdown().await;
        }
        self.store.close().await;
        Ok(())
    }

    /// Does all work that is due by the stepped clock, until nothing is left: what tests drive.
    pub async fn settle(&self) -> Result<()> {
        loop {
            self.sweep.step().await?;
            let mut worked = false;
            while self.router.step().await?
                || self.email.step().await?
                || self.webhook.step().await?
            {
                worked = true;
            }
            if !worked {
                return Ok(());
            }
        }
    }

    /// Reports the stages as living workers.
    fn beat(&self) -> impl Future<Output = ()> + use<> {
        let (store, clock, stop) = (self.store.clone(), self.clock.clone(), self.stop.clone());
        let (email, webhook) = (self.email.clone(), self.webhook.clone());
        let started_ms = clock.now_ms();
        async move {
            loop {
                let row = |role: &str, doing: String| WorkerRow {
                    id: format!("{role}-1"),
                    role: role.to_owned(),
                    doing,
                    started_ms,
                    beat_ms: 0,
                };
                let plain = ["intake", "router", "newsroom", "sweep"]
                    .map(|role| row(role, "running".into()));
                let mut rows = plain.to_vec();
                rows.push(row("email", email.doing()));
                rows.push(row("webhook", webhook.doing()));
                if let Err(error) = store.beat(&rows, clock.now_ms()).await {
                    warn!(%error, "workers could not report: {error}");
                }
                tokio::select! {
                    () = stop.cancelled() => {
                        let ids: Vec<String> = rows.into_iter().map(|row| row.id).collect();
                        let _ = store.forget_workers(&ids).await;
                        return;
                    }
                    () = tokio::time::sleep(BEAT) => {}
                }
            }
        }
    }
}

/// Binds the one listener.
///
/// # Errors
/// A port in use is said, with what to do.
pub async fn bind(settings: &Settings) -> Result<TcpListener> {
    let listen = settings.http.listen;
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}: if the port is in use, stop what uses it or set `http.listen` (port 0 takes any)")
    })
}

pub(crate) fn taxonomy(settings: &Settings) -> Result<Taxonomy> {
    let Some(path) = settings.topics_file() else {
        return Ok(Taxonomy::builtin().clone());
    };
    let shown = path.display();
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("the taxonomy {shown} cannot be read"))?;
    Taxonomy::from_json(&text).with_context(|| format!("the taxonomy {shown} cannot be used"))
}

fn worker_settings(
    settings: &Settings,
    name: &str,
    slots: usize,
    waits_s: &[u64],
) -> WorkerSettings {
    WorkerSettings {
        name: name.to_owned(),
        slots,
        in_flight_per_endpoint: settings.webhook.in_flight_per_endpoint,
        lease_ms: settings.batch.lease_ms as i64,
        poison_after: i64::from(settings.batch.poison_after),
        retry: RetryPolicy {
            waits_s: waits_s.to_vec(),
            jitter: settings.retry.jitter,
        },
    }
}

fn mail_sender(settings: &Settings) -> Result<Sender> {
    let mail = &settings.mail;
    let from = email::From::parse(&mail.from, mail.list_domain())
        .with_context(|| format!("mail.from `{}` is not an address", mail.from))?;
    let Some(relay) = mail.relay() else {
        let folder = settings.mail_folder();
        info!(folder = %folder.display(), "no mail relay is configured: mails are written as .eml files to {}", folder.display());
        let mailer = Mailer::folder(from, folder.clone())
            .with_context(|| format!("the mail folder {} cannot be created", folder.display()))?;
        return Ok(Sender::Email(mailer));
    };
    let tls = match (relay.security, mail.tls) {
        (RelaySecurity::Implicit, _) => TlsMode::Implicit,
        (RelaySecurity::StartTls, _) | (_, MailTls::Required) => TlsMode::Required,
        (RelaySecurity::Plain, _) => TlsMode::None,
    };
    let credentials = relay.user.map(|user| Credentials {
        user,
        password: mail.password.expose().to_owned(),
    });
    let relay = RelaySettings {
        host: relay.host,
        port: relay.port,
        tls,
        credentials,
        helo_name: mail.helo().to_owned(),
        tls_config: email::tls_config().context("the system's root certificates cannot be read")?,
        limits: Limits::default(),
    };
    Ok(Sender::Email(Mailer::relay(from, Pool::new(relay))))
}

fn webhook_sender(settings: &Settings) -> Result<Sender> {
    let webhook = &settings.webhook;
    if webhook.connections == 0 {
        bail!("webhook.connections is 0: give at least 1");
    }
    let caller = Caller::new(CallerSettings {
        allow_private: webhook.allow_private,
        connect_timeout: Duration::from_millis(webhook.connect_timeout_ms),
        total_timeout: Duration::from_millis(webhook.total_timeout_ms),
        read_limit_bytes: webhook.read_limit_bytes,
        keep_bytes: webhook.keep_bytes,
    })
    .context(
        "the system's root certificates cannot be read: install the package ca-certificates",
    )?;
    Ok(Sender::Webhook(caller))
}

/// One recorder a process, whoever asks first.
fn prometheus() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let buckets = [
                0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
                300.0, 3600.0,
            ];
            let builder = PrometheusBuilder::new()
                .set_buckets(&buckets)
                .expect("the list is not empty");
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            // A recorder set by somebody else before keeps its place; then this page stays empty.
            let _ = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}
