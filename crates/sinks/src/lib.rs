//! Receivers on loopback that record what reaches them and can misbehave.
//!
//! The demo shows them, the tests ask them what arrived, and the benches measure against them. They read mail
//! (`SmtpSink`) and webhook calls (`HttpSink`) from sockets, and write nothing: what they remember is in memory, and
//! a crash or a [`stop`](SmtpSink::stop) leaves only what the caller has asked for by then.
//!
//! * **Every id is kept, doubles too.** The promise to users is "at least once, doubles with the same id", so a
//!   receiver must be able to say how often each id came: [`SmtpSink::ids`], [`HttpSink::ids`].
//! * **Recorded before answered.** Who holds an answer may look at once; there is nothing to wait for.
//! * **Waiting is for events.** [`SmtpSink::wait_for`] and its like wake when the wanted row is written and never
//!   poll; their deadline is for tests that fail.
//! * **Misbehaviour is in the address.** The local part of a recipient (see [`SmtpSink`]) or the path of a URL (see
//!   [`HttpSink`]) says how it is served, so one sink plays a thousand receivers at once. What concerns a whole
//!   relay is a [`SmtpMood`].
//! * **Recording is cheap.** Benches share two cores with their sink: bodies are parsed in place and dropped unless
//!   [`Keep::Bodies`] asks for them.
//!
//! `sinks` knows no other crate of this workspace, and nothing but tests, demo and benches may depend on it.

mod smtp;
mod smtp_dialogue;
mod smtp_input;
mod smtp_mood;
mod smtp_session;

mod encrypted;
mod http;
mod http_behaviour;
mod http_body;
mod http_call;
mod http_raw;

mod listening;
mod record;

pub use crate::encrypted::{Offer, trusting};
pub use crate::http::{HttpSink, ReceivedCall};
pub use crate::record::{Keep, Shortfall};
pub use crate::smtp::{ReceivedMail, SmtpSink};
pub use crate::smtp_mood::{SmtpMood, SmtpStage, Trouble};
