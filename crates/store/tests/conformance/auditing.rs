//! What people did, as it is read.

use crate::fixtures::NOW;
use store::{ActRow, NewAct, Store};

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
