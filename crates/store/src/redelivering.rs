//! Deliveries that came to an end, sent again because somebody wants them again.
//!
//! Each becomes a retry that is due now, of the same alert to the same endpoint, so its identity stays, its attempts are counted
//! on, and all that is checked at sending is checked. What was delivered before stays delivered, whatever comes of it
//! ([`crate::Verdict::Redelivered`]): that attempt gets a row beside those that failed, which tells so.

use crate::{DeliveriesAsked, Result, Store};
use release::model::{AlertKind, Channel};

/// Deliveries that are made due again in one transaction.
pub(crate) const AT_ONCE: usize = 200;

/// Makes a delivery in this state due again, counted by its batch as tried later; false if it is in another state by now.
macro_rules! due_again {
    ($conn:ident, $alert_id:expr, $endpoint_id:expr, $state:expr, $now_ms:expr) => {{
        // Before its row forgets it.
        sqlx::query(
            "insert into attempts (alert_id, endpoint_id, attempt, at_ms, duration_ms, status, error, answer) \
             select alert_id, endpoint_id, attempts, done_ms, 0, last_status, '', '' from deliveries \
             where alert_id = $1 and endpoint_id = $2 and state = 'delivered' and $3 = 'delivered' and attempts > 0 \
             on conflict do nothing",
        )
        .bind($alert_id)
        .bind($endpoint_id)
        .bind($state)
        .execute(&mut *$conn)
        .await?;
        let batch_id: Option<i64> = sqlx::query_scalar(
            "update deliveries set state = 'due' where alert_id = $1 and endpoint_id = $2 and state = $3 returning batch_id",
        )
        .bind($alert_id)
        .bind($endpoint_id)
        .bind($state)
        .fetch_optional(&mut *$conn)
        .await?;
        if let Some(batch_id) = batch_id {
            sqlx::query(
                "update batches set retried = retried + 1, dead = dead - case when $1 = 'dead' then 1 else 0 end, \
                 delivered = delivered - case when $1 = 'delivered' then 1 else 0 end, \
                 suppressed = suppressed - case when $1 = 'suppressed' then 1 else 0 end where id = $2",
            )
            .bind($state)
            .bind(batch_id)
            .execute(&mut *$conn)
            .await?;
            sqlx::query("insert into retries (alert_id, endpoint_id, due_ms) values ($1, $2, $3)")
                .bind($alert_id)
                .bind($endpoint_id)
                .bind($now_ms)
                .execute(&mut *$conn)
                .await?;
        }
        batch_id.is_some()
    }};
}

/// What may be sent again: all that came to an end, but for what a newer revision overtook.
const ENDED: [&str; 3] = ["delivered", "dead", "suppressed"];

impl Store {
    /// Sends a webhook's alerts about releases again: those that are asked for and have come to an end, as many as a page
    /// has. Gives how many, and where the next page goes on.
    pub async fn redeliver(
        &self,
        endpoint_id: i64,
        asked: &DeliveriesAsked<'_>,
        now_ms: i64,
    ) -> Result<(u64, Option<String>)> {
        let page = self.deliveries_of_endpoint(endpoint_id, asked).await?;
        let wanted: Vec<(i64, &str)> = page
            .rows
            .iter()
            .filter(|row| row.kind == AlertKind::Story && row.channel == Channel::Webhook)
            .filter(|row| ENDED.contains(&row.state.as_str()))
            .map(|row| (row.alert_id, row.state.as_str()))
            .collect();
        let mut redelivered = 0;
        for chunk in wanted.chunks(AT_ONCE) {
            redelivered += writing!(self, |conn| {
                let mut done = 0;
                for (alert_id, state) in chunk {
                    done += u64::from(due_again!(conn, *alert_id, endpoint_id, *state, now_ms));
                }
                done
            });
        }
        Ok((redelivered, page.next_before))
    }
}
