//! Mail of the wire's own to people who need not be readers: links to sign in, and notices to submitters.
//!
//! A notice is due when the way of a release has come further than its submitter was told. What was told stands in the
//! release's row, and is written with the alert that tells it: each notice is sent once, and none is forgotten.

use crate::{Result, Store};
use release::ids::{Kind, PublicId};
use release::model::AlertKind;

/// A release whose submitter has something to hear.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct NoticeDue {
    /// The release's key.
    pub release_id: i64,
    /// Where the notice goes.
    pub notify: String,
    /// What was told last.
    pub told: String,
    /// What is to be told: a state and its clear time (`scheduled@1800000000000`), or `reported`.
    pub telling: String,
    /// The request that brought the release.
    pub request_id: String,
}

/// The endpoint of an address that need not be a reader's; pending, so that no alert goes there by itself.
macro_rules! address_endpoint {
    ($conn:ident, $address:expr, $link_key:expr, $now_ms:expr) => {{
        let key = $address.to_lowercase();
        let known: Option<i64> = sqlx::query_scalar(
            "select id from endpoints where channel = 'email' and address_key = $1 and owner = $1",
        )
        .bind(&key)
        .fetch_optional(&mut *$conn)
        .await?;
        match known {
            Some(id) => id,
            None => {
                let id = next_ids!($conn, "endpoint", 1);
                let public_id = PublicId::from_random(Kind::Endpoint, rand::random());
                sqlx::query(
                    "insert into endpoints (id, public_id, channel, address, address_key, owner, secret, languages, extent, \
                     state, created_ms) values ($1, $2, 'email', $3, $4, $4, '', '', 'full', 'pending', $5)",
                )
                .bind(id)
                .bind(public_id.as_str())
                .bind($address)
                .bind(&key)
                .bind($now_ms)
                .execute(&mut *$conn)
                .await?;
                hold_on_to_suppression!($conn, &key, $link_key);
                id
            }
        }
    }};
}

impl Store {
    /// Writes an alert that goes to one address, whether or not it is a reader's. Gives its key.
    pub async fn add_alert_to_address(
        &self,
        kind: AlertKind,
        address: &str,
        about: &str,
        request_id: &str,
        now_ms: i64,
    ) -> Result<i64> {
        let public_id = PublicId::from_random(Kind::Alert, rand::random());
        let link_key = self.link_key().await?;
        Ok(writing_in_turn!(self, Readers, |conn| {
            let endpoint_id = address_endpoint!(conn, address, link_key, now_ms);
            direct_alert!(
                conn,
                public_id.as_str(),
                kind,
                endpoint_id,
                about,
                request_id,
                now_ms
            )
        }))
    }

    /// Notices that are due; of a bundle, one for all that stand alike, about the first of them. A cleared release is reported when everybody has been tried, at the latest when it cleared
    /// before `report_before_ms`.
    pub async fn due_notices(&self, report_before_ms: i64, limit: i64) -> Result<Vec<NoticeDue>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select * from (select r.id as release_id, r.notify, r.told, r.request_id, \
                 case when r.state <> 'cleared' or r.told not like 'cleared@%' then r.state || '@' || r.clear_at_ms \
                      when r.cleared_ms < $1 or (exists (select 1 from alerts a where a.story_id = r.story_id \
                           and a.revision = r.revision and a.state = 'routed') \
                           and not exists (select 1 from batches b where b.release_id = r.id and b.state = 'open')) \
                      then 'reported' else r.told end as telling \
                 from releases r where r.notify <> '' and r.told <> 'reported' and r.state <> 'draft' \
                 and not exists (select 1 from releases o where o.bundle = r.bundle and o.id < r.id and o.state = r.state)) as due \
                 where due.told <> due.telling order by due.release_id limit $2",
            )
            .bind(report_before_ms)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Writes the alert of a notice that is due, and that it was told; none if somebody else told it meanwhile.
    pub async fn tell_submitter(&self, due: &NoticeDue, now_ms: i64) -> Result<Option<i64>> {
        let public_id = PublicId::from_random(Kind::Alert, rand::random());
        let about =
            serde_json::json!({ "release": due.release_id, "telling": due.telling }).to_string();
        let link_key = self.link_key().await?;
        Ok(writing_in_turn!(self, Readers, |conn| {
            let told = sqlx::query("update releases set told = $1 where id = $2 and told = $3")
                .bind(&due.telling)
                .bind(due.release_id)
                .bind(&due.told)
                .execute(&mut *conn)
                .await?
                .rows_affected();
            if told == 0 {
                None
            } else {
                let endpoint_id = address_endpoint!(conn, due.notify.as_str(), link_key, now_ms);
                Some(direct_alert!(
                    conn,
                    public_id.as_str(),
                    AlertKind::Notice,
                    endpoint_id,
                    about.as_str(),
                    due.request_id.as_str(),
                    now_ms
                ))
            }
        }))
    }
}
