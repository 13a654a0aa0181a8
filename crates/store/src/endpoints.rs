//! Endpoints: where alerts go.

use crate::{HookEdit, Result, Store};
use release::frequency::DigestTime;
use release::model::{AlertKind, Channel, EndpointState, Extent, Repeats};

/// An endpoint as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct EndpointRow {
    /// Its key.
    pub id: i64,
    /// `ep_…`.
    pub public_id: String,
    /// How it is reached.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// A mail address or a URL.
    pub address: String,
    /// The owner's mail address.
    pub owner: String,
    /// The webhook's signing secret; empty for mail.
    pub secret: String,
    /// Preferred languages, best first, space-separated; empty means any.
    pub languages: String,
    /// How much text its mails carry.
    #[sqlx(try_from = "String")]
    pub extent: Extent,
    /// Time, day and zone of its digests, as [`release::frequency::DigestTime`] prints them.
    pub digest_at: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: EndpointState,
    /// Unix milliseconds.
    pub created_ms: i64,
}

impl EndpointRow {
    /// Whether this is its mail address, whatever the letters' case, or its URL.
    pub fn is_at(&self, address: &str) -> bool {
        match self.channel {
            Channel::Email => self.address.to_lowercase() == address.to_lowercase(),
            Channel::Webhook => self.address == address,
        }
    }

    /// When its digests come.
    pub fn digest_time(&self) -> DigestTime {
        DigestTime::parse(&self.digest_at).unwrap_or_default()
    }
}

/// An endpoint to be stored.
#[derive(Debug, Clone)]
pub struct NewEndpoint<'a> {
    /// `ep_…`.
    pub public_id: &'a str,
    /// How it is reached.
    pub channel: Channel,
    /// A mail address or a URL.
    pub address: &'a str,
    /// The owner's mail address.
    pub owner: &'a str,
    /// The webhook's signing secret; empty for mail.
    pub secret: &'a str,
    /// Best first, space-separated; none leaves them as they are.
    pub languages: Option<&'a str>,
    /// How much text its mails carry; none leaves it as it is, `full` at first.
    pub extent: Option<Extent>,
    /// When its digests come; none leaves it as it is.
    pub digest_at: Option<&'a DigestTime>,
    /// What it is told of stories that are alike; none leaves it as it is, `each` at first.
    pub repeats: Option<Repeats>,
    /// What the owner of a webhook asks for.
    pub hook: HookEdit,
    /// Pending, or active where consent was shown.
    pub state: EndpointState,
}

impl NewEndpoint<'_> {
    /// What tells addresses apart: hardly a mailbox minds letter case, and two endpoints of one reader would be told
    /// twice.
    pub(crate) fn address_key(&self) -> String {
        match self.channel {
            Channel::Email => self.address.to_lowercase(),
            Channel::Webhook => self.address.to_owned(),
        }
    }
}

macro_rules! select_endpoint {
    ($rest:literal) => {
        concat!(
            "select id, public_id, channel, address, owner, secret, languages, extent, digest_at, state, created_ms from endpoints ",
            $rest
        )
    };
}

/// Numbers the subscriptions of an endpoint as changed, in the transaction that changed it: routers read them again.
macro_rules! touch_subscriptions {
    ($conn:ident, $endpoint_id:expr) => {{
        let change = next_ids!($conn, "filter", 1);
        sqlx::query("update subscriptions set change = $1 where endpoint_id = $2")
            .bind(change)
            .bind($endpoint_id)
            .execute(&mut *$conn)
            .await?;
    }};
}

impl Store {
    /// The endpoint with this key.
    pub async fn endpoint(&self, id: i64) -> Result<Option<EndpointRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_endpoint!("where id = $1"))
                .bind(id)
                .fetch_optional(conn)
                .await?
        }))
    }

    /// The endpoint with this public id.
    pub async fn endpoint_by_public_id(&self, public_id: &str) -> Result<Option<EndpointRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_endpoint!("where public_id = $1"))
                .bind(public_id)
                .fetch_optional(conn)
                .await?
        }))
    }

    /// Endpoints that an address looks after: its own, and its webhooks; not those that were erased.
    pub async fn endpoints_of_owner(&self, address: &str) -> Result<Vec<EndpointRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_endpoint!(
                "where owner = $1 and address <> '' order by id"
            ))
            .bind(address.to_lowercase())
            .fetch_all(conn)
            .await?
        }))
    }

    /// Endpoints at an address, whoever owns them: several for a URL, at most one for a mailbox.
    pub async fn endpoints_at(&self, address: &str) -> Result<Vec<EndpointRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_endpoint!(
                "where (channel = 'email' and address_key = $1) or (channel = 'webhook' and address_key = $2) \
                 order by id limit 500"
            ))
            .bind(address.to_lowercase())
            .bind(address)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Makes a pending endpoint active; false if it was not pending.
    pub async fn confirm_endpoint(&self, id: i64) -> Result<bool> {
        let done = writing_in_turn!(self, Readers, |conn| {
            let done = sqlx::query(
                "update endpoints set state = 'active' where id = $1 and state = 'pending'",
            )
            .bind(id)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            touch_subscriptions!(conn, id);
            done
        });
        Ok(done > 0)
    }

    /// Writes an alert that goes to one endpoint only: a confirmation or a challenge. Gives its key.
    pub async fn add_direct_alert(
        &self,
        public_id: &str,
        kind: AlertKind,
        endpoint_id: i64,
        request_id: &str,
        now_ms: i64,
    ) -> Result<i64> {
        Ok(writing_in_turn!(self, Readers, |conn| {
            direct_alert!(conn, public_id, kind, endpoint_id, "", request_id, now_ms)
        }))
    }
}
