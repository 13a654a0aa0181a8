//! security.txt (RFC 9116): whom to tell of a hole.

use release::time::rfc3339;
use std::fmt::Write as _;

const DAY_MS: i64 = 86_400_000;

/// What the operator set.
#[derive(Debug, Clone, Default)]
pub struct Security {
    /// `mailto:` or `https:`; empty for no security.txt.
    pub contact: String,
    /// Where the policy stands; may be empty.
    pub policy: String,
    /// Language tags, comma-separated; may be empty.
    pub languages: String,
    /// How many days the file may be relied on.
    pub valid_days: i64,
}

impl Security {
    /// The file; none while there is no contact. It expires so many days after the beginning of this day, so that it stays
    /// the same for a day.
    pub(super) fn text(&self, url: &str, now_ms: i64) -> Option<String> {
        if self.contact.is_empty() {
            return None;
        }
        let today_ms = now_ms - now_ms.rem_euclid(DAY_MS);
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            if !value.is_empty() {
                writeln!(text, "{name}: {value}").expect("a String takes all that is written");
            }
        };
        line("Contact", &self.contact);
        line("Expires", &rfc3339(today_ms + self.valid_days * DAY_MS));
        line("Preferred-Languages", &self.languages);
        line("Policy", &self.policy);
        line("Canonical", url);
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_contact_and_when_it_expires() {
        let security = Security {
            contact: "mailto:security@wire.example".into(),
            languages: "en, de".into(),
            valid_days: 30,
            ..Security::default()
        };

        let text = security.text("https://wire.example/s", 1_796_115_600_500);

        assert_eq!(
            text.unwrap(),
            "Contact: mailto:security@wire.example\nExpires: 2026-12-31T00:00:00.000Z\n\
             Preferred-Languages: en, de\nCanonical: https://wire.example/s\n"
        );
        assert_eq!(Security::default().text("https://wire.example/s", 0), None);
    }
}
