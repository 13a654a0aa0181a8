//! Reading: each object has one member that says what it is, and no member that is not understood.

use super::{
    Choice, DEEPEST, Filter, JsonError, Map, Part, Phrase, Text, Value, Wanted, printable,
};
use crate::filter::term::{self, Facet};
use crate::filter::{MAX_BETWEEN, MAX_FIRST, MAX_TIMES};

/// The members that say what an object is.
const KINDS: [&str; 13] = [
    "everything",
    "all",
    "any",
    "not",
    "topic",
    "geo",
    "lang",
    "source",
    "ticker",
    "lane",
    "words",
    "near",
    "atleast",
];

type Object = Map<String, Value>;

pub(super) fn filter(value: &Value, at: &str, depth: usize) -> Result<Filter, JsonError> {
    if depth == DEEPEST {
        return Err(wrong(at, "objects nest too deep for a filter"));
    }
    let Value::Object(object) = value else {
        return Err(wrong(
            at,
            &format!("a filter is an object with one of {}", kinds()),
        ));
    };
    let Some(kind) = KINDS.into_iter().find(|kind| object.contains_key(*kind)) else {
        return Err(wrong(at, &format!("this object has none of {}", kinds())));
    };
    let (inner, place) = (&object[kind], format!("{at}/{kind}"));
    match kind {
        "words" => text(object, at, &["words", "case", "begins"], phrase(value, at)?),
        "near" => text(
            object,
            at,
            &["near", "between", "ordered"],
            near(object, at)?,
        ),
        "atleast" => text(object, at, &["atleast", "of"], at_least(object, at)?),
        _ => {
            only(object, at, &[kind])?;
            match kind {
                "everything" if *inner == Value::Bool(true) => Ok(Filter::Everything),
                "everything" => Err(wrong(&place, "`everything` is true, or left out")),
                "not" => Ok(Filter::Not(Box::new(filter(inner, &place, depth + 1)?))),
                "all" | "any" => several(kind, inner, &place, depth),
                _ => facet(kind, inner, &place),
            }
        }
    }
}

fn kinds() -> String {
    let [others @ .., last] = KINDS;
    format!("{} or {last}", others.join(", "))
}

fn several(kind: &str, value: &Value, at: &str, depth: usize) -> Result<Filter, JsonError> {
    let parts = match value {
        Value::Array(parts) if !parts.is_empty() => parts,
        _ => return Err(wrong(at, "give a list of one filter or more")),
    };
    let parts = parts
        .iter()
        .enumerate()
        .map(|(n, part)| filter(part, &format!("{at}/{n}"), depth + 1))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(match kind {
        "all" => Filter::All(parts),
        _ => Filter::Any(parts),
    })
}

fn facet(kind: &str, value: &Value, at: &str) -> Result<Filter, JsonError> {
    let facet = match kind {
        "topic" => Facet::Topic,
        "geo" => Facet::Geo,
        "lang" => Facet::Lang,
        "source" => Facet::Source,
        "ticker" => Facet::Ticker,
        _ => Facet::Lane,
    };
    let Value::String(value) = value else {
        return Err(wrong(at, "give a text"));
    };
    term::facet(facet, value, 0).map_err(|error| wrong(at, &error.to_string()))
}

fn text(object: &Object, at: &str, own: &[&str], wanted: Wanted) -> Result<Filter, JsonError> {
    only(object, at, &[own, &["in", "first"]].concat())?;
    let part = match object.get("in") {
        None => Part::Anywhere,
        Some(Value::String(name)) => match name.as_str() {
            "title" => Part::Title,
            "lead" => Part::Lead,
            "body" => Part::Body,
            _ => return Err(wrong(&format!("{at}/in"), "`in` is title, lead or body")),
        },
        Some(_) => return Err(wrong(&format!("{at}/in"), "`in` is title, lead or body")),
    };
    let first = match object.contains_key("first") {
        true => Some(number(object, at, "first", 1, MAX_FIRST)?),
        false => None,
    };
    Ok(Filter::Text(Text {
        part,
        first,
        wanted,
    }))
}

fn phrase(value: &Value, at: &str) -> Result<Wanted, JsonError> {
    Ok(Wanted::Phrase(one(value, at)?))
}

fn near(object: &Object, at: &str) -> Result<Wanted, JsonError> {
    let place = format!("{at}/near");
    let [left, right] = object["near"]
        .as_array()
        .map_or([].as_slice(), Vec::as_slice)
    else {
        return Err(wrong(
            &place,
            "give a list of the two that are near to each other",
        ));
    };
    Ok(Wanted::Near {
        left: choice(left, &format!("{place}/0"))?,
        right: choice(right, &format!("{place}/1"))?,
        between: number(object, at, "between", 1, MAX_BETWEEN.into())? as u8,
        ordered: flag(object, at, "ordered")?,
    })
}

fn at_least(object: &Object, at: &str) -> Result<Wanted, JsonError> {
    let times = number(object, at, "atleast", 2, MAX_TIMES)?;
    let of = object.get("of").unwrap_or(&Value::Null);
    Ok(Wanted::AtLeast {
        times,
        of: choice(of, &format!("{at}/of"))?,
    })
}

fn choice(value: &Value, at: &str) -> Result<Choice, JsonError> {
    let phrases = match value {
        Value::Array(all) => all
            .iter()
            .enumerate()
            .map(|(n, one)| self::one(one, &format!("{at}/{n}")))
            .collect::<Result<Vec<_>, _>>()?,
        value => {
            if let Value::Object(object) = value {
                only(object, at, &["words", "case", "begins"])?;
            }
            vec![one(value, at)?]
        }
    };
    Choice::of(phrases).ok_or_else(|| wrong(at, "give a text, or a list of one or more"))
}

/// A text, or an object with `words`.
fn one(value: &Value, at: &str) -> Result<Phrase, JsonError> {
    let (words, case, begins) = match value {
        Value::String(words) => (words.as_str(), false, false),
        Value::Object(object) => (
            object
                .get("words")
                .and_then(Value::as_str)
                .unwrap_or_default(),
            flag(object, at, "case")?,
            flag(object, at, "begins")?,
        ),
        _ => return Err(wrong(at, "give a text, or an object with `words`")),
    };
    let phrase = if case {
        Phrase::exact(words)
    } else {
        Phrase::parse(words)
    };
    let phrase = if begins {
        phrase.and_then(Phrase::as_prefix)
    } else {
        phrase
    };
    phrase.map_err(|error| wrong(at, &error.to_string()))
}

fn number(object: &Object, at: &str, name: &str, least: u16, most: u16) -> Result<u16, JsonError> {
    let number = object.get(name).and_then(Value::as_u64);
    match number.and_then(|number| u16::try_from(number).ok()) {
        Some(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(wrong(
            &format!("{at}/{name}"),
            &format!("`{name}` is a number from {least} to {most}"),
        )),
    }
}

fn flag(object: &Object, at: &str, name: &str) -> Result<bool, JsonError> {
    match object.get(name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(wrong(
            &format!("{at}/{name}"),
            &format!("`{name}` is true or false"),
        )),
    }
}

fn only(object: &Object, at: &str, known: &[&str]) -> Result<(), JsonError> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let name = printable(name);
            Err(wrong(
                at,
                &format!(
                    "`{name}` does not stand beside `{}`; known are {}",
                    known[0],
                    known.join(", ")
                ),
            ))
        }
    }
}

fn wrong(pointer: &str, message: &str) -> JsonError {
    JsonError {
        pointer: pointer.to_owned(),
        message: message.to_owned(),
    }
}
