//! ISINs: the numbers of securities (ISO 6166).

use crate::address::printable;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An international securities identification number whose check digit is right, such as `US48661E1082`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Isin(String);

/// Why a text is no ISIN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not an ISIN: {reason}", printable(.text))]
pub struct IsinError {
    text: String,
    reason: String,
}

impl Isin {
    /// Reads an ISIN in any case; spaces between its parts are dropped.
    pub fn parse(text: &str) -> Result<Isin, IsinError> {
        let refuse = |reason: String| IsinError {
            text: text.to_owned(),
            reason,
        };
        let plain: String = text.split(' ').collect::<String>().to_ascii_uppercase();
        if !has_form(plain.as_bytes()) {
            let reason = "it has two letters, nine letters or digits, and a check digit";
            return Err(refuse(reason.to_owned()));
        }
        let (number, given) = plain.split_at(11);
        let right = check_digit(number);
        if given != right.to_string() {
            return Err(refuse(format!(
                "its check digit would be {right}, so a character is mistyped"
            )));
        }
        Ok(Isin(plain))
    }

    /// The twelve characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn has_form(bytes: &[u8]) -> bool {
    bytes.len() == 12
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..11].iter().all(u8::is_ascii_alphanumeric)
        && bytes[11].is_ascii_digit()
}

/// The "modulus 10 double-add-double" of ISO 6166: letters count as two digits, and every second digit from the right is
/// doubled.
fn check_digit(number: &str) -> u32 {
    let values = number.chars().filter_map(|c| c.to_digit(36));
    let digits: Vec<u32> = values
        .flat_map(|value| {
            [value / 10, value % 10]
                .into_iter()
                .skip(usize::from(value < 10))
        })
        .collect();
    let doubled = digits.iter().rev().enumerate().map(|(at, digit)| {
        let twice = digit * 2;
        match at % 2 {
            0 => twice / 10 + twice % 10,
            _ => *digit,
        }
    });
    (10 - doubled.sum::<u32>() % 10) % 10
}

impl fmt::Display for Isin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Isin {
    type Error = IsinError;

    fn try_from(text: String) -> Result<Isin, IsinError> {
        Isin::parse(&text)
    }
}

impl From<Isin> for String {
    fn from(isin: Isin) -> String {
        isin.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_verified() {
        fn check(input: &str, expect: Result<&str, &str>) {
            let read = Isin::parse(input);
            match expect {
                Ok(isin) => assert_eq!(read.unwrap().as_str(), isin),
                Err(reason) => {
                    let error = read.unwrap_err().to_string();
                    assert!(error.contains(reason), "{error}");
                }
            }
        }

        check("US0378331005", Ok("US0378331005"));
        check("us 037833100 5", Ok("US0378331005"));
        check("DE0007164600", Ok("DE0007164600"));
        check("GB0002634946", Ok("GB0002634946"));
        check("US0378331006", Err("would be 5"));
        check("US0373831005", Err("check digit"));
        check("US037833100", Err("two letters"));
        check("0S0378331005", Err("two letters"));
        check("", Err("two letters"));
    }
}
