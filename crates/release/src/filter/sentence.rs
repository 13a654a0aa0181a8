//! A filter in words, for readers who do not write filters.

use super::{Choice, Filter, Part, Phrase, Text, Wanted};

/// The filter as a phrase that goes on after "Releases": `about Mining or Steel, and not by Acme`. `name` gives what a
/// topic, place, language or issuer is called; where it knows nothing, the term's own text stands.
pub fn sentence(filter: &Filter, name: &dyn Fn(&Filter) -> Option<String>) -> String {
    match filter {
        Filter::Everything => "of every kind".to_owned(),
        Filter::All(parts) => joined(parts, "and", name),
        Filter::Any(parts) if same_kind(parts) => {
            let names: Vec<String> = parts.iter().map(|part| called(part, name)).collect();
            format!("{} {}", preposition(&parts[0]), list(&names, "or"))
        }
        Filter::Any(parts) => joined(parts, "or", name),
        Filter::Not(inner) => match &**inner {
            Filter::All(_) => format!("not ({})", sentence(inner, name)),
            inner => format!("not {}", sentence(inner, name)),
        },
        term => format!("{} {}", preposition(term), called(term, name)),
    }
}

fn joined(parts: &[Filter], word: &str, name: &dyn Fn(&Filter) -> Option<String>) -> String {
    let part = |part: &Filter| match part {
        Filter::All(_) => format!("({})", sentence(part, name)),
        Filter::Any(inner) if !same_kind(inner) => format!("({})", sentence(part, name)),
        _ => sentence(part, name),
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    list(&parts, word)
}

fn same_kind(parts: &[Filter]) -> bool {
    let kind = |part: &Filter| match part {
        Filter::All(_) | Filter::Any(_) | Filter::Not(_) | Filter::Everything => None,
        term => Some(preposition(term)),
    };
    let first = parts.first().and_then(kind);
    first.is_some() && parts.iter().all(|part| kind(part) == first)
}

fn preposition(term: &Filter) -> &'static str {
    match term {
        Filter::Topic(_) => "about",
        Filter::Place(_) => "concerning",
        Filter::Language(_) => "in",
        Filter::Source(_) => "by",
        Filter::Ticker(_) => "on the security",
        Filter::Lane(_) => "sent as",
        _ => "with",
    }
}

fn called(term: &Filter, name: &dyn Fn(&Filter) -> Option<String>) -> String {
    if let Some(name) = name(term) {
        return name;
    }
    match term {
        Filter::Text(text) => words(text),
        other => {
            let text = other.to_string();
            text.split_once(':')
                .map_or(text.clone(), |(_, value)| value.to_owned())
        }
    }
}

/// A term on words, as it goes on after "with".
fn words(text: &Text) -> String {
    let wanted = match &text.wanted {
        Wanted::Phrase(phrase) => quoted(phrase),
        Wanted::AtLeast { times, of } => format!("{} at least {times} times", chosen(of)),
        Wanted::Near {
            left,
            right,
            between,
            ordered,
        } => {
            let how = if *ordered { "before" } else { "near" };
            format!(
                "{} {how} {} with at most {between} words between",
                chosen(left),
                chosen(right)
            )
        }
    };
    let part = match text.part {
        Part::Anywhere => "",
        Part::Title => " in the headline",
        Part::Lead => " in the summary",
        Part::Body => " in the body",
    };
    match text.first {
        Some(first) => format!("{wanted} among the first {first} words{part}"),
        None => format!("{wanted}{part}"),
    }
}

fn chosen(choice: &Choice) -> String {
    let phrases: Vec<String> = choice.phrases().iter().map(quoted).collect();
    list(&phrases, "or")
}

fn quoted(phrase: &Phrase) -> String {
    let more = if phrase.is_prefix() { "…" } else { "" };
    let exact = if phrase.is_exact() {
        " (written so)"
    } else {
        ""
    };
    format!("“{}{more}”{exact}", phrase.text())
}

/// `a`, `a and b`, `a, b and c`.
fn list(parts: &[String], word: &str) -> String {
    match parts.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_said_in_words() {
        let name = |term: &Filter| match term {
            Filter::Topic(slug) if slug.as_str() == "mining" => Some("Mining".to_owned()),
            _ => None,
        };
        let check = |text: &str, expect: &str| {
            assert_eq!(sentence(&Filter::parse(text).unwrap(), &name), expect);
        };

        check("everything", "of every kind");
        check("topic:mining", "about Mining");
        check(
            "(topic:mining OR topic:steel) AND geo:US AND NOT source:acme",
            "about Mining or steel, concerning US and not by acme",
        );
        check("a b", "with “a” and with “b”");
        check(
            "(topic:mining AND lang:de) OR ticker:KYN",
            "(about Mining and in de) or on the security KYN",
        );
        check(
            "a AND NOT (b c)",
            "with “a” and not (with “b” and with “c”)",
        );
        check(
            "title:(robot* OR cs(Apple)) lane:flash",
            "with “robot…” in the headline or “Apple” (written so) in the headline and sent as flash",
        );
        check(
            "first/50(a ONEAR/5 (b OR c)) AND lead:(atleast/3(a))",
            "with “a” before “b” or “c” with at most 5 words between among the first 50 words and with “a” at least 3 times in the summary",
        );
    }
}
