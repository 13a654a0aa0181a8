//! Mail that comes back: what a report of delivery (RFC 3464), a complaint (RFC 5965) or a plain bounce says, and which mail it is
//! about.
//!
//! Reads whatever anybody sends, and believes none of it: [`Returned::paths`] are claims until their signature is verified
//! ([`LinkKey::read_verp`](crate::capability::LinkKey::read_verp)). Bounded: no more than [`MOST_BYTES`] of a message are looked at,
//! some parts, some fields of each, some addresses, and nothing is nested. What cannot be read says nothing.

mod judge;
mod mime;
mod plain;
#[cfg(test)]
mod tests;

pub use judge::{Bounce, BounceKind};

use crate::capability::VERP_PREFIX;
use mime::{Fields, Part};

/// The most of a message that is looked at: reports stand at its beginning, before what they return.
pub const MOST_BYTES: usize = 256 * 1024;
/// Groups of a report that are looked at: one for the message, one for each recipient, and a return path has one.
const MOST_GROUPS: usize = 8;
/// Addresses of one field that may be return paths; each is verified.
const MOST_PATHS: usize = 4;
/// Headers that say to whom the report came, the most trustworthy first: what the last relay wrote of the envelope.
const RECIPIENTS: [&str; 4] = ["x-original-to", "delivered-to", "envelope-to", "to"];

/// What came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// Local parts that may be return paths of ours, the likeliest first; each may be made up.
    pub paths: Vec<String>,
    /// What it says; none if nothing follows from it: a delay, a success, somebody's holiday.
    pub bounce: Option<Bounce>,
}

/// Reads a message that came to a return path, or to where complaints go.
pub fn read(message: &[u8]) -> Returned {
    let most = message.len().min(MOST_BYTES);
    let text = String::from_utf8_lossy(&message[..most]);
    let mail = Part::read(&text);
    let parts = mail.parts();
    let mut returned = Returned::default();
    for name in RECIPIENTS {
        returned.may_be_from(&mail.fields, name);
    }
    let mut is_report = false;
    for part in &parts {
        is_report |= returned.read_part(part, is_report);
    }
    if !is_report {
        returned.bounce = plain::bounce(&mail, parts.first());
    }
    returned
}

impl Returned {
    /// Reads a part of a message; gives whether it is a report. What is returned stands after it.
    fn read_part(&mut self, part: &Part<'_>, is_report: bool) -> bool {
        match part.media_type().as_str() {
            "message/delivery-status" | "message/global-delivery-status" => {
                let failed = groups(&part.text()).iter().find_map(failed);
                self.bounce = self.bounce.take().or(failed);
                true
            }
            "message/feedback-report" => {
                let (fields, _) = Fields::read(part.text().trim_start());
                self.bounce = self.bounce.take().or_else(|| complained(&fields));
                self.may_be_from(&fields, "original-mail-from");
                true
            }
            // It tells by its own return path which mail it was.
            "message/rfc822" | "text/rfc822-headers" | "message/global-headers" if is_report => {
                let (fields, _) = Fields::read(part.text().trim_start());
                self.may_be_from(&fields, "return-path");
                false
            }
            _ => false,
        }
    }

    /// Takes in what looks like return paths of ours.
    fn may_be_from(&mut self, fields: &Fields, name: &str) {
        let value = fields.get(name).unwrap_or_default().to_ascii_lowercase();
        let is_sign = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '@';
        let words = value.split(|c: char| !is_sign(c));
        let locals = words.filter_map(|word| word.split_once('@').map(|(local, _)| local));
        let ours = locals.filter(|local| local.starts_with(VERP_PREFIX));
        self.paths.extend(ours.take(MOST_PATHS).map(str::to_owned));
    }
}

/// Groups of fields, an empty line between them (RFC 3464, section 2.1).
fn groups(text: &str) -> Vec<Fields> {
    let (mut groups, mut rest) = (Vec::new(), text.trim_start());
    while !rest.is_empty() && groups.len() < MOST_GROUPS {
        let (fields, after) = Fields::read(rest);
        groups.push(fields);
        rest = after.trim_start();
    }
    groups
}

/// What the fields of one recipient say (RFC 3464, section 2.3).
fn failed(fields: &Fields) -> Option<Bounce> {
    let status = fields.get("status").unwrap_or_default();
    let said = fields.get("diagnostic-code").unwrap_or_default();
    let said = said.split_once(';').map_or(said, |(_, said)| said).trim();
    match fields.get("action") {
        Some(action) if action.eq_ignore_ascii_case("failed") => {}
        None if status.starts_with('5') => {}
        _ => return None,
    }
    Some(Bounce::of_status(status, said))
}

/// What a complaint says (RFC 5965, section 3.1).
fn complained(fields: &Fields) -> Option<Bounce> {
    let kind = fields.get("feedback-type")?.to_lowercase();
    let by = fields.get("user-agent").unwrap_or_default();
    (kind != "not-spam").then(|| Bounce::complaint(&format!("{kind} {by}")))
}
