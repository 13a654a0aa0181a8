//! What owners ask of their webhooks: a row for each that asked for anything, and none for all others.
//!
//! The table came with version 6 of the schema: on a database of the version before everybody has what is usual, and to ask for
//! anything is refused, for it could not be kept.

use crate::{Result, Store};
use release::model::{Include, Signing};
use std::collections::HashMap;

/// What an owner asked of a webhook; the default is what is usual.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Hook {
    /// How its calls are signed.
    #[sqlx(try_from = "String")]
    pub signing: Signing,
    /// The secrets before the newest, the youngest first, with spaces between them.
    pub old_secrets: String,
    /// Until then calls bear the old secrets' signatures, too; Unix milliseconds.
    pub old_secrets_until_ms: i64,
    /// When the secret was last rotated, Unix milliseconds; 0 for never.
    pub rotated_ms: i64,
    /// How much of a release its calls carry.
    #[sqlx(try_from = "String")]
    pub include: Include,
    /// Whether no revision comes before the one that it follows.
    pub ordered: bool,
    /// Calls a minute at most; 0 for the wire's own limit.
    pub per_minute: i64,
    /// While it is paused, alerts up to this key leave all the same; 0 if none does, -1 if there was none.
    pub drain_upto: i64,
}

impl Hook {
    /// The secrets beside the newest that hold at this time, with spaces between them.
    pub fn old_secrets_at(&self, now_ms: i64) -> &str {
        match now_ms < self.old_secrets_until_ms {
            true => &self.old_secrets,
            false => "",
        }
    }
}

/// What an owner asks for now; what is none stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HookEdit {
    /// How its calls are signed.
    pub signing: Option<Signing>,
    /// How much of a release its calls carry.
    pub include: Option<Include>,
    /// Whether no revision comes before the one that it follows.
    pub ordered: Option<bool>,
    /// Calls a minute at most; 0 for the wire's own limit.
    pub per_minute: Option<i64>,
}

impl HookEdit {
    /// Whether anything is asked for.
    pub fn is_empty(&self) -> bool {
        let HookEdit {
            signing,
            include,
            ordered,
            per_minute,
        } = self;
        signing.is_none() && include.is_none() && ordered.is_none() && per_minute.is_none()
    }
}

/// Keeps what an owner asks for, in the transaction that changes it. Whoever asks for anything has made sure that there is room.
macro_rules! set_hook {
    ($conn:ident, $endpoint_id:expr, $edit:expr) => {
        if !$edit.is_empty() {
            sqlx::query("insert into hooks (endpoint_id) values ($1) on conflict do nothing")
                .bind($endpoint_id)
                .execute(&mut *$conn)
                .await?;
            sqlx::query(
                "update hooks set signing = coalesce($1, signing), include = coalesce($2, include), \
                 ordered = coalesce($3, ordered), per_minute = coalesce($4, per_minute) where endpoint_id = $5",
            )
            .bind($edit.signing.map(release::model::Signing::as_str))
            .bind($edit.include.map(release::model::Include::as_str))
            .bind($edit.ordered.map(i64::from))
            .bind($edit.per_minute)
            .bind($endpoint_id)
            .execute(&mut *$conn)
            .await?;
        }
    };
}

/// A row with its endpoint.
#[derive(sqlx::FromRow)]
struct HookRow {
    endpoint_id: i64,
    #[sqlx(flatten)]
    hook: Hook,
}

impl Store {
    /// What the owners of these endpoints asked for, by endpoint; what is not there is usual.
    pub async fn hooks(
        &self,
        first_endpoint_id: i64,
        last_endpoint_id: i64,
    ) -> Result<HashMap<i64, Hook>> {
        if !self.is_current().await? {
            return Ok(HashMap::new());
        }
        let rows: Vec<HookRow> = reading!(self, |conn| {
            sqlx::query_as(
                "select endpoint_id, signing, old_secrets, old_secrets_until_ms, rotated_ms, include, (ordered = 1) as ordered, \
                 per_minute, drain_upto from hooks where endpoint_id between $1 and $2",
            )
            .bind(first_endpoint_id)
            .bind(last_endpoint_id)
            .fetch_all(conn)
            .await?
        });
        let by_endpoint = |row: HookRow| (row.endpoint_id, row.hook);
        Ok(rows.into_iter().map(by_endpoint).collect())
    }

    /// What the owner of an endpoint asked for.
    pub async fn hook(&self, endpoint_id: i64) -> Result<Hook> {
        let mut found = self.hooks(endpoint_id, endpoint_id).await?;
        Ok(found.remove(&endpoint_id).unwrap_or_default())
    }

    /// Keeps what an owner asks for.
    ///
    /// # Errors
    /// [`crate::StoreError::Schema`] if there is no room for it yet.
    pub async fn edit_hook(&self, endpoint_id: i64, edit: &HookEdit) -> Result<()> {
        if edit.is_empty() {
            return Ok(());
        }
        self.must_be_current().await?;
        writing_in_turn!(self, Readers, |conn| {
            set_hook!(conn, endpoint_id, edit);
        });
        Ok(())
    }
}
