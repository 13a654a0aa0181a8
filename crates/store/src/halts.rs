//! What an operator has stopped sending by hand, at once and without loss.
//!
//! A halt is a row. Workers look at the rows before each batch and send nothing that one of them names; the sweep does not
//! publish what is halted, so nothing turns in circles meanwhile. Releases clear and alerts are planned as ever: what is
//! halted stands in open batches, still due, and lifting the halt makes them findable at once. A crash changes nothing.

use crate::acts::NewAct;
use crate::{Result, Store};
use release::model::Channel;

/// What a halt stops.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Halted {
    /// Everything, flash too.
    All,
    /// One way of travelling.
    Channel(Channel),
    /// The news of one issuer, by its slug; its people still get their notices.
    Issuer(String),
}

impl Halted {
    /// `all`, `channel` or `issuer`.
    pub fn kind(&self) -> &'static str {
        match self {
            Halted::All => "all",
            Halted::Channel(_) => "channel",
            Halted::Issuer(_) => "issuer",
        }
    }

    /// The channel's name or the issuer's slug; empty for all.
    pub fn subject(&self) -> &str {
        match self {
            Halted::All => "",
            Halted::Channel(channel) => channel.as_str(),
            Halted::Issuer(slug) => slug,
        }
    }

    fn read(kind: &str, subject: String) -> Option<Halted> {
        match kind {
            "all" => Some(Halted::All),
            "channel" => Channel::parse(&subject).map(Halted::Channel),
            "issuer" => Some(Halted::Issuer(subject)),
            _ => None,
        }
    }
}

impl std::fmt::Display for Halted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Halted::All => f.write_str("all"),
            other => write!(f, "{} {}", other.kind(), other.subject()),
        }
    }
}

/// A halt as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HaltRow {
    /// What it stops.
    pub halted: Halted,
    /// Why, in their words.
    pub note: String,
    /// `tok_…`, `per_…` or `local`.
    pub actor: String,
    /// Since when, Unix milliseconds.
    pub created_ms: i64,
}

#[derive(sqlx::FromRow)]
struct Stored {
    kind: String,
    subject: String,
    note: String,
    actor: String,
    created_ms: i64,
}

/// Of a batch `b`: whether no halt stops it. A digest speaks for several issuers, so its worker judges those.
macro_rules! not_halted {
    () => {
        "not exists (select 1 from halts h left join releases r on r.id = b.release_id where h.kind = 'all' \
         or (h.kind = 'channel' and h.subject = b.channel) \
         or (h.kind = 'issuer' and ' ' || r.issuers || ' ' like '% ' || h.subject || ' %'))"
    };
}

impl Store {
    /// Stops sending; the note and time of the first halt stand. False if it was halted before.
    pub async fn halt(&self, halted: &Halted, note: &str, act: NewAct<'_>) -> Result<bool> {
        Ok(writing!(self, |conn| {
            let new = sqlx::query(
                "insert into halts (kind, subject, note, actor, created_ms) values ($1, $2, $3, $4, $5) \
                 on conflict do nothing",
            )
            .bind(halted.kind())
            .bind(halted.subject())
            .bind(note)
            .bind(act.actor)
            .bind(act.at_ms)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if new > 0 {
                add_act!(conn, act);
            }
            new > 0
        }))
    }

    /// Lifts a halt, and makes what waited findable at once; false if there was none.
    pub async fn resume(&self, halted: &Halted, act: NewAct<'_>) -> Result<bool> {
        Ok(writing!(self, |conn| {
            let lifted = sqlx::query("delete from halts where kind = $1 and subject = $2")
                .bind(halted.kind())
                .bind(halted.subject())
                .execute(&mut *conn)
                .await?
                .rows_affected();
            if lifted > 0 {
                sqlx::query(
                    "update batches set hinted_ms = 0 where state <> 'done' and state = 'open' and lease_until_ms < $1",
                )
                .bind(act.at_ms)
                .execute(&mut *conn)
                .await?;
                add_act!(conn, act);
            }
            lifted > 0
        }))
    }

    /// What is halted now: all first, then channels, then issuers.
    pub async fn halts(&self) -> Result<Vec<HaltRow>> {
        let rows: Vec<Stored> = reading!(self, |conn| {
            sqlx::query_as(
                "select kind, subject, note, actor, created_ms from halts order by kind, subject",
            )
            .fetch_all(conn)
            .await?
        });
        let read = |row: Stored| {
            Some(HaltRow {
                halted: Halted::read(&row.kind, row.subject)?,
                note: row.note,
                actor: row.actor,
                created_ms: row.created_ms,
            })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Gives back a batch of which something is halted: still due, the claim not counted, and not looked at again before
    /// `again_ms` unless the halt is lifted.
    pub async fn give_back_halted(&self, id: i64, worker: &str, again_ms: i64) -> Result<()> {
        writing!(self, |conn| {
            sqlx::query(
                "update batches set lease_until_ms = 0, hinted_ms = $1, claims = claims - 1 \
                 where id = $2 and lease_owner = $3 and state = 'open'",
            )
            .bind(again_ms)
            .bind(id)
            .bind(worker)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }
}
