//! Webhooks that are told in order: no revision of a story before the one that it follows.

use crate::{Result, Store};

impl Store {
    /// Whether an earlier revision of a story may still leave for an endpoint: its delivery is due, and not in a poisoned batch.
    ///
    /// A revision that has a later one is never sent again, only settled; one that waits for its retry is made due now, so
    /// that it is not waited for.
    pub async fn earlier_is_due(
        &self,
        story_id: i64,
        revision: i64,
        endpoint_id: i64,
        now_ms: i64,
    ) -> Result<bool> {
        let earlier: Vec<(i64, bool)> = reading!(self, |conn| {
            sqlx::query_as(
                "select d.alert_id, exists (select 1 from retries t where t.alert_id = d.alert_id \
                 and t.endpoint_id = d.endpoint_id and t.due_ms > $1) as waits from alerts a \
                 cross join deliveries d cross join batches b where a.story_id = $2 and a.revision < $3 \
                 and d.alert_id = a.id and d.endpoint_id = $4 and d.state = 'due' and b.id = d.batch_id and b.state <> 'poisoned'",
            )
            .bind(now_ms)
            .bind(story_id)
            .bind(revision)
            .bind(endpoint_id)
            .fetch_all(conn)
            .await?
        });
        for (alert_id, _) in earlier.iter().filter(|(_, waits)| *waits) {
            writing!(self, |conn| {
                sqlx::query(
                    "update retries set due_ms = $1 where alert_id = $2 and endpoint_id = $3 and due_ms > $1 and gathered = ''",
                )
                .bind(now_ms)
                .bind(alert_id)
                .bind(endpoint_id)
                .execute(&mut *conn)
                .await?;
            });
        }
        Ok(!earlier.is_empty())
    }
}
