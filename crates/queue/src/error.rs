//! What can be wrong with an engine, in words that name the thing and the mend.

/// The engine cannot take or give messages.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// It was closed: the process is stopping.
    #[error("the queue is closed")]
    Closed,
    /// The broker's address or credentials cannot be read.
    #[error("{0}")]
    Settings(String),
    /// The broker does not answer now; it may later.
    #[error("RabbitMQ at {at} cannot be reached: {reason}; start it, or correct the queue's URL")]
    Unreachable {
        /// Host, port and vhost.
        at: String,
        /// What happened.
        reason: String,
    },
    /// Its certificate is not one that we believe.
    #[error(
        "RabbitMQ at {at} cannot be trusted: {reason}; name it as its certificate does, or add its authority to the machine's \
         (or to the file that SSL_CERT_FILE names)"
    )]
    Untrusted {
        /// Host, port and vhost.
        at: String,
        /// What is wrong with the certificate.
        reason: String,
    },
    /// Name or password is wrong, or the user may not enter the vhost.
    #[error(
        "RabbitMQ at {at} refuses user {user:?}: {reason}; correct name and password in the queue's URL or password file, \
         or let the user in: rabbitmqctl set_permissions -p VHOST {user} '.*' '.*' '.*'"
    )]
    Refused {
        /// Host, port and vhost.
        at: String,
        /// Who asked.
        user: String,
        /// The broker's words.
        reason: String,
    },
    /// The vhost does not exist.
    #[error(
        "RabbitMQ at {at} has no vhost {vhost:?}: correct the path of the queue's URL, or make it: rabbitmqctl add_vhost {vhost}"
    )]
    NoVhost {
        /// Host, port and vhost.
        at: String,
        /// What was asked for.
        vhost: String,
    },
    /// The user lacks a permission.
    #[error(
        "user {user:?} may not declare or use {what:?}: {reason}; grant it: rabbitmqctl set_permissions -p VHOST {user} \
         '^{prefix}\\.' '^({prefix}\\.|amq\\.default$)' '^{prefix}\\.'"
    )]
    Denied {
        /// Who asked.
        user: String,
        /// The queue or exchange.
        what: String,
        /// What the names of our queues begin with.
        prefix: String,
        /// The broker's words.
        reason: String,
    },
    /// A queue or exchange exists that was made with other arguments.
    #[error(
        "{what:?} exists with other arguments than Dateline's: {reason}; stop what uses it and delete it (rabbitmqctl \
         delete_queue {what}; the store publishes anew what it held), or choose another prefix for the queues"
    )]
    Mismatch {
        /// The queue or exchange.
        what: String,
        /// The broker's words.
        reason: String,
    },
}

impl QueueError {
    /// Whether waiting mends nothing: a person has to act.
    pub fn is_lasting(&self) -> bool {
        !matches!(self, QueueError::Closed | QueueError::Unreachable { .. })
    }
}
