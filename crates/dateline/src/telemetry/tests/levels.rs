//! What is printed at which level.

use std::sync::Arc;

use tracing::{debug, error, info, info_span, warn};

use super::under;
use crate::settings::{LogFormat, LogSettings};
use crate::telemetry::console::Form;
use crate::telemetry::{TelemetryError, init};

#[test]
fn level_is_for_our_crates_and_libraries_are_told_at_warn() {
    let log = |level| {
        let seen = under(level, Form::Json, |_| {
            debug!("ours debug");
            info!(target: "store::sqlite", "ours info");
            info!(target: "hyper::client", "theirs info");
            warn!(target: "hyper::client", "theirs warn");
            error!(target: "sqlx", "theirs error");
        });
        seen.json()
            .iter()
            .map(|line| line["message"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };

    assert_eq!(log("info"), ["ours info", "theirs warn", "theirs error"]);
    assert_eq!(log(""), ["ours info", "theirs warn", "theirs error"]);
    assert_eq!(log("error"), ["theirs error"]);
    assert_eq!(log("off"), [""; 0]);
    assert_eq!(
        log("debug"),
        ["ours debug", "ours info", "theirs warn", "theirs error"]
    );
    assert_eq!(
        log("warn, hyper=info"),
        ["theirs info", "theirs warn", "theirs error"]
    );
    assert_eq!(
        log("info,dateline=debug,store=off,hyper=off"),
        ["ours debug", "theirs error"]
    );
}

#[test]
fn directives_with_spans_and_fields_work() {
    let seen = under("info,[call{id=1}]=debug", Form::Json, |_| {
        info_span!("call", id = 1, lane = "x").in_scope(|| debug!("inside"));
        info_span!("call", id = 2, lane = "x").in_scope(|| debug!("beside"));
        debug!("outside");
    });

    assert_eq!(seen.json().len(), 1, "{}", seen.printed());
}

#[test]
fn logging_starts_once() {
    let log = |level: &str| LogSettings {
        format: LogFormat::Auto,
        level: level.to_owned(),
    };
    let start = |level| init(&log(level), Arc::new(|| 0)).map(drop);

    let mend = "\"inof\" is no level; use error, warn, info, debug, trace or off".to_owned();
    assert_eq!(start("inof"), Err(TelemetryError::Level(mend)));
    assert_eq!(start("off"), Ok(()));
    assert_eq!(start("off"), Err(TelemetryError::StartedBefore));
}
