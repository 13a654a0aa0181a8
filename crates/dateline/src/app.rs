//! The wire, assembled: every stage over one store and one queue.

pub(crate) mod engines;
mod following;
mod metrics_page;
mod pruning;
mod roles;
mod senders;

pub use engines::Patience;
pub use roles::{Role, Roles};
pub use senders::{Greeting, greet_relay};

use crate::folder::DataFolder;
use crate::settings::Settings;
use crate::sweep::Sweep;
use crate::telemetry::Telemetry;
use anyhow::{Context, Result, bail};
use axum::serve::ListenerExt;
use delivery::{Wire, Worker};
use following::Following;
use intake::{Intake, Limits, Local};
use metrics_page::prometheus;
use newsroom::{Archive, Newsroom, Pages, Proxies, Readers, Rooms, Security};
use queue::{Queue, Telling};
use release::ids::{base32, token_secret};
use release::topic::Taxonomy;
use router::{BlastGuard, Router};
use senders::{mail_sender, webhook_sender, worker_settings};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::{Clock, Store, WorkerRow};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How often workers say that they live.
const BEAT: Duration = Duration::from_secs(2);
/// Beats between two looks at the store's clock, and at its room.
const BEATS_A_LOOK: u64 = 5;

/// The wire, or the part of it that one process runs.
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
    /// Makes items findable.
    pub archive: Archive,
    /// Stops everything.
    pub stop: CancellationToken,
    /// The operator's secret of this run.
    pub local_token: String,
    roles: Roles,
    node: String,
    following: Following,
    taxonomy: Arc<Taxonomy>,
    wire: Arc<Wire>,
    readers: Arc<Readers>,
    limits: Arc<Limits<String>>,
    rooms: Arc<Rooms>,
    /// None where the store is shared: then no process owns it.
    folder: Option<DataFolder>,
}

impl App {
    /// Every role, in one process.
    ///
    /// # Errors
    /// As [`App::open_as`].
    pub async fn open(
        settings: Settings,
        clock: Clock,
        telemetry: Option<Telemetry>,
    ) -> Result<App> {
        App::open_as(Roles::all(), Patience::None, settings, clock, telemetry).await
    }

    /// Locks the data folder if there is one, opens store and queue and puts the stages together; nothing runs yet.
    ///
    /// # Errors
    /// Whatever stands in the way, with the mend.
    pub async fn open_as(
        roles: Roles,
        patience: Patience,
        settings: Settings,
        clock: Clock,
        telemetry: Option<Telemetry>,
    ) -> Result<App> {
        let folder = match settings.store_path() {
            Some(_) => Some(DataFolder::lock(&settings.data_dir()).await?),
            None => None,
        };
        let store = engines::store(&settings, patience, clock.now_ms()).await?;
        let clock = engines::clock(&store, clock).await?;
        if !store.is_shared() {
            // One process, and the folder is ours: no lease of an earlier one can be alive.
            store.void_leases().await?;
        }
        let taxonomy = Arc::new(taxonomy(&settings)?);
        let queue = engines::queue(&settings, patience).await?;
        let node = engines::node(&store);
        let wire = Arc::new(Wire {
            name: settings.name.clone(),
            public_url: settings.public_url.clone(),
            link_key: store.link_key().await?,
            taxonomy: taxonomy.clone(),
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
            &format!("email{node}"),
            mail_sender(&settings, &roles, &clock, &wire.link_key)?,
            settings.mail.connections,
            &settings.retry.email_s,
        );
        let webhook = worker(
            &format!("webhook{node}"),
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
            BlastGuard {
                factor: settings.blast.factor,
                at_least: settings.blast.at_least,
            },
        );
        // A cache beside what is kept: only where the folder is kept, too.
        let router = match settings.data_dir() {
            folder if folder.is_dir() => router.with_index_file(folder.join("index.cache")),
            _ => router,
        };
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
        let archive = Archive::new(store.clone(), taxonomy.clone());
        let rooms = Arc::new(rooms(&settings, &taxonomy, clock.now_ms())?);
        let local_token = token_secret(rand::random());
        let limits = Arc::new(Limits::new(settings.http.requests_per_minute));
        let readers = Arc::new(readers(&settings)?);
        Ok(App {
            following: Following::new(queue.clone(), telemetry),
            roles,
            node,
            readers,
            settings,
            store,
            queue,
            clock,
            router,
            email,
            webhook,
            sweep,
            archive,
            stop,
            local_token,
            taxonomy,
            wire,
            limits,
            rooms,
            folder,
        })
    }

    /// What this process answers: the API, the newsroom, or no more than how it is.
    pub fn http(&self) -> axum::Router {
        let intake = self.intake();
        let api = intake.clone().routes();
        let newsroom = self.newsroom(api.clone()).routes();
        match (self.roles.has(Role::Intake), self.roles.has(Role::Newsroom)) {
            (true, true) => newsroom.merge(api),
            (true, false) => api,
            (false, true) => newsroom.merge(intake.health_routes()),
            (false, false) => intake.health_routes(),
        }
    }

    /// Goes on saying what the followers of this process want, for commands that follow other processes.
    pub fn keep_following(&self) -> impl Future<Output = ()> + use<> {
        let (following, stop) = (self.following.clone(), self.stop.clone());
        async move { following.run(stop).await }
    }

    /// The listener that the settings ask for of mail that comes back.
    ///
    /// # Errors
    /// A port in use is said, with what to do.
    pub async fn bind_returns(&self) -> Result<Option<TcpListener>> {
        let listen = self.settings.bounces.listen.as_str();
        if listen.is_empty() || !self.roles.has(Role::Intake) {
            return Ok(None);
        }
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("cannot listen on {listen}: if the port is in use, stop what uses it or set `bounces.listen`")
        })?;
        let address = listener.local_addr()?;
        info!(%address, "mail that comes back is taken at {address}");
        Ok(Some(listener))
    }

    /// Takes mail that comes back, until the process stops.
    pub fn take_returns(&self, listener: TcpListener) -> impl Future<Output = ()> + use<> {
        self.intake().take_returns(listener)
    }

    /// The API alone, for commands in this process.
    pub fn api(&self) -> axum::Router {
        self.intake().routes()
    }

    fn intake(&self) -> Intake {
        let handle = prometheus();
        let following = self.following.clone();
        Intake {
            store: self.store.clone(),
            queue: self.queue.clone(),
            clock: self.clock.clone(),
            taxonomy: self.taxonomy.clone(),
            public_url: self.settings.public_url.clone(),
            link_key: self.wire.link_key.clone(),
            review: self.settings.review.default,
            late_editions: self.settings.review.late_editions,
            limits: self.limits.clone(),
            guard: self.settings.webhook.guard(),
            ask_limits: ask_limits(&self.settings),
            import_mail_ms: 60_000 / self.settings.signup.import_mails_per_minute,
            max_body_bytes: self.settings.http.max_body_bytes,
            request_timeout: Duration::from_millis(self.settings.http.request_timeout_ms),
            local: Some(Local::new(&self.local_token)),
            metrics: Arc::new(move || handle.render()),
            tail: Arc::new(move |level| following.want(level)),
            stop: self.stop.clone(),
        }
    }

    fn newsroom(&self, api: axum::Router) -> Newsroom {
        Newsroom {
            api,
            store: self.store.clone(),
            queue: self.queue.clone(),
            clock: self.clock.clone(),
            taxonomy: self.taxonomy.clone(),
            link_key: self.wire.link_key.clone(),
            name: self.settings.name.clone(),
            public_url: self.settings.public_url.clone(),
            rooms: self.rooms.clone(),
            readers: self.readers.clone(),
        }
    }

    /// Makes the first operator token, if the store has none. Shown once, never again.
    pub async fn first_token(&self) -> Result<Option<String>> {
        if !self.store.tokens("", 1).await?.is_empty() {
            return Ok(None);
        }
        let secret = token_secret(rand::random());
        let public_id = format!("tok_{}", base32(&rand::random::<[u8; 10]>()));
        let new = store::NewToken {
            public_id: &public_id,
            secret: &secret,
            name: "first operator",
            scopes: "operator flash",
            issuers: "",
            email: "",
            owner: None,
        };
        let act = self.act("token.add", &public_id, "first operator");
        self.store.add_token(&new, act).await?;
        Ok(Some(secret))
    }

    /// Writes down that somebody started this process, and what they had set.
    ///
    /// # Errors
    /// If the store cannot write.
    pub async fn record_start(&self) -> Result<()> {
        let given = self.settings.given.join("; ");
        let subject = format!("{}{}", self.roles, self.node);
        let act = self.act("start", &subject, &given);
        Ok(self.store.record_act(act).await?)
    }

    /// What was done from this machine, by no request.
    fn act<'a>(&self, act: &'a str, subject: &'a str, note: &'a str) -> store::NewAct<'a> {
        store::NewAct {
            at_ms: self.clock.now_ms(),
            actor: "local",
            act,
            subject,
            note,
            request_id: "",
        }
    }

    /// Runs every stage until [`App::stop`] is cancelled; then finishes what is in flight, within the grace.
    pub async fn run(&self, listener: TcpListener) -> Result<()> {
        let url = format!("http://{}", listener.local_addr()?);
        if let Some(folder) = &self.folder {
            folder.announce(&url, &self.local_token)?;
        }
        let returns = self.bind_returns().await?;
        let mut stages = self.start_stages(listener);
        if let Some(returns) = returns {
            let taking = self.take_returns(returns);
            stages.spawn(async move {
                taking.await;
                "the listener for mail that comes back"
            });
        }
        // Asked first whether it is to stop: then the stages end because of that.
        let fallen = tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            fallen = stages.join_next() => fallen,
        };
        self.stop.cancel();
        let grace = Duration::from_millis(self.settings.shutdown.grace_ms);
        let all = async { while stages.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all).await.is_err() {
            warn!(
                "stopping took longer than {grace:?}: what has no recorded outcome is sent again after the next start"
            );
            stages.shutdown().await;
        }
        self.queue.close(grace).await;
        self.store.close().await;
        match fallen {
            None => Ok(()),
            Some(Ok(name)) => bail!("{name} ended by itself: start again, and see the log for why"),
            Some(Err(error)) => {
                bail!("a stage fell ({error}): start again, and see the log for why")
            }
        }
    }

    /// Every stage as a task of its own; each gives its name when it ends.
    fn start_stages(&self, listener: TcpListener) -> JoinSet<&'static str> {
        let mut stages = JoinSet::new();
        for role in self.roles.iter() {
            self.start_role(role, &mut stages);
        }
        let (following, stop) = (self.following.clone(), self.stop.clone());
        stages.spawn(async move {
            following.run(stop).await;
            "the tail"
        });
        let beat = self.beat();
        stages.spawn(async move {
            beat.await;
            "the heartbeat"
        });
        let (http, stop) = (self.http(), self.stop.clone());
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        stages.spawn(async move {
            let http = http.into_make_service_with_connect_info::<SocketAddr>();
            if let Err(error) = axum::serve(listener, http)
                .with_graceful_shutdown(stop.cancelled_owned())
                .await
            {
                warn!(%error, "the listener ended: {error}");
            }
            "the listener"
        });
        stages
    }

    fn start_role(&self, role: Role, stages: &mut JoinSet<&'static str>) {
        let stop = self.stop.clone();
        match role {
            // It lives in the listener.
            Role::Intake => {}
            Role::Router => {
                let router = self.router.clone();
                stages.spawn(async move {
                    router.run(stop).await;
                    "the router"
                });
            }
            Role::Sweep => {
                let sweep = self.sweep.clone();
                stages.spawn(async move {
                    sweep.run(stop).await;
                    "the sweep"
                });
                let (pruning, stop) = (self.pruning(), self.stop.clone());
                stages.spawn(async move {
                    pruning.run(stop).await;
                    "the pruning"
                });
            }
            Role::Newsroom => {
                let archive = self.archive.clone();
                stages.spawn(async move {
                    archive.run(stop).await;
                    "the archive"
                });
            }
            Role::Email => {
                let worker = self.email.clone();
                stages.spawn(async move {
                    worker.run().await;
                    "the email worker"
                });
            }
            Role::Webhook => {
                let worker = self.webhook.clone();
                stages.spawn(async move {
                    worker.run().await;
                    "the webhook worker"
                });
            }
        }
    }

    fn pruning(&self) -> pruning::Pruning {
        pruning::Pruning {
            store: self.store.clone(),
            clock: self.clock.clone(),
            keep_days: self.settings.store.keep_days,
        }
    }

    /// Does all work that is due by the stepped clock, until nothing is left: what tests drive.
    pub async fn settle(&self) -> Result<()> {
        loop {
            self.sweep.step().await?;
            let mut worked = false;
            while self.router.step().await?
                || self.email.step().await?
                || self.webhook.step().await?
                || self.archive.step().await?
            {
                worked = true;
            }
            if !worked {
                return Ok(());
            }
        }
    }

    /// Reports the stages as living workers, and keeps to the store's time.
    fn beat(&self) -> impl Future<Output = ()> + use<> {
        let (store, clock, stop) = (self.store.clone(), self.clock.clone(), self.stop.clone());
        let (email, webhook) = (self.email.clone(), self.webhook.clone());
        let (roles, node) = (self.roles.clone(), self.node.clone());
        let started_ms = clock.now_ms();
        async move {
            let row = |role: &str, doing: String| WorkerRow {
                id: format!("{role}{node}"),
                role: role.to_owned(),
                doing,
                started_ms,
                beat_ms: 0,
            };
            for beats in 0.. {
                let mut rows = Vec::new();
                for role in roles.iter() {
                    let doing = match role {
                        Role::Email => email.doing(),
                        Role::Webhook => webhook.doing(),
                        _ => "running".to_owned(),
                    };
                    rows.push(row(role.as_str(), doing));
                }
                if let Err(error) = store.beat(&rows, clock.now_ms()).await {
                    warn!(%error, "workers could not report: {error}");
                }
                if beats % BEATS_A_LOOK == 0 {
                    engines::look_at(&store, &clock).await;
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

/// What the public pages need beside the store.
fn rooms(settings: &Settings, taxonomy: &Taxonomy, now_ms: i64) -> Result<Rooms> {
    let pages = match settings.pages_folder() {
        Some(folder) => Pages::read(&folder, &settings.name)
            .context("the pages of `pages.folder` cannot be used")?,
        None => Pages::compiled_in(&settings.name),
    };
    let security = Security {
        contact: settings.security.contact.clone(),
        policy: settings.security.policy.clone(),
        languages: settings.security.languages.clone(),
        valid_days: settings.security.valid_days,
    };
    Ok(Rooms::open(
        &settings.name,
        taxonomy,
        pages,
        security,
        now_ms,
    ))
}

/// How often an address is written to because somebody asked for it.
fn ask_limits(settings: &Settings) -> store::AskLimits {
    store::AskLimits {
        per_day: settings.signup.mails_per_day,
        gap_ms: settings.signup.mail_gap_s * 1000,
    }
}

/// What the readers' own pages need beside the store.
fn readers(settings: &Settings) -> Result<Readers> {
    Ok(Readers::new(
        Proxies::parse(&settings.http.trusted_proxies)?,
        ask_limits(settings),
        settings.signup.per_client_hour,
        settings.webhook.guard(),
    ))
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
