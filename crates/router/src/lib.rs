//! The router: matches an alert to subscriptions and plans its deliveries.
//!
//! Reads "route alert" messages and the store; writes deliveries in sealed batches, and tells the delivery queues of
//! each. A crash leaves the alert unrouted with some of its batches written: the sweep publishes it again, and the next
//! router plans only the endpoints that have no delivery yet. Two routers on one alert collide on the deliveries'
//! primary key; the slower one reads again and goes on.

mod alike;
mod answers;
mod blast;
mod follow;
pub mod index;
mod plan;

pub use blast::BlastGuard;

use arc_swap::ArcSwap;
use follow::Following;
use index::Index;
use queue::{DeliverBatch, Message, Queue, QueueError, QueueName, Telling};
use release::model::{Channel, Lane};
use release::topic::Taxonomy;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{AlertRow, Clock, NewBatch, PlannedDelivery, Store, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info};

/// How often a router looks for changed filters when nobody tells it of one.
const POLL: Duration = Duration::from_millis(250);

/// A router. Cheap to clone; clones share one index.
#[derive(Debug, Clone)]
pub struct Router {
    store: Store,
    queue: Queue,
    clock: Clock,
    taxonomy: Arc<Taxonomy>,
    batch_size: usize,
    guard: BlastGuard,
    index: Arc<ArcSwap<Index>>,
    following: Arc<tokio::sync::Mutex<Following>>,
}

/// Why an alert could not be routed; it stays unrouted, and the sweep brings it back.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// A release or filter in the store cannot be read.
    #[error("alert {alert_id}: {reason}")]
    Unreadable {
        /// The alert's key.
        alert_id: i64,
        /// What is wrong.
        reason: String,
    },
}

impl Router {
    /// A router with an empty index; it fills from the store at the first message or poll.
    pub fn new(
        store: Store,
        queue: Queue,
        clock: Clock,
        taxonomy: Arc<Taxonomy>,
        batch_size: usize,
        guard: BlastGuard,
    ) -> Router {
        Router {
            store,
            queue,
            clock,
            taxonomy,
            batch_size,
            guard,
            index: Arc::new(ArcSwap::from_pointee(Index::default())),
            following: Arc::default(),
        }
    }

    /// Routes until stopped; flash alerts never wait behind regular ones.
    pub async fn run(&self, stop: CancellationToken) {
        tokio::join!(
            self.route_lane(Lane::Flash, &stop),
            self.route_lane(Lane::Regular, &stop),
            self.follow(&stop),
            self.answer(&stop)
        );
    }

    /// Routes one waiting alert, if there is one: what tests drive.
    pub async fn step(&self) -> Result<bool, RouteError> {
        for lane in [Lane::Flash, Lane::Regular] {
            if let Some(received) = self.queue.try_receive(QueueName::Route(lane)).await? {
                self.handle(received).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn route_lane(&self, lane: Lane, stop: &CancellationToken) {
        loop {
            let received = tokio::select! {
                () = stop.cancelled() => return,
                received = self.queue.receive(QueueName::Route(lane)) => received,
            };
            let Ok(received) = received else { return };
            if let Err(error) = self.handle(received).await {
                error!(%error, worker = "router", "routing failed, the sweep brings it back: {error}");
            }
        }
    }

    /// Keeps the index near the store between alerts.
    async fn follow(&self, stop: &CancellationToken) {
        let mut tellings = self.queue.listen();
        let mut forgetting = JoinSet::new();
        loop {
            if let Err(error) = self.refresh().await {
                error!(%error, worker = "router", "filters could not be read: {error}");
            }
            while let Some(forgotten) = forgetting.try_join_next() {
                if let Ok(Err(error)) = forgotten {
                    error!(%error, worker = "router", "the index could not be made anew: {error}");
                }
            }
            if forgetting.is_empty() && self.knows_erased().await {
                let router = self.clone();
                forgetting.spawn(async move { router.forget_erased().await });
            }
            self.save_if_worth().await;
            self.gauge();
            let told = async {
                loop {
                    match tellings.recv().await {
                        Ok(Telling::FiltersChanged) | Err(_) => return,
                        Ok(_) => {}
                    }
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(POLL) => {}
                () = told => {}
            }
        }
        self.save().await;
    }

    /// Tells how large the index is.
    fn gauge(&self) {
        let (index, gauge) = (self.index(), |name, value| metrics::gauge!(name).set(value));
        gauge("dateline_filters", index.sums().live as f64);
        gauge("dateline_filters_broad", index.broad() as f64);
    }

    async fn handle(&self, received: queue::Received) -> Result<(), RouteError> {
        if let Message::RouteAlert(route) = &received.message {
            self.route(route.alert_id).await?;
        }
        Ok(received.ack().await?)
    }

    /// Routes an alert to all endpoints that want it and have no delivery of it yet, unless they are so many that somebody is
    /// asked first.
    pub async fn route(&self, alert_id: i64) -> Result<(), RouteError> {
        let begun = Instant::now();
        loop {
            let Some(alert) = self.store.alert(alert_id).await? else {
                return Ok(());
            };
            if alert.state == "routed" {
                debug!(alert.id = alert_id, "alert {alert_id} was routed before");
                return Ok(());
            }
            match self.plan(&alert).await {
                Ok(None) => return Ok(()),
                Ok(Some(plan))
                    if self
                        .store
                        .finish_routing(alert.id, alert.generation)
                        .await? =>
                {
                    report(&alert, &plan, begun.elapsed());
                    return Ok(());
                }
                // An edition cleared meanwhile, or another router planned the same: read again, and go on.
                Ok(_) | Err(RouteError::Store(StoreError::Conflict(_))) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Plans those who have no delivery of the alert yet; nothing of it if the guard asks first.
    async fn plan(&self, alert: &AlertRow) -> Result<Option<Planned>, RouteError> {
        self.refresh().await?;
        let plan = plan::make(self, alert).await?;
        let before = self.store.planned_endpoints(alert.id).await?;
        if blast::waits(self, alert, plan.count(&before)).await? {
            return Ok(None);
        }
        let (mut told, mut filling) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
        for delivery in plan.deliveries(&before) {
            *told.entry(delivery.release_id).or_default() += 1;
            let batch = filling.entry(shared(&delivery)).or_default();
            batch.push(delivery);
            if batch.len() == self.batch_size {
                self.seal(alert, batch).await?;
                batch.clear();
            }
        }
        for batch in filling.into_values().filter(|batch| !batch.is_empty()) {
            self.seal(alert, &batch).await?;
        }
        Ok(Some(Planned {
            releases: plan.releases,
            told,
        }))
    }

    /// Writes a batch, and tells of it if it leaves now.
    async fn seal(
        &self,
        alert: &AlertRow,
        deliveries: &[PlannedDelivery],
    ) -> Result<(), RouteError> {
        let now_ms = self.clock.now_ms();
        let batch = self.store.plan_batch(alert, deliveries, now_ms).await?;
        if deliveries[0].gathered.is_none() {
            self.queue.publish(deliver(batch)).await?;
        }
        Ok(())
    }
}

/// What was planned.
struct Planned {
    /// The releases told: (key, public id).
    releases: Vec<(i64, String)>,
    /// How many are told each; none for alerts that are not about one.
    told: BTreeMap<Option<i64>, usize>,
}

/// What the deliveries of a batch have in common: what they tell, by what, and whether they leave now.
fn shared(delivery: &PlannedDelivery) -> (Option<i64>, Channel, bool) {
    (
        delivery.release_id,
        delivery.channel,
        delivery.gathered.is_some(),
    )
}

/// One line a release, so that whoever follows one sees when it was routed; one for alerts that are not about any.
fn report(alert: &AlertRow, planned: &Planned, took: Duration) {
    let all: usize = planned.told.values().sum();
    metrics::counter!("dateline_matched_total").increment(all as u64);
    metrics::histogram!("dateline_route_seconds").record(took.as_secs_f64());
    let AlertRow {
        public_id,
        kind,
        lane,
        request_id,
        ..
    } = alert;
    let duration_ms = took.as_millis() as u64;
    for (id, release) in &planned.releases {
        let matched = planned.told.get(&Some(*id)).copied().unwrap_or_default();
        info!(worker = "router", release, alert = public_id, %kind, %lane, matched, request_id, duration_ms, outcome = "routed",
            "release {release} goes to {matched} endpoints");
    }
    if planned.releases.is_empty() {
        info!(worker = "router", alert = public_id, %kind, %lane, matched = all, request_id, duration_ms, outcome = "routed",
            "{kind} {public_id} goes to {all} endpoints");
    }
}

/// The message that tells of a batch.
pub fn deliver(batch: NewBatch) -> Message {
    let NewBatch {
        id,
        channel,
        lane,
        request_id,
    } = batch;
    Message::DeliverBatch(DeliverBatch {
        batch_id: id,
        channel,
        lane,
        request_id,
    })
}
