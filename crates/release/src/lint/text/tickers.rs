//! Tickers in the text beside those in `tickers`.

use super::{Findings, Prose, Texts};
use crate::lint::fields::Fields;
use crate::model::Listing;
use crate::ticker::Ticker;
use std::ops::Range;

/// A ticker as a text names it: `(NYSE: KYN)`.
struct Named {
    ticker: Ticker,
    place: Range<usize>,
}

pub(super) fn check(texts: &Texts<'_>, fields: &Fields<'_>, findings: &mut Findings) {
    let listings = &texts.release.tickers;
    let mut said: Vec<Ticker> = Vec::new();
    for prose in texts.all() {
        for Named { ticker, place } in named(prose) {
            if said.contains(&ticker) {
                continue;
            }
            if let Some(form) = unfit(&ticker) {
                let message = format!(
                    "`{}` does not look like a symbol of its exchange: {form}",
                    &prose.source[place.clone()]
                );
                findings.warn_at(
                    "ticker-exchange",
                    (prose, place.clone()),
                    message,
                    "check symbol and exchange",
                );
            }
            unlisted(listings, fields, prose, &ticker, place, findings);
            said.push(ticker);
        }
    }
    for (at, listing) in listings.iter().enumerate() {
        unnamed(texts, at, listing, &said, findings);
    }
}

fn unlisted(
    listings: &[Listing],
    fields: &Fields<'_>,
    prose: &Prose<'_>,
    ticker: &Ticker,
    place: Range<usize>,
    findings: &mut Findings,
) {
    let is_same = |listing: &&Listing| listing.ticker.covers(ticker);
    if listings.iter().any(|listing| is_same(&listing)) {
        return;
    }
    let shown = &prose.source[place.clone()];
    let elsewhere = listings
        .iter()
        .find(|listing| listing.ticker.symbol() == ticker.symbol());
    if let Some(other) = elsewhere {
        let message = format!("the text says `{shown}`, and `tickers` say `{other}`");
        findings.warn_at(
            "ticker-unlisted",
            (prose, place),
            message,
            "correct whichever is wrong",
        );
    } else if listings.is_empty() && fields.value("tickers").is_none() {
        let message = format!(
            "the text names `{shown}`, but the release has no ticker: readers who follow it will not hear of it"
        );
        findings.warn_at(
            "no-ticker",
            (prose, place),
            message,
            format!("add `tickers: [\"{ticker}\"]`"),
        );
    } else if !listings.is_empty() {
        let message = format!("the text names `{shown}`, which is not in `tickers`");
        findings.warn_at(
            "ticker-unlisted",
            (prose, place),
            message,
            format!("add `{ticker}` if the news concerns it"),
        );
    }
}

fn unnamed(
    texts: &Texts<'_>,
    at: usize,
    listing: &Listing,
    said: &[Ticker],
    findings: &mut Findings,
) {
    let pointer = format!("/tickers/{at}");
    let ticker = &listing.ticker;
    if let Some(form) = unfit(ticker).filter(|_| !said.contains(ticker)) {
        let message = format!("`{ticker}` does not look like a symbol of its exchange: {form}");
        findings.warn(
            "ticker-exchange",
            &pointer,
            message,
            "check symbol and exchange",
        );
    }
    let is_said = said.iter().any(|said| said.symbol() == ticker.symbol());
    let symbol = ticker.symbol();
    if !is_said && !texts.all().any(|prose| names_symbol(prose, symbol)) {
        let message = format!("the text does not name `{ticker}`");
        let mend = format!(
            "name it behind the company, such as `({ticker})`, or remove it from `tickers`"
        );
        findings.warn("ticker-unnamed", &pointer, message, mend);
    }
}

fn names_symbol(prose: &Prose<'_>, symbol: &str) -> bool {
    prose.plain.match_indices(symbol).any(|(at, _)| {
        let before = prose.plain[..at].chars().next_back();
        let after = prose.plain[at + symbol.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Every `EXCHANGE: SYMBOL` with the name of an exchange.
fn named(prose: &Prose<'_>) -> Vec<Named> {
    let text = &prose.plain;
    let mut found = Vec::new();
    for (colon, sign) in text.match_indices([':', '：']) {
        let behind = &text[colon + sign.len()..];
        let space = behind.len() - behind.trim_start_matches([' ', '\u{a0}']).len();
        let symbol = &behind[space..];
        let is_symbol =
            |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '/');
        let length = symbol.find(|c| !is_symbol(c)).unwrap_or(symbol.len());
        let symbol = symbol[..length].trim_end_matches(['.', '-', '/']);
        let follows = behind[space + symbol.len()..].chars().next();
        if symbol.is_empty()
            || symbol.len() > Ticker::MAX_SYMBOL_LEN
            || follows.is_some_and(char::is_alphanumeric)
        {
            continue;
        }
        let Some(start) = exchange_start(&text[..colon]) else {
            continue;
        };
        let exchange = text[start..colon].trim();
        if let Ok(ticker) = Ticker::parse(&format!("{exchange}:{symbol}")) {
            let end = colon + sign.len() + space + symbol.len();
            found.push(Named {
                ticker,
                place: start..end,
            });
        }
    }
    found
}

/// Where the longest name of an exchange begins that a text ends with.
fn exchange_start(before: &str) -> Option<usize> {
    let before = before.trim_end();
    let mut start = before.len();
    let mut best = None;
    for word in before
        .rsplit([' ', '\u{a0}', '(', '[', ',', ';', '（'])
        .take(3)
    {
        start = start.checked_sub(word.len())?;
        if word.is_empty() || !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            break;
        }
        if Ticker::is_exchange_name(&before[start..]) {
            best = Some(start);
        }
        let separator = before[..start].chars().next_back();
        if !matches!(separator, Some(' ' | '\u{a0}')) {
            break;
        }
        start -= separator.map_or(0, char::len_utf8);
    }
    best
}

/// How symbols of an exchange look, if this one looks otherwise. The class of a share behind a dot is left aside.
fn unfit(ticker: &Ticker) -> Option<&'static str> {
    let root = ticker
        .symbol()
        .split(['.', '-', '/', '+'])
        .next()
        .unwrap_or_default();
    let letters = root.bytes().all(|byte| byte.is_ascii_alphabetic());
    let digits = root.bytes().all(|byte| byte.is_ascii_digit());
    let length = root.len();
    let (fits, form) = match ticker.exchange()? {
        "XNYS" | "XASE" | "ARCX" => (letters && length <= 4, "one to four letters"),
        "XNAS" => (letters && length <= 5, "one to five letters"),
        "XTSE" | "XTSX" => (letters && length <= 5, "one to five letters"),
        "XLON" => ((2..=4).contains(&length), "two to four letters or digits"),
        "XHKG" => (digits && length <= 5, "up to five digits"),
        "XTKS" => (
            length == 4 && root.as_bytes()[0].is_ascii_digit(),
            "a digit and three digits or letters",
        ),
        "XKRX" | "XKOS" | "XSHG" | "XSHE" => (
            length == 6 && root.as_bytes()[0].is_ascii_digit(),
            "six digits",
        ),
        _ => return None,
    };
    (!fits).then_some(form)
}
