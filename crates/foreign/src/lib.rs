//! What the parsers of foreign input promise, whatever they are given: functions that panic where a promise is broken.
//!
//! Each takes bytes and reads nothing else, and writes nothing. The fuzz targets (`fuzz/`, a workspace of its own, so that
//! nothing else depends on a fuzzer) and the tests of this crate call the same functions: the tests with what `fuzz/corpus`
//! keeps and with changes to it made by chance, the targets with whatever the fuzzer finds.

mod calls;
mod filters;
mod imports;
mod mails;
mod returned;
mod words;

pub use calls::{links, signatures, urls};
pub use filters::{filter_json, filter_text};
pub use imports::imports;
pub use mails::{dots, mails, replies};
pub use returned::{return_path, returned};
pub use words::words;

/// A function that takes any bytes, and panics where a promise is broken.
pub type Promise = fn(&[u8]);

/// Every promise, by the name of its fuzz target and of its folder under `fuzz/corpus`.
pub const PROMISES: &[(&str, Promise)] = &[
    ("filter_text", filter_text),
    ("filter_json", filter_json),
    ("imports", imports),
    ("words", words),
    ("returned", returned),
    ("return_path", return_path),
    ("mails", mails),
    ("dots", dots),
    ("replies", replies),
    ("urls", urls),
    ("signatures", signatures),
    ("links", links),
];
