//! Events in, lines out.

mod levels;
mod lines;
mod tail;

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt;

use super::console::{Console, Form};
use super::layer::LineLayer;
use super::{LogLine, Paint, Telemetry, filter};

/// 2026-11-23T20:07:11.123Z.
const NOW_MS: i64 = 1_795_464_431_123;

/// What was printed and what was tailed.
#[derive(Clone, Default)]
struct Seen {
    printed: Arc<Mutex<Vec<u8>>>,
    tailed: Arc<Mutex<Vec<LogLine>>>,
}

impl Seen {
    fn printed(&self) -> String {
        String::from_utf8(self.printed.lock().unwrap().clone()).unwrap()
    }

    fn json(&self) -> Vec<Value> {
        self.printed()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn tailed(&self) -> Vec<String> {
        let tailed = self.tailed.lock().unwrap();
        tailed
            .iter()
            .map(|line| line.fields["message"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Runs `log` under a layer of the given level and form.
fn under(level: &str, form: Form, log: impl FnOnce(&Telemetry)) -> Seen {
    let seen = Seen::default();
    let telemetry = Telemetry {
        tail: Arc::default(),
    };
    let (printed, tailed) = (seen.printed.clone(), seen.tailed.clone());
    let console = Console::new(
        form,
        Box::new(move |bytes| printed.lock().unwrap().extend_from_slice(bytes)),
    );
    let tail = Arc::new(move |line: &LogLine| tailed.lock().unwrap().push(line.clone()));
    assert!(telemetry.set_tail(tail).is_ok());
    let layer = LineLayer::new(
        console,
        filter(level).unwrap(),
        telemetry.tail.clone(),
        Arc::new(|| NOW_MS),
    );
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        log(&telemetry)
    });
    seen
}

const PLAIN: Form = Form::Text(Paint::Plain);
