//! What came to an end and is sent again: found by what is asked for, counted once, never taken back.

use crate::fixtures::{
    NOW, claimed, cleared, dead, due, outcome, plan, readers, retry, suppressed,
};
use release::model::{AlertKind, Channel};
use store::{AlertRow, BatchRow, DeliveriesAsked, Outcome, Store, Verdict};

const LATER: i64 = NOW + 60_000;

/// A release told to some endpoints in one batch, with these outcomes.
struct Told {
    release_id: i64,
    alert: AlertRow,
    batch: BatchRow,
}

async fn told(
    store: &Store,
    public_id: &str,
    channel: Channel,
    to: &[(i64, Option<Verdict>)],
) -> Told {
    let (release_id, alert) = cleared(store, public_id).await;
    let endpoints: Vec<i64> = to.iter().map(|(endpoint, _)| *endpoint).collect();
    let deliveries = plan(&endpoints, channel, Some(release_id));
    let batch = store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    let batch = claimed(store, batch.id, NOW).await;
    let outcomes: Vec<Outcome> = to
        .iter()
        .filter_map(|(endpoint, verdict)| Some(outcome(*endpoint, verdict.clone()?)))
        .collect();
    store.record_outcomes(&batch, &outcomes).await.unwrap();
    Told {
        release_id,
        alert,
        batch,
    }
}

/// How many are sent again.
async fn again(store: &Store, endpoint_id: i64, asked: &DeliveriesAsked<'_>) -> u64 {
    let redelivered = store.redeliver(endpoint_id, asked, LATER).await;
    redelivered.unwrap().0
}

/// The batch of all that is sent again.
async fn round(store: &Store) -> BatchRow {
    let gathered = store.gather_retries(10, LATER).await.unwrap();
    assert_eq!(gathered.len(), 1);
    claimed(store, gathered[0].id, LATER).await
}

async fn record(store: &Store, batch: &BatchRow, endpoint_id: i64, attempt: i64, verdict: Verdict) {
    let outcome = Outcome {
        attempt,
        at_ms: LATER + 40,
        ..outcome(endpoint_id, verdict)
    };
    store.record_outcomes(batch, &[outcome]).await.unwrap();
}

async fn state(store: &Store, endpoint_id: i64, alert_id: i64) -> String {
    let row = store.trace_delivery(endpoint_id, alert_id).await.unwrap();
    row.unwrap().state
}

pub(crate) async fn what_is_sent_again_is_counted_once(store: Store) {
    let ids = readers(&store, Channel::Webhook, 3).await;
    let [a, b, c] = [ids[0], ids[1], ids[2]];
    let ends = [
        (a, Some(Verdict::Delivered)),
        (b, Some(dead())),
        (c, Some(suppressed())),
    ];
    let told = told(&store, "rel_a", Channel::Webhook, &ends).await;
    let report = async || {
        let report = store.report(told.release_id).await.unwrap();
        report.channels.into_iter().next().unwrap()
    };

    for id in [a, b, c] {
        assert_eq!(again(&store, id, &DeliveriesAsked::newest(9)).await, 1);
        assert_eq!(again(&store, id, &DeliveriesAsked::newest(9)).await, 0);
    }
    let meanwhile = report().await;
    let batch = round(&store).await;
    let sent = store.due_deliveries(&batch).await.unwrap();
    record(&store, &batch, a, 2, Verdict::Delivered.of_redelivery()).await;
    record(&store, &batch, b, 2, Verdict::Delivered).await;
    record(&store, &batch, c, 2, Verdict::Delivered).await;
    let after = report().await;

    assert_eq!(
        (meanwhile.matched, meanwhile.delivered, meanwhile.due()),
        (3, 0, 3)
    );
    let before: Vec<i64> = sent.iter().map(|one| one.delivered_before).collect();
    assert_eq!(before, [1, 0, 0]);
    assert_eq!((after.matched, after.delivered, after.due()), (3, 3, 0));
    assert_eq!((after.dead, after.suppressed), (0, 0));
    // One each: that of the first time.
    assert_eq!(after.latencies.count(), 3);
    let row = store.trace_delivery(a, told.alert.id).await.unwrap();
    let attempts = store.attempts(&row.unwrap()).await.unwrap();
    let shown: Vec<_> = attempts
        .iter()
        .map(|one| (one.attempt, one.at_ms, one.status, &*one.error))
        .collect();
    assert_eq!(
        shown,
        [(1, NOW + 40, Some(250), ""), (2, LATER + 40, Some(250), "")]
    );
}

/// An issuer's report does not change because somebody wanted a second copy that did not arrive.
pub(crate) async fn what_was_delivered_stays_delivered(store: Store) {
    let a = readers(&store, Channel::Webhook, 1).await[0];
    let delivered = [(a, Some(Verdict::Delivered))];
    let told = told(&store, "rel_a", Channel::Webhook, &delivered).await;
    again(&store, a, &DeliveriesAsked::newest(9)).await;
    let first = round(&store).await;

    record(&store, &first, a, 2, retry(LATER).of_redelivery()).await;
    let second = round(&store).await;
    let before = store.due_deliveries(&second).await.unwrap()[0].delivered_before;
    record(&store, &second, a, 3, dead().of_redelivery()).await;

    assert_eq!(before, 1);
    assert_eq!(state(&store, a, told.alert.id).await, "delivered");
    let report = store.report(told.release_id).await.unwrap();
    let channel = &report.channels[0];
    assert_eq!((channel.delivered, channel.dead, channel.due()), (1, 0, 0));
    assert_eq!(channel.latencies.count(), 1);
    let row = store
        .trace_delivery(a, told.alert.id)
        .await
        .unwrap()
        .unwrap();
    let errors: Vec<String> = store
        .attempts(&row)
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.error)
        .collect();
    assert_eq!(errors, ["", "greylisted", "no such user"]);
    assert_eq!(again(&store, a, &DeliveriesAsked::newest(9)).await, 1);
    assert_eq!(
        store.due_deliveries(&round(&store).await).await.unwrap()[0].delivered_before,
        1
    );
}

pub(crate) async fn only_what_ended_and_is_asked_for_is_sent_again(store: Store) {
    let hook = readers(&store, Channel::Webhook, 1).await[0];
    let mail = readers(&store, Channel::Email, 1).await[0];
    let one = async |id, channel, endpoint, verdict| {
        told(&store, id, channel, &[(endpoint, verdict)]).await
    };
    one("rel_m", Channel::Email, mail, Some(dead())).await;
    let open = one("rel_d", Channel::Webhook, hook, None).await;
    one("rel_s", Channel::Webhook, hook, Some(Verdict::Superseded)).await;
    one("rel_x", Channel::Webhook, hook, Some(dead())).await;
    let told = one("rel_y", Channel::Webhook, hook, Some(Verdict::Delivered)).await;
    let asked = store.add_direct_alert("alr_t", AlertKind::Test, hook, "req_t", NOW);
    let test = store.alert(asked.await.unwrap()).await.unwrap().unwrap();
    let batch = store
        .plan_batch(&test, &plan(&[hook], Channel::Webhook, None), NOW)
        .await
        .unwrap();
    let batch = claimed(&store, batch.id, NOW).await;
    let failed = outcome(hook, dead());
    store.record_outcomes(&batch, &[failed]).await.unwrap();
    let failed = DeliveriesAsked {
        states: &["dead"],
        ..DeliveriesAsked::newest(9)
    };
    let early = DeliveriesAsked {
        until_ms: NOW,
        ..DeliveriesAsked::newest(9)
    };
    let older = DeliveriesAsked {
        before_id: told.alert.id,
        ..DeliveriesAsked::newest(9)
    };

    assert_eq!(again(&store, mail, &DeliveriesAsked::newest(9)).await, 0);
    assert_eq!(again(&store, hook, &early).await, 0);
    assert_eq!(again(&store, hook, &failed).await, 1);
    assert_eq!(again(&store, hook, &older).await, 0);
    assert_eq!(again(&store, hook, &DeliveriesAsked::newest(9)).await, 1);

    assert_eq!(state(&store, hook, test.id).await, "dead");
    assert_eq!(due(&store, &open.batch).await, [hook]);
    assert_eq!(store.gather_retries(10, LATER).await.unwrap().len(), 2);
}

pub(crate) async fn deliveries_of_an_endpoint_are_found_by_state_and_time(store: Store) {
    let hook = readers(&store, Channel::Webhook, 1).await[0];
    for (id, verdict) in [
        ("rel_a", dead()),
        ("rel_b", Verdict::Delivered),
        ("rel_c", dead()),
    ] {
        told(&store, id, Channel::Webhook, &[(hook, Some(verdict))]).await;
    }
    let found = async |asked: &DeliveriesAsked<'_>| {
        let page = store.deliveries_of_endpoint(hook, asked).await.unwrap();
        let releases: Vec<String> = page
            .rows
            .into_iter()
            .filter_map(|row| row.release)
            .collect();
        (releases.join(" "), page.next_before)
    };
    let dead = DeliveriesAsked {
        states: &["dead"],
        ..DeliveriesAsked::newest(1)
    };
    let both = DeliveriesAsked {
        states: &["dead", "delivered"],
        ..DeliveriesAsked::newest(9)
    };
    let since = |since_ms| DeliveriesAsked {
        since_ms,
        ..DeliveriesAsked::newest(9)
    };
    let until = |until_ms| DeliveriesAsked {
        until_ms,
        ..DeliveriesAsked::newest(9)
    };

    let (first, next) = found(&dead).await;
    let next = store
        .alert_stands(&next.unwrap())
        .await
        .unwrap()
        .unwrap()
        .id;
    let before_id = next;
    let (second, _) = found(&DeliveriesAsked { before_id, ..dead }).await;

    assert_eq!((&*first, &*second), ("rel_c", "rel_a"));
    assert_eq!(found(&both).await, ("rel_c rel_b rel_a".into(), None));
    assert_eq!(found(&since(NOW)).await.0, "rel_c rel_b rel_a");
    assert_eq!(found(&since(NOW + 1)).await.0, "");
    assert_eq!(found(&until(NOW)).await.0, "");
    assert_eq!(found(&until(NOW + 1)).await.0, "rel_c rel_b rel_a");
}
