//! From settings to store, queue and clock.

use crate::settings::Settings;
use anyhow::{Context, Result};
use queue::Queue;
use std::time::Duration;
use store::{Clock, Store, StoreError};
use tracing::warn;

/// Messages that wait in one queue of the embedded engine.
const QUEUE_CAPACITY: usize = 4096;
/// How long the first pause is before a database is asked again; each next is twice as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What is done about an engine that cannot be reached at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// It is an error.
    None,
    /// It is waited for, and said.
    Waits,
}

/// Opens the store that the settings name.
pub(crate) async fn store(settings: &Settings, patience: Patience, now_ms: i64) -> Result<Store> {
    let url = settings
        .store_url()
        .context("store.password_file cannot be read")?;
    let shown = place(settings);
    let mut pause = FIRST_PAUSE;
    loop {
        match Store::open(&url, now_ms).await {
            Err(StoreError::Unreachable(reason)) if patience == Patience::Waits => {
                warn!("{shown} cannot be reached, next attempt in {pause:?}: {reason}");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            opened => return opened.with_context(|| format!("{shown} cannot be opened")),
        }
    }
}

/// Where the store is, for people.
pub(crate) fn place(settings: &Settings) -> String {
    match settings.store_path() {
        Some(path) => format!("the store {}", path.display()),
        None => format!("the store at {}", without_password(&settings.store.url)),
    }
}

/// Opens the queue that the settings name. A command that only asks does without a broker: the store has the work, and
/// the sweep offers it.
pub(crate) async fn queue(settings: &Settings, patience: Patience) -> Result<Queue> {
    let Some(config) = settings.broker() else {
        return Ok(Queue::embedded(QUEUE_CAPACITY));
    };
    let shown = without_password(&settings.queue.url);
    let opened = match patience {
        Patience::Waits => Queue::rabbitmq(config).await,
        Patience::None => Queue::rabbitmq_once(config).await,
    };
    opened.with_context(|| format!("the queue at {shown} cannot be used"))
}

/// The clock that a process judges time by: the store's, where it has one of its own.
pub(super) async fn clock(store: &Store, clock: Clock) -> Result<Clock> {
    match (store.is_shared(), clock) {
        (true, Clock::System) => {
            let offset_ms = store.clock_offset_ms(|| Clock::System.now_ms()).await?;
            let clock = Clock::corrected();
            clock.correct(offset_ms);
            Ok(clock)
        }
        (_, clock) => Ok(clock),
    }
}

/// Measures the clock again, and makes room in the store for what is to come.
pub(super) async fn look_at(store: &Store, clock: &Clock) {
    match store.clock_offset_ms(|| Clock::System.now_ms()).await {
        Ok(offset_ms) => clock.correct(offset_ms),
        Err(error) => warn!(%error, "the store's clock could not be read: {error}"),
    }
    if let Err(error) = store.make_room().await {
        warn!(%error, "the store could not make room for what is to come: {error}");
    }
}

/// What tells the workers of this process from those of others: `-1` where there are none, else `@host:pid`.
pub(super) fn node(store: &Store) -> String {
    if !store.is_shared() {
        return "-1".to_owned();
    }
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = match host.trim() {
        "" => "host",
        host => host,
    };
    format!("@{host}:{}", std::process::id())
}

fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut url) => {
            let _ = url.set_password(None);
            url.to_string()
        }
        Err(_) => "an unreadable URL".to_owned(),
    }
}
