//! Fields of queries, and what they are here.

use super::node::Node;
use crate::filter::Filter;
use crate::language::LanguageRange;
use crate::place::Place;

/// What a field asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// Words in these parts of the text, as fields of this language.
    Parts(&'static [&'static str]),
    /// Words, with their case.
    Exact,
    Language,
    Place,
    /// What names things that only the other service knows, and why that cannot be taken over.
    Foreign(&'static str),
}

pub(super) fn field(name: &str) -> Option<Field> {
    let codes = "the codes of the other service are not known here; use topic: or ticker:";
    let sources =
        "sources of the other service are not known here; use source: with an issuer's slug";
    Some(match name.to_lowercase().as_str() {
        "title" | "headline" | "hd" | "hl" => Field::Parts(&["title"]),
        "ingress" | "lead" | "lp" | "summary" => Field::Parts(&["lead"]),
        "hlp" | "hdlp" => Field::Parts(&["title", "lead"]),
        "body" | "td" | "bd" => Field::Parts(&["body"]),
        "cs" => Field::Exact,
        "lang" | "language" | "la" => Field::Language,
        "country" | "geo" | "re" | "region" => Field::Place,
        "source" | "sourcename" | "sn" | "rst" | "sc" | "site" | "url" | "by" | "author" => {
            Field::Foreign(sources)
        }
        "co" | "fds" | "ns" | "in" | "pe" | "de" | "company" | "industry" => Field::Foreign(codes),
        "wc" | "date" | "pd" | "dt" | "sentiment" | "reach" => {
            Field::Foreign("filters do not ask for length, date, sentiment or reach")
        }
        _ => return None,
    })
}

/// A language or country by its code or name.
pub(super) fn value(field: Field, value: &str) -> Option<Node> {
    let term = match field {
        Field::Language => match LanguageRange::parse(value) {
            Ok(range) => Filter::Language(range),
            Err(error) => Filter::Language(LanguageRange::parse(&error.nearest?).ok()?),
        },
        Field::Place => match Place::parse(&value.to_uppercase()) {
            Ok(place) if !place.is_area() => Filter::Place(place),
            Ok(_) => return None,
            Err(error) => Filter::Place(Place::parse(&error.nearest?).ok()?),
        },
        Field::Parts(_) | Field::Exact | Field::Foreign(_) => return None,
    };
    Some(Node::whole(term.to_string()))
}
