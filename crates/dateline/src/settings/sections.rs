//! The sections of `dateline.toml`, field by field.

use std::net::SocketAddr;

use release::model::{LateEditions, Review};
use release::webhook::{Allowed, Guard, Ports};
use serde::Deserialize;

use super::Secret;
use super::texts::{self, Relay};

/// `[http]`: the listener.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Largest body of a request.
    pub max_body_bytes: usize,
    /// Longest time for a request.
    pub request_timeout_ms: u64,
    /// Requests of one token or session in a minute; 0 sets no limit.
    pub requests_per_minute: i64,
    /// Proxies whose word about a client's address is believed.
    pub trusted_proxies: String,
}

/// `[review]`: who sees a release before it goes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewSettings {
    /// For a new issuer.
    pub default: Review,
    /// For an edition that joins a story which has cleared.
    pub late_editions: LateEditions,
}

/// `[blast]`: the guard against a reach far above the usual.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlastSettings {
    /// How many times the usual a reach may be; 0 for no guard.
    pub factor: i64,
    /// A reach that is never asked about.
    pub at_least: i64,
}

/// `[signup]`: readers who sign up by themselves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignupSettings {
    /// Mails to one address in a row.
    pub mails_per_day: i64,
    /// The least time between two mails to one address.
    pub mail_gap_s: i64,
    /// Forms of one client in an hour.
    pub per_client_hour: u32,
    /// Confirmation mails of imports in a minute.
    pub import_mails_per_minute: i64,
}

/// `[store]`: the database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// `sqlite:PATH`, `postgres://…`, or empty for the file in the data folder; see [`super::Settings::store_url`].
    pub url: String,
    /// File with the password of the database's user, or empty.
    pub password_file: String,
    /// Days that settled deliveries and the like are kept; 0 for ever.
    pub keep_days: i64,
}

/// `[queue]`: the hand-over.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueSettings {
    /// `embedded:`, `amqp://…` or `amqps://…`.
    pub url: String,
    /// File with the password of the broker's user, or empty.
    pub password_file: String,
    /// What the broker's queues are called before the dot.
    pub prefix: String,
}

/// `[topics]`: the taxonomy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicsSettings {
    /// The operator's own file, or empty; see [`super::Settings::topics_file`].
    pub file: String,
}

/// `[pages]`: the operator's own pages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagesSettings {
    /// The folder of Markdown files, or empty; see [`super::Settings::pages_folder`].
    pub folder: String,
}

/// `[security]`: whom to tell of a hole.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecuritySettings {
    /// `mailto:` or `https:`, or empty.
    pub contact: String,
    /// Where the policy stands, or empty.
    pub policy: String,
    /// Language tags, or empty.
    pub languages: String,
    /// Days until the file expires.
    pub valid_days: i64,
}

/// `[mail]`: alerts by email.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// The sender: `Name <address>` or `address`.
    pub from: String,
    /// The relays' URLs, or empty; see [`MailSettings::relays`].
    pub relay: String,
    /// The password of the relays' users, if it was given as a text; see [`super::Settings::relay_password`].
    pub password: Secret,
    /// File with the password, or empty.
    pub password_file: String,
    /// TLS to an `smtp:` relay.
    pub tls: MailTls,
    /// Mails on their way at once, and so connections to the relays.
    pub connections: usize,
    /// Mails on their way to one domain at once, over all workers.
    pub domain_connections: u32,
    /// Mails in a second to one domain, over all workers.
    pub domain_per_second: u32,
    /// Selectors with the files of their keys; see [`MailSettings::dkim_keys`].
    pub dkim: String,
    /// Domain of the return path, or empty.
    pub bounces: String,
    /// Mails to a reader within an hour before the rest waits for one; 0 for no limit.
    pub most_per_hour: usize,
    /// Folder of `.eml` files, or empty; see [`super::Settings::mail_folder`].
    pub folder: String,
    /// Domain of List-Id and Message-ID, or empty; see [`MailSettings::list_domain`].
    pub list_domain: String,
    /// Name for EHLO, or empty; see [`MailSettings::helo`].
    pub helo: String,
}

impl MailSettings {
    /// The relays with their TLS decided; none when mails are written to the folder.
    pub fn relays(&self) -> Vec<Relay> {
        texts::relays(&self.relay, self.tls)
            .expect("`relay` was checked when the settings were loaded")
    }

    /// Selectors of DKIM, each with the file of its private key.
    pub fn dkim_keys(&self) -> Vec<(&str, &str)> {
        let keys = self.dkim.split_ascii_whitespace();
        keys.filter_map(|key| key.split_once('=')).collect()
    }

    /// The domain of List-Id and Message-ID.
    pub fn list_domain(&self) -> &str {
        match self.list_domain.as_str() {
            "" => self.sender_domain(),
            domain => domain,
        }
    }

    /// The name for EHLO.
    pub fn helo(&self) -> &str {
        match self.helo.as_str() {
            "" => self.sender_domain(),
            name => name,
        }
    }

    /// The domain of the sender's address.
    pub fn sender_domain(&self) -> &str {
        texts::address_domain(&self.from).expect("`from` was checked when the settings were loaded")
    }
}

/// TLS to an `smtp:` relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Required, unless the relay is this machine.
    Auto,
    /// STARTTLS or nothing is sent.
    Required,
    /// Plain text.
    None,
}

/// `[bounces]`: mail that comes back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BounceSettings {
    /// Address and port of the listener, or empty.
    pub listen: String,
}

/// `[webhook]`: alerts by webhook.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Calls at once over all endpoints.
    pub connections: usize,
    /// Networks and hosts that are called wherever they are.
    pub allow: Allowed,
    /// Ports that are called at all others.
    pub ports: Ports,
    /// Calls at once to one endpoint.
    pub in_flight_per_endpoint: usize,
    /// Calls a minute to one endpoint.
    pub per_minute: u32,
    /// Days that an endpoint may fail before it is taken out of use.
    pub disable_after_days: u32,
    /// Longest time for each of lookup, connection, handshake.
    pub connect_timeout_ms: u64,
    /// Longest time for a whole call.
    pub total_timeout_ms: u64,
    /// Bytes of an answer that are read.
    pub read_limit_bytes: usize,
    /// Bytes of a failed call's answer that are kept.
    pub keep_bytes: usize,
}

impl WebhookSettings {
    /// Which URLs may be called.
    pub fn guard(&self) -> Guard {
        Guard::new(self.allow.clone(), self.ports.clone())
    }
}

/// `[retry]`: waits between attempts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetrySettings {
    /// Waits between webhook attempts, in seconds.
    pub webhook_s: Vec<u64>,
    /// Waits between attempts at the relay, in seconds.
    pub email_s: Vec<u64>,
    /// How far a wait may differ, as a part of it.
    pub jitter: f64,
}

/// `[batch]`: units of sending.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchSettings {
    /// Most deliveries in one batch.
    pub size: usize,
    /// How long a batch may be kept without a sign of life.
    pub lease_ms: u64,
    /// Claims without an outcome before a batch is set aside.
    pub poison_after: u32,
}

/// `[sweep]`: the search for what is due.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepSettings {
    /// Longest sleep between two looks.
    pub interval_ms: u64,
}

/// `[shutdown]`: the end of a process.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShutdownSettings {
    /// How long what is on its way may finish.
    pub grace_ms: u64,
}

/// `[log]`: logs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// The form of a line.
    pub format: LogFormat,
    /// A level, and directives for targets; see [`crate::telemetry::init`].
    pub level: String,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    /// For people.
    Text,
    /// One object a line.
    Json,
}
