//! One conversation with whoever brings mail back: LMTP (RFC 2033) or SMTP (RFC 5321), as the first command says.
//!
//! Pure: lines in, replies out. One recipient a mail, so that a mail has one reply in either protocol; a relay brings others apart
//! (RFC 5321, section 4.5.3.1.10).

/// Where readers' complaints go, which name the return path themselves.
const COMPLAINTS: &str = "complaints";
/// Commands that make no sense, before the conversation ends.
const MOST_MISTAKES: usize = 10;
/// Mails of one conversation.
const MOST_MAILS: usize = 1_000;
/// The largest message, in bytes.
pub(super) const MOST_BYTES: usize = 10 * 1024 * 1024;

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Reply, and listen.
    Reply(String),
    /// Reply, and read a message to this recipient.
    Message {
        /// As the envelope names it.
        recipient: String,
    },
    /// Reply, and hang up.
    End(String),
}

/// How far it is.
#[derive(Debug, Default)]
pub(super) struct Dialogue {
    greeted: bool,
    has_sender: bool,
    recipient: Option<String>,
    mistakes: usize,
    mails: usize,
}

impl Dialogue {
    /// Hears a line without its end. `is_path` says whether a local part is a return path of ours.
    pub(super) fn hear(&mut self, line: &str, is_path: impl Fn(&str) -> bool) -> Next {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let reply = match verb.to_ascii_uppercase().as_str() {
            "LHLO" | "EHLO" => self.greet(format!(
                "250-dateline\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {MOST_BYTES}"
            )),
            "HELO" => self.greet("250 dateline".to_owned()),
            "MAIL" if !self.greeted || self.has_sender => return self.mistake(OUT_OF_ORDER),
            "MAIL" => return self.sender(rest),
            "RCPT" if !self.has_sender => return self.mistake(OUT_OF_ORDER),
            "RCPT" => self.recipient(rest, is_path),
            "DATA" => match self.recipient.take() {
                Some(recipient) => {
                    self.reset();
                    self.mails += 1;
                    return Next::Message { recipient };
                }
                None => return self.mistake("503 5.5.1 no recipient was accepted"),
            },
            "RSET" => {
                self.reset();
                "250 2.0.0 forgotten".to_owned()
            }
            "NOOP" => "250 2.0.0 here".to_owned(),
            "VRFY" => "252 2.5.0 send it, and see".to_owned(),
            "QUIT" => return Next::End("221 2.0.0 goodbye".to_owned()),
            _ => return self.mistake("502 5.5.1 this command is not known here"),
        };
        Next::Reply(reply)
    }

    fn greet(&mut self, reply: String) -> String {
        self.reset();
        self.greeted = true;
        reply
    }

    fn sender(&mut self, rest: &str) -> Next {
        if self.mails >= MOST_MAILS {
            return Next::End("421 4.7.0 enough for one connection, come again".to_owned());
        }
        if !begins_with(rest, "FROM:") {
            return self.mistake("501 5.5.4 write MAIL FROM:<address>");
        }
        self.has_sender = true;
        Next::Reply("250 2.1.0 go on".to_owned())
    }

    fn recipient(&mut self, rest: &str, is_path: impl Fn(&str) -> bool) -> String {
        if self.recipient.is_some() {
            return "452 4.5.3 one recipient a mail".to_owned();
        }
        let address = match begins_with(rest, "TO:") {
            true => rest[3..].trim_start(),
            false => return "501 5.5.4 write RCPT TO:<address>".to_owned(),
        };
        let address = address.split('>').next().unwrap_or_default();
        let address = address.trim_start_matches('<');
        let local = super::local(address);
        if !local.eq_ignore_ascii_case(COMPLAINTS) && !is_path(local) {
            return "550 5.1.1 no return path of this wire".to_owned();
        }
        self.recipient = Some(address.to_owned());
        "250 2.1.5 go on".to_owned()
    }

    fn reset(&mut self) {
        self.has_sender = false;
        self.recipient = None;
    }

    fn mistake(&mut self, reply: &str) -> Next {
        self.mistakes += 1;
        match self.mistakes > MOST_MISTAKES {
            true => Next::End("421 4.7.0 too many mistakes".to_owned()),
            false => Next::Reply(reply.to_owned()),
        }
    }
}

const OUT_OF_ORDER: &str = "503 5.5.1 not in this order";

fn begins_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(lines: &[&str]) -> Vec<String> {
        let mut dialogue = Dialogue::default();
        let hear = |line: &&str| match dialogue.hear(line, |local| local == "b+ours") {
            Next::Reply(reply) | Next::End(reply) => reply[..3].to_owned(),
            Next::Message { recipient } => recipient,
        };
        lines.iter().map(hear).collect()
    }

    #[test]
    fn mail_is_taken_for_one_recipient_of_ours() {
        let mail = [
            "MAIL FROM:<> SIZE=9",
            "RCPT TO:<b+other@wire.example>",
            "RCPT TO:<b+ours@wire.example> NOTIFY=NEVER",
            "RCPT TO:<b+ours@wire.example>",
            "DATA",
        ];
        let expect = ["250", "550", "250", "452", "b+ours@wire.example"];

        for hello in ["LHLO mx", "ehlo mx", "HELO mx"] {
            let heard = heard(&[&[hello], &mail[..], &mail[..], &["QUIT"]].concat());
            let expect = [&["250"], &expect[..], &expect[..], &["221"]].concat();
            assert_eq!(heard, expect);
        }
    }

    #[test]
    fn complaints_have_an_address_of_their_own() {
        let lines = [
            "LHLO mx",
            "MAIL FROM:<f@x.example>",
            "rcpt to: <Complaints@wire.example>",
        ];

        assert_eq!(heard(&lines), ["250", "250", "250"]);
    }

    #[test]
    fn what_is_out_of_order_or_unknown_is_refused_and_at_last_ends_it() {
        let check = |lines: &[&str], expect: &[&str]| assert_eq!(heard(lines), expect, "{lines:?}");

        check(&["MAIL FROM:<>"], &["503"]);
        check(
            &["LHLO mx", "RCPT TO:<b+ours@w>", "DATA"],
            &["250", "503", "503"],
        );
        check(
            &["LHLO mx", "MAIL TO:<>", "MAIL FROM:<>", "MAIL FROM:<>"],
            &["250", "501", "250", "503"],
        );
        check(
            &["LHLO mx", "MAIL FROM:<>", "RCPT FROM:<b+ours@w>", "DATA"],
            &["250", "250", "501", "503"],
        );
        check(
            &["LHLO mx", "MAIL FROM:<>", "RSET", "RCPT TO:<b+ours@w>"],
            &["250", "250", "250", "503"],
        );
        check(
            &["STARTTLS", "", "é", "NOOP", "VRFY x"],
            &["502", "502", "502", "250", "252"],
        );
        let nonsense = vec!["XYZ"; MOST_MISTAKES + 1];
        assert_eq!(heard(&nonsense).last().unwrap(), "421");
    }
}
