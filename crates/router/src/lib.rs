//! The router: matches an alert to subscriptions and plans its deliveries.
//!
//! Reads "route alert" messages and the store; writes deliveries in sealed batches, and tells the delivery queues of
//! each. A crash leaves the alert unrouted with some of its batches written: the sweep publishes it again, and the next
//! router plans only the endpoints that have no delivery yet. Two routers on one alert collide on the deliveries'
//! primary key; the slower one reads again and goes on.

mod answers;
mod blast;
mod follow;
pub mod index;
mod plan;

pub use blast::BlastGuard;

use arc_swap::ArcSwap;
use follow::Following;
use index::Index;
use plan::Plan;
use queue::{DeliverBatch, Message, Queue, QueueError, QueueName, Telling};
use release::model::{Channel, Lane};
use release::topic::Taxonomy;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{AlertRow, Clock, NewBatch, PlannedDelivery, Store, StoreError};
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
        loop {
            if let Err(error) = self.refresh().await {
                error!(%error, worker = "router", "filters could not be read: {error}");
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
    async fn plan(&self, alert: &AlertRow) -> Result<Option<Plan>, RouteError> {
        self.refresh().await?;
        let mut plan = plan::deliveries(self, alert).await?;
        let planned = self.store.planned_endpoints(alert.id).await?;
        plan.deliveries
            .retain(|delivery| !planned.contains(&delivery.endpoint_id));
        if blast::waits(self, alert, plan.deliveries.len()).await? {
            return Ok(None);
        }
        plan.deliveries
            .sort_by_key(|delivery| (shared(delivery), delivery.endpoint_id));
        let same = |a: &PlannedDelivery, b: &PlannedDelivery| shared(a) == shared(b);
        for group in plan.deliveries.chunk_by(same) {
            for chunk in group.chunks(self.batch_size) {
                let batch = self
                    .store
                    .plan_batch(alert, chunk, self.clock.now_ms())
                    .await?;
                if chunk[0].gathered.is_none() {
                    self.queue.publish(deliver(batch)).await?;
                }
            }
        }
        Ok(Some(plan))
    }
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
fn report(alert: &AlertRow, plan: &Plan, took: Duration) {
    metrics::counter!("dateline_matched_total").increment(plan.deliveries.len() as u64);
    metrics::histogram!("dateline_route_seconds").record(took.as_secs_f64());
    let AlertRow {
        public_id,
        kind,
        lane,
        request_id,
        ..
    } = alert;
    let duration_ms = took.as_millis() as u64;
    for (id, release) in &plan.releases {
        let matched = plan
            .deliveries
            .iter()
            .filter(|delivery| delivery.release_id == Some(*id))
            .count();
        info!(worker = "router", release, alert = public_id, %kind, %lane, matched, request_id, duration_ms, outcome = "routed",
            "release {release} goes to {matched} endpoints");
    }
    if plan.releases.is_empty() {
        let matched = plan.deliveries.len();
        info!(worker = "router", alert = public_id, %kind, %lane, matched, request_id, duration_ms, outcome = "routed",
            "{kind} {public_id} goes to {matched} endpoints");
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
