//! Tickers: listed securities, as `XNYS:KYN`.

use crate::address::printable;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A listed security: its symbol, and the exchange as a market identifier code (ISO 10383) where one is named.
///
/// Releases print `NYSE: KYN`; the usual names of exchanges are read as their codes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ticker {
    exchange: Option<String>,
    symbol: String,
}

/// Why a text is no ticker, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a ticker: {reason}", printable(.text))]
pub struct TickerError {
    text: String,
    reason: String,
    /// The exchange that was probably meant.
    pub nearest: Option<String>,
}

/// How releases name exchanges, without spaces and hyphens, and the code of each.
const EXCHANGES: &[(&str, &str)] = &[
    ("ADX", "XADS"),
    ("AIM", "AIMX"),
    ("AMEX", "XASE"),
    ("ASX", "XASX"),
    ("BME", "XMAD"),
    ("BMV", "XMEX"),
    ("BOVESPA", "BVMF"),
    ("BSE", "XBOM"),
    ("B3", "BVMF"),
    ("CSE", "XCNQ"),
    ("DFM", "XDFM"),
    ("EURONEXTAMSTERDAM", "XAMS"),
    ("EURONEXTBRUSSELS", "XBRU"),
    ("EURONEXTLISBON", "XLIS"),
    ("EURONEXTPARIS", "XPAR"),
    ("FWB", "XETR"),
    ("HKEX", "XHKG"),
    ("IDX", "XIDX"),
    ("JSE", "XJSE"),
    ("KOSDAQ", "XKOS"),
    ("KRX", "XKRX"),
    ("LSE", "XLON"),
    ("NASDAQ", "XNAS"),
    ("NASDAQCM", "XNAS"),
    ("NASDAQGM", "XNAS"),
    ("NASDAQGS", "XNAS"),
    ("NASDAQSTOCKHOLM", "XSTO"),
    ("NSE", "XNSE"),
    ("NYSE", "XNYS"),
    ("NYSEAMERICAN", "XASE"),
    ("NYSEARCA", "ARCX"),
    ("OTC", "OTCM"),
    ("OTCPINK", "PINX"),
    ("OTCQB", "OTCB"),
    ("OTCQX", "OTCQ"),
    ("SEHK", "XHKG"),
    ("SGX", "XSES"),
    ("SIX", "XSWX"),
    ("TADAWUL", "XSAU"),
    ("TASE", "XTAE"),
    ("TSE", "XTKS"),
    ("TSX", "XTSE"),
    ("TSXV", "XTSX"),
    ("TWSE", "XTAI"),
    ("XETRA", "XETR"),
];

impl Ticker {
    /// The greatest length of a symbol, in bytes.
    pub const MAX_SYMBOL_LEN: usize = 20;

    /// Reads `XNYS:KYN`, `NYSE: KYN` or `KYN`, in any case.
    pub fn parse(text: &str) -> Result<Ticker, TickerError> {
        let refuse = |reason: String, nearest: Option<String>| TickerError {
            text: text.to_owned(),
            reason,
            nearest,
        };
        let upper = text.trim().to_ascii_uppercase();
        let (exchange, symbol) = match upper.split_once(':') {
            None => (None, upper.as_str()),
            Some((exchange, symbol)) => (Some(exchange.trim()), symbol.trim()),
        };
        if let Some(reason) = reason_against(symbol) {
            return Err(refuse(reason, None));
        }
        let symbol = symbol.to_owned();
        let Some(name) = exchange else {
            return Ok(Ticker {
                exchange: None,
                symbol,
            });
        };
        if let Some(code) = market(name) {
            return Ok(Ticker {
                exchange: Some(code),
                symbol,
            });
        }
        let reason = "no such exchange, use a code of ISO 10383";
        Err(match nearest_exchange(name) {
            Some(code) => refuse(format!("{reason}; nearest is {code}"), Some(code)),
            None => refuse(format!("{reason} such as XNYS"), None),
        })
    }

    /// Whether a text is how releases name an exchange: `NYSE`, `TSX-V`, `XNAS`.
    pub(crate) fn is_exchange_name(text: &str) -> bool {
        let upper = text.to_ascii_uppercase();
        let plain = without_joints(&upper);
        EXCHANGES
            .iter()
            .any(|(name, code)| *name == plain || *code == upper)
    }

    /// The exchange's market identifier code, where one is named.
    pub fn exchange(&self) -> Option<&str> {
        self.exchange.as_deref()
    }

    /// The symbol, in capitals.
    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// Whether news of the other is news of this one: the same symbol, on the same exchange or if this names none.
    pub fn covers(&self, other: &Ticker) -> bool {
        self.symbol == other.symbol && (self.exchange.is_none() || self.exchange == other.exchange)
    }
}

/// What is wrong with a symbol in capitals.
fn reason_against(symbol: &str) -> Option<String> {
    if symbol.is_empty() {
        return Some("it has no symbol; write XNYS:KYN or KYN".to_owned());
    }
    let max = Ticker::MAX_SYMBOL_LEN;
    (symbol.len() > max || !is_symbol(symbol)).then(|| {
        format!("a symbol has up to {max} letters, digits, dots and hyphens; write XNYS:KYN or KYN")
    })
}

/// Share classes and units are written `BRK.A`, `BRK-A`, `BRK/A`, `M&M`, `ABC+`.
fn is_symbol(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-/&+".contains(&byte))
}

/// The code of an exchange given by name or by code, in capitals.
fn market(exchange: &str) -> Option<String> {
    let plain = without_joints(exchange);
    if let Some((_, code)) = EXCHANGES.iter().find(|(name, _)| *name == plain) {
        return Some((*code).to_owned());
    }
    let is_code = exchange.len() == 4 && exchange.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_code.then(|| exchange.to_owned())
}

/// `NYSE American`, `TSX-V` and `TSX.V` in one word.
fn without_joints(name: &str) -> String {
    name.replace([' ', '-', '.', '\u{a0}'], "")
}

fn nearest_exchange(exchange: &str) -> Option<String> {
    let plain: String = exchange.chars().take(20).collect();
    let scored = EXCHANGES
        .iter()
        .map(|(name, code)| (strsim::damerau_levenshtein(&plain, name), code));
    scored
        .filter(|(distance, _)| *distance <= 2.min(plain.chars().count() / 2))
        .min()
        .map(|(_, code)| (*code).to_owned())
}

impl fmt::Display for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.exchange {
            Some(exchange) => write!(f, "{exchange}:{}", self.symbol),
            None => f.write_str(&self.symbol),
        }
    }
}

impl FromStr for Ticker {
    type Err = TickerError;

    fn from_str(text: &str) -> Result<Ticker, TickerError> {
        Ticker::parse(text)
    }
}

impl TryFrom<String> for Ticker {
    type Error = TickerError;

    fn try_from(text: String) -> Result<Ticker, TickerError> {
        Ticker::parse(&text)
    }
}

impl From<Ticker> for String {
    fn from(ticker: Ticker) -> String {
        ticker.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_are_read_by_code_and_by_name() {
        fn check(input: &str, expect: &str) {
            let ticker = Ticker::parse(input).unwrap();
            assert_eq!(ticker.to_string(), expect);
            assert_eq!(Ticker::parse(expect).unwrap(), ticker);
        }

        check("XNYS:KYN", "XNYS:KYN");
        check("NYSE: KYN", "XNYS:KYN");
        check("Nasdaq:aapl", "XNAS:AAPL");
        check("LSE: VOD", "XLON:VOD");
        check("TSX: SHOP", "XTSE:SHOP");
        check("TSX-V: ABC", "XTSX:ABC");
        check("FWB: SAP", "XETR:SAP");
        check("Xetra: SAP", "XETR:SAP");
        check("TSE: 7203", "XTKS:7203");
        check("NYSE American: ABC", "XASE:ABC");
        check("NYSE: BRK.A", "XNYS:BRK.A");
        check("KYN", "KYN");
    }

    #[test]
    fn refusals_name_the_value_and_the_mend() {
        fn check(input: &str, expect: &str) {
            let error = Ticker::parse(input).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("`{input}` is not a ticker: {expect}")
            );
        }

        check("", "it has no symbol; write XNYS:KYN or KYN");
        check("NYSE:", "it has no symbol; write XNYS:KYN or KYN");
        let form = "a symbol has up to 20 letters, digits, dots and hyphens; write XNYS:KYN or KYN";
        check("NYSE:KYN:X", form);
        check("K YN", form);
        check(".KYN", form);
        check("TÜV", form);
        check(
            "NASDQ:AAPL",
            "no such exchange, use a code of ISO 10383; nearest is XNAS",
        );
        check(
            "Bourse de Paris:AIR",
            "no such exchange, use a code of ISO 10383 such as XNYS",
        );
        check(
            ":KYN",
            "no such exchange, use a code of ISO 10383 such as XNYS",
        );
    }

    #[test]
    fn a_ticker_without_exchange_covers_every_exchange() {
        fn check(wanted: &str, found: &str, expect: bool) {
            let covers = Ticker::parse(wanted)
                .unwrap()
                .covers(&Ticker::parse(found).unwrap());
            assert_eq!(covers, expect, "{wanted} over {found}");
        }

        check("KYN", "XNYS:KYN", true);
        check("KYN", "KYN", true);
        check("XNYS:KYN", "NYSE: KYN", true);
        check("XNYS:KYN", "XLON:KYN", false);
        check("XNYS:KYN", "KYN", false);
        check("KYN", "XNYS:KYNA", false);
    }
}
