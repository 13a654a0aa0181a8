//! Who is told: made in bulk, through the store.

use anyhow::Result;
use release::filter::GRAMMAR_VERSION;
use release::frequency::Frequency;
use release::ids::{Kind, PublicId};
use release::model::{Channel, EndpointState, SubscriptionState};
use release::webhook::new_secret;
use sinks::HttpSink;
use store::{Clock, HookEdit, NewEndpoint, NewSubscription, Store};

/// Subscriptions stored in one transaction.
const CHUNK: usize = 1000;

/// How many are told, by channel.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Audience {
    pub(crate) webhooks: usize,
    pub(crate) mailboxes: usize,
}

impl Audience {
    /// So many, half of them webhooks.
    pub(crate) fn mixed(n: usize) -> Audience {
        Audience {
            webhooks: n.div_ceil(2),
            mailboxes: n / 2,
        }
    }

    pub(crate) fn all(self) -> usize {
        self.webhooks + self.mailboxes
    }

    /// A tenth of it, enough to open every connection.
    pub(crate) fn warm_up(self) -> Audience {
        let part = |n: usize| (n / 10).clamp(n.min(500), 2_000);
        Audience {
            webhooks: part(self.webhooks),
            mailboxes: part(self.mailboxes),
        }
    }
}

/// Stores who asked for each of these issuers.
pub(crate) async fn add(
    store: &Store,
    audiences: &[(&'static str, Audience)],
    http: &HttpSink,
) -> Result<()> {
    let readers: Vec<Reader> = audiences
        .iter()
        .flat_map(|&(issuer, audience)| {
            let webhooks = (0..audience.webhooks).map(move |at| (issuer, Channel::Webhook, at));
            webhooks.chain((0..audience.mailboxes).map(move |at| (issuer, Channel::Email, at)))
        })
        .enumerate()
        .map(|(key, (issuer, channel, at))| Reader::new(key, issuer, channel, at, http))
        .collect();
    for chunk in readers.chunks(CHUNK) {
        let new: Vec<NewSubscription<'_>> = chunk.iter().map(Reader::subscription).collect();
        store
            .add_subscriptions(&new, Clock::System.now_ms())
            .await?;
    }
    Ok(())
}

struct Reader {
    id: PublicId,
    endpoint_id: PublicId,
    filter: String,
    channel: Channel,
    address: String,
    owner: String,
    secret: String,
}

impl Reader {
    fn new(key: usize, issuer: &str, channel: Channel, at: usize, http: &HttpSink) -> Reader {
        let mut random = [0x5a; 10];
        random[..8].copy_from_slice(&key.to_be_bytes());
        let mut secret = [0xa5; 32];
        secret[..8].copy_from_slice(&key.to_be_bytes());
        let owner = format!("reader-{at}@{issuer}.example");
        let (address, secret) = match channel {
            Channel::Email => (owner.clone(), String::new()),
            Channel::Webhook => (http.url(&format!("/ok/{issuer}/{at}")), new_secret(secret)),
        };
        Reader {
            id: PublicId::from_random(Kind::Subscription, random),
            endpoint_id: PublicId::from_random(Kind::Endpoint, random),
            filter: format!("source:{issuer}"),
            channel,
            address,
            owner,
            secret,
        }
    }

    fn subscription(&self) -> NewSubscription<'_> {
        NewSubscription {
            public_id: self.id.as_str(),
            name: &self.filter,
            filter: &self.filter,
            grammar: i64::from(GRAMMAR_VERSION),
            frequency: Frequency::AtOnce,
            consent: "made for a measurement",
            state: SubscriptionState::Active,
            endpoint: NewEndpoint {
                public_id: self.endpoint_id.as_str(),
                channel: self.channel,
                address: &self.address,
                owner: &self.owner,
                secret: &self.secret,
                languages: None,
                extent: None,
                digest_at: None,
                repeats: None,
                hook: HookEdit::default(),
                state: EndpointState::Active,
            },
        }
    }
}
