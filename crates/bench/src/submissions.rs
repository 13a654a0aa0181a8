//! Many releases into the wire, over HTTP.
//!
//! A release counts once it is answered 202, which is after its commit. It is cleared and routed (to nobody) meanwhile,
//! by the same process and the same one writer of the store, for so it would be in life.

use crate::bare_calls::{BareCallers, CallTemplate};
use crate::bare_commits::BareCommits;
use crate::figure::{Figure, Round, per_second};
use crate::item::{self, UNHEARD};
use crate::pair::{Engine, Pair};
use crate::receivers::Receivers;
use crate::wire::Wire;
use anyhow::{Context, Result};
use http::StatusCode;
use hyper::body::Bytes;
use serde::Deserialize;
use std::collections::HashSet;
use store::Store;

/// Connections that submit, and tasks that commit.
const SUBMITTERS: usize = 32;

#[derive(Deserialize)]
struct Answer {
    id: String,
}

/// `n` releases over kept connections.
pub(crate) async fn intake(n: usize, engine: Engine, set: &[String]) -> Result<Figure> {
    let receivers = Receivers::start()?;
    let pair = Pair::make(engine).await?;
    let mut wire = Wire::start(pair, &receivers, &[], set).await?;
    let content = item::release(UNHEARD, 1);
    let commits = BareCommits::open(&wire.pair.bare_url(), SUBMITTERS, content.clone()).await?;
    let mut submitters = BareCallers::open(SUBMITTERS, template(&wire, content)).await?;
    let warm_up = (n / 10).max(100);
    commits.round(warm_up).await?;
    let warmed = submitters.round(warm_up).await?;
    let seqs_before = seqs(&wire.store, &warmed.answers).await?;

    let before = commits.round(n).await?;
    wire.count()?;
    let round = submitters.round(n).await?;
    let usage = wire.usage()?;
    let after = commits.round(n).await?;

    let seqs_after = seqs(&wire.store, &round.answers).await?;
    wire.end().await?;
    let first = seqs_before
        .iter()
        .max()
        .context("nothing was accepted to warm up")?;
    let last = seqs_after.iter().max().context("nothing was accepted")?;
    let round = Round {
        engine,
        n,
        elapsed: round.elapsed,
        usage,
        planning: None,
        lost: n - seqs_after.len(),
        // The wire's numbers have no gaps: more of them than submissions are items told twice.
        doubled: usize::try_from(last - first)?.saturating_sub(n),
    };
    Ok(Figure::new(
        "intake",
        round,
        per_second(n, before.min(after)),
    ))
}

fn template(wire: &Wire, content: String) -> CallTemplate {
    CallTemplate {
        path: "/v1/releases",
        host: wire.address(),
        bearer: Some(format!("Bearer {}", wire.token)),
        body: Bytes::from(content),
        answer: StatusCode::ACCEPTED,
        id_header: "idempotency-key",
        key: None,
    }
}

/// The places on the wire of those releases that were answered for, as the store has them.
async fn seqs(store: &Store, answers: &[Bytes]) -> Result<HashSet<i64>> {
    let mut seqs = HashSet::with_capacity(answers.len());
    for answer in answers {
        let Answer { id } = serde_json::from_slice(answer)?;
        let release = store.release(&id).await?;
        seqs.extend(release.and_then(|release| release.seq));
    }
    Ok(seqs)
}
