//! Where the broker is, who we are there, and what our queues are called.

use crate::{QueueError, QueueName};
use lapin::uri::AMQPUri;
use std::path::PathBuf;

/// Seconds between heartbeats, unless the URL says otherwise: a dead peer is noticed within twice that.
const HEARTBEAT_S: u16 = 15;
/// Larger frames buy nothing for messages of some hundred bytes, and lapin keeps 64 of them a connection.
const FRAME_BYTES: u32 = 32 * 1024;

/// How to reach RabbitMQ.
#[derive(Debug, Clone)]
pub struct RabbitMqConfig {
    /// `amqp://user:password@host:port/vhost`, or `amqps:` for TLS by the machine's root certificates. Without a path the
    /// vhost is `/`, which else is written `%2f`. Parameters: `heartbeat` (seconds), `connection_timeout` (milliseconds).
    pub url: String,
    /// A file with the password, read at each connection so that it can change; it goes before the URL's.
    pub password_file: Option<PathBuf>,
    /// What the names of all queues and exchanges begin with, before a dot.
    pub prefix: String,
    /// Messages that a queue holds before it refuses more. The broker counts in arrears, so some more may get in.
    pub capacity: usize,
    /// Messages (batches) that are given to this process in advance, a queue.
    pub prefetch: u16,
}

impl RabbitMqConfig {
    /// The defaults, for this URL.
    pub fn new(url: impl Into<String>) -> RabbitMqConfig {
        RabbitMqConfig {
            url: url.into(),
            password_file: None,
            prefix: "dateline".into(),
            capacity: 100_000,
            prefetch: 4,
        }
    }

    /// The broker's name for a queue.
    pub(super) fn queue(&self, name: QueueName) -> String {
        format!("{}.{name}", self.prefix)
    }

    /// Where messages end that nobody can read, or that were given out too often.
    pub(super) fn dead_queue(&self) -> String {
        format!("{}.dead", self.prefix)
    }

    /// The exchange of tellings.
    pub(super) fn exchange(&self) -> String {
        format!("{}.tell", self.prefix)
    }

    /// Host, port and vhost, for people; never the password.
    pub(super) fn at(&self) -> String {
        match self.parsed() {
            Ok(uri) => {
                let (authority, vhost) = (uri.authority, uri.vhost);
                format!("{}:{} (vhost {vhost})", authority.host, authority.port)
            }
            Err(_) => "an unreadable URL".into(),
        }
    }

    /// All that a connection needs.
    pub(super) fn uri(&self) -> Result<AMQPUri, QueueError> {
        let mut uri = self.parsed()?;
        if let Some(file) = &self.password_file {
            let password = std::fs::read_to_string(file).map_err(|error| {
                let file = file.display();
                QueueError::Settings(format!(
                    "the queue's password file {file} cannot be read: {error}; correct its path or permissions"
                ))
            })?;
            uri.authority.userinfo.password = password.trim_end_matches(['\r', '\n']).to_owned();
        }
        uri.query.heartbeat = uri.query.heartbeat.or(Some(HEARTBEAT_S));
        uri.query.frame_max = uri.query.frame_max.or(Some(FRAME_BYTES));
        Ok(uri)
    }

    fn parsed(&self) -> Result<AMQPUri, QueueError> {
        let scheme = self.url.split_once(':').map_or("", |(scheme, _)| scheme);
        if !matches!(scheme, "amqp" | "amqps") {
            return Err(QueueError::Settings(format!(
                "the queue's URL begins with {scheme:?}; write amqp://user:password@host:5672/vhost, or amqps:// for TLS"
            )));
        }
        let mut uri: AMQPUri = self.url.parse().map_err(|error| {
            QueueError::Settings(format!(
                "the queue's URL cannot be read: {error}; write amqp://user:password@host:5672/vhost, with special \
                 characters as %XX"
            ))
        })?;
        if uri.vhost.is_empty() {
            uri.vhost = "/".into();
        }
        if let Some(host) = bracketed_host(&self.url) {
            uri.authority.host = host.to_owned();
        }
        Ok(uri)
    }
}

/// The address within brackets of `amqp://user@[::1]:5672/`, which lapin's parser takes for no host at all.
fn bracketed_host(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split(['/', '?']).next()?;
    let host = authority.rsplit('@').next()?;
    Some(host.strip_prefix('[')?.split_once(']')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expect: &str) {
        assert_eq!(RabbitMqConfig::new(url).at(), expect, "{url}");
    }

    #[test]
    fn urls_are_read_as_people_mean_them() {
        check("amqp://h", "h:5672 (vhost /)");
        check("amqp://h/", "h:5672 (vhost /)");
        check("amqp://h:1/%2f", "h:1 (vhost /)");
        check("amqps://u:p@h/news", "h:5671 (vhost news)");
        check("amqp://u:p@[::1]:5673/news", "::1:5673 (vhost news)");
    }

    #[test]
    fn other_schemes_are_named_with_the_mend() {
        let error = RabbitMqConfig::new("redis://h").uri().unwrap_err();

        assert!(error.is_lasting());
        assert!(error.to_string().contains("\"redis\""), "{error}");
        assert!(error.to_string().contains("amqp://"), "{error}");
    }

    #[test]
    fn password_is_read_from_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "s3cret\n").unwrap();
        let mut config = RabbitMqConfig::new("amqp://ana@h");
        config.password_file = Some(file.path().into());

        let user = config.uri().unwrap().authority.userinfo;

        assert_eq!(
            (user.username.as_str(), user.password.as_str()),
            ("ana", "s3cret")
        );
    }

    #[test]
    fn missing_password_file_is_named() {
        let mut config = RabbitMqConfig::new("amqp://ana@h");
        config.password_file = Some("/no/such/file".into());

        let error = config.uri().unwrap_err().to_string();

        assert!(error.contains("/no/such/file"), "{error}");
    }
}
