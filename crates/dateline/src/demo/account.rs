//! The account: what the ledger says against what the sinks saw.

use super::{Stage, Submitted};
use crate::client::Client;
use crate::table::{self, table};
use anyhow::Result;
use http::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Instant;
use store::TracedDelivery;

/// What became of every release of the demo.
pub(super) struct Account {
    releases: Vec<Line>,
}

/// One release.
struct Line {
    id: String,
    headline: String,
    edition: String,
    matched: i64,
    email: i64,
    webhook: i64,
    failed: i64,
    p50_ms: i64,
    p95_ms: i64,
    p99_ms: i64,
    lost: i64,
    doubled: i64,
    early: i64,
}

/// What a sink saw of one delivery.
#[derive(Clone, Copy)]
struct Seen {
    times: u32,
    first: Instant,
}

impl Account {
    pub(super) async fn make(
        stage: &Stage,
        client: &Client,
        submitted: &[Submitted],
    ) -> Result<Account> {
        let ledger = read_ledger(stage).await?;
        let seen = what_sinks_saw(stage);
        let mut releases = Vec::with_capacity(submitted.len());
        for release in submitted {
            let shown = client
                .ask(
                    Method::GET,
                    &format!("/v1/releases/{}/report", release.id),
                    None,
                )
                .await?;
            let matched = shown["report"]["matched"].as_i64().unwrap_or(0);
            let clear_at = shown["clear_at"].as_str().unwrap_or_default();
            let clear_at_ms = release::time::parse_rfc3339(clear_at).unwrap_or(i64::MAX);
            let deliveries = ledger
                .get(release.id.as_str())
                .map_or(&[][..], Vec::as_slice);
            releases.push(Line::of(
                release,
                matched,
                clear_at_ms,
                deliveries,
                &seen,
                stage.epoch,
            ));
        }
        Ok(Account { releases })
    }

    pub(super) fn is_clean(&self) -> bool {
        self.releases
            .iter()
            .all(|line| line.lost == 0 && line.doubled == 0 && line.early == 0)
    }

    /// A release whose page is worth a look.
    pub(super) fn example(&self) -> &str {
        self.releases.get(1).map_or("", |line| line.id.as_str())
    }

    pub(super) fn table(&self) -> String {
        let head = [
            "release", "edition", "headline", "matched", "email", "webhook", "failed", "p50 ms",
            "p95 ms", "p99 ms", "lost", "doubled", "early",
        ];
        let rows: Vec<Vec<String>> = self.releases.iter().map(Line::row).collect();
        let sum = |count: fn(&Line) -> i64| self.releases.iter().map(count).sum::<i64>();
        let total = format!(
            "{} deliveries made: lost {}, doubled {}, early {}",
            sum(|line| line.email + line.webhook),
            sum(|line| line.lost),
            sum(|line| line.doubled),
            sum(|line| line.early)
        );
        format!("{}\n\n{total}", table(&head, &rows))
    }

    pub(super) fn json(&self) -> Value {
        let sum = |count: fn(&Line) -> i64| self.releases.iter().map(count).sum::<i64>();
        json!({
            "lost": sum(|line| line.lost),
            "doubled": sum(|line| line.doubled),
            "early": sum(|line| line.early),
            "delivered": sum(|line| line.email + line.webhook),
            "releases": self.releases.iter().map(Line::json).collect::<Vec<_>>(),
        })
    }
}

impl Line {
    fn of(
        release: &Submitted,
        matched: i64,
        clear_at_ms: i64,
        deliveries: &[TracedDelivery],
        seen: &HashMap<String, Seen>,
        epoch: (Instant, i64),
    ) -> Line {
        let arrival_ms = |seen: &Seen| {
            epoch.1 + seen.first.saturating_duration_since(epoch.0).as_millis() as i64
        };
        let count = |test: &dyn Fn(&TracedDelivery) -> bool| {
            deliveries.iter().filter(|d| test(d)).count() as i64
        };
        let by = |channel: &str| count(&|d| d.state == "delivered" && d.channel == channel);
        let of = |d: &TracedDelivery| seen.get(&format!("{}_{}", d.alert, d.endpoint)).copied();
        let unseen = count(&|d| d.state == "delivered" && of(d).is_none());
        let unsettled = count(&|d| d.state == "due");
        let mut latencies: Vec<i64> = deliveries
            .iter()
            .filter(|d| d.state == "delivered")
            .filter_map(|d| Some(d.done_ms? - clear_at_ms))
            .collect();
        latencies.sort_unstable();
        Line {
            id: release.id.clone(),
            headline: release.headline.clone(),
            edition: release.edition.clone(),
            matched,
            email: by("email"),
            webhook: by("webhook"),
            failed: count(&|d| d.state == "dead"),
            p50_ms: percentile(&latencies, 50),
            p95_ms: percentile(&latencies, 95),
            p99_ms: percentile(&latencies, 99),
            lost: unseen + unsettled + (matched - deliveries.len() as i64).max(0),
            doubled: count(&|d| of(d).is_some_and(|seen| seen.times > 1)),
            early: count(&|d| of(d).is_some_and(|seen| arrival_ms(&seen) < clear_at_ms)),
        }
    }

    fn row(&self) -> Vec<String> {
        let headline = table::cut(&self.headline, 32);
        let numbers = [
            self.matched,
            self.email,
            self.webhook,
            self.failed,
            self.p50_ms,
            self.p95_ms,
            self.p99_ms,
            self.lost,
            self.doubled,
            self.early,
        ];
        let mut row = vec![self.id.clone(), self.edition.clone(), headline];
        row.extend(numbers.iter().map(ToString::to_string));
        row
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id, "headline": self.headline, "edition": self.edition, "matched": self.matched,
            "delivered": { "email": self.email, "webhook": self.webhook }, "failed": self.failed, "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms, "p99_ms": self.p99_ms, "lost": self.lost, "doubled": self.doubled, "early": self.early,
        })
    }
}

/// Nearest rank.
fn percentile(sorted: &[i64], per_cent: usize) -> i64 {
    let rank = (sorted.len() * per_cent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

async fn read_ledger(stage: &Stage) -> Result<HashMap<String, Vec<TracedDelivery>>> {
    let mut ledger: HashMap<String, Vec<TracedDelivery>> = HashMap::new();
    let mut after = (0, 0);
    loop {
        let page = stage.app.store.ledger(after, 10_000).await?;
        let Some((last, _)) = page.last() else {
            return Ok(ledger);
        };
        after = *last;
        for (_, delivery) in page {
            ledger
                .entry(delivery.release.clone().unwrap_or_default())
                .or_default()
                .push(delivery);
        }
    }
}

/// What arrived, by delivery id: mails that were taken, calls that were answered 2xx.
fn what_sinks_saw(stage: &Stage) -> HashMap<String, Seen> {
    let mut seen: HashMap<String, Seen> = HashMap::new();
    let mut count = |id: &str, at: Instant| {
        let entry = seen.entry(id.to_owned()).or_insert(Seen {
            times: 0,
            first: at,
        });
        entry.times += 1;
        entry.first = entry.first.min(at);
    };
    for mail in stage.smtp.mails() {
        count(
            mail.message_id.split('@').next().unwrap_or_default(),
            mail.received,
        );
    }
    for call in stage.http.calls().iter().filter(|call| call.taken()) {
        count(&call.webhook_id, call.received);
    }
    seen
}

/// The text part of a multipart message, decoded from quoted-printable.
pub(super) fn text_part(message: &str) -> String {
    let part = message
        .split("Content-Type: text/plain")
        .nth(1)
        .unwrap_or(message);
    let body = part.split_once("\r\n\r\n").map_or(part, |(_, body)| body);
    let boundary = message
        .split("boundary=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_default();
    let body = body
        .split(&format!("\r\n--{boundary}"))
        .next()
        .unwrap_or(body);
    let joined = body.replace("=\r\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(decoded) if byte == b'=' => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}
