//! Whole calls, from the URL to the answer, to receivers that want what we must not do.

mod guarded;
mod hostile;
mod http2;

use super::names::Names;
use super::*;
use release::webhook::{Allowed, Ports};
use sinks::{HttpSink, Keep, Offer};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const LIMIT: Duration = Duration::from_secs(5);
const SIGNERS: Signers<'static> = Signers::Secrets {
    newest: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    before: "",
};

fn settings(allowed: &str, total_timeout: Duration) -> CallerSettings {
    let ports = Ports::parse("443 1024-65535").unwrap();
    CallerSettings {
        guard: Guard::new(Allowed::parse(allowed).unwrap(), ports),
        connect_timeout: LIMIT,
        total_timeout,
        kept: 9,
        read_limit_bytes: 65_536,
        keep_bytes: 16_384,
    }
}

/// A caller that trusts encrypted sinks, and is told what names resolve to.
fn caller_of(names: Names, settings: CallerSettings) -> Caller {
    let tls = sinks::trusting().unwrap();
    let dialer = Dialer::new(settings.guard.clone(), names, LIMIT, &tls);
    Caller::over(dialer, settings)
}

fn told(answers: &[&[&str]]) -> Names {
    let addresses = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
    Names::Told(std::sync::Mutex::new(
        answers.iter().map(addresses).collect(),
    ))
}

async fn call(caller: &Caller, url: &str) -> Result<Sent, SendError> {
    let call = Call {
        id: "alr_1_ep_1",
        url,
        signers: SIGNERS,
        body: Bytes::from_static(b"{}"),
    };
    caller.call(&call, 1_800_000_000_000).await
}

/// What went wrong.
async fn failure(caller: &Caller, url: &str) -> Failure {
    let failed = call(caller, url).await;
    failed.expect_err(url).into_failure()
}

fn encrypted(offer: Offer) -> HttpSink {
    HttpSink::start_encrypted(LOOPBACK, Keep::Bodies, offer).unwrap()
}

#[test]
fn retry_after_is_read_as_a_delay_and_as_a_date() {
    // 2026-12-01T09:00:00Z
    let now_ms = 1_796_115_600_000;
    let check = |wish: &str, expect: Option<i64>| {
        let headers = HeaderMap::from_iter([(header::RETRY_AFTER, wish.parse().unwrap())]);
        assert_eq!(retry_after_ms(&headers, now_ms), expect, "{wish}");
    };

    check("120", Some(120_000));
    check(" 0 ", Some(0));
    check("4000000000", Some(86_400_000));
    check("Tue, 01 Dec 2026 09:02:00 GMT", Some(120_000));
    check("Tue, 01 Dec 2026 08:00:00 GMT", Some(0));
    check("Fri, 01 Jan 2100 00:00:00 GMT", Some(86_400_000));
    check("soon", None);
    check("-5", None);
    check("1.5", None);
}
