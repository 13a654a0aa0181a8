//! From settings to what sends: mail through a relay or to a folder, webhooks.

use super::{Role, Roles};
use crate::settings::{MailTls, RelaySecurity, Secret, Settings};
use anyhow::{Context, Result, bail};
use delivery::email::conversation::{Conversation, Credentials, Limits, RelaySettings, TlsMode};
use delivery::email::{self, Mailer, Pool};
use delivery::webhook::{Caller, CallerSettings};
use delivery::{RetryPolicy, Sender, WorkerSettings};
use std::time::Duration;
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

/// How mail leaves; of a process that sends none, how it would without a password.
pub(super) fn mail_sender(settings: &Settings, roles: &Roles) -> Result<Sender> {
    let mail = &settings.mail;
    let from = email::From::parse(&mail.from, mail.list_domain())
        .with_context(|| format!("mail.from `{}` is not an address", mail.from))?;
    let password = match roles.has(Role::Email) {
        true => mail_password(settings)?,
        false => Secret::default(),
    };
    let mailer = match relay_settings(settings, password)? {
        Some(relay) => Mailer::relay(from, Pool::new(relay)),
        None => {
            let folder = settings.mail_folder();
            let shown = folder.display().to_string();
            info!(
                folder = shown,
                "no mail relay is configured: mails are written as .eml files to {shown}"
            );
            Mailer::folder(from, folder)
                .with_context(|| format!("the mail folder {shown} cannot be created"))?
        }
    };
    Ok(Sender::Email(mailer))
}

fn mail_password(settings: &Settings) -> Result<Secret> {
    settings.mail_password().with_context(|| {
        let file = &settings.mail.password_file;
        format!("mail.password_file: cannot read {file}; correct its path or permissions")
    })
}

/// The relay that is configured, if one is.
fn relay_settings(settings: &Settings, password: Secret) -> Result<Option<RelaySettings>> {
    let mail = &settings.mail;
    let Some(relay) = mail.relay() else {
        return Ok(None);
    };
    let tls = match (relay.security, mail.tls) {
        (RelaySecurity::Implicit, _) => TlsMode::Implicit,
        (RelaySecurity::StartTls, _) | (_, MailTls::Required) => TlsMode::Required,
        (RelaySecurity::Plain, _) => TlsMode::None,
    };
    let credentials = relay.user.map(|user| Credentials {
        user,
        password: password.expose().to_owned(),
    });
    Ok(Some(RelaySettings {
        host: relay.host,
        port: relay.port,
        tls,
        credentials,
        helo_name: mail.helo().to_owned(),
        tls_config: delivery::tls_config()
            .context("the system's root certificates cannot be read")?,
        limits: Limits::default(),
    }))
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

/// Greets the relay that is configured, as a mail would, and takes leave; none where no relay is.
///
/// # Errors
/// What the relay, or the way to it, says against that.
pub async fn greet_relay(settings: &Settings) -> Result<Option<Greeting>> {
    let Some(relay) = relay_settings(settings, mail_password(settings)?)? else {
        return Ok(None);
    };
    let at = format!("{}:{}", relay.host, relay.port);
    let conversation = Conversation::connect(&relay).await.with_context(|| {
        format!("the mail relay {at} does not take mail: check mail.relay, mail.password, mail.tls")
    })?;
    let greeting = Greeting {
        at,
        is_encrypted: conversation.is_encrypted(),
        size_limit_bytes: conversation.size_limit_bytes(),
    };
    let _ = conversation.quit().await;
    Ok(Some(greeting))
}

/// How webhooks are called.
pub(super) fn webhook_sender(settings: &Settings) -> Result<Sender> {
    let webhook = &settings.webhook;
    if webhook.connections == 0 {
        bail!("webhook.connections is 0: give at least 1");
    }
    let caller = Caller::new(CallerSettings {
        allow_private: webhook.allow_private,
        connect_timeout: Duration::from_millis(webhook.connect_timeout_ms),
        total_timeout: Duration::from_millis(webhook.total_timeout_ms),
        read_limit_bytes: webhook.read_limit_bytes,
        keep_bytes: webhook.keep_bytes,
    })
    .context(
        "the system's root certificates cannot be read: install the package ca-certificates",
    )?;
    Ok(Sender::Webhook(caller))
}
