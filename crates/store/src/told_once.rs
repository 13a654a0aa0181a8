//! Readers who are told of stories alike once: a row for each endpoint that wishes so, and none for all others.

use crate::{Result, Store};
use release::model::Repeats;
use serde_json::Value;
use std::collections::HashSet;

/// Keeps what an endpoint wishes, in the transaction that changes it; what is none stays as it is.
macro_rules! set_repeats {
    ($conn:ident, $endpoint_id:expr, $repeats:expr) => {
        match $repeats {
            Some(release::model::Repeats::Once) => {
                sqlx::query(
                    "insert into told_once (endpoint_id) values ($1) on conflict do nothing",
                )
                .bind($endpoint_id)
                .execute(&mut *$conn)
                .await?;
            }
            Some(release::model::Repeats::Each) => {
                sqlx::query("delete from told_once where endpoint_id = $1")
                    .bind($endpoint_id)
                    .execute(&mut *$conn)
                    .await?;
            }
            None => {}
        }
    };
}

impl Store {
    /// Those of the endpoints that are told of stories alike once.
    pub async fn told_once(&self, endpoints: &[i64]) -> Result<HashSet<i64>> {
        let endpoints = Value::from(endpoints).to_string();
        let once: Vec<i64> = reading!(self, |conn| {
            sqlx::query_scalar(
                "select endpoint_id from told_once where endpoint_id in (select cast(value as bigint) from json_each($1))",
            )
            .bind(&endpoints)
            .fetch_all(conn)
            .await?
        });
        Ok(once.into_iter().collect())
    }

    /// What an endpoint is told of stories that are alike.
    pub async fn repeats(&self, endpoint_id: i64) -> Result<Repeats> {
        let once = self.told_once(&[endpoint_id]).await?;
        Ok(match once.is_empty() {
            true => Repeats::Each,
            false => Repeats::Once,
        })
    }
}
