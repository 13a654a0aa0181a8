//! The wire from outside, in one process and by steps: HTTP in, SMTP and webhooks out, on a clock that stands still.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

mod alike;
mod auditing;
mod backtesting;
mod bad_subscriptions;
mod blasting;
mod bouncing;
mod bundles;
mod caring;
mod clearing;
mod consent;
mod costly_filters;
mod desk;
mod digests;
mod drafts;
mod editions;
mod explaining;
mod feeds;
mod halting;
mod holding;
mod hooks;
mod imports;
mod injection;
mod items;
mod leaks;
mod leases;
mod leftovers;
mod mail;
mod once;
mod payload;
mod people;
mod personal;
mod preferences;
mod quiet_logs;
mod read_before;
mod refusals;
mod relays;
mod repeated;
mod retrying;
mod returning;
mod reviewing;
mod rooms;
mod schemas;
mod secrets;
mod self_service;
mod signing;
mod signup;
mod stalling;
mod stopping;
mod subscribing;
mod suppress_imports;
mod tokens;
mod tracing;
mod unsubscribing;
mod verifying;
mod watching;
mod why;
mod wishes;
