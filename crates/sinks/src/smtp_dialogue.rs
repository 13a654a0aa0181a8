//! What the mail receiver answers to each command and message.

use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::record::Keep;
use crate::smtp::{ReceivedMail, SmtpDesk};
use crate::smtp_input::{message_id, unstuff};
use crate::smtp_mood::{Manner, SmtpMood, SmtpStage, Trouble};

/// The size of a reply in the mood [`SmtpMood::LongReplies`], in bytes.
const LONG_REPLY_BYTES: usize = 64 * 1024;

/// The receiver's side of one session; it knows no socket.
pub(crate) struct Dialogue {
    pub(crate) mood: SmtpMood,
    pub(crate) phase: Phase,
    /// Replies not yet written.
    pub(crate) output: Vec<u8>,
    desk: Arc<SmtpDesk>,
    envelope: Envelope,
}

/// What the next bytes are.
#[derive(Clone, Copy)]
pub(crate) enum Phase {
    Command,
    Credentials,
    Message,
}

/// What follows a command.
pub(crate) enum Next {
    Read,
    Stall,
    Close,
}

#[derive(Default)]
struct Envelope {
    /// `None` until MAIL.
    from: Option<String>,
    recipients: Vec<(String, Manner)>,
    /// Recipients that were refused and for whom DATA is answered 354 nevertheless.
    lured: u32,
}

impl Dialogue {
    pub(crate) fn new(desk: Arc<SmtpDesk>) -> Dialogue {
        let mood = desk.mood();
        Dialogue {
            mood,
            phase: Phase::Command,
            output: Vec::new(),
            desk,
            envelope: Envelope::default(),
        }
    }

    pub(crate) fn line(&mut self, line: &[u8]) -> Next {
        let line = String::from_utf8_lossy(line);
        if matches!(self.phase, Phase::Credentials) {
            self.phase = Phase::Command;
            self.credentials(&line);
            return Next::Read;
        }
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        if let Some(next) = stage_of(verb).and_then(|stage| self.trouble(stage)) {
            return next;
        }
        if verb.eq_ignore_ascii_case("RCPT") {
            return self.rcpt(rest);
        } else if verb.eq_ignore_ascii_case("DATA") {
            return self.data();
        } else if verb.eq_ignore_ascii_case("QUIT") {
            self.reply("221 2.0.0 bye");
            return Next::Close;
        } else if verb.eq_ignore_ascii_case("MAIL") {
            self.mail(rest);
        } else if verb.eq_ignore_ascii_case("EHLO") {
            self.ehlo();
        } else if verb.eq_ignore_ascii_case("AUTH") {
            self.auth(rest);
        } else if verb.eq_ignore_ascii_case("HELO") || verb.eq_ignore_ascii_case("RSET") {
            self.envelope = Envelope::default();
            self.reply("250 2.0.0 ok");
        } else if verb.eq_ignore_ascii_case("NOOP") {
            self.reply("250 2.0.0 ok");
        } else {
            self.reply("500 5.5.2 no such command");
        }
        Next::Read
    }

    /// What follows instead, if this is where trouble is made.
    pub(crate) fn trouble(&mut self, stage: SmtpStage) -> Option<Next> {
        let SmtpMood::At(at, trouble) = self.mood else {
            return None;
        };
        (at == stage).then(|| match trouble {
            Trouble::Close => Next::Close,
            Trouble::Silence => Next::Stall,
            Trouble::Reply(code) => {
                self.refuse(code, "trouble");
                match code {
                    421 => Next::Close,
                    _ => Next::Read,
                }
            }
        })
    }

    fn ehlo(&mut self) {
        self.envelope = Envelope::default();
        self.output.extend_from_slice(b"250-sink.invalid\r\n");
        if self.mood != SmtpMood::NoPipelining {
            self.output.extend_from_slice(b"250-PIPELINING\r\n");
        }
        self.output
            .extend_from_slice(b"250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250-AUTH PLAIN\r\n");
        self.reply("250 SIZE 67108864");
    }

    fn auth(&mut self, rest: &str) {
        match rest.split_once(' ') {
            Some((scheme, initial)) if scheme.eq_ignore_ascii_case("PLAIN") => {
                self.credentials(initial)
            }
            None if rest.eq_ignore_ascii_case("PLAIN") => {
                self.phase = Phase::Credentials;
                self.reply("334 ");
            }
            _ => self.reply("504 5.5.4 PLAIN only"),
        }
    }

    fn credentials(&mut self, encoded: &str) {
        match BASE64_STANDARD.decode(encoded) {
            Ok(plain) if plain.iter().filter(|&&byte| byte == 0).count() != 2 => {
                self.reply("501 5.5.2 not PLAIN")
            }
            Ok(plain) if plain.ends_with(b"\0wrong") => self.reply("535 5.7.8 wrong password"),
            Ok(_) => self.reply("235 2.7.0 welcome"),
            Err(_) => self.reply("501 5.5.2 not base64"),
        }
    }

    fn mail(&mut self, rest: &str) {
        match path(rest, "FROM:") {
            _ if self.envelope.from.is_some() => self.reply("503 5.5.1 nested MAIL"),
            None => self.reply("501 5.5.4 MAIL FROM:<address>"),
            Some(from) => {
                self.envelope.from = Some(from.to_owned());
                self.reply("250 2.1.0 ok");
            }
        }
    }

    fn rcpt(&mut self, rest: &str) -> Next {
        let Some(recipient) = path(rest, "TO:").filter(|recipient| !recipient.is_empty()) else {
            self.reply("501 5.5.4 RCPT TO:<address>");
            return Next::Read;
        };
        if self.envelope.from.is_none() {
            self.reply("503 5.5.1 MAIL first");
            return Next::Read;
        }
        let manner = Manner::of(recipient);
        match manner {
            Manner::StallRcpt => return Next::Stall,
            Manner::DropRcpt => return Next::Close,
            Manner::Refuse(code) => self.refuse(code, "mailbox unavailable"),
            Manner::Lure(code) => {
                self.envelope.lured += 1;
                self.refuse(code, "mailbox unavailable");
            }
            Manner::Greylist(times) if self.desk.greylisted.before(recipient) < times => {
                self.reply("451 4.7.1 greylisted, come back later");
            }
            _ => {
                self.envelope
                    .recipients
                    .push((recipient.to_owned(), manner));
                self.reply("250 2.1.5 ok");
            }
        }
        Next::Read
    }

    fn data(&mut self) -> Next {
        let envelope = &self.envelope;
        if envelope
            .recipients
            .iter()
            .any(|(_, manner)| *manner == Manner::DropData)
        {
            return Next::Close;
        }
        if envelope.from.is_none() {
            self.reply("503 5.5.1 MAIL first");
        } else if envelope.recipients.is_empty() && envelope.lured == 0 {
            self.reply("554 5.5.1 no valid recipients");
        } else {
            self.phase = Phase::Message;
            self.reply("354 end with a dot");
        }
        Next::Read
    }

    /// Records the message for each recipient that takes it, and answers for the first that does not.
    pub(crate) fn message(&mut self, message: &[u8]) -> Next {
        self.phase = Phase::Command;
        let received = Instant::now();
        let envelope = std::mem::take(&mut self.envelope);
        if let Some(next) = self.trouble(SmtpStage::Dot) {
            return next;
        }
        let from = envelope.from.unwrap_or_default();
        let mut answer = if envelope.recipients.is_empty() {
            Manner::Reject(554)
        } else {
            Manner::Accept
        };
        for (recipient, manner) in envelope.recipients {
            if answer == Manner::Accept {
                answer = manner;
            }
            if matches!(manner, Manner::Reject(_) | Manner::StallDot) {
                continue;
            }
            let raw = (self.desk.keep == Keep::Bodies).then(|| unstuff(message));
            let message_id = message_id(message).to_owned();
            self.desk.mails.record(ReceivedMail {
                message_id,
                from: from.clone(),
                recipient,
                received,
                size_bytes: message.len(),
                raw,
            });
        }
        match answer {
            Manner::Reject(code) => self.refuse(code, "message refused"),
            Manner::StallDot => return Next::Stall,
            Manner::DropDot => return Next::Close,
            _ => self.reply("250 2.0.0 ok, recorded"),
        }
        Next::Read
    }

    fn refuse(&mut self, code: u16, words: &str) {
        let class = code / 100;
        self.reply(&format!("{code} {class}.0.0 {words}"));
    }

    pub(crate) fn reply(&mut self, line: &str) {
        if self.mood == SmtpMood::LongReplies {
            let (code, words) = line.split_at(3);
            let filler = format!("{code}-{words} {}\r\n", "x".repeat(480));
            let lines = LONG_REPLY_BYTES.div_ceil(filler.len());
            self.output
                .extend_from_slice(filler.repeat(lines).as_bytes());
        }
        self.output.extend_from_slice(line.as_bytes());
        self.output.extend_from_slice(b"\r\n");
    }
}

/// Where trouble may be made by this command.
fn stage_of(verb: &str) -> Option<SmtpStage> {
    Some(match verb.to_ascii_uppercase().as_str() {
        "EHLO" | "HELO" => SmtpStage::Hello,
        "MAIL" => SmtpStage::Mail,
        "RCPT" => SmtpStage::Rcpt,
        "DATA" => SmtpStage::Data,
        _ => return None,
    })
}

/// The address in `FROM:<address> PARAMETERS`.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<&'a str> {
    let (head, tail) = rest.split_at_checked(keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (address, _parameters) = tail.trim_start().strip_prefix('<')?.split_once('>')?;
    Some(address)
}
