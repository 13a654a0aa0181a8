//! Places: what a release is about, and the region an edition is meant for.

mod codes;

use crate::address::printable;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A country (ISO 3166-1 alpha-2, `DE`), a part of one (ISO 3166-2, `US-CA`), or an area (UN M.49, `145`).
///
/// Countries and areas are checked against the standards, parts by their form only: they change too often.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Place(String);

/// Why a text is no place code, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a place: {reason}", printable(.text))]
pub struct PlaceError {
    text: String,
    reason: String,
    /// The code that was probably meant.
    pub nearest: Option<String>,
}

impl Place {
    /// Reads a code in any case and puts it into capitals.
    pub fn parse(text: &str) -> Result<Place, PlaceError> {
        let upper = text.to_ascii_uppercase();
        match reason_against(&upper) {
            None => Ok(Place(upper)),
            Some(reason) => {
                let nearest = mend(&text.trim().to_uppercase());
                let reason = nearest
                    .as_ref()
                    .map_or(reason, |nearest| format!("use {nearest}"));
                Err(PlaceError {
                    text: text.to_owned(),
                    reason,
                    nearest,
                })
            }
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The country, or the one that this is a part of; none for an area.
    pub fn country(&self) -> Option<&str> {
        (!self.is_area()).then(|| &self.0[..2])
    }

    /// Whether this is an area of several countries, as editions have them.
    pub fn is_area(&self) -> bool {
        self.0.starts_with(|c: char| c.is_ascii_digit())
    }

    /// Whether news of the other place is news of this one: itself, or a country and its parts. What countries an area
    /// holds is not known here.
    pub fn covers(&self, other: &Place) -> bool {
        self == other || (self.0.len() == 2 && other.country() == Some(&self.0))
    }
}

/// What is wrong with a code in capitals.
fn reason_against(upper: &str) -> Option<String> {
    if upper.len() == 3 && upper.bytes().all(|byte| byte.is_ascii_digit()) {
        let known = codes::AREAS.binary_search(&upper).is_ok();
        return (!known).then(|| {
            "UN M.49 has no such area; use a country such as DE, or 001 for the world".to_owned()
        });
    }
    let (country, part) = upper
        .split_once('-')
        .map_or((upper, None), |(country, part)| (country, Some(part)));
    if codes::COUNTRIES.binary_search(&country).is_err() {
        return Some(
            "use an ISO 3166 code: a country such as DE, or a part of one such as US-CA".to_owned(),
        );
    }
    let fits = |part: &str| {
        matches!(part.len(), 1..=3)
            && part
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    (!part.is_none_or(fits))
        .then(|| format!("a part of {country} has 1 to 3 letters or digits, as US-CA"))
}

/// The place that a text in capitals was probably meant as.
fn mend(upper: &str) -> Option<String> {
    let valid = |code: &String| reason_against(code).is_none();
    let tidy = upper.replace([' ', '_', '/'], "-");
    let (country, part) = tidy
        .split_once('-')
        .map_or((&*tidy, None), |(country, part)| (country, Some(part)));
    let Some(country) = codes::meant_by(country) else {
        return Some(tidy).filter(valid);
    };
    match part {
        None => Some(country.to_owned()),
        Some(part) => Some(format!("{country}-{part}")).filter(valid),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Place, PlaceError> {
        Place::parse(text)
    }
}

impl TryFrom<String> for Place {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Place, PlaceError> {
        Place::parse(&text)
    }
}

impl From<Place> for String {
    fn from(place: Place) -> String {
        place.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_any_case() {
        fn check(input: &str, expect: &str) {
            assert_eq!(Place::parse(input).unwrap().to_string(), expect);
        }

        check("DE", "DE");
        check("us-ca", "US-CA");
        check("FR-2A", "FR-2A");
        check("GB-ENG", "GB-ENG");
        check("001", "001");
        check("145", "145");
    }

    #[test]
    fn refusals_name_the_value_and_the_mend() {
        fn check(input: &str, expect: &str) {
            let error = Place::parse(input).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("`{input}` is not a place: {expect}")
            );
        }

        check("UK", "use GB");
        check("uk-eng", "use GB-ENG");
        check("Germany", "use DE");
        check("USA", "use US");
        check("US_CA", "use US-CA");
        check(" de ", "use DE");
        let form = "use an ISO 3166 code: a country such as DE, or a part of one such as US-CA";
        check("", form);
        check("XX", form);
        check("EU", form);
        check("Ünited", form);
        check("California", form);
        check(
            "276",
            "UN M.49 has no such area; use a country such as DE, or 001 for the world",
        );
        check("US-", "a part of US has 1 to 3 letters or digits, as US-CA");
        check(
            "US-CALI",
            "a part of US has 1 to 3 letters or digits, as US-CA",
        );
        check(
            "US-C-A",
            "a part of US has 1 to 3 letters or digits, as US-CA",
        );
    }

    #[test]
    fn a_country_covers_its_parts() {
        fn check(outer: &str, inner: &str, expect: bool) {
            let covers = Place::parse(outer)
                .unwrap()
                .covers(&Place::parse(inner).unwrap());
            assert_eq!(covers, expect, "{outer} over {inner}");
        }

        check("US", "US", true);
        check("US", "US-CA", true);
        check("US-CA", "US-CA", true);
        check("US-CA", "US", false);
        check("US-CA", "US-NY", false);
        check("US", "DE", false);
        check("145", "145", true);
        check("001", "DE", false);
    }

    #[test]
    fn json_carries_a_place_as_a_checked_string() {
        assert_eq!(
            serde_json::from_str::<Place>("\"us-ca\"").unwrap().as_str(),
            "US-CA"
        );
        assert!(serde_json::from_str::<Place>("\"UK\"").is_err());
    }
}
