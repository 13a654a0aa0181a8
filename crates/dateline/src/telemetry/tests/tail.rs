//! Who hears what, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::{Level, debug, info, info_span, trace, warn};

use super::{PLAIN, under};
use crate::telemetry::LogLine;
use crate::telemetry::console::Form;
use crate::telemetry::tail::Tail;

#[test]
fn tail_hears_what_is_wanted_and_only_then() {
    // One callsite, so that its cached interest must follow the listeners.
    let tell = |round: &str| {
        debug!("debug {round}");
        trace!("trace {round}");
        debug!(target: "hyper", "theirs {round}");
    };

    let seen = under("info", PLAIN, |telemetry| {
        tell("unheard");
        telemetry.want_tail_level(Some(Level::DEBUG));
        tell("heard");
        info_span!("batch", id = 4).in_scope(|| info!("both"));
        telemetry.want_tail_level(None);
        tell("unheard again");
    });

    assert_eq!(seen.tailed(), ["debug heard", "both"]);
    assert_eq!(
        seen.printed(),
        "20:07:11.123  INFO dateline::telemetry::tests::tail: both id=4\n"
    );
    assert_eq!(seen.tailed.lock().unwrap()[1].fields["id"], 4);
}

#[test]
fn tail_may_be_quieter_than_the_console() {
    let seen = under("info", Form::Json, |telemetry| {
        telemetry.want_tail_level(Some(Level::WARN));
        info!("printed");
        warn!("both");
    });

    assert_eq!(seen.tailed(), ["both"]);
    assert_eq!(seen.json().len(), 2);
}

#[test]
fn nothing_below_the_console_is_enabled_without_listeners() {
    under("info", PLAIN, |telemetry| {
        let is_enabled = || tracing::enabled!(Level::DEBUG);

        assert!(!is_enabled());
        telemetry.want_tail_level(Some(Level::DEBUG));
        assert!(is_enabled());
        telemetry.want_tail_level(None);
        assert!(!is_enabled());
    });
}

#[test]
fn second_sink_is_given_back() {
    under("info", PLAIN, |telemetry| {
        assert!(telemetry.set_tail(Arc::new(|_| {})).is_err())
    });
}

#[test]
fn line_that_the_sink_itself_causes_is_not_sent_to_it() {
    // By the tail's own door: around a scoped subscriber tracing has a guard of its own, which the process's lacks.
    let tail = Arc::new(Tail::default());
    let calls = Arc::new(AtomicUsize::new(0));
    let (counted, door) = (calls.clone(), tail.clone());
    let sink = Arc::new(move |line: &LogLine| {
        counted.fetch_add(1, Ordering::Relaxed);
        door.send(line);
    });
    assert!(tail.set_sink(sink).is_ok());
    let line: LogLine = serde_json::from_str(r#"{"level":"info"}"#).unwrap();

    tail.send(&line);
    tail.send(&line);

    assert_eq!(calls.load(Ordering::Relaxed), 2);
}
