//! Planning by itself: a release to everybody while all sending is halted, against bare inserts of as many rows.

use crate::audience::Audience;
use crate::bare_inserts::BareInserts;
use crate::figure::rounded;
use crate::item::{self, MEASURED};
use crate::publishing;
use crate::wire::Wire;
use anyhow::{Context, Result, ensure};
use http::Method;
use serde::Serialize;
use serde_json::json;
use std::time::{Duration, Instant};

/// What planning came to.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Planning {
    /// Deliveries a second, from the router's start on an alert until its last batch is committed and published.
    pub(crate) plan_per_second: f64,
    /// Of what bare inserts reach.
    pub(crate) plan_ratio: f64,
    /// Confirmed publishes, of what a bare client of the broker reaches; none without a broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) publish_ratio: Option<f64>,
}

/// Measures planning on a wire that has nothing else to do. It is left halted.
pub(crate) async fn measure(wire: &Wire, audience: Audience) -> Result<Planning> {
    let n = audience.all();
    let mut bare = BareInserts::open(&wire.pair.bare_url()).await?;
    let before = bare.per_second(1, n).await?;
    let ours = plan(wire, n).await?;
    let after = bare.per_second(2, n).await?;
    bare.close(2 * n).await?;
    let publish_ratio = match wire.pair.amqp() {
        Some(amqp) => {
            let found = publishing::measure(amqp).await?;
            Some(rounded(found.per_second / found.limit_per_second, 3))
        }
        None => None,
    };
    Ok(Planning {
        plan_per_second: rounded(ours, 1),
        plan_ratio: rounded(ours / before.max(after), 3),
        publish_ratio,
    })
}

/// Deliveries planned a second.
async fn plan(wire: &Wire, n: usize) -> Result<f64> {
    let halt = json!({ "all": true, "note": "planning is measured by itself" });
    wire.client
        .ask(Method::POST, "/v1/halts", Some(&halt))
        .await?;
    let release_id = wire
        .submit(&wire.client, item::release(MEASURED, 2))
        .await?;
    let begun = Instant::now();
    loop {
        let report = wire.store.report(release_id).await?;
        if report.routed {
            let due: i64 = report.channels.iter().map(store::ChannelReport::due).sum();
            ensure!(due == n as i64, "{due} of {n} deliveries were planned");
            break;
        }
        ensure!(
            begun.elapsed() < Duration::from_secs(300),
            "planning does not end"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let release = wire.store.release_by_id(release_id).await?;
    let release = release.context("the release is gone")?;
    let elapsed = wire.routed_in(&release.public_id)?;
    Ok(n as f64 / elapsed.as_secs_f64())
}
