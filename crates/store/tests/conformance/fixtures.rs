//! The small world that cases start from.

use release::frequency::Frequency;
use release::model::{Channel, EndpointState, Extent, Lane, ReleaseState, SubscriptionState};
use store::{
    Accepted, AlertRow, BatchRow, Claim, Cleared, HookEdit, NewAct, NewEndpoint, NewEvent,
    NewRelease, NewSubscription, Outcome, PlannedDelivery, Store, Verdict,
};

/// When everything begins, Unix milliseconds.
pub(crate) const NOW: i64 = 1_800_000_000_000;
pub(crate) const LEASE: i64 = 60_000;
pub(crate) const POISON: i64 = 3;

/// A regular release of ACME's, scheduled for now.
pub(crate) fn submission<'a>(
    public_id: &'a str,
    story_key: Option<&'a str>,
    edition: &'a str,
) -> NewRelease<'a> {
    NewRelease {
        public_id,
        story_public_id: public_id,
        story_owner: "acme",
        story_key,
        edition,
        state: ReleaseState::Scheduled,
        lane: Lane::Regular,
        clear_at_ms: NOW,
        content: "{}",
        content_hash: "c0ffee",
        source: "{\"headline\":\"A\"}",
        issuers: "acme",
        bundle: None,
        awaits: "",
        submitted_by: "tok_7",
        notify: "",
        fingerprint: "f1",
        request_id: "req_submit",
    }
}

/// Accepts a release that must be new; gives its key.
pub(crate) async fn accept(store: &Store, new: &NewRelease<'_>) -> i64 {
    match store
        .accept(std::slice::from_ref(new), None, NOW)
        .await
        .unwrap()
    {
        Accepted::New(ids) => ids[0],
        other => panic!("{} was not accepted: {other:?}", new.public_id),
    }
}

/// What somebody of ACME's does.
pub(crate) fn event<'a>(act: &'a str, note: &'a str) -> NewEvent<'a> {
    NewEvent {
        at_ms: NOW,
        actor: "per_1",
        act,
        note,
    }
}

/// What an operator does to something.
pub(crate) fn done_at(at_ms: i64) -> NewAct<'static> {
    NewAct {
        at_ms,
        actor: "local",
        act: "something.done",
        subject: "something",
        note: "",
        request_id: "req_1",
    }
}

/// Clears a release that stands alone.
pub(crate) async fn clear(store: &Store, id: i64, now_ms: i64) -> Option<Cleared> {
    let mut cleared = store.clear(id, now_ms).await.unwrap();
    assert!(cleared.len() <= 1, "{cleared:?}");
    cleared.pop()
}

/// A release that has cleared: its key, and its story's alert.
pub(crate) async fn cleared(store: &Store, public_id: &str) -> (i64, AlertRow) {
    let id = accept(store, &submission(public_id, None, "US/en")).await;
    let cleared = clear(store, id, NOW).await.unwrap();
    let alert = store.alert(cleared.alert_id).await.unwrap().unwrap();
    (id, alert)
}

/// An endpoint that its owner asked for.
pub(crate) fn endpoint<'a>(
    public_id: &'a str,
    channel: Channel,
    address: &'a str,
) -> NewEndpoint<'a> {
    NewEndpoint {
        public_id,
        channel,
        address,
        owner: "owner@reader.example",
        secret: "whsec_1",
        languages: Some("en fr"),
        extent: Some(Extent::Full),
        digest_at: None,
        repeats: None,
        hook: HookEdit::default(),
        state: EndpointState::Active,
    }
}

pub(crate) fn subscription<'a>(
    public_id: &'a str,
    endpoint: NewEndpoint<'a>,
) -> NewSubscription<'a> {
    NewSubscription {
        public_id,
        name: "Steel",
        filter: "topic:steel",
        grammar: 1,
        frequency: Frequency::AtOnce,
        consent: "form",
        state: SubscriptionState::Active,
        endpoint,
    }
}

/// Asked for on a page, maybe by a stranger: nothing is sent before its reader has confirmed it.
pub(crate) fn asked<'a>(
    public_id: &'a str,
    filter: &'a str,
    endpoint: NewEndpoint<'a>,
) -> NewSubscription<'a> {
    let mut asked = subscription(public_id, endpoint);
    asked.filter = filter;
    asked.state = SubscriptionState::Pending;
    asked.endpoint.state = EndpointState::Pending;
    asked
}

/// As many active endpoints as asked for, with a subscription each; gives their keys, ascending.
pub(crate) async fn readers(store: &Store, channel: Channel, count: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    for n in 0..count {
        let (ep, sub) = (format!("ep_{channel}{n}"), format!("sub_{channel}{n}"));
        let address = format!("{channel}{n}@reader.example");
        let new = subscription(&sub, endpoint(&ep, channel, &address));
        ids.push(store.add_subscriptions(&[new], NOW).await.unwrap()[0].endpoint_id);
    }
    ids
}

pub(crate) fn plan(
    endpoints: &[i64],
    channel: Channel,
    release_id: Option<i64>,
) -> Vec<PlannedDelivery> {
    let planned = |&endpoint_id| PlannedDelivery {
        endpoint_id,
        channel,
        release_id,
        reasons: vec![1, 2],
        gathered: None,
    };
    endpoints.iter().map(planned).collect()
}

/// A cleared release told to some mail readers, its one batch claimed by `w1`.
pub(crate) struct Told {
    pub(crate) release_id: i64,
    pub(crate) alert: AlertRow,
    pub(crate) batch: BatchRow,
    pub(crate) readers: Vec<i64>,
}

pub(crate) async fn told(store: &Store, count: usize) -> Told {
    let (release_id, alert) = cleared(store, "rel_told").await;
    let readers = readers(store, Channel::Email, count).await;
    let deliveries = plan(&readers, Channel::Email, Some(release_id));
    let batch = store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    let batch = claimed(store, batch.id, NOW).await;
    Told {
        release_id,
        alert,
        batch,
        readers,
    }
}

/// Claims a batch that must be free.
pub(crate) async fn claimed(store: &Store, id: i64, now_ms: i64) -> BatchRow {
    match claim(store, id, now_ms).await {
        Claim::Ours(batch) => batch,
        other => panic!("batch {id} cannot be claimed: {other:?}"),
    }
}

pub(crate) async fn claim(store: &Store, id: i64, now_ms: i64) -> Claim {
    store
        .claim_batch(id, "w1", now_ms + LEASE, now_ms, POISON)
        .await
        .unwrap()
}

/// The outcome of a first attempt.
pub(crate) fn outcome(endpoint_id: i64, verdict: Verdict) -> Outcome {
    Outcome {
        endpoint_id,
        verdict,
        attempt: 1,
        answer: String::new(),
        status: Some(250),
        at_ms: NOW + 40,
        duration_ms: 30,
        latency_ms: 100,
        health: None,
        left_out: Vec::new(),
    }
}

pub(crate) fn retry(due_ms: i64) -> Verdict {
    Verdict::Retry {
        due_ms,
        error: "greylisted".into(),
    }
}

pub(crate) fn dead() -> Verdict {
    Verdict::Dead {
        error: "no such user".into(),
    }
}

pub(crate) fn suppressed() -> Verdict {
    Verdict::Suppressed {
        reason: "unsubscribed".into(),
    }
}

/// Endpoints whose deliveries of this batch are still to be made.
pub(crate) async fn due(store: &Store, batch: &BatchRow) -> Vec<i64> {
    let due = store.due_deliveries(batch).await.unwrap();
    due.into_iter().map(|d| d.endpoint_id).collect()
}
