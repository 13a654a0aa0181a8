//! Keys of the wire that sign calls by ed25519: the newest, and the one before it until it is retired.
//!
//! The first is made when it is first asked for. The table came with version 6 of the schema: on a database of the version before
//! there are none, and nobody can have asked for their signatures.

use crate::acts::NewAct;
use crate::{Result, Store, StoreError};
use release::webhook::SigningKey;

/// A key as stored.
#[derive(Debug)]
pub struct SigningKeyRow {
    /// Its key in the table; ascending.
    pub id: i64,
    /// What signs.
    pub key: SigningKey,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// From when on it signs no more, Unix milliseconds.
    pub retired_ms: Option<i64>,
}

/// The keys that sign at a time.
#[derive(Debug)]
pub struct SigningKeys {
    /// The newest.
    pub newest: SigningKeyRow,
    /// The one before it, while it is not retired.
    pub before: Option<SigningKeyRow>,
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    seed: Vec<u8>,
    created_ms: i64,
    retired_ms: Option<i64>,
}

/// A key of its own for each store, which signs from now on.
macro_rules! add_signing_key {
    ($conn:ident, $now_ms:expr) => {{
        let seed: [u8; 32] = rand::random();
        let id = next_ids!($conn, "signing_key", 1);
        sqlx::query("insert into signing_keys (id, seed, created_ms) values ($1, $2, $3)")
            .bind(id)
            .bind(seed.as_slice())
            .bind($now_ms)
            .execute(&mut *$conn)
            .await?;
    }};
}

impl Store {
    /// The keys that sign at this time, the first made if there is none; none where the schema has no room for them.
    pub async fn signing_keys(&self, now_ms: i64) -> Result<Option<SigningKeys>> {
        if !self.is_current().await? {
            return Ok(None);
        }
        if let Some(keys) = self.live_signing_keys(now_ms).await? {
            return Ok(Some(keys));
        }
        writing_in_turn!(self, Readers, |conn| {
            let made: i64 = sqlx::query_scalar("select count(*) from signing_keys")
                .fetch_one(&mut *conn)
                .await?;
            if made == 0 {
                add_signing_key!(conn, now_ms);
            }
        });
        self.live_signing_keys(now_ms).await
    }

    /// Makes another key, which signs at once, beside the last one until `retire_ms`, Unix milliseconds. What is older than
    /// the last one is gone.
    ///
    /// # Errors
    /// [`crate::StoreError::Schema`] if the schema has no room for keys yet.
    pub async fn rotate_signing_key(&self, retire_ms: i64, act: NewAct<'_>) -> Result<()> {
        self.must_be_current().await?;
        writing_in_turn!(self, Readers, |conn| {
            sqlx::query("delete from signing_keys where retired_ms is not null")
                .execute(&mut *conn)
                .await?;
            sqlx::query("update signing_keys set retired_ms = $1")
                .bind(retire_ms)
                .execute(&mut *conn)
                .await?;
            add_signing_key!(conn, act.at_ms);
            add_act!(conn, act);
        });
        Ok(())
    }

    async fn live_signing_keys(&self, now_ms: i64) -> Result<Option<SigningKeys>> {
        let rows: Vec<Stored> = reading!(self, |conn| {
            sqlx::query_as(
                "select id, seed, created_ms, retired_ms from signing_keys where retired_ms is null or retired_ms > $1 \
                 order by id desc limit 2",
            )
            .bind(now_ms)
            .fetch_all(conn)
            .await?
        });
        let mut rows = rows.into_iter().map(Stored::read);
        let Some(newest) = rows.next().transpose()? else {
            return Ok(None);
        };
        let before = rows.next().transpose()?;
        Ok(Some(SigningKeys { newest, before }))
    }
}

impl Stored {
    fn read(self) -> Result<SigningKeyRow> {
        let unreadable = |_| StoreError::Unreadable("a signing key is not 32 bytes".into());
        let seed: [u8; 32] = self.seed.try_into().map_err(unreadable)?;
        Ok(SigningKeyRow {
            id: self.id,
            key: SigningKey::from_seed(&seed),
            created_ms: self.created_ms,
            retired_ms: self.retired_ms,
        })
    }
}
