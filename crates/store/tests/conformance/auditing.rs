//! What people did, as it is read.

use crate::fixtures::{NOW, done_at};
use store::{ActRow, NewAct, NewPerson, NewToken, Store};

pub(crate) async fn acts_are_read_whole_newest_first_page_by_page(store: Store) {
    for (n, subject) in ["tok_a", "tok_b", "tok_c"].into_iter().enumerate() {
        let act = NewAct {
            at_ms: NOW + n as i64,
            actor: "local",
            act: "token.revoke",
            subject,
            note: "left the company",
            request_id: "req_1",
        };
        store.record_act(act).await.unwrap();
    }

    let first = store.acts(i64::MAX, 2).await.unwrap();
    let second = store.acts(first[1].id, 2).await.unwrap();

    let subjects = |rows: &[ActRow]| {
        rows.iter()
            .map(|row| row.subject.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(subjects(&first), ["tok_c", "tok_b"]);
    assert_eq!(
        second,
        [ActRow {
            id: 1,
            at_ms: NOW,
            actor: "local".into(),
            act: "token.revoke".into(),
            subject: "tok_a".into(),
            note: "left the company".into(),
            request_id: "req_1".into(),
        }]
    );
}

/// In one transaction with it: there is no moment at which somebody may do something and nobody knows who let them.
pub(crate) async fn what_gives_and_takes_rights_is_written_with_it(store: Store) {
    let token = NewToken {
        public_id: "tok_a",
        secret: "s3cret",
        name: "agency",
        scopes: "operator",
        issuers: "",
        email: "",
        owner: None,
    };
    let person = NewPerson {
        public_id: "per_a",
        name: "Ana",
        address: "ana@wire.example",
        rights: "operator",
        issuers: "",
    };
    let again = NewToken {
        public_id: "tok_b",
        ..token
    };
    let count = async || store.acts(i64::MAX, 99).await.unwrap().len();

    store.add_token(&token, done_at(NOW)).await.unwrap();
    store.add_person(&person, done_at(NOW)).await.unwrap();
    assert!(store.add_token(&again, done_at(NOW)).await.is_err());
    assert!(store.add_person(&person, done_at(NOW)).await.is_err());
    assert_eq!(count().await, 2, "what failed left nothing");
    for expected in [true, false] {
        let revoked = store.revoke_token("tok_a", done_at(NOW + 1)).await;
        let removed = store.remove_person("per_a", done_at(NOW + 1)).await;
        let changed = store.change_person(&person, done_at(NOW + 1)).await;
        assert_eq!((revoked.unwrap(), removed.unwrap()), (expected, expected));
        assert!(!changed.unwrap(), "nobody is left to be changed");
    }
    assert_eq!(count().await, 4, "once each");
}
