//! Delivery: workers that send batches by SMTP and by HTTP, and record what became of each delivery.
//!
//! Reads "deliver batch" messages and the store; writes outcomes. A worker claims a batch under a lease, checks again
//! everything that may have changed since it was planned (clear time, suppression, subscriptions, revision, and whether an
//! operator has halted it), sends, and records outcomes within 100 ms or 500 deliveries. A crash leaves the batch open and its lease running out: the sweep
//! publishes it again, and what had no recorded outcome is sent once more, with the same id.

mod batch;
mod contents;
pub mod email;
mod flood;
mod halts;
mod receivers;
mod recorder;
mod retry;
mod slots;
mod stream;
mod tls;
pub mod webhook;
mod worker;

pub use contents::Wire;
pub use retry::RetryPolicy;
pub use stream::Stream;
pub use tls::tls_config;
pub use worker::{Worker, WorkerSettings};

use email::Mailer;
use release::model::Channel;
use webhook::Caller;

/// How a worker's channel sends.
#[derive(Debug)]
pub enum Sender {
    /// SMTP, or a folder of `.eml` files.
    Email(Box<Mailer>),
    /// HTTP POST.
    Webhook(Box<Caller>),
}

impl Sender {
    /// Its channel.
    pub fn channel(&self) -> Channel {
        match self {
            Sender::Email(_) => Channel::Email,
            Sender::Webhook(_) => Channel::Webhook,
        }
    }
}

/// The receiver said yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The receiver's status: 250, 204, …
    pub status: Option<i64>,
}

/// The receiver did not say yes. Whether to try again is decided where the error is born.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Worth another try.
    #[error("{failure}")]
    Retry {
        /// What went wrong.
        failure: Failure,
        /// The receiver's own wish, in milliseconds from now.
        after_ms: Option<i64>,
    },
    /// No use trying again.
    #[error("{0}")]
    Fail(Failure),
    /// The receiver wants nothing any more: its endpoint is disabled.
    #[error("gone: {0}")]
    Gone(Failure),
}

impl SendError {
    /// What went wrong, whatever follows from it.
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            SendError::Retry { failure, .. }
            | SendError::Fail(failure)
            | SendError::Gone(failure) => failure,
        }
    }
}

/// What went wrong at one attempt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct Failure {
    /// The receiver's status, if it gave one.
    pub status: Option<i64>,
    /// In words, for the log and the ledger.
    pub error: String,
    /// What the receiver answered, as far as it is kept: for its owner, never for the log.
    pub answer: String,
}

impl Failure {
    /// A failure for which the receiver gave no status.
    pub(crate) fn unanswered(error: impl Into<String>) -> Failure {
        Failure {
            status: None,
            error: error.into(),
            answer: String::new(),
        }
    }

    /// A failure that the receiver stated.
    pub(crate) fn answered(status: i64, error: impl Into<String>) -> Failure {
        Failure {
            status: Some(status),
            error: error.into(),
            answer: String::new(),
        }
    }

    /// Worth another try, on our schedule.
    pub(crate) fn retry(self) -> SendError {
        SendError::Retry {
            failure: self,
            after_ms: None,
        }
    }
}
