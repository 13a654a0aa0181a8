//! Writes plain HTML from the tokens of any.

use super::element::{self, Element, is_dropped, is_reported};
use super::lists::Lists;
use super::style::{self, Style};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TokenSinkResult};
use std::collections::HashMap;

/// Elements open at once; text has no use for more.
const MAX_DEPTH: usize = 24;
/// How far up an end tag looks for its start.
pub(super) const MAX_REACH: usize = 64;

/// What was written so far, and what is open.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) out: String,
    /// Text that the tokenizer gives in pieces, until something else comes.
    pub(super) pending: String,
    pub(super) open: Vec<Open>,
    pub(super) is_paste: bool,
    removed: bool,
    /// The element whose content is left out, and how many of its name are open in it.
    pub(super) dropping: Option<(String, usize)>,
    /// How many of the open elements were written, together and by name.
    depth: usize,
    pub(super) written: HashMap<&'static str, usize>,
    /// How many of the open elements take text as it is: paragraphs, headings, cells, items.
    pub(super) takes_text: usize,
    /// A paragraph that nobody opened, for text outside of all.
    pub(super) own_paragraph: bool,
    /// In a cell or an item: whether it has text, and whether a new line begins before the next.
    pub(super) has_text: bool,
    pub(super) new_line: bool,
    pub(super) lists: Lists,
}

/// An element of the source, and what ends it in the output.
pub(super) struct Open {
    pub(super) name: String,
    pub(super) written: Vec<Element>,
    /// Its text is the bullet of a list item.
    is_bullet: bool,
}

impl Writer {
    /// A writer of what a word processor pasted, or of any other HTML.
    pub(super) fn new(is_paste: bool) -> Writer {
        Writer {
            is_paste,
            ..Writer::default()
        }
    }

    pub(super) fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if let Some((dropped, count)) = &mut self.dropping {
            *count += usize::from(name == dropped && !tag.self_closing);
            return raw(name);
        }
        self.removed |= !self.is_paste && is_reported(name) || has_handler(tag);
        if is_dropped(name) {
            if !tag.self_closing {
                self.dropping = Some((name.to_owned(), 1));
            }
            return raw(name);
        }
        let style = Style::of(tag);
        if let Some(level) = style.list_level.filter(|_| name == "p") {
            self.end_implied("p");
            self.break_block();
            self.lists.expect(level);
            self.push(name, Vec::new(), style.is_bullet);
            return TokenSinkResult::Continue;
        }
        let element = Element::of(name, tag, &style, self.is_paste);
        self.open_element(name, element, tag, &style);
        TokenSinkResult::Continue
    }

    fn open_element(&mut self, name: &str, element: Option<Element>, tag: &Tag, style: &Style) {
        if element::is_block(name) {
            self.end_implied(name);
            if !matches!(
                name,
                "td" | "th" | "tr" | "tbody" | "thead" | "tfoot" | "li" | "dt" | "dd" | "caption"
            ) {
                self.break_block();
                self.leave_lists();
            }
        }
        let mut written = Vec::new();
        let in_cell = self
            .open
            .iter()
            .rev()
            .take(MAX_REACH)
            .any(|open| matches!(open.name.as_str(), "td" | "th" | "li"));
        if let Some(element) = element.filter(|element| self.may_write(element, in_cell)) {
            if element.is_inline() && element.name() != "br" {
                self.begin_text();
            }
            self.out.push_str(&element.start(tag));
            if element.is_void() {
                return;
            }
            if element.takes_text() {
                self.takes_text += 1;
                (self.has_text, self.new_line) = (false, false);
            }
            written.push(element);
        }
        for element in style.inline(name) {
            if self.depth + written.len() < MAX_DEPTH {
                self.begin_text();
                self.out.push_str(&element.start(tag));
                written.push(element);
            }
        }
        if !element::is_void_name(name) {
            self.push(name, written, style.is_bullet);
        }
    }

    /// Cells and items that a word processor fills with paragraphs take their text as it is.
    fn may_write(&self, element: &Element, in_cell: bool) -> bool {
        let is_filler = self.is_paste && in_cell && element.name() == "p";
        let same = self
            .written
            .get(element.name())
            .copied()
            .unwrap_or_default();
        self.depth < MAX_DEPTH && !is_filler && same < element.most_nested()
    }

    pub(super) fn push(&mut self, name: &str, written: Vec<Element>, is_bullet: bool) {
        self.depth += written.len();
        for element in &written {
            *self.written.entry(element.name()).or_default() += 1;
        }
        if is_bullet {
            self.lists.begin_bullet();
        }
        self.open.push(Open {
            name: name.to_owned(),
            written,
            is_bullet,
        });
    }

    pub(super) fn end(&mut self, name: &str) {
        if let Some((dropped, count)) = &mut self.dropping {
            if name == dropped {
                *count -= 1;
                if *count == 0 {
                    self.dropping = None;
                }
            }
            return;
        }
        let reach = self
            .open
            .iter()
            .rev()
            .take(MAX_REACH)
            .position(|open| open.name == name);
        if let Some(reach) = reach {
            for _ in 0..=reach {
                self.pop();
            }
        }
    }

    pub(super) fn pop(&mut self) {
        let Some(open) = self.open.pop() else { return };
        self.depth -= open.written.len();
        for element in open.written.iter().rev() {
            if let Some(count) = self.written.get_mut(element.name()) {
                *count -= 1;
            }
            if element.takes_text() {
                self.takes_text = self.takes_text.saturating_sub(1);
            }
            self.out.push_str(&element.end());
        }
        if open.is_bullet {
            self.lists.end_bullet();
        }
        if open.written.is_empty() && element::is_block(&open.name) {
            self.break_block();
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        if text.is_empty() || self.lists.bullet(text) {
            return;
        }
        let text = if self.is_paste {
            style::plain_spaces(text)
        } else {
            text.into()
        };
        let is_kept = self.written.get("pre").is_some_and(|&count| count > 0);
        if !is_kept && text.chars().all(char::is_whitespace) {
            if !self.out.ends_with(char::is_whitespace) {
                self.out.push(if text.contains('\n') { '\n' } else { ' ' });
            }
            return;
        }
        self.begin_text();
        self.has_text = true;
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                c => self.out.push(c),
            }
        }
    }

    /// Word hides the bullets of its lists from itself in conditional comments.
    pub(super) fn comment(&mut self, comment: &str) {
        match comment.trim() {
            "[if !supportLists]" => self.lists.begin_bullet(),
            "[endif]" => self.lists.end_bullet(),
            _ => {}
        }
    }

    pub(super) fn finish(mut self) -> (String, bool) {
        while !self.open.is_empty() {
            self.pop();
        }
        self.break_block();
        self.leave_lists();
        (self.out, self.removed)
    }
}

/// The content of these is no markup.
fn raw(name: &str) -> TokenSinkResult<()> {
    match name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
            TokenSinkResult::RawData(RawKind::Rawtext)
        }
        "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
        _ => TokenSinkResult::Continue,
    }
}

fn has_handler(tag: &Tag) -> bool {
    tag.attrs.iter().any(|attribute| {
        let value = attribute.value.trim_start().to_ascii_lowercase();
        let bad = ["javascript:", "vbscript:", "data:text"]
            .iter()
            .any(|scheme| value.starts_with(scheme));
        attribute.name.local.starts_with("on") || bad
    })
}
