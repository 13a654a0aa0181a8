//! The webhook receiver against a client that writes its bytes by hand.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use sinks::{HttpSink, Keep};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const BIND: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const SOON: Duration = Duration::from_secs(10);

/// The call as bytes; the sink is asked to close after its answer.
fn post(path: &str, id: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: sink\r\nWebhook-Id: {id}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

async fn write(sink: &HttpSink, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(sink.addr())
        .await
        .expect("the sink listens");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the sink reads");
    stream
}

/// The whole answer; empty when there was none.
async fn call(sink: &HttpSink, path: &str, id: &str, body: &str) -> String {
    let mut stream = write(sink, &post(path, id, body)).await;
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("an answer in UTF-8");
    answer
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("")
}

/// What a path answers, and whether the call counts as taken.
async fn check(path: &str, answer: &str, taken: bool) {
    let sink = HttpSink::start(BIND).expect("loopback can be bound");

    let answered = call(&sink, path, "msg_1", "{}").await;

    assert_eq!(status(&answered), answer, "{path}");
    assert_eq!(
        sink.calls()[0].status,
        answer.parse().unwrap_or(0),
        "{path}"
    );
    assert_eq!(sink.ids().contains_key("msg_1"), taken, "{path}");
}

#[tokio::test]
async fn calls_are_served_as_their_path_asks() {
    check("/ok/anna", "204", true).await;
    check("/challenge/anna", "204", true).await;
    check("/nochallenge/anna", "200", true).await;
    check("/status/410/anna", "410", false).await;
    check("/status/202/anna", "202", true).await;
    check("/challenge/status/500/anna", "500", false).await;
    check("/drop/anna", "", true).await;
    check("/redirect/anna", "302", false).await;
    check("/redirect/307/anna", "307", false).await;
    check("/elsewhere", "404", false).await;
}

#[tokio::test]
async fn call_is_recorded_with_headers_and_body_when_asked() {
    let sink = HttpSink::start_keeping(BIND, Keep::Bodies).unwrap();

    call(&sink, "/ok/anna?key=1", "msg_1", "{\"a\":1}").await;

    let recorded = sink.calls().remove(0);
    assert_eq!(
        (&*recorded.webhook_id, &*recorded.path, recorded.status),
        ("msg_1", "/ok/anna", 204)
    );
    assert_eq!(recorded.header("webhook-id"), Some("msg_1"));
    assert_eq!(recorded.body.as_deref(), Some(&b"{\"a\":1}"[..]));
}

#[tokio::test]
async fn bodies_and_headers_are_dropped_otherwise() {
    let sink = HttpSink::start(BIND).unwrap();

    call(&sink, "/ok/anna", "msg_1", "{}").await;

    let recorded = sink.calls().remove(0);
    assert_eq!((recorded.headers.len(), recorded.body), (0, None));
}

#[tokio::test]
async fn answers_that_break_http_are_written_as_they_are() {
    let sink = HttpSink::start(BIND).unwrap();

    let cut = call(&sink, "/cut/anna", "msg_1", "{}").await;
    let old = call(&sink, "/http10/anna", "msg_1", "{}").await;

    assert!(cut.ends_with("Content-Length: 12\r\n\r\nhalf a"), "{cut}");
    assert!(old.starts_with("HTTP/1.0 500 "), "{old}");
    assert!(sink.calls().iter().all(|call| call.status == 0));
    assert!(sink.ids().is_empty());
}

#[tokio::test]
async fn endless_heads_last_until_the_client_closes() {
    let sink = HttpSink::start(BIND).unwrap();

    for path in ["/headers/anna", "/continue/anna"] {
        let mut stream = write(&sink, &post(path, "msg_1", "{}")).await;
        let mut read = vec![0; 1_000_000];
        stream.read_exact(&mut read).await.expect(path);
    }
}

#[tokio::test]
async fn retry_after_is_told() {
    let sink = HttpSink::start(BIND).unwrap();

    let answer = call(&sink, "/status/429/anna?retry_after=7", "msg_1", "{}").await;

    assert!(answer.contains("\r\nretry-after: 7\r\n"), "{answer}");
}

#[tokio::test]
async fn flaky_path_heals_after_its_failures() {
    let sink = HttpSink::start(BIND).unwrap();

    for expected in ["503", "503", "204", "204"] {
        assert_eq!(
            status(&call(&sink, "/flaky/2/anna", "msg_1", "{}").await),
            expected
        );
    }

    assert_eq!(
        status(&call(&sink, "/flaky/2/berta", "msg_1", "{}").await),
        "503"
    );
    assert_eq!((sink.count(), sink.ids()["msg_1"]), (5, 2));
}

#[tokio::test]
async fn challenge_is_answered_with_its_own_value() {
    let sink = HttpSink::start(BIND).unwrap();
    let body = r#"{"type":"endpoint.challenge","data":{"endpoint":"ep_1","challenge":"x\"y"}}"#;

    for path in ["/ok/a", "/challenge/a", "/challenge/status/500/a"] {
        let answer = call(&sink, path, "msg_1", body).await;
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"challenge":"x\"y"}"#),
            "{answer}"
        );
    }
    let news = r#"{"type":"alert","title":"endpoint.challenge","data":{"challenge":1}}"#;
    assert_eq!(status(&call(&sink, "/ok/a", "msg_2", news).await), "204");
    assert!(
        call(&sink, "/nochallenge/a", "msg_3", body)
            .await
            .ends_with("\r\n\r\n{}")
    );
}

#[tokio::test]
async fn redirect_points_at_ok() {
    let sink = HttpSink::start(BIND).unwrap();

    assert!(
        call(&sink, "/redirect/a", "m", "")
            .await
            .contains("\r\nlocation: /ok/redirected\r\n")
    );
}

#[tokio::test]
async fn stalled_call_is_recorded_and_never_answered() {
    let sink = HttpSink::start(BIND).unwrap();
    let mut stream = write(&sink, &post("/stall/a", "msg_1", "{}")).await;
    sink.wait_for(1, SOON).await.unwrap();

    sink.stop().await;

    let mut answer = Vec::new();
    assert!(matches!(
        stream.read_to_end(&mut answer).await,
        Ok(0) | Err(_)
    ));
    assert_eq!((sink.count(), sink.ids().len()), (1, 0));
}

#[tokio::test]
async fn slow_call_is_answered_late() {
    let sink = HttpSink::start(BIND).unwrap();
    let begun = Instant::now();

    let answer = call(&sink, "/slow/30/a", "msg_1", "{}").await;

    assert_eq!(status(&answer), "204");
    assert!(begun.elapsed() >= Duration::from_millis(30));
}

#[tokio::test]
async fn endless_bodies_last_until_the_client_closes() {
    let sink = HttpSink::start(BIND).unwrap();
    for (path, least) in [("/huge/a", 1 << 20), ("/drip/a", 1)] {
        let mut stream = write(&sink, &post(path, "msg_1", "{}")).await;

        let mut read = vec![0; 64 * 1024];
        let mut total = 0;
        while total < least {
            let count = stream.read(&mut read).await.unwrap();
            assert!(count > 0, "{path} ended after {total} bytes");
            total += count;
        }
    }
}

#[tokio::test]
async fn drip_sends_its_head_before_its_body_grows() {
    let sink = HttpSink::start(BIND).unwrap();
    let mut stream = write(&sink, &post("/drip/a", "msg_1", "{}")).await;

    let mut read = vec![0; 4_096];
    let count = stream.read(&mut read).await.unwrap();

    assert!(read[..count].starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn keep_alive_serves_many_calls_on_one_connection() {
    let sink = HttpSink::start(BIND).unwrap();
    let call = post("/ok/a", "msg_1", "{}").replace("Connection: close\r\n", "");

    let mut stream = write(&sink, &call.repeat(20)).await;
    sink.wait_for(20, SOON).await.unwrap();
    stream.shutdown().await.unwrap();

    assert_eq!((sink.connections(), sink.ids()["msg_1"]), (1, 20));
    assert_eq!(
        sink.wait_for_ids(2, Duration::ZERO).await.unwrap_err().seen,
        1
    );
}

#[tokio::test]
async fn what_is_no_post_is_neither_taken_nor_recorded() {
    let sink = HttpSink::start(BIND).unwrap();
    let mut stream = write(
        &sink,
        "GET /ok/a HTTP/1.1\r\nHost: sink\r\nConnection: close\r\n\r\n",
    )
    .await;

    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();

    assert_eq!((status(&answer), sink.count()), ("405", 0));
}
