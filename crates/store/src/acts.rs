//! The audit log: what people did to the wire, who, when, on what, from which request.
//!
//! Append only: nothing here is changed or deleted. What people did to a release stands beside it (`release_events`). An act
//! never holds an address, so erasing a reader has nothing to look for here.

use crate::{Result, Store};

/// Something that somebody did.
#[derive(Debug, Clone, Copy)]
pub struct NewAct<'a> {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// `tok_…`, `per_…`, `local`, or `reader`.
    pub actor: &'a str,
    /// What, as `halt` or `token.revoke`.
    pub act: &'a str,
    /// To what: a public id, a slug; never an address.
    pub subject: &'a str,
    /// In their words, or what it was changed to; may be empty.
    pub note: &'a str,
    /// The request behind it.
    pub request_id: &'a str,
}

/// An act as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ActRow {
    /// Its key; ascending.
    pub id: i64,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// `tok_…`, `per_…`, `local`, or `reader`.
    pub actor: String,
    /// What.
    pub act: String,
    /// To what.
    pub subject: String,
    /// In their words, or what it was changed to.
    pub note: String,
    /// The request behind it.
    pub request_id: String,
}

/// Writes an act in the transaction that does it.
macro_rules! add_act {
    ($conn:ident, $act:expr) => {{
        let act: $crate::NewAct<'_> = $act;
        let id = next_ids!($conn, "act", 1);
        sqlx::query(
            "insert into acts (id, at_ms, actor, act, subject, note, request_id) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(act.at_ms)
        .bind(act.actor)
        .bind(act.act)
        .bind(act.subject)
        .bind(act.note)
        .bind(act.request_id)
        .execute(&mut *$conn)
        .await?;
    }};
}

impl Store {
    /// Writes down an act that was done in several transactions, or by no query.
    pub async fn record_act(&self, act: NewAct<'_>) -> Result<()> {
        writing!(self, |conn| {
            add_act!(conn, act);
        });
        Ok(())
    }

    /// Acts, the newest first, older than the one with the key `before_id`.
    pub async fn acts(&self, before_id: i64, limit: i64) -> Result<Vec<ActRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select id, at_ms, actor, act, subject, note, request_id from acts where id < $1 order by id desc limit $2",
            )
            .bind(before_id)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }
}
