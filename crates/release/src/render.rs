//! The forms in which a release leaves: the wire's text, the mail, the webhook payload.

mod digest;
mod event;
mod letters;
mod mail;
mod payload;
mod phrases;
mod readers;
mod sheet;
mod trouble;
mod wire;

pub use digest::{DigestEntry, digest_mail};
pub use event::Event;
pub use letters::{Notice, notice_mail, sign_in_mail};
pub use mail::{Mail, MailTemplate, Reason, Recipient, confirm_mail, story_mail};
pub use payload::{Matched, StoryPayload, challenge_payload, clause_bytes, test_payload};
pub use phrases::Phrases;
pub use readers::{confirm_hook_mail, known_mail, manage_mail, test_mail};
pub use trouble::{TroubleMail, trouble_mail};
pub use wire::{
    boxed, dateline_text, moment_text, opening, source_line, wire_html, wire_tail_html, wire_text,
};

use crate::body::RenderedBody;
use crate::model::Release;

/// A release as it went out on the wire, with all that its forms need; made once per item, shared by its deliveries.
#[derive(Debug, Clone)]
pub struct Item {
    /// `rel_…`.
    pub release_id: String,
    /// `sty_…`.
    pub story_id: String,
    /// 0 for the first telling.
    pub revision: i64,
    /// Its place on the wire.
    pub seq: i64,
    /// Unix milliseconds.
    pub accepted_ms: i64,
    /// Unix milliseconds.
    pub cleared_ms: i64,
    /// The page in the newsroom.
    pub url: String,
    /// The issuers' names, in the order of `release.issuers`.
    pub issuer_names: Vec<String>,
    /// The content.
    pub release: Release,
    /// Its body, rendered once.
    pub body: RenderedBody,
    /// The wire's own name.
    pub wire_name: String,
}
