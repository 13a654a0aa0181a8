//! A made-up audience of mixed interests; a few of its receivers misbehave, as some always do.

use serde_json::{Value, json};
use sinks::HttpSink;

/// What people ask for; each is used with many others' languages and places.
const INTERESTS: &[&str] = &[
    "everything",
    "topic:business-money",
    "topic:science-tech",
    "topic:lifestyle-health",
    "topic:energy-natural-resources",
    "topic:heavy-industry-manufacturing",
    "topic:earnings",
    "topic:green-technology OR topic:alternative-energies",
    "topic:health",
    "topic:entertainment-media AND lang:fr",
    "topic:agriculture OR topic:food-beverages",
    "topic:product-recalls",
    "topic:artificial-intelligence",
    "topic:public-safety AND NOT lang:ja",
    "geo:US",
    "geo:US-TX",
    "geo:DE OR geo:FR",
    "geo:JP",
    "geo:BR AND topic:agriculture",
    "lang:de",
    "lang:es",
    "lang:ar",
    "source:halvorsen-robotics",
    "source:quillmere-freight OR source:tarnbeck-wind",
    "ticker:XNAS:HLVR",
    "battery AND NOT topic:product-recalls",
    "\"third quarter\"",
    "topic:mining AND geo:AU",
];

/// What readers read, best first.
const LANGUAGES: &[&[&str]] = &[
    &["en"],
    &["de", "en"],
    &["es", "en"],
    &["fr"],
    &["ja", "en"],
    &["ar", "en"],
    &["pt-BR", "es"],
    &[],
    &[],
];

/// `n` subscriptions as the API takes them: 60 % by email, 40 % by webhook, one reader in ten with two.
pub(super) fn make(n: u32, http: &HttpSink) -> Vec<Value> {
    let mut dice = Dice(0x5eed);
    (0..n).map(|at| one(at, &mut dice, http)).collect()
}

fn one(at: u32, dice: &mut Dice, http: &HttpSink) -> Value {
    // Every tenth subscription is a second one of the reader before: both match, one alert is told.
    let reader = if at % 10 == 9 { at - 1 } else { at };
    let by_webhook = reader % 5 < 2;
    // At many domains, for each is written to at its own pace; one of them greylists.
    let owner = format!("reader-{reader}@mail-{}.example", reader % 100);
    let interest = INTERESTS[dice.below(INTERESTS.len())];
    let languages = LANGUAGES[(reader as usize * 7) % LANGUAGES.len()];
    let mut subscription = json!({
        "filter": interest,
        "name": interest,
        "languages": languages,
        "extent": if reader % 3 == 0 { "link" } else { "full" },
        "consent": "made for the demo",
    });
    if by_webhook {
        subscription["webhook"] = json!(http.url(&format!("/{}/{reader}", webhook_manner(reader))));
        subscription["owner"] = json!(owner);
    } else {
        subscription["email"] = json!(format!("{}{owner}", mail_manner(reader)));
    }
    subscription
}

/// Most receivers are well; some answer 503 at first, one is gone for good.
fn webhook_manner(reader: u32) -> &'static str {
    match reader {
        20 => "status/410",
        r if r % 100 == 0 => "flaky/1",
        _ => "ok",
    }
}

/// Most mailboxes are well; some are greylisted at first, one does not exist.
fn mail_manner(reader: u32) -> &'static str {
    match reader {
        13 => "refuse-550-",
        r if r % 100 == 4 => "greylist-1-",
        _ => "",
    }
}

/// A small seeded generator (xorshift64*), so that every demo has the same audience.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n
    }
}
