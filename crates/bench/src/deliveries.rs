//! One item to many endpoints: by webhook, by mail, by both.

use crate::account;
use crate::audience::{self, Audience};
use crate::bare_calls::{BareCallers, CallTemplate};
use crate::bare_mails::BareMailers;
use crate::engine::{Engine, Receivers};
use crate::figure::{Figure, Round, per_second};
use crate::item::{CALL_BYTES, MAIL_BYTES, MEASURED, WARM_UP};
use crate::usage::Start;
use anyhow::{Result, ensure};
use http::StatusCode;
use hyper::body::Bytes;
use sinks::Keep;
use std::time::{Duration, Instant};

/// Kept connections of the bare webhook caller.
const CALL_CONNECTIONS: usize = 64;
/// Kept sessions of the bare mail client.
const MAIL_SESSIONS: usize = 50;
/// With this the bare rounds of the default last as long as the engine's, and meet as much noise.
const BARE_AT_LEAST: usize = 30_000;

/// One item to `n` webhooks.
pub(crate) async fn webhook(n: usize, set: Vec<String>) -> Result<Figure> {
    let audience = Audience {
        webhooks: n,
        mailboxes: 0,
    };
    measure("webhook", audience, set).await
}

/// One item to `n` mailboxes.
pub(crate) async fn email(n: usize, set: Vec<String>) -> Result<Figure> {
    let audience = Audience {
        webhooks: 0,
        mailboxes: n,
    };
    measure("email", audience, set).await
}

/// One item to `n` endpoints, half of them webhooks.
pub(crate) async fn pipeline(n: usize, set: Vec<String>) -> Result<Figure> {
    let audience = Audience {
        webhooks: n.div_ceil(2),
        mailboxes: n / 2,
    };
    measure("pipeline", audience, set).await
}

async fn measure(bench: &'static str, audience: Audience, set: Vec<String>) -> Result<Figure> {
    let receivers = Receivers::start(Keep::Ids)?;
    let mut bare = BareClients::open(&receivers).await?;
    bare.per_second(audience.warm_up(), &receivers).await?;

    let before = bare.per_second(audience, &receivers).await?;
    let round = engine_round(audience, &receivers, set).await?;
    let after = bare.per_second(audience, &receivers).await?;

    Ok(Figure::new(bench, round, before.max(after)))
}

/// The measured round: from the submission until the last outcome is in the store.
async fn engine_round(
    audience: Audience,
    receivers: &Receivers,
    set: Vec<String>,
) -> Result<Round> {
    let engine = Engine::start(receivers, set).await?;
    let store = &engine.app.store;
    audience::add(store, audience, &receivers.http, engine.app.clock.now_ms()).await?;
    let release_id = engine.submit(WARM_UP).await?;
    engine
        .complete(release_id, audience.warm_up(), receivers)
        .await?;
    receivers.clear();

    let (start, begun) = (Start::now()?, Instant::now());
    let release_id = engine.submit(MEASURED).await?;
    engine.complete(release_id, audience, receivers).await?;
    let (elapsed, usage) = (begun.elapsed(), start.usage()?);

    let n = audience.all();
    let account = account::make(store, release_id, n, receivers).await?;
    engine.stop().await?;
    Ok(Round {
        n,
        elapsed,
        usage,
        lost: account.lost,
        doubled: account.doubled,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Else the engine would be held against bare clients that carry more, or less.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_the_engine_sends_is_as_large_as_what_bare_clients_send() {
        let audience = Audience {
            webhooks: 1,
            mailboxes: 1,
        };
        let receivers = Receivers::start(Keep::Bodies).unwrap();

        let round = engine_round(audience, &receivers, Vec::new())
            .await
            .unwrap();

        let near = |found: usize, wanted: usize| found.abs_diff(wanted) < wanted / 20;
        let call = receivers.http.calls()[0].body.as_ref().unwrap().len();
        let mail = receivers.smtp.mails()[0].raw.as_ref().unwrap().len();
        assert!(near(call, CALL_BYTES), "a call has {call} bytes");
        assert!(near(mail, MAIL_BYTES), "a mail has {mail} bytes");
        assert_eq!((round.lost, round.doubled), (0, 0));
    }
}
