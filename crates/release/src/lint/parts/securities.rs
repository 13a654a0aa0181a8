//! The listed securities of a release.

use super::Fields;
use crate::isin::Isin;
use crate::lint::fields::Entry;
use crate::model::Listing;
use crate::ticker::Ticker;

/// Each is text, or an object with ticker and ISIN.
pub(in crate::lint) fn tickers(fields: &mut Fields<'_>) -> Vec<Listing> {
    let mut listings: Vec<Listing> = Vec::new();
    for entry in fields.entries(
        "tickers",
        "`XNYS:KYN`, or an object with `ticker` and `isin`",
    ) {
        let (pointer, listing) = match entry {
            Entry::Text(pointer, text) => {
                let ticker = ticker(fields, &pointer, &text);
                (pointer, ticker.map(Listing::from))
            }
            Entry::Object(nested) => (nested.base.clone(), both(fields, nested)),
        };
        let Some(listing) = listing else { continue };
        if listings.iter().any(|given| given.ticker == listing.ticker) {
            let message = format!("ticker `{listing}` is given twice");
            fields.warn("duplicate", &pointer, message, "give it once");
        } else {
            listings.push(listing);
        }
    }
    listings
}

fn both(fields: &mut Fields<'_>, mut nested: Fields<'_>) -> Option<Listing> {
    nested.refuse_unknown(&["ticker", "isin"]);
    let text = nested.required_line("ticker", 60);
    let pointer = nested.pointer("ticker");
    let ticker = text.and_then(|text| ticker(&mut nested, &pointer, &text));
    let isin = nested
        .line("isin", 40)
        .and_then(|text| match Isin::parse(&text) {
            Ok(isin) => Some(isin),
            Err(error) => {
                let pointer = nested.pointer("isin");
                let mend = "copy it again, such as `US48661E1082`, or leave it out";
                nested.error("isin", &pointer, error.to_string(), mend);
                None
            }
        });
    fields.absorb(nested);
    ticker.map(|ticker| Listing { ticker, isin })
}

fn ticker(fields: &mut Fields<'_>, pointer: &str, text: &str) -> Option<Ticker> {
    match Ticker::parse(text) {
        Ok(ticker) => Some(ticker),
        Err(error) => {
            let mend = "write MIC:SYMBOL, such as `XNYS:KYN`";
            fields.error("ticker-form", pointer, error.to_string(), mend);
            None
        }
    }
}
