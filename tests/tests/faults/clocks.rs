//! Machines whose clocks are far apart: processes judge time by the database's, so nothing leaves early, late or twice for it.
//!
//! A wrong clock is given to a process from outside of it (libfaketime); its timers go on as they are.

use crate::account::{Account, Doubles};
use crate::fleet::Fleet;
use crate::load::{Load, Receivers};
use crate::services::Services;
use http::StatusCode;

/// How far each clock is off, seconds: those that decide when something leaves are off both ways.
const OFF_S: [(&str, i64); 5] = [
    ("intake", 90),
    ("router", -90),
    ("sweep", 90),
    ("email", 600),
    ("webhook", -3600),
];

/// What makes a process see another time.
fn clock(off_s: i64) -> Vec<(&'static str, String)> {
    vec![
        ("LD_PRELOAD", tests::faketime().display().to_string()),
        ("FAKETIME", format!("{off_s:+}s")),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_far_apart_make_nothing_early_lost_or_double() {
    let services = Services::take().await;
    let mut fleet = Fleet::start(&services, Receivers::start()).await;
    for (role, off_s) in OFF_S {
        fleet.stop(role).await;
        fleet.give(clock(off_s));
        fleet.start_again(role).await;
        let (status, said) = fleet.readyz(role).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{role}: {said}");
        assert!(
            said.contains("ms behind the store's: set it by NTP"),
            "{said}"
        );
    }
    let load = Load::begin(&fleet, 120).await;
    let account = Account::begin();
    load.progress(60).await;

    account.settle(&fleet, load, Doubles::None).await;
    fleet.end().await;
}
