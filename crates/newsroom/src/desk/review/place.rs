//! The words that a finding means, out of the submission as JSON.

use release::finding::Span;

/// Characters shown before and after what is meant.
const AROUND: usize = 40;

/// Some words, and what stands around them in the same text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) before: String,
    pub(super) meant: String,
    pub(super) after: String,
}

impl Place {
    /// What a span inside a string means; none if it means a whole value, or is not of this source.
    pub(super) fn of(source: &str, span: Span) -> Option<Place> {
        let (head, meant, tail) = (
            source.get(..span.start)?,
            source.get(span.start..span.end)?,
            source.get(span.end..)?,
        );
        if meant.is_empty() || meant.starts_with('"') {
            return None;
        }
        let start = head
            .rmatch_indices('"')
            .map(|(at, _)| at)
            .find(|&at| !is_escaped(head, at))?
            + 1;
        let end = tail
            .match_indices('"')
            .map(|(at, _)| at)
            .find(|&at| !is_escaped(tail, at))?;
        let (before, after) = (unescaped(&head[start..])?, unescaped(&tail[..end])?);
        let cut = before
            .char_indices()
            .rev()
            .nth(AROUND - 1)
            .map_or(0, |(at, _)| at);
        Some(Place {
            before: format!("{}{}", if cut > 0 { "…" } else { "" }, &before[cut..]),
            meant: unescaped(meant)?,
            after: after.chars().take(AROUND).collect(),
        })
    }
}

/// Whether an odd number of backslashes stands before it.
fn is_escaped(text: &str, at: usize) -> bool {
    text[..at]
        .bytes()
        .rev()
        .take_while(|byte| *byte == b'\\')
        .count()
        % 2
        == 1
}

fn unescaped(text: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{text}\"")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_among_their_neighbours() {
        let check = |source: &str, meant: &str, expect: Option<(&str, &str, &str)>| {
            let start = source.find(meant).expect("it is there");
            let place = Place::of(
                source,
                Span {
                    start,
                    end: start + meant.len(),
                },
            );
            let expect = expect.map(|(before, meant, after)| Place {
                before: before.into(),
                meant: meant.into(),
                after: after.into(),
            });
            assert_eq!(place, expect, "{source}");
        };

        check(
            r#"{"body":"One TBD two"}"#,
            "TBD",
            Some(("One ", "TBD", " two")),
        );
        check(
            r#"{"body":"He said \"no\": TBD\n\nEnd"}"#,
            "TBD",
            Some(("He said \"no\": ", "TBD", "\n\nEnd")),
        );
        check(r#"{"body":"TBD"}"#, "TBD", Some(("", "TBD", "")));
        check(r#"{"body":"TBD"}"#, r#""TBD""#, None);
        check(r#"{"body":7}"#, "7", None);
        let long = format!(r#"{{"body":"{}TBD{}"}}"#, "é".repeat(60), "ü".repeat(60));
        check(
            &long,
            "TBD",
            Some((&format!("…{}", "é".repeat(40)), "TBD", &"ü".repeat(40))),
        );
    }

    #[test]
    fn a_span_of_another_source_is_none() {
        let check = |start, end| assert_eq!(Place::of("{\"a\":\"é\"}", Span { start, end }), None);

        check(7, 8);
        check(5, 400);
        check(9, 2);
    }
}
