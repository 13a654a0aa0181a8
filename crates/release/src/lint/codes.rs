//! The one list of what lint can say; `docs/lint.md` and the README are checked against it.

use crate::finding::Severity;

/// A code that findings carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Stable and machine-readable.
    pub code: &'static str,
    /// What its findings are, where nothing at the finding says otherwise.
    pub severity: Severity,
    /// What it means, in one line.
    pub means: &'static str,
}

const fn error(code: &'static str, means: &'static str) -> Code {
    let severity = Severity::Error;
    Code {
        code,
        severity,
        means,
    }
}

const fn warning(code: &'static str, means: &'static str) -> Code {
    let severity = Severity::Warning;
    Code {
        code,
        severity,
        means,
    }
}

impl Code {
    /// The entry of a code, if there is one.
    pub fn of(code: &str) -> Option<&'static Code> {
        CODES.iter().find(|entry| entry.code == code)
    }
}

/// Every code that lint can give: first what stops a release, then what an editor would remark on, then what only intake
/// or the command line can know.
pub const CODES: &[Code] = &[
    error(
        "missing-field",
        "a field that every release needs is absent or empty",
    ),
    error(
        "wrong-type",
        "a field holds another kind of value than it should",
    ),
    error("unknown-field", "a field that no release has"),
    error(
        "control-character",
        "CR, LF, NUL or another control character where one line of text belongs",
    ),
    error(
        "hidden-character",
        "a character that nobody sees and that changes how text reads: bidi overrides, zero-width spaces, tags",
    ),
    error("too-long", "a field is longer than the wire carries"),
    error("issuer-slug", "an issuer is not named by its slug"),
    error("audience-slug", "an audience is not named by a slug"),
    error("language-tag", "not a BCP 47 language tag"),
    error("place-code", "not an ISO 3166 or UN M.49 code"),
    error("unknown-topic", "a topic that the taxonomy does not have"),
    error("ticker-form", "a ticker that cannot be read"),
    error(
        "isin",
        "an ISIN of the wrong form or with the wrong check digit",
    ),
    error("time-malformed", "a clear time that is not a time"),
    error(
        "time-zone",
        "a zone that does not exist, or none where one is needed",
    ),
    error(
        "time-nonexistent",
        "a local time skipped when the clocks go forward",
    ),
    error(
        "time-ambiguous",
        "a local time that happens twice when the clocks go back",
    ),
    error("contact-address", "a contact's mail address is malformed"),
    error(
        "boilerplate-issuer",
        "a boilerplate about somebody who is not an issuer of the release",
    ),
    error("url", "not an http or https URL"),
    error("media-type", "not a media type that the wire carries"),
    error("lane", "neither flash nor regular"),
    error("body-format", "neither markdown nor html"),
    warning(
        "html-removed",
        "markup in the body that does not leave: scripts, styles, forms, frames",
    ),
    warning("headline-long", "a headline over 100 characters"),
    warning("headline-capitals", "a headline in capitals only"),
    warning("body-capitals", "a paragraph in capitals only"),
    warning(
        "placeholder",
        "text left from a template: TBD, XX, [insert …]",
    ),
    warning(
        "typed-dateline",
        "the body begins with a dateline, which the wire prints itself",
    ),
    warning(
        "repeated-lead",
        "the body begins with the headline or the summary again",
    ),
    warning("weekday", "a weekday that does not fit its date"),
    warning(
        "zone-season",
        "a winter time in summer or a summer time in winter: EST in July",
    ),
    warning(
        "stale-quarter",
        "another quarter than the one that the release speaks of",
    ),
    warning(
        "ticker-exchange",
        "a symbol of a form that its exchange does not use",
    ),
    warning(
        "ticker-unlisted",
        "the text names a ticker that is not in `tickers`",
    ),
    warning("ticker-unnamed", "a ticker that the text does not name"),
    warning(
        "no-ticker",
        "the text names an exchange, but the release has no ticker",
    ),
    warning(
        "no-safe-harbour",
        "a listed issuer looks ahead, without a forward-looking statement",
    ),
    warning(
        "no-original",
        "a translation that does not say which language prevails",
    ),
    warning("advertising", "words that advertise rather than report"),
    warning("keyword-stuffing", "the same words over and over"),
    warning("mixed-script", "letters of two scripts in one word"),
    warning(
        "link-private",
        "a link that readers cannot follow: private, local or a placeholder",
    ),
    warning("many-links", "more than 30 links in the body"),
    warning("many-addresses", "more than 20 mail addresses"),
    warning("long-word", "a word of over 60 characters"),
    warning("long-paragraph", "a paragraph of over 3,000 characters"),
    warning(
        "no-alt",
        "a picture that says nothing to those who do not see it",
    ),
    warning(
        "no-topics",
        "no topic: only readers who watch words, places or issuers will hear of it",
    ),
    warning("no-contact", "nobody to ask"),
    warning(
        "no-summary",
        "no summary: alerts show the first words of the body",
    ),
    warning("duplicate", "a value is given twice"),
    warning(
        "headline-issuer",
        "at intake: the headline does not name an issuer",
    ),
    warning(
        "headline-news",
        "at intake: the headline names the issuer and no news",
    ),
    warning(
        "contact-domain",
        "at intake: a contact's address is not at an issuer's or the agent's domain",
    ),
    warning(
        "no-boilerplate",
        "at intake: nothing says who the issuer is",
    ),
    warning(
        "near-double",
        "at intake: nearly the text of another recent release of the issuer",
    ),
    error(
        "bundle-story",
        "at intake: editions of one bundle name different stories",
    ),
    error(
        "bundle-issuers",
        "at intake: editions of one bundle speak for different issuers",
    ),
    error(
        "bundle-clear-time",
        "at intake: editions of one bundle have different clear times",
    ),
    error(
        "bundle-edition",
        "at intake: a bundle has the same edition twice",
    ),
    error("issuer-unknown", "at intake: no such issuer"),
    error(
        "issuer-forbidden",
        "at intake: this token may not speak for that issuer",
    ),
    error(
        "lane-forbidden",
        "at intake: this token may not use the flash lane",
    ),
    warning(
        "clear-time-past",
        "at intake: the clear time has passed, so the release leaves at once",
    ),
    error(
        "malformed",
        "by `dateline lint`: neither JSON nor Markdown with front matter",
    ),
    error("unreadable", "by `dateline lint`: the file cannot be read"),
];
