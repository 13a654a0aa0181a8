//! The version of the schema, one for all engines.

/// What this program writes and reads.
pub(crate) const VERSION: i64 = 6;

/// A write that every version takes, for whoever looks whether one is taken at all.
pub(crate) const PROBE: &str = "update counters set value = value where name = 'item'";

/// The key that signs links, made with the store.
macro_rules! add_key {
    ($conn:expr, $now_ms:expr) => {{
        let secret: [u8; 32] = rand::random();
        sqlx::query("insert into keys (id, secret, created_ms) values (1, $1, $2)")
            .bind(secret.as_slice())
            .bind($now_ms)
            .execute(&mut *$conn)
            .await?;
    }};
}
pub(crate) use add_key;
