//! HTTP/2 where the receiver offers it.

use super::*;
use std::sync::Arc;
use tokio::task::JoinSet;

fn caller(total: Duration) -> Arc<Caller> {
    Arc::new(caller_of(Names::System, settings("127.0.0.1", total)))
}

/// So many calls at once.
async fn calls_at_once(caller: &Arc<Caller>, url: &str, count: usize) {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let (caller, url) = (caller.clone(), url.to_owned());
        calls.spawn(async move { call(&caller, &url).await });
    }
    for sent in calls.join_all().await {
        assert_eq!(sent, Ok(Sent { status: Some(204) }));
    }
}

#[tokio::test]
async fn calls_at_once_share_a_connection() {
    let sink = encrypted(Offer::Http2);
    let caller = caller(LIMIT);

    call(&caller, &sink.url("/ok/a?b=c")).await.unwrap();
    calls_at_once(&caller, &sink.url("/slow/50/a"), 8).await;

    assert_eq!((sink.connections(), sink.count()), (1, 9));
    let calls = sink.calls();
    assert_eq!(
        (calls[0].path.as_str(), calls[0].header("host")),
        ("/ok/a", None)
    );
    assert!(calls[0].header("webhook-signature").is_some());
}

#[tokio::test]
async fn receiver_that_offers_nothing_is_called_by_http_1_1() {
    let sink = encrypted(Offer::Http1);
    let caller = caller(LIMIT);

    for _ in 0..3 {
        call(&caller, &sink.url("/ok/a")).await.unwrap();
    }

    assert_eq!((sink.connections(), sink.count()), (1, 3));
    assert!(sink.calls()[0].header("host").is_some());
}

/// The sink takes eight calls at once on a connection.
#[tokio::test]
async fn what_a_connection_has_no_room_for_goes_on_another() {
    let sink = encrypted(Offer::Http2);
    let caller = caller(LIMIT);

    call(&caller, &sink.url("/ok/a")).await.unwrap();
    calls_at_once(&caller, &sink.url("/slow/200/a"), 12).await;

    assert!(sink.connections() > 1);
    assert_eq!(sink.count(), 13);
}

#[tokio::test]
async fn call_without_an_answer_ends_the_sharing_and_no_other_call() {
    let sink = encrypted(Offer::Http2);
    let caller = caller(Duration::from_millis(800));
    call(&caller, &sink.url("/ok/a")).await.unwrap();
    let (stalled, slow) = (sink.url("/stall/a"), sink.url("/slow/700/a"));
    let later = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        call(&caller, &slow).await
    };

    let (failed, answered) = tokio::join!(failure(&caller, &stalled), later);
    assert_eq!(sink.connections(), 1);
    let after = call(&caller, &sink.url("/ok/a")).await;

    assert!(failed.error.contains("no answer within"), "{failed:?}");
    assert!(answered.is_ok() && after.is_ok(), "{answered:?} {after:?}");
    assert_eq!(sink.connections(), 2);
}

#[tokio::test]
async fn endless_and_refusing_answers_leave_the_connection_to_others() {
    let sink = encrypted(Offer::Http2);
    let caller = caller(LIMIT);

    for path in ["/huge/a", "/drip/a", "/ok/a"] {
        assert!(call(&caller, &sink.url(path)).await.is_ok(), "{path}");
    }
    let refused = failure(&caller, &sink.url("/status/503/a")).await;
    // The stream is reset, the connection lives.
    let dropped = failure(&caller, &sink.url("/drop/a")).await;
    call(&caller, &sink.url("/ok/a")).await.unwrap();

    assert_eq!(refused.status, Some(503));
    assert!(dropped.error.starts_with("no answer: "), "{dropped:?}");
    assert_eq!(sink.connections(), 1);
}

#[tokio::test]
async fn receiver_that_comes_back_is_called_on_a_new_connection() {
    let sink = encrypted(Offer::Http2);
    let (addr, url) = (sink.addr(), sink.url("/ok/a"));
    let caller = caller(LIMIT);
    call(&caller, &url).await.unwrap();
    sink.stop().await;
    let again = HttpSink::start_encrypted(addr, Keep::Ids, Offer::Http2).unwrap();

    let mut sent = call(&caller, &url).await;
    if sent.is_err() {
        // The end of the old connection may be seen only when it is written to.
        sent = call(&caller, &url).await;
    }

    assert!(sent.is_ok(), "{sent:?}");
    assert_eq!(again.count(), 1);
}
