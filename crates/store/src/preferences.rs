//! What a reader decides about what they get: confirm, change, pause; and the mails that ask or help them to.

use crate::{Result, Store, SubscriptionRow};
use release::frequency::{DigestTime, Frequency};
use release::ids::{Kind, PublicId};
use release::model::{AlertKind, Extent, Repeats, SubscriptionState};

/// How often an address is written to because somebody, maybe a stranger, asked for it on a page.
#[derive(Debug, Clone, Copy)]
pub struct AskLimits {
    /// Mails in a row before a day's pause.
    pub per_day: i64,
    /// The least time between two.
    pub gap_ms: i64,
}

const DAY_MS: i64 = 86_400_000;

/// A mail that somebody asked for.
#[derive(Debug, Clone)]
pub struct NewAsk<'a> {
    /// Confirm or manage.
    pub kind: AlertKind,
    /// The mail address.
    pub address: &'a str,
    /// What it tells beside its kind, as JSON; may be empty.
    pub about: &'a str,
    /// How often at most.
    pub limits: AskLimits,
    /// The request behind it.
    pub request_id: &'a str,
    /// When it may leave, Unix milliseconds.
    pub leaves_ms: i64,
}

/// What confirming did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmed {
    /// Subscriptions that are active since.
    pub activated: u64,
    /// Whether the endpoint was pending.
    pub was_pending: bool,
}

/// What a subscription is changed to.
#[derive(Debug, Clone, Copy)]
pub struct SubscriptionEdit<'a> {
    /// In the reader's words.
    pub name: &'a str,
    /// The filter's text.
    pub filter: &'a str,
    /// The grammar it is written in.
    pub grammar: i64,
    /// How often it tells its reader; none leaves it as it is.
    pub frequency: Option<Frequency>,
}

/// What an endpoint is changed to; what is none stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct EndpointEdit<'a> {
    /// Best first, space-separated.
    pub languages: Option<&'a str>,
    /// How much text its mails carry.
    pub extent: Option<Extent>,
    /// When its digests come.
    pub digest_at: Option<&'a DigestTime>,
    /// What it is told of stories that are alike.
    pub repeats: Option<Repeats>,
}

/// An alert about a release that an endpoint was sent, or is to be.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RecentAlert {
    /// `alr_…`.
    pub alert: String,
    /// `rel_…`.
    pub release: String,
    /// The release's content as JSON.
    pub content: String,
    /// Keys of the subscriptions that caused it, space-separated.
    pub reasons: String,
    /// The delivery's state.
    pub state: String,
    /// When that was known, Unix milliseconds.
    pub done_ms: Option<i64>,
}

/// What came of a test event.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TestResult {
    /// `alr_…`.
    pub alert: String,
    /// When it was asked for, Unix milliseconds.
    pub asked_ms: i64,
    /// The delivery's state; `due` while it is on its way.
    pub state: String,
    /// When that was known, Unix milliseconds.
    pub done_ms: Option<i64>,
    /// The receiver's status, if it gave one.
    pub status: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
    /// What the receiver answered, where it failed.
    pub answer: Option<String>,
}

impl TestResult {
    /// From asking to the answer, milliseconds.
    pub fn took_ms(&self) -> Option<i64> {
        Some(self.done_ms? - self.asked_ms)
    }
}

impl Store {
    /// What came of the last test of an endpoint; none if there was none.
    pub async fn last_test(&self, endpoint_id: i64) -> Result<Option<TestResult>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select a.public_id as alert, a.created_ms as asked_ms, coalesce(d.state, 'due') as state, d.done_ms, \
                 d.last_status as status, d.last_error as error, (select t.answer from attempts t where t.alert_id = a.id \
                 and t.endpoint_id = $1 order by t.attempt desc limit 1) as answer \
                 from alerts a left join deliveries d on d.alert_id = a.id and d.endpoint_id = $1 \
                 where a.endpoint_id = $1 and a.kind = 'test' order by a.id desc limit 1",
            )
            .bind(endpoint_id)
            .fetch_optional(conn)
            .await?
        }))
    }

    /// Writes the alert of a mail that was asked for, unless the address has had too many. Gives its key.
    pub async fn ask_by_mail(&self, ask: &NewAsk<'_>, now_ms: i64) -> Result<Option<i64>> {
        let public_id = PublicId::from_random(Kind::Alert, rand::random());
        let link_key = self.link_key().await?;
        Ok(writing_in_turn!(self, Readers, |conn| {
            let endpoint_id = address_endpoint!(conn, ask.address, link_key, now_ms);
            let may: u64 = sqlx::query(
                "update endpoints set asks = case when asked_ms <= $1 then 1 else asks + 1 end, asked_ms = $2 \
                 where id = $3 and (asked_ms <= $1 or (asked_ms <= $4 and asks < $5))",
            )
            .bind(now_ms - DAY_MS)
            .bind(now_ms)
            .bind(endpoint_id)
            .bind(now_ms - ask.limits.gap_ms)
            .bind(ask.limits.per_day)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if may == 0 {
                None
            } else {
                Some(direct_alert!(
                    conn,
                    public_id.as_str(),
                    ask.kind,
                    endpoint_id,
                    ask.about,
                    ask.request_id,
                    ask.leaves_ms
                ))
            }
        }))
    }

    /// Whether an address looks after anything: its own alerts or a webhook's.
    pub async fn has_preferences(&self, address: &str) -> Result<bool> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar::<_, bool>(
                "select exists (select 1 from endpoints e join subscriptions s on s.endpoint_id = e.id \
                 where e.owner = $1 and e.address <> '')",
            )
            .bind(address.to_lowercase())
            .fetch_one(conn)
            .await?
        }))
    }

    /// When the last mail that waits for its turn leaves, Unix milliseconds; none if none waits.
    pub async fn last_waiting_ask_ms(&self) -> Result<Option<i64>> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar(
                "select max(hinted_ms) from alerts where state = 'unrouted' and kind = 'confirm'",
            )
            .fetch_one(conn)
            .await?
        }))
    }

    /// An endpoint's subscriptions that are not deleted, in the order in which they were made.
    pub async fn subscriptions_of(&self, endpoint_id: i64) -> Result<Vec<SubscriptionRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_subscription!(
                "where s.endpoint_id = $1 and s.state <> 'deleted' order by s.id"
            ))
            .bind(endpoint_id)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Makes these pending subscriptions active, and their mail address with them if it was pending. What the reader
    /// confirms also ends the wait for the next mail: it was wanted.
    pub async fn confirm_subscriptions(
        &self,
        endpoint_id: i64,
        subscriptions: &[i64],
        consent: &str,
    ) -> Result<Confirmed> {
        let ids = serde_json::json!(subscriptions).to_string();
        Ok(writing_in_turn!(self, Readers, |conn| {
            let activated = sqlx::query(
                "update subscriptions set state = 'active', consent = consent || $1 \
                 where endpoint_id = $2 and state = 'pending' and id in (select cast(value as bigint) from json_each($3))",
            )
            .bind(consent)
            .bind(endpoint_id)
            .bind(&ids)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            let was_pending = sqlx::query(
                "update endpoints set state = 'active' where id = $1 and channel = 'email' and state = 'pending'",
            )
            .bind(endpoint_id)
            .execute(&mut *conn)
            .await?
            .rows_affected()
                > 0;
            sqlx::query(
                "update endpoints set asks = 0, asked_ms = 0 where channel = 'email' \
                 and address_key = (select owner from endpoints where id = $1)",
            )
            .bind(endpoint_id)
            .execute(&mut *conn)
            .await?;
            touch_subscriptions!(conn, endpoint_id);
            Confirmed {
                activated,
                was_pending,
            }
        }))
    }

    /// Gives a webhook that nobody has been shown the secret of a new one; false if somebody has, or it is in use.
    pub async fn renew_unseen_secret(&self, endpoint_id: i64, secret: &str) -> Result<bool> {
        Ok(writing_in_turn!(self, Readers, |conn| {
            sqlx::query(
                "update endpoints set secret = $1 where id = $2 and channel = 'webhook' and state = 'pending' \
                 and not exists (select 1 from subscriptions s where s.endpoint_id = $2 and s.state <> 'pending')",
            )
            .bind(secret)
            .bind(endpoint_id)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        }) > 0)
    }

    /// Changes a subscription of an endpoint; false if it is not there.
    pub async fn edit_subscription(
        &self,
        public_id: &str,
        edit: &SubscriptionEdit<'_>,
    ) -> Result<bool> {
        let done = writing_in_turn!(self, Readers, |conn| {
            let change = next_ids!(conn, "filter", 1);
            sqlx::query(
                "update subscriptions set name = $1, filter = $2, grammar = $3, frequency = coalesce($4, frequency), \
                 change = $5 where public_id = $6 and state <> 'deleted'",
            )
            .bind(edit.name)
            .bind(edit.filter)
            .bind(edit.grammar)
            .bind(edit.frequency.map(Frequency::as_str))
            .bind(change)
            .bind(public_id)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done > 0)
    }

    /// Changes how an endpoint is told. What waits for a digest already comes when it was promised.
    pub async fn edit_endpoint(&self, endpoint_id: i64, edit: &EndpointEdit<'_>) -> Result<()> {
        writing_in_turn!(self, Readers, |conn| {
            sqlx::query(
                "update endpoints set languages = coalesce($1, languages), extent = coalesce($2, extent), \
                 digest_at = coalesce($3, digest_at) where id = $4",
            )
            .bind(edit.languages)
            .bind(edit.extent.map(|extent| extent.as_str()))
            .bind(edit.digest_at.map(ToString::to_string))
            .bind(endpoint_id)
            .execute(&mut *conn)
            .await?;
            set_repeats!(conn, endpoint_id, edit.repeats);
            touch_subscriptions!(conn, endpoint_id);
        });
        Ok(())
    }

    /// Stops all that an active endpoint gets until it is resumed; false if it is not active.
    pub async fn pause_endpoint(&self, endpoint_id: i64) -> Result<bool> {
        let done = writing_in_turn!(self, Readers, |conn| {
            let done = sqlx::query(
                "update endpoints set state = 'paused' where id = $1 and state = 'active'",
            )
            .bind(endpoint_id)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            touch_subscriptions!(conn, endpoint_id);
            done
        });
        Ok(done > 0)
    }

    /// Goes on with an endpoint that is paused, or was taken out of use: what is known of its failures is forgotten. False
    /// if it is neither.
    pub async fn resume_endpoint(&self, endpoint_id: i64) -> Result<bool> {
        let current = self.is_current().await?;
        let done = writing_in_turn!(self, Readers, |conn| {
            let done = sqlx::query(
                "update endpoints set state = 'active' where id = $1 and state in ('paused', 'disabled')",
            )
            .bind(endpoint_id)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if done > 0 && current {
                sqlx::query("delete from health where endpoint_id = $1")
                    .bind(endpoint_id)
                    .execute(&mut *conn)
                    .await?;
            }
            touch_subscriptions!(conn, endpoint_id);
            done
        });
        Ok(done > 0)
    }

    /// Pauses, resumes or deletes a subscription of this endpoint; false if it has none with this public id.
    pub async fn set_own_subscription_state(
        &self,
        endpoint_id: i64,
        public_id: &str,
        state: SubscriptionState,
    ) -> Result<bool> {
        let own = self.subscription(public_id).await?;
        match own.is_some_and(|row| row.endpoint_id == endpoint_id) {
            true => self.set_subscription_state(public_id, state).await,
            false => Ok(false),
        }
    }

    /// The last alerts about releases that an endpoint was planned for, newest first. Looks through the last 20,000
    /// alerts of the wire, for deliveries have no index by endpoint.
    pub async fn recent_alerts(&self, endpoint_id: i64, limit: i64) -> Result<Vec<RecentAlert>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select a.public_id as alert, r.public_id as release, r.content, d.reasons, d.state, d.done_ms \
                 from (select id, public_id from alerts where kind = 'story' order by id desc limit 20000) a \
                 cross join deliveries d cross join releases r \
                 where d.alert_id = a.id and d.endpoint_id = $1 and r.id = d.release_id and r.state = 'cleared' order by a.id desc limit $2",
            )
            .bind(endpoint_id)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }
}
