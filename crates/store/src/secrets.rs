//! Secrets that calls are signed with: another one beside the old, which hold on for a while.
//!
//! Several old ones are kept, for whoever lost the answer to a rotation rotates again, and the receiver still knows the one from
//! before both.

use crate::acts::NewAct;
use crate::{Result, Store};

/// Old secrets of an endpoint that hold at once.
const OLD_SECRETS: usize = 3;

impl Store {
    /// Gives a webhook another secret. Those before it hold until `until_ms`, Unix milliseconds, and no longer than now if that
    /// is not later than the act. False if there is no such webhook, or it was removed.
    ///
    /// # Errors
    /// [`crate::StoreError::Schema`] if there is no room for old secrets yet.
    pub async fn rotate_secret(
        &self,
        endpoint_id: i64,
        secret: &str,
        until_ms: i64,
        act: NewAct<'_>,
    ) -> Result<bool> {
        self.must_be_current().await?;
        Ok(writing_in_turn!(self, Readers, |conn| {
            let known: Option<(String, String)> = sqlx::query_as(
                "select e.secret, case when h.old_secrets_until_ms > $1 then h.old_secrets else '' end from endpoints e \
                 left join hooks h on h.endpoint_id = e.id where e.id = $2 and e.channel = 'webhook' and e.state <> 'deleted'",
            )
            .bind(act.at_ms)
            .bind(endpoint_id)
            .fetch_optional(&mut *conn)
            .await?;
            if let Some((last, before)) = &known {
                sqlx::query("update endpoints set secret = $1 where id = $2")
                    .bind(secret)
                    .bind(endpoint_id)
                    .execute(&mut *conn)
                    .await?;
                sqlx::query("insert into hooks (endpoint_id) values ($1) on conflict do nothing")
                    .bind(endpoint_id)
                    .execute(&mut *conn)
                    .await?;
                let old_secrets = match until_ms > act.at_ms {
                    true => with(last, before),
                    false => String::new(),
                };
                sqlx::query(
                    "update hooks set old_secrets = $1, old_secrets_until_ms = $2, rotated_ms = $3 where endpoint_id = $4",
                )
                .bind(old_secrets)
                .bind(until_ms)
                .bind(act.at_ms)
                .bind(endpoint_id)
                .execute(&mut *conn)
                .await?;
                add_act!(conn, act);
            }
            known.is_some()
        }))
    }
}

/// The youngest secrets, with spaces between them.
fn with(last: &str, before: &str) -> String {
    let all = std::iter::once(last).chain(before.split_whitespace());
    all.take(OLD_SECRETS).collect::<Vec<_>>().join(" ")
}
