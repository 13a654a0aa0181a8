//! Many processes on PostgreSQL and RabbitMQ, and whatever can die does: nothing is lost, nothing leaves early, and what
//! comes twice comes with the same id, and only where an answer was not recorded.
//!
//! Each test runs a whole fleet (two workers of a channel, one process of every other role) on a database and a broker
//! that the suite starts for itself, under load, between sinks that record every id. The tests take turns, for they stop
//! what they share. A seed is printed; `DATELINE_SEED` repeats it. `DATELINE_SOAK=1` makes
//! it a soak: 20 kills a role and four times the load; `DATELINE_KILLS` sets another number.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

mod account;
mod clocks;
mod encrypted;
mod fleet;
mod halting;
mod leasing;
mod load;
mod services;
mod upgrading;

use account::{Account, Doubles};
use fleet::{Fleet, ROLES};
use load::{Load, Receivers};
use services::Services;
use std::time::{Duration, Instant};
use store::Clock;
use tests::Dice;
use tokio::time::sleep;

/// Work goes on within this time after a fault, with nobody's help.
const GOES_ON_WITHIN: Duration = Duration::from_secs(30);

fn dice() -> Dice {
    let seed = std::env::var("DATELINE_SEED").ok();
    let seed = seed
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| Clock::System.now_ms() as u64);
    println!("seed {seed}: repeat with DATELINE_SEED={seed}");
    Dice::new(seed)
}

/// Whether this is the long run: more kills, and a longer load.
fn is_soak() -> bool {
    std::env::var("DATELINE_SOAK").is_ok_and(|set| set == "1")
}

fn kills_a_role() -> usize {
    let kills = std::env::var("DATELINE_KILLS").ok();
    let usual = if is_soak() { 20 } else { 5 };
    kills.and_then(|kills| kills.parse().ok()).unwrap_or(usual)
}

/// How many releases come in while something is broken.
fn releases(count: usize) -> usize {
    if is_soak() { count * 4 } else { count }
}

/// Each role is killed again and again, at any moment, while releases come in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_survives_sigkill() {
    let services = Services::take().await;
    let mut dice = dice();
    let mut fleet = Fleet::start(&services, Receivers::start()).await;
    let load = Load::begin(&fleet, releases(150)).await;

    let mut account = Account::begin();
    for _ in 0..kills_a_role() {
        for role in ROLES {
            load.progress(dice.below(3) as usize).await;
            sleep(Duration::from_millis(dice.below(120))).await;
            account.fault(fleet.kill(role));
            fleet.start_again(role).await;
        }
    }

    let doubles = account.settle(&fleet, load, Doubles::NearFaults).await;
    println!("{doubles} deliveries came twice");
    fleet.end().await;
}

/// The broker loses every connection, then a queue, and then it is restarted. No answer is lost by that, so nothing comes
/// twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broker_may_go_and_come_back() {
    let services = Services::take().await;
    let fleet = Fleet::start(&services, Receivers::start()).await;
    let load = Load::begin(&fleet, releases(120)).await;

    let account = Account::begin();
    load.progress(15).await;
    services
        .run(&["rabbitmqctl", "close_all_connections", "a test"])
        .await;
    load.progress(15).await;
    services
        .run(&["rabbitmqctl", "delete_queue", &fleet.queue("email.regular")])
        .await;
    services
        .run(&["rabbitmqctl", "delete_queue", &fleet.queue("route.regular")])
        .await;
    load.progress(15).await;
    services.run(&["kill", "rabbitmq"]).await;
    let idle = fleet.cpu_share(Duration::from_secs(4)).await;
    services.run(&["up", "rabbitmq"]).await;
    let back = Instant::now();
    load.progress(10).await;
    let waited = back.elapsed();

    assert!(
        idle < 0.5,
        "the fleet kept {idle:.2} cores busy while the broker was away"
    );
    assert!(waited < GOES_ON_WITHIN, "work went on after {waited:?}");
    account.settle(&fleet, load, Doubles::None).await;
    fleet.end().await;
}

/// Every connection to the database is terminated, and then it is restarted as after a crash.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn database_may_go_and_come_back() {
    let services = Services::take().await;
    let fleet = Fleet::start(&services, Receivers::start()).await;
    let load = Load::begin(&fleet, releases(120)).await;

    let mut account = Account::begin();
    load.progress(15).await;
    account.fault(fleet.terminate_connections().await);
    load.progress(15).await;
    let before = Instant::now();
    services.run(&["kill", "postgres"]).await;
    let idle = fleet.cpu_share(Duration::from_secs(4)).await;
    services.run(&["up", "postgres"]).await;
    let back = Instant::now();
    account.fault((before, back));
    load.progress(10).await;
    let waited = back.elapsed();

    assert!(
        idle < 0.5,
        "the fleet kept {idle:.2} cores busy while the database was away"
    );
    assert!(waited < GOES_ON_WITHIN, "work went on after {waited:?}");
    account.settle(&fleet, load, Doubles::NearFaults).await;
    fleet.end().await;
}

/// The relay refuses connections for a while, and one webhook never answers: both wait for their retry, all others are
/// told meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn relay_may_go_and_a_receiver_may_hang() {
    let services = Services::take().await;
    let mut receivers = Receivers::start();
    receivers.add_hanging_hook();
    let mut fleet = Fleet::start(&services, receivers).await;
    let load = Load::begin(&fleet, releases(60)).await;

    let mut account = Account::begin();
    load.progress(10).await;
    let before = Instant::now();
    fleet.receivers.stop_relay().await;
    load.progress(20).await;
    fleet.receivers.start_relay();
    account.fault((before, Instant::now()));

    account.settle(&fleet, load, Doubles::NearFaults).await;
    fleet.end().await;
}
