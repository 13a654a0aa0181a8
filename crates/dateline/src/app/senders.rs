//! From settings to what sends: mail through relays or to a folder, webhooks.

use super::{Role, Roles};
use crate::settings::{MailTls, Relay, RelaySecurity, Secret, Settings};
use anyhow::{Context, Error, Result, bail};
use delivery::email::conversation::{Conversation, Credentials, Limits, RelaySettings, TlsMode};
use delivery::email::{self, Mailer, PaceSettings, Relays, Returning, Signer};
use delivery::webhook::{Caller, CallerSettings};
use delivery::{RetryPolicy, Sender, WorkerSettings};
use release::capability::LinkKey;
use std::time::Duration;
use store::Clock;
use tracing::info;

/// What a worker of one channel is told.
pub(super) fn worker_settings(
    settings: &Settings,
    name: &str,
    slots: usize,
    waits_s: &[u64],
) -> WorkerSettings {
    WorkerSettings {
        name: name.to_owned(),
        slots,
        in_flight_per_endpoint: settings.webhook.in_flight_per_endpoint,
        per_minute: i64::from(settings.webhook.per_minute),
        disable_after_ms: i64::from(settings.webhook.disable_after_days) * 86_400_000,
        most_mails_per_hour: settings.mail.most_per_hour,
        lease_ms: settings.batch.lease_ms as i64,
        poison_after: i64::from(settings.batch.poison_after),
        retry: RetryPolicy {
            waits_s: waits_s.to_vec(),
            jitter: settings.retry.jitter,
        },
    }
}

/// How mail leaves; of a process that sends none, how it would without passwords and keys.
pub(super) fn mail_sender(
    settings: &Settings,
    roles: &Roles,
    clock: &Clock,
    link_key: &LinkKey,
) -> Result<Sender> {
    let mail = &settings.mail;
    let sends = roles.has(Role::Email);
    let from = email::From::parse(&mail.from, mail.list_domain())
        .with_context(|| format!("mail.from `{}` is not an address", mail.from))?;
    let keys = match sends {
        true => settings.dkim_keys().map_err(Error::msg)?,
        false => Vec::new(),
    };
    let signer = Signer::new(mail.sender_domain(), keys);
    let mut relays = Vec::new();
    for relay in mail.relays() {
        let password = match sends {
            true => relay_password(settings, &relay)?,
            false => Secret::default(),
        };
        let weight = relay.weight;
        relays.push((relay_settings(settings, relay, &password)?, weight));
    }
    if relays.is_empty() {
        return folder_sender(settings, from, signer);
    }
    let returning = match mail.bounces.as_str() {
        "" => Returning::ToSender,
        domain => Returning::Named {
            domain: domain.to_owned(),
            key: link_key.clone(),
        },
    };
    let pace = PaceSettings {
        connections: mail.domain_connections,
        per_second: mail.domain_per_second,
    };
    let relays = Relays::new(relays, clock.clone());
    let mailer = Mailer::relays(from, signer, returning, relays, pace, clock.clone());
    Ok(Sender::Email(Box::new(mailer)))
}

/// Mail as files, where no relay is named.
fn folder_sender(settings: &Settings, from: email::From, signer: Signer) -> Result<Sender> {
    let folder = settings.mail_folder();
    let shown = folder.display().to_string();
    info!(
        folder = shown,
        "no mail relay is configured: mails are written as .eml files to {shown}"
    );
    let mailer = Mailer::folder(from, signer, folder)
        .with_context(|| format!("the mail folder {shown} cannot be created"))?;
    Ok(Sender::Email(Box::new(mailer)))
}

fn relay_password(settings: &Settings, relay: &Relay) -> Result<Secret> {
    settings.relay_password(relay).with_context(|| {
        let key = match relay.password_file {
            Some(_) => "mail.relay, password_file",
            None => "mail.password_file",
        };
        format!("{key}: cannot read it; correct its path or permissions")
    })
}

fn relay_settings(settings: &Settings, relay: Relay, password: &Secret) -> Result<RelaySettings> {
    let mail = &settings.mail;
    let tls = match (relay.security, mail.tls) {
        (RelaySecurity::Implicit, _) => TlsMode::Implicit,
        (RelaySecurity::StartTls, _) | (_, MailTls::Required) => TlsMode::Required,
        (RelaySecurity::Plain, _) => TlsMode::None,
    };
    let credentials = relay.user.map(|user| Credentials {
        user,
        password: password.expose().to_owned(),
    });
    Ok(RelaySettings {
        host: relay.host,
        port: relay.port,
        tls,
        credentials,
        helo_name: mail.helo().to_owned(),
        tls_config: delivery::tls_config()
            .context("the system's root certificates cannot be read")?,
        limits: Limits::default(),
    })
}

/// What a relay was like when it was greeted.
#[derive(Debug, Clone)]
pub struct Greeting {
    /// Host and port.
    pub at: String,
    /// Whether it was spoken to in TLS.
    pub is_encrypted: bool,
    /// The largest message it takes, in bytes (RFC 1870); none where it names no limit.
    pub size_limit_bytes: Option<u64>,
}

/// Greets a relay, as a mail would, and takes leave.
///
/// # Errors
/// What the relay, or the way to it, says against that.
pub async fn greet_relay(settings: &Settings, relay: Relay) -> Result<Greeting> {
    let password = relay_password(settings, &relay)?;
    let relay = relay_settings(settings, relay, &password)?;
    let at = relay.at();
    let conversation = Conversation::connect(&relay).await.with_context(|| {
        format!("the mail relay {at} does not take mail: check mail.relay, mail.password, mail.tls")
    })?;
    let greeting = Greeting {
        at,
        is_encrypted: conversation.is_encrypted(),
        size_limit_bytes: conversation.size_limit_bytes(),
    };
    let _ = conversation.quit().await;
    Ok(greeting)
}

/// How webhooks are called.
pub(super) fn webhook_sender(settings: &Settings) -> Result<Sender> {
    let webhook = &settings.webhook;
    if webhook.connections == 0 {
        bail!("webhook.connections is 0: give at least 1");
    }
    let caller = Caller::new(CallerSettings {
        guard: webhook.guard(),
        kept: webhook.connections,
        connect_timeout: Duration::from_millis(webhook.connect_timeout_ms),
        total_timeout: Duration::from_millis(webhook.total_timeout_ms),
        read_limit_bytes: webhook.read_limit_bytes,
        keep_bytes: webhook.keep_bytes,
    })
    .context(
        "the system's root certificates cannot be read: install the package ca-certificates",
    )?;
    Ok(Sender::Webhook(Box::new(caller)))
}
