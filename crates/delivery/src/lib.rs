//! Delivery: workers that send batches by SMTP and by HTTP, and record what became of each delivery.
//!
//! Reads "deliver batch" messages and the store; writes outcomes. A worker claims a batch under a lease, checks again
//! everything that may have changed since it was planned (clear time, suppression, subscriptions, revision), sends, and
//! records outcomes within 100 ms or 500 deliveries. A crash leaves the batch open and its lease running out: the sweep
//! publishes it again, and what had no recorded outcome is sent once more, with the same id.

mod batch;
mod contents;
pub mod email;
mod in_flight;
mod recorder;
mod retry;
mod slots;
pub mod webhook;
mod worker;

pub use contents::Wire;
pub use retry::RetryPolicy;
pub use worker::{Worker, WorkerSettings};

use email::Mailer;
use release::model::Channel;
use webhook::Caller;

/// How a worker's channel sends.
#[derive(Debug)]
pub enum Sender {
    /// SMTP, or a folder of `.eml` files.
    Email(Mailer),
    /// HTTP POST.
    Webhook(Caller),
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
    #[error("{error}")]
    Retry {
        /// The receiver's status, if it gave one.
        status: Option<i64>,
        /// The receiver's own wish, in milliseconds from now.
        after_ms: Option<i64>,
        /// What went wrong.
        error: String,
    },
    /// No use trying again.
    #[error("{error}")]
    Fail {
        /// The receiver's status, if it gave one.
        status: Option<i64>,
        /// What went wrong.
        error: String,
    },
    /// The receiver wants nothing any more: its endpoint is disabled.
    #[error("{error}")]
    Gone {
        /// The receiver's status.
        status: i64,
        /// What it said.
        error: String,
    },
}
