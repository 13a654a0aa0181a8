//! A listed security as a release names it.

use crate::isin::Isin;
use crate::ticker::Ticker;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A listed security: its ticker, and its ISIN where the release gives one.
///
/// Without an ISIN it is written as the ticker's text alone, as releases stored before there were ISINs are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Listing {
    /// Exchange and symbol.
    pub ticker: Ticker,
    /// ISO 6166.
    pub isin: Option<Isin>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Ticker(Ticker),
    Both { ticker: Ticker, isin: Option<Isin> },
}

impl From<Written> for Listing {
    fn from(written: Written) -> Listing {
        match written {
            Written::Ticker(ticker) => Listing::from(ticker),
            Written::Both { ticker, isin } => Listing { ticker, isin },
        }
    }
}

impl From<Listing> for Written {
    fn from(Listing { ticker, isin }: Listing) -> Written {
        match isin {
            None => Written::Ticker(ticker),
            isin => Written::Both { ticker, isin },
        }
    }
}

impl From<Ticker> for Listing {
    fn from(ticker: Ticker) -> Listing {
        Listing { ticker, isin: None }
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ticker.fmt(f)
    }
}
