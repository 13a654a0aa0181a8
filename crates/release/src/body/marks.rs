//! Places of a body's text, marked in its HTML.
//!
//! The text is made from the HTML with lines broken, tables laid out and links numbered, so a place in the one tells nothing of
//! the other by itself. It is made once more, with a number behind each word, in characters that are never shown and take no
//! room: where a number comes out, its word stands. Nothing is guessed, and a text that comes out otherwise is not marked.

use super::pieces::{Piece, characters, pieces};
use super::{RenderedBody, html_to_text};
use std::collections::VecDeque;
use std::ops::Range;

/// Of default-ignorable code points that are not assigned, so no text has them: 64 digits, and 64 that end a number.
const DIGITS: Range<u32> = 0xe_0080..0xe_0100;
const BASE: u32 = 64;

impl RenderedBody {
    /// The same with `<mark>` around these places of the text, which ascend and do not overlap. The body must be without the
    /// wire's opening.
    pub fn marked(&self, places: &[Range<usize>]) -> RenderedBody {
        if places.is_empty() {
            return self.clone();
        }
        let Some(mut ends) = word_ends(&self.html, &self.text) else {
            return self.clone();
        };
        let mut marking = Marking::default();
        for piece in pieces(&self.html) {
            match piece {
                Piece::Tag(tag) => marking.tag(tag),
                Piece::Space(space) => marking.space.push_str(space),
                Piece::Word(word) => {
                    let end = ends.pop_front().flatten();
                    let stands = stands(word, end, &self.text);
                    for ((_, written), at) in characters(word).zip(stands) {
                        marking.character(written, at.and_then(|at| place_at(places, at)));
                    }
                }
            }
        }
        marking.end();
        RenderedBody {
            html: marking.html,
            ..self.clone()
        }
    }
}

/// A line with `<mark>` around these places of it, which ascend and do not overlap.
pub fn marked_line(line: &str, places: &[Range<usize>]) -> maud::Markup {
    let mut from = 0;
    maud::html! {
        @for place in places {
            (&line[std::mem::replace(&mut from, place.end)..place.start])
            mark { (&line[place.clone()]) }
        }
        (&line[from..])
    }
}

/// For each word of the HTML the byte of the text behind it; none where it did not come out.
fn word_ends(html: &str, text: &str) -> Option<VecDeque<Option<usize>>> {
    let mut numbered = String::with_capacity(html.len() * 2);
    let mut words = 0;
    for piece in pieces(html) {
        match piece {
            Piece::Tag(text) | Piece::Space(text) => numbered.push_str(text),
            Piece::Word(word) => {
                numbered.push_str(word);
                push_number(&mut numbered, words);
                words += 1;
            }
        }
    }
    let mut ends = vec![None; words as usize];
    let (mut plain, mut number) = (String::with_capacity(text.len()), 0);
    for c in html_to_text(&numbered).chars() {
        let Some(digit) = u32::from(c).checked_sub(DIGITS.start) else {
            plain.push(c);
            continue;
        };
        match digit {
            0..BASE => number = number * BASE + digit,
            _ if u32::from(c) < DIGITS.end => {
                number = number * BASE + digit - BASE;
                *ends.get_mut(number as usize)? = Some(plain.len());
                number = 0;
            }
            _ => plain.push(c),
        }
    }
    (plain == text).then(|| ends.into())
}

fn push_number(html: &mut String, number: u32) {
    let digit = |value| char::from_u32(DIGITS.start + value).expect("digits are characters");
    let mut power = 1;
    while number / power >= BASE {
        power *= BASE;
    }
    while power > 1 {
        html.push(digit(number / power % BASE));
        power /= BASE;
    }
    html.push(digit(BASE + number % BASE));
}

/// Where the characters of a word stand that ends there. A long one may be broken over lines.
fn stands(word: &str, end: Option<usize>, text: &str) -> Vec<Option<usize>> {
    let shown: Vec<char> = characters(word).map(|(shown, _)| shown).collect();
    let before = text[..end.unwrap_or(0)].char_indices().rev();
    let mut before = before.filter(|(_, c)| !c.is_whitespace());
    let found = shown.iter().rev().map_while(|c| {
        let (at, other) = before.next()?;
        (other == *c).then_some(at)
    });
    let mut stands: Vec<Option<usize>> = found.map(Some).collect();
    stands.resize(shown.len(), None);
    stands.reverse();
    stands
}

/// The number of the place in which a byte stands.
fn place_at(places: &[Range<usize>], at: usize) -> Option<usize> {
    let number = places.partition_point(|place| place.end <= at);
    places.get(number)?.contains(&at).then_some(number)
}

/// HTML while it is written; a mark never goes over a tag.
#[derive(Default)]
struct Marking {
    html: String,
    /// The place that is being marked.
    open: Option<usize>,
    /// Not known yet to stand inside a mark or behind it.
    space: String,
}

impl Marking {
    fn character(&mut self, written: &str, place: Option<usize>) {
        if place != self.open {
            self.end();
            if place.is_some() {
                self.html.push_str("<mark>");
            }
            self.open = place;
        }
        self.html.push_str(&std::mem::take(&mut self.space));
        self.html.push_str(written);
    }

    fn tag(&mut self, tag: &str) {
        self.end();
        self.html.push_str(tag);
    }

    /// Ends the mark, if one is open, before the space that was put off.
    fn end(&mut self) {
        if self.open.take().is_some() {
            self.html.push_str("</mark>");
        }
        self.html.push_str(&std::mem::take(&mut self.space));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Body;

    /// Every place of these words in the text.
    fn places(text: &str, words: &str) -> Vec<Range<usize>> {
        let found = text.match_indices(words);
        found.map(|(at, _)| at..at + words.len()).collect()
    }

    #[test]
    fn words_are_marked_where_they_stand() {
        let check = |markdown: &str, words: &str, expect: &str| {
            let body = Body::Markdown(markdown.to_owned()).render();
            let marked = body.marked(&places(&body.text, words));
            assert!(marked.html.contains(expect), "{}", marked.html);
            assert_eq!(
                marked.html.replace("<mark>", "").replace("</mark>", ""),
                body.html
            );
            assert_eq!(marked.text, body.text);
        };

        check(
            "A lithium mine.",
            "lithium mine",
            "A <mark>lithium mine</mark>.",
        );
        check("1. 1 mine\n2. two", "1 m", "<mark>1 m</mark>ine");
        check("R&D & more", "& more", "R&amp;D <mark>&amp; more</mark>");
        check(
            "a *lith*ium b",
            "lithium",
            "<em><mark>lith</mark></em><mark>ium</mark> b",
        );
        check("[1](https://a.example/lithium) lithium", "lithium", "</a>");
        check(
            "東京の新しい鉱山",
            "新しい",
            "東京の<mark>新しい</mark>鉱山",
        );
        check(
            "> said lithium\n\n- x lithium",
            "x lithium",
            "<li><mark>x lithium</mark></li>",
        );
        check(
            "```\nsome  lithium\n```",
            "lithium",
            "some  <mark>lithium</mark>",
        );
    }

    #[test]
    fn words_that_lines_and_tables_break_are_marked() {
        let long = "word ".repeat(14) + "lithium mine " + &"東京".repeat(80) + "鉱山。";
        let cell = "Lithium is mined in Nevada and in many other places of the world";
        let source = format!(
            "{long}\n\n| a | b |\n|---|---|\n| {cell} | {cell} |\n| 東京{} | x |",
            "の鉱山".repeat(30)
        );
        let body = Body::Markdown(source).render();
        // The line breaks within what is marked.
        let phrase = body.text.find("lithium").unwrap()..body.text.find("mine").unwrap() + 4;
        let mine = body.text.find("鉱山。").unwrap();
        let endless = Body::Markdown("x".repeat(100)).render();
        let both_lines = 0..endless.text.trim_end().len();

        let marked = body.marked(&[phrase, mine..mine + 6]);
        let lithium = body.marked(&places(&body.text, "Lithium"));

        assert!(
            marked.html.contains(" <mark>lithium mine</mark> 東"),
            "{}",
            marked.html
        );
        assert!(
            marked.html.contains("<mark>鉱山</mark>。"),
            "{}",
            marked.html
        );
        let endless = endless.marked(&[both_lines]).html;
        assert_eq!(
            endless.trim(),
            format!("<p><mark>{}</mark></p>", "x".repeat(100))
        );
        assert_eq!(
            lithium.html.matches("<td><mark>Lithium</mark> is").count(),
            2
        );
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let html = "<p>".to_owned() + &"x ".repeat(5000) + "</p>";
        let text = html_to_text(&html);

        let ends = word_ends(&html, &text).unwrap();

        let all_stand = ends
            .iter()
            .all(|end| end.is_some_and(|end| text[..end].ends_with('x')));
        assert_eq!((ends.len(), all_stand), (5000, true));
    }

    #[test]
    fn lines_are_marked_and_escaped() {
        let line = marked_line("a <b> lithium", &[2..5, 6..13]);

        assert_eq!(
            line.into_string(),
            "a <mark>&lt;b&gt;</mark> <mark>lithium</mark>"
        );
    }
}
