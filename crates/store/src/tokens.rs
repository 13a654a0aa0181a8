//! API tokens: stored as SHA-256 digests, never in clear (they are 256 random bits, so a slow hash would add nothing).

use crate::{NewAct, Result, Store};
use sha2::{Digest, Sha256};

/// A token as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TokenRow {
    /// Its key.
    pub id: i64,
    /// `tok_…`.
    pub public_id: String,
    /// What its owner calls it.
    pub name: String,
    /// Space-separated.
    pub scopes: String,
    /// Slugs of the issuers it may speak for, space-separated; empty means all.
    pub issuers: String,
    /// Where notices about its releases go; empty for nowhere.
    pub email: String,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// Unix milliseconds, once revoked.
    pub revoked_ms: Option<i64>,
}

/// A token to be stored.
#[derive(Debug, Clone)]
pub struct NewToken<'a> {
    /// `tok_…`.
    pub public_id: &'a str,
    /// The secret as its owner gets it; only its digest is stored.
    pub secret: &'a str,
    /// What its owner calls it.
    pub name: &'a str,
    /// Space-separated.
    pub scopes: &'a str,
    /// Slugs, space-separated; empty means all.
    pub issuers: &'a str,
    /// Where notices about its releases go; empty for nowhere.
    pub email: &'a str,
    /// The mail address whose endpoints and subscriptions it is good for, and nothing else; none for all other tokens.
    pub owner: Option<&'a str>,
}

impl Store {
    /// Stores a token's digest, with the act of making it.
    ///
    /// # Errors
    /// [`crate::StoreError::Schema`] if it has an owner, and there is no room for owners yet.
    pub async fn add_token(&self, new: &NewToken<'_>, act: NewAct<'_>) -> Result<()> {
        if new.owner.is_some() {
            self.must_be_current().await?;
        }
        writing!(self, |conn| {
            let id = next_ids!(conn, "token", 1);
            sqlx::query(
                "insert into tokens (id, public_id, digest, name, scopes, issuers, email, created_ms) \
                 values ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(id)
            .bind(new.public_id)
            .bind(digest(new.secret))
            .bind(new.name)
            .bind(new.scopes)
            .bind(new.issuers)
            .bind(new.email)
            .bind(act.at_ms)
            .execute(&mut *conn)
            .await?;
            if let Some(owner) = new.owner {
                sqlx::query("insert into token_owners (token_id, owner) values ($1, $2)")
                    .bind(id)
                    .bind(owner.to_lowercase())
                    .execute(&mut *conn)
                    .await?;
            }
            add_act!(conn, act);
        });
        Ok(())
    }

    /// The token with this secret, unless revoked.
    pub async fn token(&self, secret: &str) -> Result<Option<TokenRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select id, public_id, name, scopes, issuers, email, created_ms, revoked_ms from tokens \
                 where digest = $1 and revoked_ms is null",
            )
            .bind(digest(secret))
            .fetch_optional(conn)
            .await?
        }))
    }

    /// Tokens, oldest first and revoked ones too, after the one with this public id; an empty one begins.
    pub async fn tokens(&self, after: &str, limit: i64) -> Result<Vec<TokenRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select id, public_id, name, scopes, issuers, email, created_ms, revoked_ms from tokens \
                 where $1 = '' or id > (select b.id from tokens b where b.public_id = $1) order by id limit $2",
            )
            .bind(after)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Whether there is or was a token with this public id.
    pub async fn knows_token(&self, public_id: &str) -> Result<bool> {
        let found: Option<i64> = reading!(self, |conn| {
            sqlx::query_scalar("select id from tokens where public_id = $1")
                .bind(public_id)
                .fetch_optional(conn)
                .await?
        });
        Ok(found.is_some())
    }

    /// Revokes a token; false if there is none with this public id, or it was revoked before.
    pub async fn revoke_token(&self, public_id: &str, act: NewAct<'_>) -> Result<bool> {
        Ok(writing!(self, |conn| {
            let done = sqlx::query(
                "update tokens set revoked_ms = $1 where public_id = $2 and revoked_ms is null",
            )
            .bind(act.at_ms)
            .bind(public_id)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if done > 0 {
                add_act!(conn, act);
            }
            done > 0
        }))
    }
}

fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
