//! Who may submit, for whom, and who works: tokens, issuers, the link key, workers.

use crate::fixtures::{NOW, done_at};
use release::capability::Capability;
use store::{NewIssuer, NewToken, Store, StoreError, WorkerRow};

const TEN_MINUTES: i64 = 600_000;

fn token<'a>(public_id: &'a str, secret: &'a str) -> NewToken<'a> {
    NewToken {
        public_id,
        secret,
        name: "desk",
        scopes: "submit approve",
        issuers: "acme globex",
        email: "desk@acme.example",
        owner: None,
    }
}

fn issuer<'a>(public_id: &'a str, slug: &'a str) -> NewIssuer<'a> {
    NewIssuer {
        public_id,
        slug,
        name: "Acme Corp.",
        site: None,
        boilerplate: Some("Acme makes anvils."),
        review: "first-release",
        approval: "none",
    }
}

fn worker(id: &str, role: &str, doing: &str) -> WorkerRow {
    WorkerRow {
        id: id.into(),
        role: role.into(),
        doing: doing.into(),
        started_ms: NOW,
        beat_ms: 0,
    }
}

pub(crate) async fn token_is_found_by_its_secret_until_revoked(store: Store) {
    store
        .add_token(&token("tok_a", "s3cret"), done_at(NOW))
        .await
        .unwrap();

    let row = store.token("s3cret").await.unwrap().unwrap();
    assert_eq!((&*row.public_id, &*row.name), ("tok_a", "desk"));
    assert_eq!(
        (&*row.scopes, &*row.issuers),
        ("submit approve", "acme globex")
    );
    assert_eq!((row.created_ms, row.revoked_ms), (NOW, None));
    assert_eq!(row.email, "desk@acme.example");
    assert!(store.token("S3cret").await.unwrap().is_none());
    assert!(store.token("").await.unwrap().is_none());

    assert!(store.revoke_token("tok_a", done_at(NOW + 5)).await.unwrap());
    assert!(!store.revoke_token("tok_a", done_at(NOW + 6)).await.unwrap());
    assert!(!store.revoke_token("tok_x", done_at(NOW)).await.unwrap());
    assert!(store.token("s3cret").await.unwrap().is_none());
}

pub(crate) async fn tokens_are_listed_oldest_first_revoked_too(store: Store) {
    store
        .add_token(&token("tok_b", "one"), done_at(NOW))
        .await
        .unwrap();
    store
        .add_token(&token("tok_a", "two"), done_at(NOW))
        .await
        .unwrap();
    store.revoke_token("tok_b", done_at(NOW + 5)).await.unwrap();

    let tokens = store.tokens("", 10).await.unwrap();

    let listed: Vec<_> = tokens
        .iter()
        .map(|t| (&*t.public_id, t.revoked_ms))
        .collect();
    assert_eq!(listed, [("tok_b", Some(NOW + 5)), ("tok_a", None)]);
    let page = async |after: &str| store.tokens(after, 1).await.unwrap();
    assert_eq!(page("").await[0].public_id, "tok_b");
    assert_eq!(page("tok_b").await[0].public_id, "tok_a");
    assert!(page("tok_a").await.is_empty());
    assert!(store.knows_token("tok_b").await.unwrap());
    assert!(!store.knows_token("tok_x").await.unwrap());
}

pub(crate) async fn secret_belongs_to_one_token(store: Store) {
    store
        .add_token(&token("tok_a", "s3cret"), done_at(NOW))
        .await
        .unwrap();

    let again = store
        .add_token(&token("tok_b", "s3cret"), done_at(NOW))
        .await;

    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    assert_eq!(store.tokens("", 10).await.unwrap().len(), 1);
}

pub(crate) async fn slug_belongs_to_one_issuer(store: Store) {
    store
        .add_issuer(&issuer("iss_a", "acme"), NOW)
        .await
        .unwrap();

    let again = store.add_issuer(&issuer("iss_b", "acme"), NOW).await;

    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let row = store.issuer("acme").await.unwrap().unwrap();
    assert_eq!((&*row.public_id, &*row.name), ("iss_a", "Acme Corp."));
    assert_eq!(row.boilerplate.as_deref(), Some("Acme makes anvils."));
    assert_eq!((row.site, row.created_ms), (None, NOW));
    assert_eq!((&*row.review, &*row.approval), ("first-release", "none"));
    assert_eq!(row.first_cleared_ms, None);
    assert!(store.issuer("Acme").await.unwrap().is_none());
}

pub(crate) async fn issuer_is_changed_by_its_slug(store: Store) {
    store
        .add_issuer(&issuer("iss_a", "acme"), NOW)
        .await
        .unwrap();
    let new = NewIssuer {
        name: "Acme plc",
        site: Some("https://acme.example"),
        boilerplate: None,
        review: "always",
        approval: "required",
        ..issuer("iss_b", "acme")
    };

    assert!(store.change_issuer(&new).await.unwrap());

    let row = store.issuer("acme").await.unwrap().unwrap();
    assert_eq!((&*row.public_id, &*row.name), ("iss_a", "Acme plc"));
    assert_eq!(row.site.as_deref(), Some("https://acme.example"));
    assert_eq!((&*row.review, &*row.approval), ("always", "required"));
    assert_eq!(row.boilerplate, None);
    let nobody = NewIssuer {
        slug: "globex",
        ..new
    };
    assert!(!store.change_issuer(&nobody).await.unwrap());
}

pub(crate) async fn issuers_are_listed_by_slug(store: Store) {
    for (id, slug) in [("iss_a", "zeta"), ("iss_b", "acme"), ("iss_c", "Beta")] {
        store.add_issuer(&issuer(id, slug), NOW).await.unwrap();
    }

    let issuers = store.issuers().await.unwrap();

    // By bytes, on every engine: capitals first.
    let slugs: Vec<_> = issuers.iter().map(|row| &*row.slug).collect();
    assert_eq!(slugs, ["Beta", "acme", "zeta"]);
    let page = store.issuers_after("Beta", 1).await.unwrap();
    assert_eq!((page.len(), &*page[0].slug), (1, "acme"));
    assert!(store.issuers_after("zeta", 9).await.unwrap().is_empty());
}

pub(crate) async fn link_key_stays_the_same(store: Store) {
    let capability = Capability::Confirm {
        endpoint_id: 7,
        upto: 9,
    };
    let signed = store.link_key().await.unwrap().sign(&capability);

    let key = store.link_key().await.unwrap();

    assert_eq!(key.verify(&signed).unwrap(), capability);
}

pub(crate) async fn workers_are_listed_while_they_beat(store: Store) {
    let both = [
        worker("w2", "router", "routes"),
        worker("w1", "email", "starts"),
    ];
    store.beat(&both, NOW).await.unwrap();
    store
        .beat(&[worker("w1", "email", "sends")], NOW + 9)
        .await
        .unwrap();

    let workers = store.workers().await.unwrap();
    let row = |w: &WorkerRow| {
        (
            w.id.clone(),
            w.role.clone(),
            w.doing.clone(),
            w.started_ms,
            w.beat_ms,
        )
    };
    let expect =
        |id: &str, role: &str, doing: &str, beat| (id.into(), role.into(), doing.into(), NOW, beat);
    assert_eq!(
        workers.iter().map(row).collect::<Vec<_>>(),
        [
            expect("w1", "email", "sends", NOW + 9),
            expect("w2", "router", "routes", NOW),
        ]
    );

    // Silent for ten minutes: w2 is forgotten when anybody beats.
    store.beat(&[], NOW + TEN_MINUTES + 1).await.unwrap();
    let left = store.workers().await.unwrap();
    assert_eq!(left.iter().map(|w| &*w.id).collect::<Vec<_>>(), ["w1"]);
    store
        .forget_workers(&["w1".into(), "w9".into()])
        .await
        .unwrap();
    assert!(store.workers().await.unwrap().is_empty());
}
