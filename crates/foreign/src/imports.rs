//! Queries of press monitors.

use crate::filters::keeps_its_meaning;
use release::filter::import::{Dialect, Imported, Note, import};

/// In every dialect: what is left of a query is a filter, what is said of it stands at a place of it, and a query of which
/// nothing is left says why.
pub fn imports(bytes: &[u8]) {
    let query = String::from_utf8_lossy(bytes);
    for dialect in Dialect::ALL {
        let Imported {
            filter,
            translated,
            lost,
        } = import(dialect, &query);
        match &filter {
            Some(filter) => keeps_its_meaning(filter),
            None => assert!(
                !lost.is_empty(),
                "{dialect:?} gives no filter and no reason"
            ),
        }
        for note in translated.iter().chain(&lost) {
            stands_in(&query, dialect, note);
        }
    }
}

fn stands_in(query: &str, dialect: Dialect, note: &Note) {
    assert!(query.is_char_boundary(note.at), "{dialect:?}: {note:?}");
    assert!(!note.says.is_empty(), "{dialect:?}: {note:?}");
}
