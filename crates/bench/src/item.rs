//! The release that is measured: its webhook payload is about 2 KB, its mail about 8 KB, text and HTML together.

use release::model::Lane;
use serde_json::{Value, json};

/// The issuer of the measured release; the measured audience asks for it.
pub(crate) const MEASURED: &str = "northgate-instruments";
/// The issuer of the release that warms the wire up.
pub(crate) const WARM_UP: &str = "warm-up-works";
/// An issuer that nobody asks for.
pub(crate) const UNHEARD: &str = "unheard-of-holdings";

/// How large the payload of a webhook is; what the bare client sends.
pub(crate) const CALL_BYTES: usize = 2 * 1024;
/// How large a mail is; what the bare client sends.
pub(crate) const MAIL_BYTES: usize = 8 * 1024;

const SENTENCE: &str = "Northgate said the new line measures flow and pressure in one housing, and that the first \
                        units will leave the plant near Leeds before the end of the quarter. ";

/// The issuer of flash items; a tenth of the measured audience at most asks for it.
pub(crate) const FLASH: &str = "tremor-watch";

/// Every issuer, as the API takes them.
pub(crate) fn issuers() -> [serde_json::Value; 4] {
    [MEASURED, WARM_UP, UNHEARD, FLASH]
        .map(|slug| json!({ "slug": slug, "name": format!("{slug} plc") }))
}

/// A release of an issuer, its `nth`, as the API takes it.
pub(crate) fn release(issuer: &str, nth: usize) -> String {
    release_in(Lane::Regular, issuer, nth).to_string()
}

/// The same for the flash lane.
pub(crate) fn flash(issuer: &str, nth: usize) -> String {
    release_in(Lane::Flash, issuer, nth).to_string()
}

fn release_in(lane: Lane, issuer: &str, nth: usize) -> Value {
    let text = |bytes: usize| {
        SENTENCE.repeat(bytes.div_ceil(SENTENCE.len()))[..bytes]
            .trim_end()
            .to_owned()
    };
    let paragraphs = [text(310), text(310), text(310), text(310)];
    json!({
        "issuers": [issuer],
        "edition": { "region": "GB", "language": "en" },
        "lane": lane.as_str(),
        "headline": format!("Northgate Instruments opens line {nth} for combined flow meters"),
        "subheadline": text(410),
        "summary": text(980),
        "dateline": { "city": "LEEDS", "country": "GB" },
        "topics": ["machinery"],
        "places": ["GB"],
        "contacts": [{
            "name": "Ruth Okonjo", "role": "Media relations", "email": "press@northgate.example",
            "phone": "+44 113 496 0142", "visibility": "public",
        }],
        "body": paragraphs.join("\n\n"),
    })
}
