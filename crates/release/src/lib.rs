//! What flows through Dateline: releases, topics, filters, alerts, and the forms in which they leave.
//!
//! Reads submissions (JSON, or Markdown with front matter) and taxonomies; writes nothing. Pure: no async, no files, no
//! clock, no network; time and randomness are arguments. A crash leaves nothing behind, for nothing is begun here.
//!
//! The way through it: [`source`] reads a submission into one JSON object and knows where its values stand, [`lint`] turns
//! that into findings and a [`model::Release`] (with [`fingerprint`] telling near-doubles), [`filter`] says what readers
//! asked for, [`subject`] what a release offers to filters, [`matching`] whether they agree, [`mod@explain`] why, and
//! [`render`] makes the wire's text and HTML, mail and webhook payloads. [`bounce`] reads mail that comes back, [`mod@dateline`] datelines
//! that other wires printed.

pub mod address;
pub mod body;
pub mod bounce;
mod calendar;
pub mod capability;
pub mod dateline;
pub mod explain;
pub mod filter;
pub mod finding;
pub mod fingerprint;
pub mod frequency;
pub mod ids;
pub mod isin;
pub mod language;
pub mod lint;
pub mod matching;
pub mod model;
pub mod network;
pub mod place;
pub mod render;
pub mod source;
pub mod subject;
pub mod text;
pub mod ticker;
pub mod time;
pub mod topic;
pub mod webhook;

pub use explain::{Explanation, explain, highlights};
