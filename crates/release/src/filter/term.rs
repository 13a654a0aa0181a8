//! From one token to the term that it means.

use super::lex::Star;
use super::{Filter, FilterError, MAX_BETWEEN, MAX_FIRST, MAX_TIMES, Part, Phrase};
use crate::address::printable;
use crate::language::LanguageRange;
use crate::model::Lane;
use crate::place::Place;
use crate::ticker::Ticker;
use crate::topic::TopicSlug;

/// The fields there are, with their colons.
pub(super) const FIELDS: [&str; 9] = [
    "topic:", "geo:", "lang:", "source:", "ticker:", "lane:", "title:", "lead:", "body:",
];

/// What a field asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// What a release is marked with.
    Facet(Facet),
    /// Words in a part of its text.
    Part(Part),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Facet {
    Topic,
    Geo,
    Lang,
    Source,
    Ticker,
    Lane,
}

impl Facet {
    pub(super) fn name(self) -> &'static str {
        match self {
            Facet::Topic => "topic",
            Facet::Geo => "geo",
            Facet::Lang => "lang",
            Facet::Source => "source",
            Facet::Ticker => "ticker",
            Facet::Lane => "lane",
        }
    }
}

/// The field of a name, in any case.
pub(super) fn field(at: usize, name: &str) -> Result<Field, FilterError> {
    let lower = name.to_lowercase();
    Ok(match lower.as_str() {
        "topic" => Field::Facet(Facet::Topic),
        "geo" => Field::Facet(Facet::Geo),
        "lang" => Field::Facet(Facet::Lang),
        "source" => Field::Facet(Facet::Source),
        "ticker" => Field::Facet(Facet::Ticker),
        "lane" => Field::Facet(Facet::Lane),
        "title" => Field::Part(Part::Title),
        "lead" => Field::Part(Part::Lead),
        "body" => Field::Part(Part::Body),
        _ => return Err(unknown_field(at, &lower)),
    })
}

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
    ("headline", "title:"),
    ("hd", "title:"),
    ("subheadline", "title:"),
    ("summary", "lead:"),
    ("hlp", "lead:"),
    ("text", "body:"),
    ("priority", "lane:"),
];

/// What a later grammar is to mean.
const RESERVED: [&str; 1] = ["stem"];

/// What is written with a bracket, not with a colon.
const CALLS: [(&str, &str); 3] = [
    ("cs", "cs(\"Acme\")"),
    ("atleast", "atleast/3(lithium)"),
    ("first", "first/50(lithium)"),
];

/// In a bare word these are operators of other query languages; a quoted phrase may hold them.
const FOREIGN: &str = "*?~^|!<>=[]{}\\";

/// The term of a facet's value.
pub(super) fn facet(facet: Facet, value: &str, value_at: usize) -> Result<Filter, FilterError> {
    let lower = facet.name();
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
    match facet {
        Facet::Topic => match TopicSlug::parse(value) {
            Ok(slug) => Ok(Filter::Topic(slug)),
            Err(error) => Err(refuse(error.to_string(), slug_near(value))),
        },
        Facet::Source => source(value).map_err(|(message, nearest)| refuse(message, nearest)),
        Facet::Geo => geo(value).map_err(|(message, nearest)| refuse(message, nearest)),
        Facet::Lang => match LanguageRange::parse(value) {
            Ok(range) => Ok(Filter::Language(range)),
            Err(error) => Err(refuse(error.to_string(), error.nearest)),
        },
        Facet::Ticker => match Ticker::parse(value) {
            Ok(ticker) => Ok(Filter::Ticker(ticker)),
            Err(error) => Err(refuse(error.to_string(), None)),
        },
        Facet::Lane => match Lane::parse(&value.to_lowercase()) {
            Some(lane) => Ok(Filter::Lane(lane)),
            None => {
                let message = format!(
                    "there is no lane `{}`; use flash or regular",
                    printable(value)
                );
                Err(refuse(message, Some("flash".to_owned())))
            }
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
    if let Some((_, example)) = CALLS.iter().find(|(call, _)| *call == name) {
        let message = format!("`{name}` is written with brackets, such as `{example}`");
        return FilterError::new(at, message).nearest(Some((*example).to_owned()));
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

/// What an unquoted word means.
pub(super) enum Bare {
    Everything,
    Phrase(Phrase),
}

/// Reads an unquoted word; `exact` as [`phrase`].
pub(super) fn word(at: usize, text: &str, exact: bool) -> Result<Bare, FilterError> {
    let lower = text.to_lowercase();
    if lower == "everything" {
        return Ok(Bare::Everything);
    }
    operator(at, text, &lower)?;
    let (stem, star) = match text.strip_suffix('*') {
        Some(stem) => (stem, Star::Yes),
        None => (text, Star::No),
    };
    if let Some(error) = foreign_syntax(at, stem) {
        return Err(error);
    }
    if stem.is_empty() {
        let message = "`*` stands at the end of a word, such as robot*; \
            for every release write everything";
        return Err(FilterError::new(at, message));
    }
    phrase(at, stem, exact, star).map(Bare::Phrase)
}

/// Refuses an operator that is not in capitals.
pub(super) fn operator(at: usize, text: &str, lower: &str) -> Result<(), FilterError> {
    if matches!(lower, "and" | "or" | "not") {
        let message = format!(
            "write `{}` in capitals to combine terms, or \"{text}\" to look for the word",
            text.to_uppercase()
        );
        return Err(FilterError::new(at, message).nearest(Some(text.to_uppercase())));
    }
    match nearness(lower) {
        Some(nearest) => {
            let message = format!("`{}` is not understood", printable(text));
            Err(FilterError::new(at, message).nearest(Some(nearest)))
        }
        None => Ok(()),
    }
}

/// What an operator of nearness in another language, or in small letters, is here.
fn nearness(lower: &str) -> Option<String> {
    let (operator, number) = lower.split_once('/')?;
    let ours = match operator {
        "near" | "w" | "n" => "NEAR",
        "onear" | "adj" | "pre" => "ONEAR",
        _ => return None,
    };
    if !number.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let number = if number.is_empty() { "5" } else { number };
    Some(format!("{ours}/{number}"))
}

/// Reads a phrase, with case and accents if `exact`.
pub(super) fn phrase(
    at: usize,
    text: &str,
    exact: bool,
    star: Star,
) -> Result<Phrase, FilterError> {
    let phrase = match exact {
        true => Phrase::exact(text),
        false => Phrase::parse(text),
    };
    let phrase = match star {
        Star::Yes => phrase.and_then(Phrase::as_prefix),
        Star::No => phrase,
    };
    phrase.map_err(|error| FilterError::new(at, error.to_string()))
}

/// How many words may stand between, and whether in order, of `NEAR/5` or `ONEAR/5`.
pub(super) fn near(at: usize, text: &str) -> Result<(u8, bool), FilterError> {
    let ordered = text.starts_with('O');
    let (operator, number) = text.split_once('/').unwrap_or((text, ""));
    match number.parse::<u8>() {
        Ok(between @ 1..=MAX_BETWEEN) if number.len() <= 2 => Ok((between, ordered)),
        _ => {
            let message = format!(
                "`{operator}/` needs the number of words that may stand between, 1 to {MAX_BETWEEN}, \
                straight after it"
            );
            Err(FilterError::new(at, message).nearest(Some(format!("{operator}/5"))))
        }
    }
}

/// What `name(` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Exact,
    First(u16),
    AtLeast(u16),
}

pub(super) fn call(at: usize, text: &str) -> Result<Call, FilterError> {
    let lower = text.to_lowercase();
    let (name, number) = match lower.split_once('/') {
        Some((name, number)) => (name, Some(number)),
        None => (lower.as_str(), None),
    };
    let numbered = |most: u16, least: u16, what: &str| match number.unwrap_or_default().parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => {
            let message = format!("`{name}/` needs {what}, {least} to {most}, before the bracket");
            Err(FilterError::new(at, message).nearest(Some(format!("{name}/{}", least.max(3)))))
        }
    };
    match name {
        "cs" if number.is_none() => Ok(Call::Exact),
        "first" => numbered(MAX_FIRST, 1, "a number of words").map(Call::First),
        "atleast" => numbered(MAX_TIMES, 2, "a number of times").map(Call::AtLeast),
        _ => {
            let message = format!(
                "`{}(` is not understood; put a space before the bracket, or quote the text",
                printable(text)
            );
            Err(FilterError::new(at, message).expecting(&["`cs(`", "`first/50(`", "`atleast/3(`"]))
        }
    }
}

/// What would look for other words than were meant, without anybody noticing.
fn foreign_syntax(at: usize, text: &str) -> Option<FilterError> {
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
        '*' => "`*` stands at the end of a word only, such as robot*".to_owned(),
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
