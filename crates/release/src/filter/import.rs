//! Queries of press monitors as filters: what can be said here is translated, what cannot is named.
//!
//! A translation looks for the same as far as this language can say it. What is left out of an AND finds more, what is left
//! out of an OR finds less; each note says what was done, so that its reader can judge. Nothing is guessed in silence.
//!
//! | | in order | in any order | beginning | parts |
//! | --- | --- | --- | --- | --- |
//! | Meltwater | `ONEAR/5`: 5 words between | `NEAR/5`; `NEAR` alone is 4 | `robot*` | `title:`, `ingress:` |
//! | Factiva | `adj5`, `w/5`: the fifth word, so 4 between; words side by side | `near5`, `/N5/` | `robot*`, `robot$3` | `hd=`, `hlp=`, `/F50/`, `atleast3` |
//! | Cision | | `w/5`, `NEAR/5`: 5 words between | `robot*` | `headline()`, `cs()` |

mod fields;
mod lex;
mod node;
mod read;
mod words;

use super::Filter;
use serde::Serialize;

/// The greatest length of a query, in bytes.
pub const MAX_QUERY_BYTES: usize = 16 * 1024;

/// Whose language a query is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// AND, OR, NOT, NEAR/n, ONEAR/n.
    Meltwater,
    /// adjN, w/N, nearN, hd=.
    Factiva,
    /// w/n, cs(), headline().
    Cision,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Dialect; 3] = [Dialect::Meltwater, Dialect::Factiva, Dialect::Cision];

    /// Its name, in small letters.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Meltwater => "meltwater",
            Dialect::Factiva => "factiva",
            Dialect::Cision => "cision",
        }
    }

    /// Reads a name, in any case.
    pub fn parse(name: &str) -> Option<Dialect> {
        let name = name.to_lowercase();
        Dialect::ALL
            .into_iter()
            .find(|dialect| dialect.name() == name)
    }
}

/// What became of a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// The filter; none if nothing is left that may stand alone.
    pub filter: Option<Filter>,
    /// What is said otherwise here, in the order of the query.
    pub translated: Vec<Note>,
    /// What could not be said, and was left out or widened, in the order of the query.
    pub lost: Vec<Note>,
}

/// A remark on a place in a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Where it begins, in bytes; between two characters.
    pub at: usize,
    /// What stands there.
    pub text: String,
    /// What was made of it.
    pub says: String,
}

/// Translates a query. Never fails: what cannot be read is told as lost.
pub fn import(dialect: Dialect, query: &str) -> Imported {
    let mut imported = Imported {
        filter: None,
        translated: Vec::new(),
        lost: Vec::new(),
    };
    if query.len() > MAX_QUERY_BYTES {
        let says = format!(
            "the query has {} bytes, at most {MAX_QUERY_BYTES} are read",
            query.len()
        );
        imported.lost.push(Note {
            at: 0,
            text: String::new(),
            says,
        });
        return imported;
    }
    let node = read::read(dialect, query, &mut imported);
    match node.text().map(|text| Filter::parse(&text)) {
        Some(Ok(filter)) => imported.filter = Some(filter),
        Some(Err(error)) => {
            let says = format!("what is left is no filter: {error}");
            imported.lost.push(Note {
                at: query.len(),
                text: String::new(),
                says,
            });
        }
        None if imported.lost.is_empty() => {
            let says = "the query is empty".to_owned();
            imported.lost.push(Note {
                at: 0,
                text: String::new(),
                says,
            });
        }
        None => {}
    }
    imported.translated.sort_by_key(|note| note.at);
    imported.lost.sort_by_key(|note| note.at);
    imported
}

#[cfg(test)]
mod tests;
