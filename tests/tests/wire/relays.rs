//! Several relays, receivers that want less, and where mail comes back to.

use sinks::{Keep, SmtpMood, SmtpSink};
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tests::{DEADLINE, TestApp, release};

fn relay(address: SocketAddr) -> SmtpSink {
    SmtpSink::start_keeping(address, Keep::Ids).unwrap()
}

async fn pass(app: &TestApp, ms: u64) {
    app.advance(Duration::from_millis(ms));
    app.settle().await;
}

async fn readers(app: &TestApp, count: usize, domain: &str) {
    for reader in 0..count {
        app.reader(&format!("reader-{reader}@{domain}")).await;
    }
}

/// How often each mail was taken, by whichever relay.
fn taken(relays: &[&SmtpSink]) -> HashMap<String, u32> {
    let mut taken = HashMap::new();
    for (id, times) in relays.iter().flat_map(|relay| relay.ids()) {
        *taken.entry(id).or_default() += times;
    }
    taken
}

/// A mail whose final dot was not answered may have been taken: that one alone comes twice, with its id.
#[tokio::test]
async fn relay_that_dies_amid_the_mails_loses_none_and_has_its_share_when_it_is_back() {
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (dying, other) = (relay(loopback), relay(loopback));
    let both = format!("mail.relay=smtp://{} smtp://{}", dying.addr(), other.addr());
    let app = TestApp::start_with(&[&both]).await;
    readers(&app, 200, "reader.example").await;

    app.submit(&release("Acme opens")).await;
    let death = async {
        dying.wait_for(40, DEADLINE).await.unwrap();
        dying.stop().await;
    };
    tokio::join!(app.settle(), death);
    let by_other = other.count();
    pass(&app, 10_000).await;

    assert!(dying.count() < 100 && by_other > 100, "{by_other}");
    let ledger = app.ledger().await;
    assert!(ledger.iter().all(|row| row.state == "delivered"));
    let again = ledger.iter().filter(|row| row.attempts > 1).count();
    let taken = taken(&[&dying, &other]);
    let doubles = taken.values().filter(|&&times| times > 1).count();
    assert_eq!(taken.len(), 200);
    assert!(
        doubles <= again && again <= 16,
        "{doubles} of {again} came twice"
    );

    let back = relay(dying.addr());
    app.advance(Duration::from_secs(300));
    app.submit(&release("Acme opens again")).await;
    app.settle().await;
    let share = back.count();
    // Half of them, but for those that were sent while one tried whether it is back.
    assert!((80..=100).contains(&share), "{share} of 200");
}

#[tokio::test]
async fn no_attempt_is_counted_while_no_relay_takes_mail() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.smtp.set_mood(SmtpMood::Refuse421);
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    app.submit(&release("Acme opens again")).await;
    app.settle().await;
    app.smtp.set_mood(SmtpMood::Normal);
    pass(&app, 1000).await;

    let attempts: Vec<_> = app
        .ledger()
        .await
        .iter()
        .map(|row| (row.attempts, row.state.clone()))
        .collect();
    assert_eq!(
        attempts,
        [(1, "due".to_owned()), (1, "delivered".to_owned())]
    );
    pass(&app, 9000).await;
    assert_eq!(app.smtp.count(), 2);
}

#[tokio::test]
async fn domain_is_sent_so_many_mails_at_once_and_others_do_not_wait() {
    let app = TestApp::start_with(&["mail.domain_connections=2", "mail.connections=8"]).await;
    readers(&app, 20, "big.example").await;
    app.reader("ana@small.example").await;

    app.submit(&release("Acme opens")).await;
    app.settle().await;
    let mails = app.smtp.mails();
    assert!(
        mails
            .iter()
            .any(|mail| mail.recipient == "ana@small.example")
    );
    assert!(mails.len() < 21, "all went at once");
    while app.smtp.count() < 21 {
        pass(&app, 2000).await;
    }

    assert!(app.smtp.connections() <= 3, "{}", app.smtp.connections());
    assert!(app.taken().into_values().all(|times| times == 1));
    assert!(app.ledger().await.iter().all(|row| row.attempts == 1));
}

#[tokio::test]
async fn domain_is_sent_so_many_mails_a_second() {
    // Waiting is not counted as a mail that the reader had.
    let app = TestApp::start_with(&["mail.domain_per_second=5", "mail.most_per_hour=1"]).await;
    readers(&app, 12, "big.example").await;
    app.submit(&release("Acme opens")).await;

    app.settle().await;
    assert_eq!(app.smtp.count(), 5);
    pass(&app, 2000).await;
    assert_eq!(app.smtp.count(), 10);
    pass(&app, 1000).await;

    assert_eq!(app.smtp.count(), 12);
    assert!(app.ledger().await.iter().all(|row| row.attempts == 1));
}

/// 451 4.7.1, as in greylisting: half as many leave for the domain from then on, until a minute has passed.
#[tokio::test]
async fn domain_that_asks_for_less_gets_less_for_a_while() {
    let app = TestApp::start_with(&["mail.domain_per_second=8", "retry.email_s=[1000]"]).await;
    app.reader("greylist-1-ana@big.example").await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    readers(&app, 8, "big.example").await;
    app.advance(Duration::from_secs(30));

    app.submit(&release("Acme grows")).await;
    app.settle().await;
    // The ninth reader is Ana, who is told this one.
    assert_eq!(app.smtp.count(), 4);
    pass(&app, 30_000).await;
    assert_eq!(app.smtp.count(), 9);
    pass(&app, 1_000_000).await;
    assert_eq!(app.smtp.count(), 10);
}

#[tokio::test]
async fn mail_comes_back_to_an_address_of_its_own() {
    let app = TestApp::start_with(&["mail.bounces=back.wire.example"]).await;
    readers(&app, 2, "reader.example").await;
    app.submit(&release("Acme opens")).await;

    app.settle().await;

    let key = app.app.store.link_key().await.unwrap();
    let named: Vec<_> = app
        .smtp
        .mails()
        .iter()
        .map(|mail| key.read_verp(mail.from.strip_suffix("@back.wire.example").unwrap()))
        .map(Result::unwrap)
        .collect();
    assert_eq!(named[0].0, named[1].0, "of one alert");
    assert_ne!(named[0].1, named[1].1, "to two endpoints");
    let letter = app.the_mail_to("reader-0@reader.example");
    assert_eq!(letter.header("From"), "Dateline <alerts@wire.example>");
}

#[tokio::test]
async fn mail_comes_back_to_the_sender_where_nothing_else_is_set() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.submit(&release("Acme opens")).await;

    app.settle().await;

    assert_eq!(app.smtp.mails()[0].from, "alerts@wire.example");
}
