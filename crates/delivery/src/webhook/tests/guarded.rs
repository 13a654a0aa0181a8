//! The network guard over the whole way: URL, judgement, resolver, judgement, connection.

use super::*;

/// Every way to write an address that must not be called; those of loopback would reach the sink.
const LITERALS: [(&str, &str); 40] = [
    ("127.0.0.1", "not a public"),
    ("127.0.0.1.", "not a public"),
    ("127.1", "not a public"),
    ("2130706433", "not a public"),
    ("0x7f000001", "not a public"),
    ("0x7f.1", "not a public"),
    ("017700000001", "not a public"),
    ("0177.0.0.1", "not a public"),
    ("%31%32%37.0.0.1", "not a public"),
    ("①②⑦.⓪.⓪.①", "not a public"),
    ("127。0。0。1", "not a public"),
    ("0", "not a public"),
    ("0.0.0.0", "not a public"),
    ("[::]", "not a public"),
    ("[::1]", "not a public"),
    ("[::ffff:7f00:1]", "not a public"),
    ("[::ffff:127.0.0.1]", "not a public"),
    ("[::127.0.0.1]", "not a public"),
    ("[64:ff9b::7f00:1]", "not a public"),
    ("[64:ff9b:1::7f00:1]", "not a public"),
    ("[2002:7f00:1::]", "not a public"),
    ("[2001:0:7f00:1::1]", "not a public"),
    ("localhost", "not a public"),
    ("localhost.", "not a public"),
    ("LOCALHOST", "not a public"),
    ("%6cocalhost", "not a public"),
    ("a.localhost", "not a public"),
    ("10.0.0.1", "not a public"),
    ("169.254.169.254", "not a public"),
    ("[64:ff9b::a9fe:a9fe]", "not a public"),
    ("[2002:a9fe:a9fe::]", "not a public"),
    ("[2001:0:a9fe:a9fe::1]", "not a public"),
    ("[fd00:ec2::254]", "not a public"),
    ("[fe80::1]", "not a public"),
    ("[fec0::1]", "not a public"),
    ("[ff02::1]", "not a public"),
    ("[fe80::1%25lo]", "not a URL"),
    ("[fe80::1%lo]", "not a URL"),
    ("anna@127.0.0.1", "user name"),
    ("hook.example:9@127.0.0.1", "user name"),
];

/// What a name may resolve to that must not be called.
const ANSWERS: [&[&str]; 12] = [
    &["127.0.0.1"],
    &["0.0.0.0"],
    &["::1"],
    &["::ffff:127.0.0.1"],
    &["::127.0.0.1"],
    &["64:ff9b::7f00:1"],
    &["2002:7f00:1::"],
    &["10.0.0.1"],
    &["169.254.169.254"],
    &["fd00:ec2::254"],
    // One that is not public is a sign of somebody who tries, so the others are not called either.
    &["93.184.216.34", "127.0.0.1"],
    &["127.0.0.1", "93.184.216.34"],
];

#[tokio::test]
async fn no_way_to_write_a_private_address_is_called() {
    let sink = encrypted(Offer::Http1);
    let port = sink.addr().port();
    let caller = caller_of(Names::System, settings("", LIMIT));

    for (host, reason) in LITERALS {
        let url = format!("https://{host}:{port}/ok/a");
        let error = failure(&caller, &url).await.error;
        assert!(error.contains(reason), "{url}: {error}");
    }

    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn names_that_resolve_to_a_private_address_are_not_called() {
    let sink = encrypted(Offer::Http1);
    let url = format!("https://hook.example:{}/ok/a", sink.addr().port());

    for answer in ANSWERS {
        let caller = caller_of(told(&[answer]), settings("", LIMIT));
        let error = failure(&caller, &url).await.error;
        assert!(error.contains("hook.example resolves to"), "{error}");
        assert!(error.contains("not a public address"), "{error}");
    }

    assert_eq!(sink.connections(), 0);
}

/// Whoever connects judges too: a check of the URL that somebody forgets, or a URL stored under another policy, opens nothing.
#[tokio::test]
async fn literals_are_judged_again_where_they_are_connected_to() {
    let sink = HttpSink::start(LOOPBACK).unwrap();
    let target = settings("127.0.0.1", LIMIT)
        .guard
        .check(&sink.url("/ok/a"))
        .unwrap();
    let tls = sinks::trusting().unwrap();
    let strict = Dialer::new(settings("", LIMIT).guard, Names::System, LIMIT, &tls);

    let error = strict.dial(&target).await.unwrap_err().to_string();

    assert!(error.contains("not a public address"), "{error}");
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn name_is_kept_for_host_and_certificate() {
    let sink = encrypted(Offer::Http1);
    let port = sink.addr().port();
    let answers: [&[&str]; 2] = [&["127.0.0.1"], &["127.0.0.1"]];
    let caller = caller_of(told(&answers), settings("127.0.0.0/8", LIMIT));

    let sent = call(&caller, &format!("https://hook.example:{port}/ok/a")).await;
    let other = failure(&caller, &format!("https://other.example:{port}/ok/a")).await;

    assert_eq!(sent, Ok(Sent { status: Some(204) }));
    assert!(
        other.error.contains("no TLS with other.example"),
        "{}",
        other.error
    );
    let host = format!("hook.example:{port}");
    let calls = sink.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].header("host"), Some(host.as_str()));
}

#[tokio::test]
async fn name_that_answers_otherwise_the_next_time_gains_nothing() {
    let allowed: SocketAddr = "127.0.0.2:0".parse().unwrap();
    let public = HttpSink::start_encrypted(allowed, Keep::Ids, Offer::Http1).unwrap();
    let port = public.addr().port();
    let private =
        HttpSink::start_encrypted((Ipv4Addr::LOCALHOST, port).into(), Keep::Ids, Offer::Http1)
            .unwrap();
    let answers: [&[&str]; 2] = [&["127.0.0.2"], &["127.0.0.1"]];
    // The first address stands for a public one, as no test may call those.
    let caller = caller_of(told(&answers), settings("127.0.0.2", LIMIT));
    let url = format!("https://hook.example:{port}/ok/a");

    let first = call(&caller, &url).await;
    let kept = call(&caller, &url).await;
    public.stop().await;
    let error = loop {
        // What the closed connection leaves may be told once before a new one is looked for.
        let error = failure(&caller, &url).await.error;
        if !error.starts_with("no answer") {
            break error;
        }
    };

    assert!(first.is_ok() && kept.is_ok(), "{first:?} {kept:?}");
    assert!(error.contains("resolves to 127.0.0.1"), "{error}");
    assert_eq!((public.count(), private.connections()), (2, 0));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let sink = HttpSink::start(LOOPBACK).unwrap();
    let caller = caller_of(Names::System, settings("127.0.0.1", LIMIT));

    for status in [301, 302, 303, 307, 308] {
        let failure = failure(&caller, &sink.url(&format!("/redirect/{status}/a"))).await;
        assert_eq!(failure.status, Some(status));
        assert!(failure.error.contains("redirects are not followed"));
    }

    assert_eq!(sink.count(), 5);
}
