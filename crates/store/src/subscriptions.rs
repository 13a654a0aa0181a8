//! Subscriptions: filters pointing at endpoints. Each change is numbered by a counter row that is locked until commit,
//! so that a router that has seen change N has seen all before it.

use crate::erased::ERASED_FILTER;
use crate::{Idempotency, NewEndpoint, Result, Store};
use release::frequency::Frequency;
use release::model::{Channel, EndpointState, Extent, SubscriptionState};

/// A subscription as shown to its owner.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SubscriptionRow {
    /// Its key.
    pub id: i64,
    /// `sub_…`.
    pub public_id: String,
    /// The endpoint's key.
    pub endpoint_id: i64,
    /// `ep_…`.
    pub endpoint_public_id: String,
    /// How it is reached.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// A mail address or a URL.
    pub address: String,
    /// The endpoint's owner's mail address.
    pub owner: String,
    /// Best first, space-separated.
    pub languages: String,
    /// Where the endpoint stands.
    #[sqlx(try_from = "String")]
    pub endpoint_state: EndpointState,
    /// In the reader's words; told in each alert.
    pub name: String,
    /// The filter's text.
    pub filter: String,
    /// The grammar it is written in.
    pub grammar: i64,
    /// How often it tells its reader.
    #[sqlx(try_from = "String")]
    pub frequency: Frequency,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: SubscriptionState,
    /// Unix milliseconds.
    pub created_ms: i64,
}

/// A subscription to be stored.
#[derive(Debug, Clone)]
pub struct NewSubscription<'a> {
    /// `sub_…`.
    pub public_id: &'a str,
    /// In the reader's words.
    pub name: &'a str,
    /// The filter's text.
    pub filter: &'a str,
    /// The grammar it is written in.
    pub grammar: i64,
    /// How often it tells its reader; always at once where it points at a webhook.
    pub frequency: Frequency,
    /// How it is known that the reader wants this.
    pub consent: &'a str,
    /// Active, or pending where anybody may have asked for it.
    pub state: SubscriptionState,
    /// Where the alerts go; an endpoint of the same channel, address and owner is used again.
    pub endpoint: NewEndpoint<'a>,
}

/// What became of a new subscription, and where it points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribed {
    /// `sub_…`: its own, or that of the same one that is live already.
    pub public_id: String,
    /// Where the subscription stands.
    pub subscription_state: SubscriptionState,
    /// Whether the endpoint had the same filter already: nothing was added then.
    pub known: bool,
    /// The endpoint's key.
    pub endpoint_id: i64,
    /// Where the endpoint stands: pending ones have to be asked.
    pub state: EndpointState,
    /// Whether the endpoint was made now, with the secret given.
    pub new: bool,
}

/// What became of subscriptions that came with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddedOnce {
    /// Stored now.
    New(Vec<Subscribed>),
    /// Stored before by the same request: their public ids.
    Repeated(Vec<String>),
    /// The key was used before for another request, which made this.
    KeyReused(String),
}

/// What a router needs of a subscription.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FilterRow {
    /// Its key.
    pub id: i64,
    /// The endpoint's key.
    pub endpoint_id: i64,
    /// How the endpoint is reached.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// The endpoint's languages, best first, space-separated.
    pub languages: String,
    /// Time, day and zone of the endpoint's digests.
    pub digest_at: String,
    /// The filter's text.
    pub filter: String,
    /// The grammar it is written in.
    pub grammar: i64,
    /// How often it tells its reader.
    #[sqlx(try_from = "String")]
    pub frequency: Frequency,
    /// Whether it matches at all now.
    pub live: bool,
    /// The number of its last change.
    pub change: i64,
}

impl FilterRow {
    /// Whether its words were erased: nobody may go on knowing them.
    pub fn is_erased(&self) -> bool {
        !self.live && self.filter == ERASED_FILTER
    }
}

/// Sums over the filters that match now, and the number of the newest change of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct FilterSums {
    /// How many match.
    pub live: i64,
    /// Of their keys.
    pub ids: i64,
    /// Of the numbers of their last changes.
    pub changes: i64,
    /// The newest change of a subscription, whether it matches or not.
    pub newest_change: i64,
}

macro_rules! select_subscription {
    ($rest:literal) => {
        concat!(
            "select s.id, s.public_id, s.endpoint_id, e.public_id as endpoint_public_id, e.channel, e.address, \
             e.owner, e.languages, e.state as endpoint_state, s.name, s.filter, s.grammar, s.frequency, s.state, s.created_ms \
             from subscriptions s join endpoints e on e.id = s.endpoint_id ",
            $rest
        )
    };
}

/// The endpoint of a new subscription, made where there is none: its key, where it stands, whether it was made now.
macro_rules! endpoint_of {
    ($conn:ident, $subscription:expr, $change:expr, $key:expr, $current:expr, $now_ms:expr) => {{
        let endpoint = &$subscription.endpoint;
        let (repeats, hook) = (endpoint.repeats, endpoint.hook);
        let (address_key, owner) = (endpoint.address_key(), endpoint.owner.to_lowercase());
        let existing: Option<(i64, String)> = sqlx::query_as(
            "select id, state from endpoints where channel = $1 and address_key = $2 and owner = $3",
        )
        .bind(endpoint.channel.as_str())
        .bind(&address_key)
        .bind(&owner)
        .fetch_optional(&mut *$conn)
        .await?;
        match existing {
            Some((id, state)) => {
                let old = EndpointState::parse(&state).unwrap_or(EndpointState::Pending);
                // Shown consent activates; an endpoint removed or disabled before starts over.
                let state = match (old, endpoint.state) {
                    (_, EndpointState::Active) => EndpointState::Active,
                    (EndpointState::Deleted | EndpointState::Disabled, fresh) => fresh,
                    (old, _) => old,
                };
                // A stranger must not change what the reader has chosen.
                let trusted = $subscription.state != SubscriptionState::Pending
                    || old == EndpointState::Pending;
                if trusted {
                    sqlx::query(
                        "update endpoints set languages = coalesce($1, languages), extent = coalesce($2, extent), \
                         digest_at = coalesce($3, digest_at) where id = $4",
                    )
                    .bind(endpoint.languages)
                    .bind(endpoint.extent.map(|extent| extent.as_str()))
                    .bind(endpoint.digest_at.map(ToString::to_string))
                    .bind(id)
                    .execute(&mut *$conn)
                    .await?;
                    set_repeats!($conn, id, repeats);
                    set_hook!($conn, id, hook);
                }
                if state != old && old == EndpointState::Disabled && $current {
                    sqlx::query("delete from health where endpoint_id = $1")
                        .bind(id)
                        .execute(&mut *$conn)
                        .await?;
                }
                if state != old {
                    sqlx::query("update endpoints set state = $1 where id = $2")
                        .bind(state.as_str())
                        .bind(id)
                        .execute(&mut *$conn)
                        .await?;
                }
                if state != old || (trusted && (endpoint.languages.is_some() || endpoint.digest_at.is_some())) {
                    // What it had before comes alive with it, or is read in other languages: routers must hear of that.
                    sqlx::query("update subscriptions set change = $1 where endpoint_id = $2")
                        .bind($change)
                        .bind(id)
                        .execute(&mut *$conn)
                        .await?;
                }
                (id, state, false)
            }
            None => {
                let id = next_ids!($conn, "endpoint", 1);
                sqlx::query(
                    "insert into endpoints (id, public_id, channel, address, address_key, owner, secret, languages, extent, \
                     digest_at, state, created_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                )
                .bind(id)
                .bind(endpoint.public_id)
                .bind(endpoint.channel.as_str())
                .bind(endpoint.address)
                .bind(&address_key)
                .bind(&owner)
                .bind(endpoint.secret)
                .bind(endpoint.languages.unwrap_or_default())
                .bind(endpoint.extent.unwrap_or(Extent::Full).as_str())
                .bind(endpoint.digest_at.cloned().unwrap_or_default().to_string())
                .bind(endpoint.state.as_str())
                .bind($now_ms)
                .execute(&mut *$conn)
                .await?;
                set_repeats!($conn, id, repeats);
                set_hook!($conn, id, hook);
                hold_on_to_suppression!($conn, &address_key, $key);
                (id, endpoint.state, true)
            }
        }
    }};
}

/// A new subscription, unless the endpoint has the same filter: its public id, where it stands, whether it was known.
macro_rules! subscription_of {
    ($conn:ident, $subscription:expr, $endpoint_id:expr, $change:expr, $now_ms:expr) => {{
        let same: Option<(String, String)> = sqlx::query_as(
            "select public_id, state from subscriptions where endpoint_id = $1 and filter = $2 and state <> 'deleted' \
             order by id limit 1",
        )
        .bind($endpoint_id)
        .bind($subscription.filter)
        .fetch_optional(&mut *$conn)
        .await?;
        match same {
            Some((public_id, state)) => {
                let mut state =
                    SubscriptionState::parse(&state).unwrap_or(SubscriptionState::Pending);
                // Vouched for what a stranger may have asked for before.
                if state == SubscriptionState::Pending && $subscription.state != state {
                    state = $subscription.state;
                    sqlx::query(
                        "update subscriptions set state = $1, consent = $2, change = $3 where public_id = $4",
                    )
                    .bind(state.as_str())
                    .bind($subscription.consent)
                    .bind($change)
                    .bind(&public_id)
                    .execute(&mut *$conn)
                    .await?;
                }
                (public_id, state, true)
            }
            None => {
                let id = next_ids!($conn, "subscription", 1);
                sqlx::query(
                    "insert into subscriptions (id, public_id, endpoint_id, name, filter, grammar, frequency, state, consent, \
                     change, created_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                )
                .bind(id)
                .bind($subscription.public_id)
                .bind($endpoint_id)
                .bind($subscription.name)
                .bind($subscription.filter)
                .bind($subscription.grammar)
                .bind($subscription.frequency.as_str())
                .bind($subscription.state.as_str())
                .bind($subscription.consent)
                .bind($change)
                .bind($now_ms)
                .execute(&mut *$conn)
                .await?;
                ($subscription.public_id.to_owned(), $subscription.state, false)
            }
        }
    }};
}

impl Store {
    /// Stores subscriptions, all or none, each with its endpoint. A filter that the endpoint has already is not added.
    ///
    /// # Errors
    /// [`crate::StoreError::Schema`] if the owner of a webhook asks for what there is no room for yet.
    pub async fn add_subscriptions(
        &self,
        new: &[NewSubscription<'_>],
        now_ms: i64,
    ) -> Result<Vec<Subscribed>> {
        self.add_all(new, None, now_ms).await
    }

    /// As [`Store::add_subscriptions`], under an idempotency key: the same request again adds nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] if the same request was a moment faster: asking again finds what it made.
    pub async fn add_subscriptions_once(
        &self,
        new: &[NewSubscription<'_>],
        actor: &str,
        idempotency: Idempotency<'_>,
        now_ms: i64,
    ) -> Result<AddedOnce> {
        let before: Option<(String, String)> = reading!(self, |conn| {
            sqlx::query_as(
                "select body_hash, made from idempotency where actor = $1 and idempotency_key = $2",
            )
            .bind(actor)
            .bind(idempotency.key)
            .fetch_optional(conn)
            .await?
        });
        if let Some((body_hash, made)) = before {
            return Ok(match body_hash == idempotency.body_hash {
                true => AddedOnce::Repeated(made.split(' ').map(str::to_owned).collect()),
                false => AddedOnce::KeyReused(made),
            });
        }
        let added = self
            .add_all(new, Some((actor, idempotency)), now_ms)
            .await?;
        Ok(AddedOnce::New(added))
    }

    async fn add_all(
        &self,
        new: &[NewSubscription<'_>],
        once: Option<(&str, Idempotency<'_>)>,
        now_ms: i64,
    ) -> Result<Vec<Subscribed>> {
        if new.iter().any(|new| !new.endpoint.hook.is_empty()) {
            self.must_be_current().await?;
        }
        let key = self.link_key().await?;
        let current = self.is_current().await?;
        Ok(writing_in_turn!(self, Readers, |conn| {
            let mut added: Vec<Subscribed> = Vec::with_capacity(new.len());
            let change = next_ids!(conn, "filter", 1);
            for subscription in new {
                let (endpoint_id, state, new) =
                    endpoint_of!(conn, subscription, change, key, current, now_ms);
                let (public_id, subscription_state, known) =
                    subscription_of!(conn, subscription, endpoint_id, change, now_ms);
                added.push(Subscribed {
                    public_id,
                    subscription_state,
                    known,
                    endpoint_id,
                    state,
                    new,
                });
            }
            if let Some((actor, Idempotency { key, body_hash })) = once {
                let made: Vec<&str> = added.iter().map(|one| one.public_id.as_str()).collect();
                sqlx::query(
                    "insert into idempotency (actor, idempotency_key, body_hash, made, created_ms) values ($1, $2, $3, $4, $5)",
                )
                .bind(actor)
                .bind(key)
                .bind(body_hash)
                .bind(made.join(" "))
                .bind(now_ms)
                .execute(&mut *conn)
                .await?;
            }
            added
        }))
    }

    /// The subscription with this public id, unless deleted.
    pub async fn subscription(&self, public_id: &str) -> Result<Option<SubscriptionRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_subscription!(
                "where s.public_id = $1 and s.state <> 'deleted'"
            ))
            .bind(public_id)
            .fetch_optional(conn)
            .await?
        }))
    }

    /// Subscriptions in the order in which they were made, after `after_id`; of one address and one owner if given.
    pub async fn subscriptions(
        &self,
        after_id: i64,
        limit: i64,
        address: Option<&str>,
        owner: Option<&str>,
    ) -> Result<Vec<SubscriptionRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_subscription!(
                "where s.id > $1 and s.state <> 'deleted' and ($2 is null or e.address = $2 or e.address_key = lower($2)) \
                 and ($3 is null or e.owner = $3) order by s.id limit $4"
            ))
            .bind(after_id)
            .bind(address)
            .bind(owner)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Pauses, resumes or deletes a subscription; false if there is none with this public id. One that its reader has not
    /// confirmed can only be deleted.
    pub async fn set_subscription_state(
        &self,
        public_id: &str,
        state: SubscriptionState,
    ) -> Result<bool> {
        let done = writing_in_turn!(self, Readers, |conn| {
            let change = next_ids!(conn, "filter", 1);
            sqlx::query("update subscriptions set state = $1, change = $2 where public_id = $3 and state <> 'deleted' \
                         and (state <> 'pending' or $1 = 'deleted')")
                .bind(state.as_str())
                .bind(change)
                .bind(public_id)
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(done > 0)
    }

    /// Deletes subscriptions of one endpoint by key, or all of them if none is named. Gives how many were live.
    pub async fn unsubscribe(&self, endpoint_id: i64, subscriptions: &[i64]) -> Result<u64> {
        Ok(writing_in_turn!(self, Readers, |conn| {
            let mut done = 0;
            let change = next_ids!(conn, "filter", 1);
            if subscriptions.is_empty() {
                done = sqlx::query(
                    "update subscriptions set state = 'deleted', change = $1 where endpoint_id = $2 and state <> 'deleted'",
                )
                .bind(change)
                .bind(endpoint_id)
                .execute(&mut *conn)
                .await?
                .rows_affected();
            }
            for id in subscriptions {
                done += sqlx::query(
                    "update subscriptions set state = 'deleted', change = $1 \
                     where id = $2 and endpoint_id = $3 and state <> 'deleted'",
                )
                .bind(change)
                .bind(id)
                .bind(endpoint_id)
                .execute(&mut *conn)
                .await?
                .rows_affected();
            }
            done
        }))
    }

    /// Names of an endpoint's subscriptions that are not deleted.
    pub async fn endpoint_subscription_names(&self, endpoint_id: i64) -> Result<Vec<String>> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar("select name from subscriptions where endpoint_id = $1 and state <> 'deleted' order by id")
                .bind(endpoint_id)
                .fetch_all(conn)
                .await?
        }))
    }

    /// Filters that changed after change number `after`, in the order of their changes.
    pub async fn changed_filters(&self, after: i64) -> Result<Vec<FilterRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select s.id, s.endpoint_id, e.channel, e.languages, e.digest_at, s.filter, s.grammar, s.frequency, \
                 (s.state = 'active' and e.state = 'active') as live, s.change \
                 from subscriptions s join endpoints e on e.id = s.endpoint_id where s.change > $1 order by s.change",
            )
            .bind(after)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Sums over the filters that match now, as they stand at one moment.
    pub async fn filter_sums(&self) -> Result<FilterSums> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select count(*) as live, cast(coalesce(sum(s.id), 0) as bigint) as ids, \
                 cast(coalesce(sum(s.change), 0) as bigint) as changes, \
                 (select coalesce(max(change), 0) from subscriptions) as newest_change \
                 from subscriptions s join endpoints e on e.id = s.endpoint_id \
                 where s.state = 'active' and e.state = 'active'",
            )
            .fetch_one(conn)
            .await?
        }))
    }
}
