//! The truth: every release, alert and delivery, and what became of it.
//!
//! Reads and writes one SQL database; no other crate names the SQL library. Queries are written once with `$1`
//! placeholders and dispatched to the engine by two small macros; only schema files and bulk writes are separate texts.
//!
//! Each public function is one transaction (SQLite: one writer, `begin immediate`, WAL, `synchronous = full`): when it
//! returns, what it did is on the disk; a crash before that leaves nothing of it. What a crash between two functions
//! leaves behind, the sweep finds: due releases, unrouted alerts, open batches, due retries (see [`sweep`]).

#[macro_use]
mod engine;
#[macro_use]
mod reviewing;
#[macro_use]
mod texts;
#[macro_use]
mod alerts;
#[macro_use]
mod erased;
#[macro_use]
mod notices;
#[macro_use]
mod told_once;
#[macro_use]
mod hooks;
#[macro_use]
mod endpoints;
#[macro_use]
mod health;
#[macro_use]
mod subscriptions;
#[macro_use]
mod digests;
#[macro_use]
mod acts;
#[macro_use]
mod halts;
#[macro_use]
mod owners;
#[macro_use]
mod redelivering;
mod accepting;
mod alike;
mod backup;
mod batches;
mod blasts;
mod bounces;
mod bulk;
mod clearing;
mod clock;
mod copying;
mod erasure;
mod error;
mod holdings;
mod issuers;
mod items;
mod keys;
mod latency;
mod looking;
mod migrating;
mod ordering;
mod outcomes;
mod pausing;
mod people;
mod planning;
mod postgres;
mod preferences;
mod pruning;
mod questions;
mod releases;
mod reports;
mod restored;
mod schema;
mod secrets;
mod signing_keys;
mod sqlite;
mod status;
mod stopping;
mod suppressions;
pub mod sweep;
mod tables;
mod tokens;
mod trace;
mod transfer;
mod watching;
mod workers;

pub use accepting::{Accepted, Idempotency, NewRelease, Replaced, TextRead, Told};
pub use acts::{ActRow, NewAct};
pub use alerts::AlertRow;
pub use alike::{AlikeRow, Likeness, Linked, told_by};
pub use backup::{BackupError, BackupHead, check_backup};
pub use batches::{ActiveSubscription, BatchRow, Claim, DueDelivery};
pub use blasts::{BlastRow, Word};
pub use bounces::{BounceCounts, BounceRow, Followed};
pub use clearing::Cleared;
pub use clock::Clock;
pub use copying::Carried;
pub use digests::DigestMember;
pub use endpoints::{EndpointRow, NewEndpoint};
pub use engine::Store;
pub use error::{Result, StoreError};
pub use halts::{HaltRow, Halted};
pub use health::{Failing, HalfOpen, Health, HealthChange, Missed};
pub use hooks::{Hook, HookEdit};
pub use issuers::{IssuerName, IssuerRow, NewIssuer};
pub use items::{EditionRow, ItemKey, ItemRow, MapRow, Mark};
pub use latency::Latencies;
pub use looking::StoreLook;
pub use migrating::Migrated;
pub use notices::NoticeDue;
pub use outcomes::{LeftOut, Outcome, Verdict};
pub use owners::OWN_SCOPE;
pub use people::{NewPerson, PersonRow};
pub use planning::{GatheredUntil, NewBatch, PlannedDelivery};
pub use postgres::Postgres;
pub use preferences::{
    AskLimits, Confirmed, EndpointEdit, NewAsk, RecentAlert, SubscriptionEdit, TestResult,
};
pub use pruning::Pruned;
pub use questions::QuestionRow;
pub use releases::{RecentRow, ReleaseRow};
pub use reports::{ChannelReport, DeadDelivery, ReachedRow, Report, TracedDelivery};
pub use restored::AtRisk;
pub use reviewing::{EventRow, NewEvent, Reviewed};
pub use signing_keys::{SigningKeyRow, SigningKeys};
pub use sqlite::Sqlite;
pub use sqlx::Error as SqlError;
pub use status::Status;
pub use stopping::{Power, Stopped};
pub use subscriptions::{
    AddedOnce, FilterRow, FilterSums, NewSubscription, Subscribed, SubscriptionRow,
};
pub use suppressions::SuppressionRow;
pub use tables::tables;
pub use tokens::{NewToken, TokenRow};
pub use trace::{AttemptRow, DeliveriesAsked, DeliveriesPage, DigestedRow, TraceRow};
pub use watching::{AlertStands, BatchStands, Outcomes};
pub use workers::WorkerRow;
