//! A reader of whom much is known, for cases of erasing it.

use crate::fixtures::{NOW, claimed, cleared, done_at, endpoint, outcome, plan, subscription};
use crate::owning::own_token;
use release::model::{AlertKind, Channel};
use store::{
    AddedOnce, AlertRow, AskLimits, BatchRow, Idempotency, NewAsk, NewEndpoint, NewSubscription,
    NewToken, Outcome, Store, Verdict,
};

/// Both the mailbox and the way to the webhook tell who the reader is.
pub(crate) const ADDRESS: &str = "Ana.Bell@reader.example";
pub(crate) const HOOK: &str = "https://hook.example/ana.bell";

/// A reader of whom much is known.
pub(crate) struct Reader {
    pub(crate) mailbox: i64,
    pub(crate) hook: i64,
    pub(crate) release_id: i64,
    /// The mailbox's, claimed; one delivery of another reader's is due in it.
    pub(crate) batch: BatchRow,
    /// Another reader, who must lose nothing.
    pub(crate) other: i64,
}

/// Signed up by an import, with another secret since, asked for a mail, told of a release by mail and webhook, refused by both; suppressed.
pub(crate) async fn reader(store: &Store) -> Reader {
    let mail = mailbox("ep_a");
    let hook = NewEndpoint {
        secret: "whsec_ana.bell",
        owner: ADDRESS,
        ..endpoint("ep_h", Channel::Webhook, HOOK)
    };
    let said = |public_id, endpoint| NewSubscription {
        name: "Ana.Bell's steel",
        filter: "\"ana.bell\"",
        consent: "letter of ana.bell",
        ..subscription(public_id, endpoint)
    };
    let once = Idempotency {
        key: "import ana.bell",
        body_hash: "h",
    };
    let new = [said("sub_a", mail), said("sub_h", hook)];
    let added = store.add_subscriptions_once(&new, "tok_1", once, NOW).await;
    let AddedOnce::New(added) = added.unwrap() else {
        panic!("not new");
    };
    let (mailbox, hook) = (added[0].endpoint_id, added[1].endpoint_id);
    let rotated = store.rotate_secret(hook, "whsec_2_ana.bell", NOW + 9, done_at(NOW));
    assert!(rotated.await.unwrap());
    let other = endpoint("ep_o", Channel::Email, "other@reader.example");
    let other = subscription("sub_o", other);
    let other = store.add_subscriptions(&[other], NOW).await.unwrap()[0].endpoint_id;
    let token = NewToken {
        name: "Ana.Bell's program",
        ..own_token("tok_ana", "ana.bell's", ADDRESS)
    };
    store.add_token(&token, done_at(NOW)).await.unwrap();
    ask(store).await.unwrap();
    let suppressed = store.suppress(ADDRESS, "complaint", NOW);
    suppressed.await.unwrap();

    let (release_id, alert) = cleared(store, "rel_told").await;
    let batch = tell(store, &alert, &[mailbox, other], Channel::Email, release_id).await;
    let outcomes = [refused(mailbox, unknown())];
    store.record_outcomes(&batch, &outcomes).await.unwrap();
    let hooks = tell(store, &alert, &[hook], Channel::Webhook, release_id).await;
    let error = format!("{HOOK} is away");
    let due_ms = NOW + 500;
    let outcomes = [refused(hook, Verdict::Retry { due_ms, error })];
    store.record_outcomes(&hooks, &outcomes).await.unwrap();
    Reader {
        mailbox,
        hook,
        release_id,
        batch,
        other,
    }
}

pub(crate) fn mailbox(public_id: &str) -> NewEndpoint<'_> {
    NewEndpoint {
        owner: ADDRESS,
        ..endpoint(public_id, Channel::Email, ADDRESS)
    }
}

/// Somebody asks for a mail to the reader.
pub(crate) async fn ask(store: &Store) -> Option<i64> {
    let ask = NewAsk {
        kind: AlertKind::Confirm,
        address: ADDRESS,
        about: "{\"for\":\"ana.bell\"}",
        limits: AskLimits {
            per_day: 9,
            gap_ms: 0,
        },
        request_id: "req_ask",
        leaves_ms: NOW,
    };
    store.ask_by_mail(&ask, NOW).await.unwrap()
}

pub(crate) async fn tell(
    store: &Store,
    alert: &AlertRow,
    endpoints: &[i64],
    channel: Channel,
    release_id: i64,
) -> BatchRow {
    let planned = plan(endpoints, channel, Some(release_id));
    let batch = store.plan_batch(alert, &planned, NOW).await.unwrap();
    claimed(store, batch.id, NOW).await
}

pub(crate) fn unknown() -> Verdict {
    let error = format!("no mailbox {ADDRESS}");
    Verdict::Dead { error }
}

/// A receiver that repeats the address.
pub(crate) fn refused(endpoint_id: i64, verdict: Verdict) -> Outcome {
    Outcome {
        answer: format!("550 5.1.1 <{ADDRESS}> unknown"),
        ..outcome(endpoint_id, verdict)
    }
}
