//! What a store consists of, for those who carry it elsewhere: its tables and their columns.

use crate::Result;
use crate::transfer::Transfer;

/// Every table but the schema's own version, each after those that it refers to. A test holds it against both schemas.
const TABLES: &[&str] = &[
    "counters",
    "keys",
    "issuers",
    "tokens",
    "people",
    "sign_ins",
    "sessions",
    "stories",
    "releases",
    "release_events",
    "release_texts",
    "idempotency",
    "items",
    "item_marks",
    "questions",
    "endpoints",
    "subscriptions",
    "suppressions",
    "alerts",
    "batches",
    "deliveries",
    "retries",
    "digest_members",
    "attempts",
    "workers",
    "halts",
    "acts",
    "blasts",
    "alike_bands",
    "alike",
    "told_once",
    "hooks",
    "health",
    "signing_keys",
    "token_owners",
    "bounces",
];

/// What a new store has rows in: they give way to those of the store that is carried into it.
pub(crate) const FILLED_AT_BIRTH: &[&str] = &["counters", "keys", "workers"];

/// The names of a store's tables, each after those that it refers to.
pub fn tables() -> impl Iterator<Item = &'static str> {
    TABLES.iter().copied()
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A bigint.
    Number,
    /// A text.
    Text,
    /// Bytes; hexadecimal digits while they are carried.
    Bytes,
}

impl Kind {
    /// From the engine's name of a type.
    fn of_type(name: &str) -> Kind {
        match name {
            "bigint" => Kind::Number,
            "blob" | "bytea" => Kind::Bytes,
            _ => Kind::Text,
        }
    }
}

/// A column as the engine has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// The columns of a table, in the order of their names: engines that grew differently have them in different places.
pub(crate) async fn columns(transfer: &mut Transfer, table: &str) -> Result<Vec<Column>> {
    let found: Vec<(String, String)> = match transfer {
        Transfer::Sqlite(transaction) => {
            sqlx::query_as("select name, lower(type) from pragma_table_info($1) order by name")
                .bind(table)
                .fetch_all(&mut **transaction)
                .await?
        }
        Transfer::Postgres(transaction) => {
            sqlx::query_as(
                "select cast(column_name as text) collate \"C\", cast(data_type as text) from information_schema.columns \
                 where table_schema = current_schema() and table_name = $1 order by 1",
            )
            .bind(table)
            .fetch_all(&mut **transaction)
            .await?
        }
    };
    let column = |(name, of_type): (String, String)| Column {
        name,
        kind: Kind::of_type(&of_type),
    };
    Ok(found.into_iter().map(column).collect())
}
