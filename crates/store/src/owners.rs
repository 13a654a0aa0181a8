//! Subscribers' tokens: good for what one mail address owns, and for nothing else.
//!
//! The table came with version 6 of the schema: on a database of the version before there are none, and to make one is refused.

use crate::{NewAct, Result, Store, TokenRow};
use std::collections::HashMap;

/// What a subscriber's token may do, as its row says it.
pub const OWN_SCOPE: &str = "own";

/// Takes away the tokens of an owner, in the transaction that erases what is held about them.
macro_rules! forget_tokens {
    ($conn:ident, $owner:expr) => {{
        let tokens: Vec<i64> =
            sqlx::query_scalar("delete from token_owners where owner = $1 returning token_id")
                .bind($owner)
                .fetch_all(&mut *$conn)
                .await?;
        sqlx::query(
            "delete from tokens where id in (select cast(value as bigint) from json_each($1))",
        )
        .bind(serde_json::Value::from(tokens).to_string())
        .execute(&mut *$conn)
        .await?;
    }};
}

impl Store {
    /// The owners of the tokens with these keys, by token; all other tokens are nobody's.
    pub async fn token_owners(
        &self,
        first_token_id: i64,
        last_token_id: i64,
    ) -> Result<HashMap<i64, String>> {
        if !self.is_current().await? {
            return Ok(HashMap::new());
        }
        let rows: Vec<(i64, String)> = reading!(self, |conn| {
            sqlx::query_as(
                "select token_id, owner from token_owners where token_id between $1 and $2",
            )
            .bind(first_token_id)
            .bind(last_token_id)
            .fetch_all(conn)
            .await?
        });
        Ok(rows.into_iter().collect())
    }

    /// The tokens of an owner that are not revoked, oldest first.
    pub async fn tokens_of_owner(&self, owner: &str) -> Result<Vec<TokenRow>> {
        if !self.is_current().await? {
            return Ok(Vec::new());
        }
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select t.id, t.public_id, t.name, t.scopes, t.issuers, t.email, t.created_ms, t.revoked_ms from token_owners o \
                 join tokens t on t.id = o.token_id where o.owner = $1 and t.revoked_ms is null order by t.id",
            )
            .bind(owner.to_lowercase())
            .fetch_all(conn)
            .await?
        }))
    }

    /// Revokes a token of this owner; false if they have none with this public id.
    pub async fn revoke_own_token(
        &self,
        owner: &str,
        public_id: &str,
        act: NewAct<'_>,
    ) -> Result<bool> {
        let own = self.tokens_of_owner(owner).await?;
        match own.iter().any(|token| token.public_id == public_id) {
            true => self.revoke_token(public_id, act).await,
            false => Ok(false),
        }
    }
}
