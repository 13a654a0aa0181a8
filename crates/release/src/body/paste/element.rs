//! The elements that are written, and those that are not.

use super::style::Style;
use html5ever::tokenizer::Tag;
use maud::html;

/// An element as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element(&'static str);

/// What the sanitiser lets through: blocks, and what stands in lines.
#[rustfmt::skip]
const BLOCKS: &[&str] = &[
    "blockquote", "caption", "dd", "dl", "dt", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
];
#[rustfmt::skip]
const INLINE: &[&str] = &[
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "img", "ins", "q", "s", "small", "strong", "sub", "sup", "time", "u",
];
/// Blocks that are only containers.
#[rustfmt::skip]
const CONTAINERS: &[&str] = &[
    "address", "article", "aside", "body", "center", "details", "dialog", "dir", "div", "fieldset", "footer", "form", "header",
    "hgroup", "h1", "main", "menu", "nav", "search", "section", "summary",
];
/// Attributes that mean something; the sanitiser decides on which element.
#[rustfmt::skip]
const ATTRIBUTES: &[&str] = &[
    "align", "alt", "cite", "colspan", "datetime", "dir", "height", "href", "hreflang", "lang", "rowspan", "scope", "src",
    "start", "title", "width",
];
/// Elements whose content is left out with them.
#[rustfmt::skip]
const DROPPED: &[&str] = &[
    "script", "style", "xml", "svg", "math", "iframe", "object", "applet", "noembed", "noframes", "noscript", "template",
    "textarea", "select", "title", "xmp", "canvas", "audio", "video",
];
/// Others that a writer may miss.
#[rustfmt::skip]
const MISSED: &[&str] = &["form", "input", "button", "embed", "frame", "frameset", "base", "link", "marquee", "dialog"];
#[rustfmt::skip]
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
];
/// More columns than any table that people read.
const MAX_SPAN: u32 = 30;

/// Whether a name begins a block.
pub(super) fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name) || CONTAINERS.contains(&name)
}

/// Whether a name is of an element without content.
pub(super) fn is_void_name(name: &str) -> bool {
    VOID.contains(&name)
}

/// Whether the content of an element is left out with it.
pub(super) fn is_dropped(name: &str) -> bool {
    DROPPED.contains(&name)
}

/// Whether a writer may miss an element.
pub(super) fn is_reported(name: &str) -> bool {
    (is_dropped(name) && !matches!(name, "title" | "xml")) || MISSED.contains(&name)
}

impl Element {
    /// What an element of the source is written as, if as anything.
    pub(super) fn of(name: &str, tag: &Tag, style: &Style, is_paste: bool) -> Option<Element> {
        let leads_nowhere = || {
            !tag.attrs
                .iter()
                .any(|attribute| &*attribute.name.local == "href")
        };
        match name {
            // A first-level heading would compete with the headline.
            "h1" => Some(Element("h2")),
            "p" | "div" if style.heading.is_some() => style.heading.map(Element),
            "strike" => Some(Element("s")),
            "b" | "strong" if style.is_plain_weight => None,
            "i" | "em" if style.is_upright => None,
            "br" if style.breaks_page || style.is_marker => None,
            // Links are underlined in every word processor.
            "u" if is_paste => None,
            "a" if leads_nowhere() => None,
            _ => {
                let mut known = BLOCKS.iter().chain(INLINE);
                known
                    .find(|known| **known == name)
                    .map(|name| Element(name))
            }
        }
    }

    /// An inline element that a style stands for.
    pub(super) fn inline(name: &'static str) -> Element {
        Element(name)
    }

    /// What text in a table needs around it.
    pub(super) fn row_and_cell() -> [Element; 2] {
        [Element("tr"), Element("td")]
    }

    pub(super) fn name(self) -> &'static str {
        self.0
    }

    pub(super) fn is_inline(self) -> bool {
        INLINE.contains(&self.0)
    }

    pub(super) fn is_void(self) -> bool {
        is_void_name(self.0)
    }

    /// Whether text stands in it as it is.
    #[rustfmt::skip]
    pub(super) fn takes_text(self) -> bool {
        matches!(self.0, "p" | "h2" | "h3" | "h4" | "h5" | "h6" | "li" | "td" | "th" | "dt" | "dd" | "pre" | "caption" | "figcaption")
    }

    /// How many of its kind may be open around it.
    pub(super) fn most_nested(self) -> usize {
        match self.0 {
            "table" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th" => 2,
            "a" | "p" | "caption" | "figure" => 1,
            "blockquote" | "dl" => 3,
            _ => 6,
        }
    }

    /// The start tag with the attributes that mean something.
    pub(super) fn start(self, tag: &Tag) -> String {
        let is_cell = matches!(self.0, "td" | "th");
        let mut start = format!("<{}", self.0);
        for attribute in &tag.attrs {
            let (name, value): (&str, &str) = (&attribute.name.local, &attribute.value);
            let is_span = matches!(name, "colspan" | "rowspan");
            let is_sane = !is_span
                || value
                    .trim()
                    .parse()
                    .is_ok_and(|span| (1..=MAX_SPAN).contains(&span));
            // The languages of Word's runs are those of its spelling checker.
            if ATTRIBUTES.contains(&name) && is_sane && !(self.is_inline() && name == "lang") {
                start += &format!(" {name}=\"{}\"", html! { (value) }.into_string());
            }
            // Markdown tells the side of a column by style alone.
            if is_cell && name == "style" {
                let is_side = |side: &&str| value.contains(&format!("text-align: {side}"));
                let side = ["right", "center", "left"].into_iter().find(is_side);
                start += &side.map_or_else(String::new, |side| format!(" align=\"{side}\""));
            }
        }
        start + ">"
    }

    pub(super) fn end(self) -> String {
        format!("</{}>", self.0)
    }
}
