//! How a relay as a whole, and each recipient behind it, misbehaves.

use std::time::Duration;

/// How the whole relay behaves, from the next flight of commands on (open connections included).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmtpMood {
    /// Does as the recipient says.
    #[default]
    Normal,
    /// Greets with 421 and closes; open connections are told 421 at their next command.
    Refuse421,
    /// Accepts connections and never says a word.
    Mute,
    /// Does not offer PIPELINING (and would still take it).
    NoPipelining,
    /// Thinks for so long before each single reply.
    Slow(Duration),
    /// Is so far away: each flight of replies leaves late, as over a line with this round-trip time.
    Far(Duration),
    /// Spreads every reply over many lines, 64 KiB in all: more than RFC 5321 lets a client expect.
    LongReplies,
    /// Takes leave (421) of connections that were open before, at their next command, and serves new ones.
    TakesLeave,
    /// Makes trouble at one point of the conversation, whoever the recipient is. At [`SmtpStage::Greeting`] it meets new
    /// connections only, as with a relay that has too many.
    At(SmtpStage, Trouble),
}

/// A point of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpStage {
    /// Its first words.
    Greeting,
    /// EHLO or HELO.
    Hello,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA.
    Data,
    /// When the message has begun to come.
    Message,
    /// When the message is complete; it is not recorded.
    Dot,
}

/// What a relay does instead of what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Disconnects.
    Close,
    /// Says nothing more.
    Silence,
    /// Answers with this code, 400 to 599; 421 is its last word.
    Reply(u16),
}

/// How one recipient is served: see the table at [`SmtpSink`](crate::SmtpSink).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Accept,
    Refuse(u16),
    Lure(u16),
    Greylist(u32),
    StallRcpt,
    StallDot,
    DropRcpt,
    DropData,
    DropDot,
    Reject(u16),
}

impl Manner {
    /// Reads the manner out of the local part; whatever is not in the table is accepted.
    pub(crate) fn of(recipient: &str) -> Manner {
        let mut words = recipient.split(['-', '@']);
        let (Some(verb), Some(object)) = (words.next(), words.next()) else {
            return Manner::Accept;
        };
        match (verb, object) {
            ("stall", "rcpt") => Manner::StallRcpt,
            ("stall", "dot") => Manner::StallDot,
            ("drop", "rcpt") => Manner::DropRcpt,
            ("drop", "data") => Manner::DropData,
            ("drop", "dot") => Manner::DropDot,
            ("greylist", times) => times.parse().map_or(Manner::Accept, Manner::Greylist),
            ("refuse" | "full", code) => refusal(code, Manner::Refuse),
            ("lure", code) => refusal(code, Manner::Lure),
            ("reject", code) => refusal(code, Manner::Reject),
            _ => Manner::Accept,
        }
    }
}

fn refusal(code: &str, manner: fn(u16) -> Manner) -> Manner {
    match code.parse() {
        Ok(code) if (400..600).contains(&code) => manner(code),
        _ => Manner::Accept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(recipient: &str, manner: Manner) {
        assert_eq!(Manner::of(recipient), manner, "{recipient}");
    }

    #[test]
    fn the_local_part_names_the_manner() {
        check("ok-1@example.org", Manner::Accept);
        check("anna@example.org", Manner::Accept);
        check("refuse-550-anna@example.org", Manner::Refuse(550));
        check("refuse-550@example.org", Manner::Refuse(550));
        check("full-452-anna@example.org", Manner::Refuse(452));
        check("lure-550-anna@example.org", Manner::Lure(550));
        check("greylist-2-anna@example.org", Manner::Greylist(2));
        check("stall-rcpt-a@example.org", Manner::StallRcpt);
        check("stall-dot-a@example.org", Manner::StallDot);
        check("drop-rcpt-a@example.org", Manner::DropRcpt);
        check("drop-data-a@example.org", Manner::DropData);
        check("drop-dot-a@example.org", Manner::DropDot);
        check("reject-554-a@example.org", Manner::Reject(554));
    }

    #[test]
    fn what_is_not_in_the_table_is_accepted() {
        check("", Manner::Accept);
        check("refuse@example.org", Manner::Accept);
        check("refuse-200-a@example.org", Manner::Accept);
        check("greylist-many-a@example.org", Manner::Accept);
        check("drop-it-a@example.org", Manner::Accept);
    }
}
