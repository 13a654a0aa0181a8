//! What word processors say by styles and classes.

use super::element::Element;
use html5ever::tokenizer::Tag;
use std::borrow::Cow;

/// What the `style` and `class` of one element mean.
#[derive(Debug, Default)]
pub(super) struct Style {
    is_bold: bool,
    is_italic: bool,
    is_struck: bool,
    raised: Option<&'static str>,
    /// A bold element that is told not to be: Google Docs wraps all it pastes in one.
    pub(super) is_plain_weight: bool,
    pub(super) is_upright: bool,
    pub(super) breaks_page: bool,
    /// A line break by which browsers mark what they copied.
    pub(super) is_marker: bool,
    /// A heading's element.
    pub(super) heading: Option<&'static str>,
    /// The level of a list item that is written as a paragraph, from 1.
    pub(super) list_level: Option<usize>,
    /// The typed bullet of such an item.
    pub(super) is_bullet: bool,
}

impl Style {
    pub(super) fn of(tag: &Tag) -> Style {
        let mut style = Style::default();
        for attribute in &tag.attrs {
            let text = || attribute.value.to_ascii_lowercase();
            match &*attribute.name.local {
                "style" if attribute.value.len() < 4000 => style.read(&text()),
                "class" if attribute.value.len() < 400 => style.classes(&text()),
                _ => {}
            }
        }
        style
    }

    fn read(&mut self, text: &str) {
        for declaration in text.split(';') {
            let Some((name, value)) = declaration.split_once(':') else {
                continue;
            };
            let value = value.trim();
            match name.trim() {
                "font-weight" => {
                    self.is_bold =
                        value.starts_with("bold") || matches!(value, "600" | "700" | "800" | "900");
                    self.is_plain_weight = matches!(value, "normal" | "400" | "lighter");
                }
                "font-style" => {
                    self.is_italic = matches!(value, "italic" | "oblique");
                    self.is_upright = value == "normal";
                }
                "text-decoration" | "text-decoration-line" => {
                    self.is_struck = value.contains("line-through")
                }
                "vertical-align" if value == "super" => self.raised = Some("sup"),
                "vertical-align" if value == "sub" => self.raised = Some("sub"),
                "page-break-before" => self.breaks_page = value == "always",
                "mso-list" if value == "ignore" => self.is_bullet = true,
                "mso-list" => {
                    let mut words = value.split_whitespace();
                    let level = words.find_map(|word| word.strip_prefix("level"));
                    self.list_level = level.and_then(|level| level.parse().ok());
                }
                _ => {}
            }
        }
    }

    fn classes(&mut self, text: &str) {
        for class in text.split_whitespace() {
            self.is_marker |= class == "apple-interchange-newline";
            let plain = class.trim_start_matches("mso");
            let level = plain
                .strip_prefix("heading")
                .map(|level| level.trim_start_matches('-'));
            self.heading = match (plain, level.and_then(|level| level.parse::<u8>().ok())) {
                ("title", _) | (_, Some(0 | 1)) => Some("h2"),
                ("subtitle", _) | (_, Some(2)) => Some("h3"),
                (_, Some(3)) => Some("h4"),
                (_, Some(_)) => Some("h5"),
                _ => self.heading,
            };
        }
    }

    /// The elements that the styles of a span stand for.
    pub(super) fn inline(&self, name: &str) -> Vec<Element> {
        if !matches!(name, "span" | "font") {
            return Vec::new();
        }
        let all = [
            self.is_bold.then_some("strong"),
            self.is_italic.then_some("em"),
            self.is_struck.then_some("s"),
            self.raised,
        ];
        all.into_iter().flatten().map(Element::inline).collect()
    }
}

/// Runs of no-break spaces, which word processors indent with, as one space; a single one between words stays.
pub(super) fn plain_spaces(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{a0}') {
        return text.into();
    }
    let is_space = |c: char| c == '\u{a0}' || c.is_ascii_whitespace();
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_between = !plain.is_empty() && !plain.ends_with(is_space);
        let is_before_text = chars.peek().is_some_and(|&next| !is_space(next));
        if c != '\u{a0}' || (is_between && is_before_text) {
            plain.push(c);
            continue;
        }
        while chars.next_if(|&next| is_space(next)).is_some() {}
        if !plain.ends_with(is_space) {
            plain.push(' ');
        }
    }
    plain.into()
}
