//! The "About" paragraphs of a release.

use super::Release;
use serde::{Deserialize, Deserializer, Serialize};

/// What a release says about an issuer, or about all of them together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boilerplate {
    /// The slug of the issuer it is about; none means that it stands for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Paragraphs parted by blank lines.
    pub text: String,
}

impl Release {
    /// Adds what is known about each issuer that the release itself says nothing about, in the order of its issuers.
    ///
    /// `known` pairs slugs with stored boilerplates. A boilerplate that names no issuer stands for all, so nothing is added.
    pub fn fill_boilerplates(&mut self, known: &[(&str, &str)]) {
        if self.boilerplates.iter().any(|given| given.issuer.is_none()) {
            return;
        }
        let mut given = std::mem::take(&mut self.boilerplates);
        for slug in &self.issuers {
            let is_own = |about: &Boilerplate| about.issuer.as_ref() == Some(slug);
            if let Some(at) = given.iter().position(is_own) {
                self.boilerplates.push(given.remove(at));
            } else if let Some((_, text)) = known.iter().find(|(known, _)| known == slug) {
                self.boilerplates.push(Boilerplate {
                    issuer: Some(slug.clone()),
                    text: (*text).to_owned(),
                });
            }
        }
    }
}

/// Reads a list, or the text that stood there before.
pub(super) fn one_or_many<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Boilerplate>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Text(String),
        List(Vec<Boilerplate>),
    }
    Ok(match Option::<Stored>::deserialize(deserializer)? {
        None => Vec::new(),
        Some(Stored::Text(text)) => vec![Boilerplate { issuer: None, text }],
        Some(Stored::List(list)) => list,
    })
}
