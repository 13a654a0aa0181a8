//! Answers that are endless, slow, cut, old, packed, or none.

use super::*;

/// Long enough for a loaded machine to answer in, short enough to wait for.
const TOTAL: Duration = Duration::from_millis(1500);

#[track_caller]
fn check(path: &str, failure: &Failure, status: Option<i64>, error: &str, answer: &str) {
    assert_eq!(failure.status, status, "{path}: {failure:?}");
    assert!(failure.error.contains(error), "{path}: {failure:?}");
    assert_eq!(failure.answer, answer, "{path}");
}

#[tokio::test]
async fn hostile_answers_end_a_call_and_nothing_else() {
    let sink = HttpSink::start(LOOPBACK).unwrap();
    let caller = caller_of(Names::System, settings("127.0.0.1", TOTAL));
    let packed = "not shown: encoded as gzip, where identity was asked for";
    let cases = [
        ("/headers/a", None, "no answer: ", ""),
        ("/continue/a", None, "no answer within 1.5 s", ""),
        ("/trickle/a", None, "no answer within 1.5 s", ""),
        ("/stall/a", None, "no answer within 1.5 s", ""),
        ("/noise/a", None, "no answer: ", ""),
        ("/drop/a", None, "no answer: ", ""),
        ("/cut/a", Some(500), "answered 500", "half a"),
        ("/http10/a", Some(500), "answered 500", "of old"),
        ("/gzip/a", Some(500), "answered 500", packed),
    ];

    for (path, status, error, answer) in cases {
        let failed = call(&caller, &sink.url(path)).await.expect_err(path);
        assert!(matches!(failed, SendError::Retry { .. }), "{path}");
        check(path, &failed.into_failure(), status, error, answer);
    }
    for path in ["/huge/a", "/drip/a", "/ok/a"] {
        assert!(call(&caller, &sink.url(path)).await.is_ok(), "{path}");
    }
}

/// The time for the rest of an answer alone would be half a second.
#[tokio::test]
async fn time_of_a_call_holds_for_its_body_too() {
    let sink = HttpSink::start(LOOPBACK).unwrap();
    let total = Duration::from_millis(100);
    let caller = caller_of(Names::System, settings("127.0.0.1", total));
    // So that no connection has to be made within that time.
    while call(&caller, &sink.url("/ok/a")).await.is_err() {}
    let begun = Instant::now();

    let sent = call(&caller, &sink.url("/drip/a")).await;

    assert!(begun.elapsed() < DRAIN, "{sent:?} {:?}", begun.elapsed());
}

#[tokio::test]
async fn challenge_is_not_waited_for_longer_than_a_call_may_take() {
    let sink = HttpSink::start(LOOPBACK).unwrap();
    let caller = caller_of(Names::System, settings("127.0.0.1", TOTAL));
    let url = sink.url("/drip/a");
    let challenge = Call {
        id: "alr_1_ep_1",
        url: &url,
        signers: SIGNERS,
        body: Bytes::from_static(b"{}"),
    };

    let answered = caller.challenge(&challenge, "xyz", 0);
    let answered = tokio::time::timeout(TOTAL * 2, answered).await;

    let failed = answered.expect("it ends").unwrap_err();
    assert!(matches!(failed, SendError::Fail(_)), "{failed:?}");
}

#[tokio::test]
async fn answer_of_http_1_0_is_read_and_its_connection_not_used_again() {
    let sink = HttpSink::start(LOOPBACK).unwrap();
    let caller = caller_of(Names::System, settings("127.0.0.1", LIMIT));

    for _ in 0..3 {
        let failure = failure(&caller, &sink.url("/http10/a")).await;
        assert_eq!(failure.answer, "of old");
    }

    assert_eq!(sink.connections(), 3);
}

#[tokio::test]
async fn nothing_packed_is_asked_for() {
    let sink = HttpSink::start_keeping(LOOPBACK, Keep::Bodies).unwrap();
    let caller = caller_of(Names::System, settings("127.0.0.1", LIMIT));

    call(&caller, &sink.url("/ok/a")).await.unwrap();

    let calls = sink.calls();
    assert_eq!(calls[0].header("accept-encoding"), Some("identity"));
}
