//! One item to many endpoints: by webhook, by mail, by both.

use crate::account;
use crate::audience::Audience;
use crate::bare_calls::{BareCallers, CallTemplate};
use crate::bare_mails::BareMailers;
use crate::figure::{Figure, Round, per_second};
use crate::item::{self, CALL_BYTES, MAIL_BYTES, MEASURED, WARM_UP};
use crate::pair::{Engine, Pair};
use crate::planning;
use crate::receivers::Receivers;
use crate::wire::Wire;
use anyhow::{Result, ensure};
use http::StatusCode;
use hyper::body::Bytes;
use std::time::{Duration, Instant};

/// Kept connections of the bare webhook caller.
const CALL_CONNECTIONS: usize = 64;
/// Kept sessions of the bare mail client.
const MAIL_SESSIONS: usize = 50;
/// With this the bare rounds of the default last as long as the wire's, and meet as much noise.
const BARE_AT_LEAST: usize = 30_000;

/// One item to `n` webhooks.
pub(crate) async fn webhook(n: usize, engine: Engine, set: &[String]) -> Result<Figure> {
    let audience = Audience {
        webhooks: n,
        ..Audience::default()
    };
    measure("webhook", audience, engine, set).await
}

/// One item to `n` mailboxes.
pub(crate) async fn email(n: usize, engine: Engine, set: &[String]) -> Result<Figure> {
    let audience = Audience {
        mailboxes: n,
        ..Audience::default()
    };
    measure("email", audience, engine, set).await
}

/// One item to `n` endpoints, half of them webhooks; then planning by itself.
pub(crate) async fn pipeline(n: usize, engine: Engine, set: &[String]) -> Result<Figure> {
    measure("pipeline", Audience::mixed(n), engine, set).await
}

async fn measure(
    bench: &'static str,
    audience: Audience,
    engine: Engine,
    set: &[String],
) -> Result<Figure> {
    let receivers = Receivers::start()?;
    let pair = Pair::make(engine).await?;
    let mut bare = BareClients::open(&receivers).await?;
    bare.per_second(audience.warm_up(), &receivers).await?;

    let before = bare.per_second(audience, &receivers).await?;
    let (wire, mut round) = wire_round(pair, audience, &receivers, set).await?;
    let after = bare.per_second(audience, &receivers).await?;
    if bench == "pipeline" {
        round.planning = Some(planning::measure(&wire, audience).await?);
    }

    wire.end().await?;
    Ok(Figure::new(bench, round, before.max(after)))
}

/// The measured round: from the submission until the last outcome is in the store.
async fn wire_round(
    pair: Pair,
    audience: Audience,
    receivers: &Receivers,
    set: &[String],
) -> Result<(Wire, Round)> {
    let (engine, warm_up) = (pair.engine, audience.warm_up());
    let audiences = [(WARM_UP, warm_up), (MEASURED, audience)];
    let mut wire = Wire::start(pair, receivers, &audiences, set).await?;
    let release_id = wire.submit(&wire.client, item::release(WARM_UP, 1)).await?;
    wire.complete(release_id, warm_up, receivers).await?;
    receivers.check_sizes()?;
    receivers.clear();

    wire.count()?;
    let begun = Instant::now();
    let release_id = wire
        .submit(&wire.client, item::release(MEASURED, 1))
        .await?;
    wire.complete(release_id, audience, receivers).await?;
    let (elapsed, usage) = (begun.elapsed(), wire.usage()?);

    let n = audience.all();
    let account = account::make(&wire.store, &[release_id], n, receivers).await?;
    let round = Round {
        engine,
        n,
        elapsed,
        usage,
        planning: None,
        lost: account.lost,
        doubled: account.doubled,
    };
    Ok((wire, round))
}

/// Both bare clients with their connections open.
struct BareClients {
    callers: BareCallers,
    mailers: BareMailers,
}

impl BareClients {
    async fn open(receivers: &Receivers) -> Result<BareClients> {
        let template = CallTemplate {
            path: "/ok/bare",
            host: receivers.http.addr(),
            bearer: None,
            body: Bytes::from(vec![b'x'; CALL_BYTES]),
            answer: StatusCode::NO_CONTENT,
            id_header: "webhook-id",
            key: Some([7; 32]),
        };
        Ok(BareClients {
            callers: BareCallers::open(CALL_CONNECTIONS, template).await?,
            mailers: BareMailers::open(MAIL_SESSIONS, receivers.smtp.addr(), MAIL_BYTES).await?,
        })
    }

    /// Sends as much of each kind as the audience holds, or as many times that as can be told from noise.
    async fn per_second(&mut self, audience: Audience, receivers: &Receivers) -> Result<f64> {
        let times = BARE_AT_LEAST.div_ceil(audience.all());
        let (calls, mails) = (audience.webhooks * times, audience.mailboxes * times);
        receivers.clear();
        let begun = Instant::now();
        let (called, mailed) = tokio::join!(self.callers.round(calls), self.mailers.round(mails));
        let elapsed: Duration = begun.elapsed();
        called?;
        mailed?;
        let seen = (receivers.http.count(), receivers.smtp.count());
        ensure!(
            seen == (calls, mails),
            "the sinks saw {seen:?} bare calls and mails"
        );
        receivers.clear();
        Ok(per_second(calls + mails, elapsed))
    }
}
