//! The key that signs links, made with the store.

use crate::{Result, Store, StoreError};
use release::capability::LinkKey;

impl Store {
    /// The newest key.
    pub async fn link_key(&self) -> Result<LinkKey> {
        let (id, secret): (i64, Vec<u8>) = reading!(self, |conn| {
            sqlx::query_as("select id, secret from keys order by id desc limit 1")
                .fetch_one(conn)
                .await?
        });
        let secret: [u8; 32] = secret
            .try_into()
            .map_err(|_| StoreError::Unreadable("the key is not 32 bytes".into()))?;
        Ok(LinkKey::new(id as u8, &secret))
    }
}
