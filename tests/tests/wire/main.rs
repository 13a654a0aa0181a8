//! The wire from outside, in one process and by steps: HTTP in, SMTP and webhooks out, on a clock that stands still.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

mod bad_subscriptions;
mod clearing;
mod consent;
mod editions;
mod feeds;
mod injection;
mod leaks;
mod leases;
mod leftovers;
mod mail;
mod once;
mod payload;
mod refusals;
mod repeated;
mod retrying;
mod rooms;
mod stalling;
mod stopping;
mod tokens;
mod unsubscribing;
