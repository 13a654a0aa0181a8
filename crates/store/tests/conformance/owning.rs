//! Subscribers' tokens: each good for what one owner owns.

use crate::fixtures::{NOW, done_at};
use crate::known_reader::{ADDRESS, reader};
use store::{NewToken, OWN_SCOPE, Store};

pub(crate) fn own_token<'a>(public_id: &'a str, secret: &'a str, owner: &'a str) -> NewToken<'a> {
    NewToken {
        public_id,
        secret,
        name: "a program",
        scopes: OWN_SCOPE,
        issuers: "",
        email: "",
        owner: Some(owner),
    }
}

async fn add(store: &Store, token: &NewToken<'_>) {
    store.add_token(token, done_at(NOW)).await.unwrap();
}

async fn owned(store: &Store, owner: &str) -> Vec<String> {
    let tokens = store.tokens_of_owner(owner).await.unwrap();
    tokens.into_iter().map(|token| token.public_id).collect()
}

pub(crate) async fn subscribers_token_is_its_owners(store: Store) {
    let nobodys = NewToken {
        owner: None,
        ..own_token("tok_n", "none", "")
    };
    add(&store, &own_token("tok_a", "one", "Ana@reader.example")).await;
    add(&store, &nobodys).await;
    add(&store, &own_token("tok_b", "two", "bo@reader.example")).await;
    add(&store, &own_token("tok_c", "three", "ana@reader.example")).await;

    let revoke = async |owner: &str| {
        let revoked = store.revoke_own_token(owner, "tok_a", done_at(NOW));
        revoked.await.unwrap()
    };
    let id = async |secret: &str| store.token(secret).await.unwrap().unwrap().id;
    let (first, last) = (id("one").await, id("three").await);
    let mut owners: Vec<_> = store
        .token_owners(first, last)
        .await
        .unwrap()
        .into_iter()
        .collect();

    owners.sort();
    let ana = "ana@reader.example".to_owned();
    let (other, third) = ("bo@reader.example".to_owned(), ana.clone());
    assert_eq!(owners, [(first, ana), (first + 2, other), (last, third)]);
    assert_eq!(
        owned(&store, "ANA@reader.example").await,
        ["tok_a", "tok_c"]
    );
    assert!(!revoke("bo@reader.example").await);
    assert!(revoke("ana@reader.example").await);
    assert_eq!(owned(&store, "ana@reader.example").await, ["tok_c"]);
    assert!(store.token("one").await.unwrap().is_none());
    assert!(store.token("none").await.unwrap().is_some());
}

/// Whoever erased themselves is let in by nothing that they gave away.
pub(crate) async fn erasing_an_endpoint_takes_its_owners_tokens(store: Store) {
    let reader = reader(&store).await;
    add(&store, &own_token("tok_o", "other", "other@reader.example")).await;
    assert_eq!(owned(&store, ADDRESS).await, ["tok_ana"]);
    let held = store.held(reader.hook).await.unwrap().unwrap();

    store.erase_endpoint(reader.hook).await.unwrap();

    assert_eq!(held["tokens"][0]["name"], "Ana.Bell's program");
    assert!(store.token("ana.bell's").await.unwrap().is_none());
    assert!(!store.knows_token("tok_ana").await.unwrap());
    assert!(owned(&store, ADDRESS).await.is_empty());
    assert_eq!(owned(&store, "other@reader.example").await, ["tok_o"]);
}
