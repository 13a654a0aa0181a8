//! What whoever runs the wire stands on: `doctor`, what `deploy/` starts, and what watches it.
//!
//! Compose, Kubernetes and Prometheus cannot run here. So their files are parsed, and every word of ours in them (roles,
//! settings, paths, metrics) is held against what the wire really knows.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

mod compose;
mod doctor;
mod files;
mod image;
mod kubernetes;
mod proxy;
mod services;
mod units;
mod watching;
