//! From one token to the term that it means.

use super::{Filter, FilterError, Phrase};
use crate::address::printable;
use crate::language::LanguageRange;
use crate::place::Place;
use crate::ticker::Ticker;
use crate::topic::TopicSlug;

/// The fields there are, with their colons.
pub(super) const FIELDS: [&str; 5] = ["topic:", "geo:", "lang:", "source:", "ticker:"];

/// Other names for what a field means.
const SYNONYMS: &[(&str, &str)] = &[
    ("place", "geo:"),
    ("country", "geo:"),
    ("region", "geo:"),
    ("state", "geo:"),
    ("language", "lang:"),
    ("issuer", "source:"),
    ("company", "source:"),
    ("symbol", "ticker:"),
    ("stock", "ticker:"),
    ("industry", "topic:"),
    ("subject", "topic:"),
    ("section", "topic:"),
    ("tag", "topic:"),
];

/// What a later grammar is to mean.
const RESERVED: [&str; 8] = [
    "title", "headline", "lead", "body", "stem", "cs", "near", "atleast",
];

/// In a bare word these are operators of other query languages; a quoted phrase may hold them.
const FOREIGN: &str = "*?~^|!<>=[]{}\\";

/// The term of `name:value`.
pub(super) fn field(
    at: usize,
    name: &str,
    value: &str,
    value_at: usize,
) -> Result<Filter, FilterError> {
    let lower = name.to_lowercase();
    if !FIELDS
        .iter()
        .any(|field| field.strip_suffix(':') == Some(&lower))
    {
        return Err(unknown_field(at, &lower));
    }
    if value.trim().is_empty() {
        return Err(FilterError::new(
            value_at,
            format!("`{lower}:` needs a value straight after the colon"),
        ));
    }
    let refuse = |message: String, nearest: Option<String>| {
        FilterError::new(value_at, message)
            .nearest(nearest.map(|nearest| format!("{lower}:{nearest}")))
    };
    match lower.as_str() {
        "topic" => match TopicSlug::parse(value) {
            Ok(slug) => Ok(Filter::Topic(slug)),
            Err(error) => Err(refuse(error.to_string(), slug_near(value))),
        },
        "source" => source(value).map_err(|(message, nearest)| refuse(message, nearest)),
        "geo" => geo(value).map_err(|(message, nearest)| refuse(message, nearest)),
        "lang" => match LanguageRange::parse(value) {
            Ok(range) => Ok(Filter::Language(range)),
            Err(error) => Err(refuse(error.to_string(), error.nearest)),
        },
        _ => match Ticker::parse(value) {
            Ok(ticker) => Ok(Filter::Ticker(ticker)),
            Err(error) => Err(refuse(error.to_string(), None)),
        },
    }
}

fn source(value: &str) -> Result<Filter, (String, Option<String>)> {
    if is_slug(value) {
        return Ok(Filter::Source(value.to_owned()));
    }
    let value = printable(value);
    let message = format!("`{value}` is not an issuer's slug, such as acme-robotics");
    Err((message, slug_near(&value)))
}

/// Which countries an area holds is not known, so an area would silently miss news of them.
fn geo(value: &str) -> Result<Filter, (String, Option<String>)> {
    match Place::parse(value) {
        Ok(area) if area.is_area() => Err((
            format!(
                "`{area}` is an area of editions; name the countries, such as geo:DE OR geo:AT"
            ),
            None,
        )),
        Ok(place) => Ok(Filter::Place(place)),
        Err(error) => Err((error.to_string(), error.nearest)),
    }
}

fn unknown_field(at: usize, name: &str) -> FilterError {
    if RESERVED.contains(&name) {
        let message = format!("`{name}:` is not understood yet");
        return FilterError::new(at, message).expecting(&FIELDS);
    }
    let synonym = SYNONYMS
        .iter()
        .find(|(other, _)| *other == name)
        .map(|(_, field)| *field);
    let nearest = synonym.or_else(|| nearest_field(name)).map(str::to_owned);
    let message = format!(
        "there is no field `{}:`; quote the text to look for it as words",
        printable(name)
    );
    FilterError::new(at, message)
        .expecting(&FIELDS)
        .nearest(nearest)
}

/// The field of the likeliest spelling, if any is likely.
fn nearest_field(name: &str) -> Option<&'static str> {
    let cut: String = name.chars().take(20).collect();
    let likeness = |field: &str| strsim::jaro_winkler(&cut, field.trim_end_matches(':'));
    let best = FIELDS
        .into_iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) >= 0.75).then_some(best)
}

/// The term of an unquoted word.
pub(super) fn word(at: usize, text: &str) -> Result<Filter, FilterError> {
    let lower = text.to_lowercase();
    match lower.as_str() {
        "everything" => return Ok(Filter::Everything),
        "and" | "or" | "not" => {
            let message = format!(
                "write `{}` in capitals to combine terms, or \"{text}\" to look for the word",
                text.to_uppercase()
            );
            return Err(FilterError::new(at, message).nearest(Some(text.to_uppercase())));
        }
        _ => {}
    }
    if let Some(error) = foreign_syntax(at, text, &lower) {
        return Err(error);
    }
    phrase(at, text)
}

/// The term of a quoted text.
pub(super) fn phrase(at: usize, text: &str) -> Result<Filter, FilterError> {
    match Phrase::parse(text) {
        Ok(phrase) => Ok(Filter::Words(phrase)),
        Err(error) => Err(FilterError::new(at, error.to_string())),
    }
}

/// What would look for other words than were meant, without anybody noticing.
fn foreign_syntax(at: usize, text: &str, lower: &str) -> Option<FilterError> {
    if let Some((operator, number)) = lower.split_once('/')
        && matches!(operator, "near" | "onear" | "w" | "n" | "adj" | "pre")
        && number.chars().all(|c| c.is_ascii_digit())
    {
        return Some(
            FilterError::new(at, format!("`{text}` is not understood yet")).expecting(&["AND"]),
        );
    }
    if let Some(rest) = text.strip_prefix(['-', '−', '–'])
        && !rest.is_empty()
    {
        return Some(FilterError::new(
            at,
            format!("`-` does not exclude; write `NOT {}`", printable(rest)),
        ));
    }
    if let Some(rest) = text.strip_suffix([',', ';', '、', '，'])
        && !rest.is_empty()
    {
        return Some(
            FilterError::new(at + rest.len(), "terms are not listed with commas")
                .expecting(&["OR", "AND"]),
        );
    }
    let (inside, c) = text.char_indices().find(|(_, c)| FOREIGN.contains(*c))?;
    let message = match c {
        '*' => "the wildcard `*` is not understood yet".to_owned(),
        c => format!("`{c}` is not understood; quote the text to look for it as words"),
    };
    Some(FilterError::new(at + inside, message))
}

/// The slug that was probably meant: its words in lower case, joined by hyphens.
fn slug_near(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    Some(words.collect::<Vec<_>>().join("-")).filter(|slug| is_slug(slug))
}

/// Issuers' slugs have the form of topics' slugs.
fn is_slug(text: &str) -> bool {
    TopicSlug::parse(text).is_ok()
}
