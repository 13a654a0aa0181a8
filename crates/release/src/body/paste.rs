//! HTML as people have it, made plain before it is sanitised: what word processors paste, and what no release needs.
//!
//! One pass over the tokens of the HTML, which is neither a tree nor recursive, so that neither depth nor size can hurt:
//! nesting beyond what text needs is left out, and with it everything that makes parsers slow. Word, LibreOffice and
//! Google Docs write bold as styled spans, lists as paragraphs with typed bullets, and wrap all of it in markup of their
//! own; what means something becomes plain elements, the rest goes without a word. What a writer may miss (scripts, forms,
//! frames) is reported. Nothing here makes HTML safe: that is the sanitiser's work, which comes after.

mod element;
mod lists;
mod style;
#[cfg(test)]
mod tests;

use element::{Element, is_dropped, is_reported};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use lists::Lists;
use std::cell::RefCell;
use std::collections::HashMap;
use style::Style;

/// HTML made plain, not yet safe.
pub(super) struct Plain {
    pub(super) html: String,
    /// Whether something was left out that a writer may miss.
    pub(super) removed: bool,
}

/// Makes HTML plain.
pub(super) fn plain(html: &str) -> Plain {
    let writer = Writer {
        is_paste: is_paste(html),
        ..Writer::default()
    };
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Sink(RefCell::new(writer)), TokenizerOpts::default());
    while !input.is_empty() {
        // Scripts and encodings interrupt the tokenizer, which then goes on.
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let writer = tokenizer.sink.0.into_inner();
    let html = writer.finish();
    Plain {
        removed: html.1,
        html: html.0,
    }
}

/// Whether a word processor or a mail program wrote it.
fn is_paste(html: &str) -> bool {
    let marks = [
        "mso-",
        "MsoNormal",
        "MsoList",
        "schemas-microsoft-com",
        "<o:p",
        "docs-internal-guid",
        "LibreOffice",
        "OpenOffice",
    ];
    marks.iter().any(|mark| html.contains(mark))
}

/// Elements open at once; text has no use for more.
const MAX_DEPTH: usize = 24;
/// How far up an end tag looks for its start.
const MAX_REACH: usize = 64;

struct Sink(RefCell<Writer>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut writer = self.0.borrow_mut();
        if let Token::CharacterTokens(text) = token {
            if writer.dropping.is_none() {
                writer.pending.push_str(&text);
            }
            return TokenSinkResult::Continue;
        }
        if !matches!(token, Token::ParseError(_) | Token::NullCharacterToken) {
            let text = std::mem::take(&mut writer.pending);
            writer.text(&text);
        }
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return writer.start(&tag),
            Token::TagToken(tag) => writer.end(&tag.name),
            Token::CommentToken(comment) => writer.comment(&comment),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// What was written so far, and what is open.
#[derive(Default)]
struct Writer {
    out: String,
    /// Text that the tokenizer gives in pieces, until something else comes.
    pending: String,
    open: Vec<Open>,
    is_paste: bool,
    removed: bool,
    /// The element whose content is left out, and how many of its name are open in it.
    dropping: Option<(String, usize)>,
    /// How many of the open elements were written, together and by name.
    depth: usize,
    written: HashMap<&'static str, usize>,
    /// How many of the open elements take text as it is: paragraphs, headings, cells, items.
    takes_text: usize,
    /// A paragraph that nobody opened, for text outside of all.
    own_paragraph: bool,
    /// In a cell or an item: whether it has text, and whether a new line begins before the next.
    has_text: bool,
    new_line: bool,
    lists: Lists,
}

/// An element of the source, and what ends it in the output.
struct Open {
    name: String,
    written: Vec<Element>,
    /// Its text is the bullet of a list item.
    is_bullet: bool,
}

impl Writer {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
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

    fn push(&mut self, name: &str, written: Vec<Element>, is_bullet: bool) {
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

    fn end(&mut self, name: &str) {
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

    fn pop(&mut self) {
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

    /// Ends what HTML lets people leave open: a paragraph before any block, a cell before a cell.
    fn end_implied(&mut self, name: &str) {
        let ends: &[&str] = match name {
            "li" => &["li", "p"],
            "td" | "th" => &["td", "th", "p"],
            "tr" => &["tr", "td", "th", "p"],
            "dt" | "dd" => &["dt", "dd", "p"],
            "tbody" | "thead" | "tfoot" => &["tbody", "thead", "tfoot", "tr", "td", "th", "p"],
            _ => &["p"],
        };
        let walls = ["table", "ul", "ol", "dl", "blockquote", "div"];
        let above = self
            .open
            .iter()
            .rev()
            .take(8)
            .take_while(|open| !walls.contains(&open.name.as_str()));
        let last = above
            .enumerate()
            .filter(|(_, open)| ends.contains(&open.name.as_str()))
            .last();
        if let Some((reach, _)) = last {
            for _ in 0..=reach {
                self.pop();
            }
        }
    }

    fn text(&mut self, text: &str) {
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
    fn comment(&mut self, comment: &str) {
        match comment.trim() {
            "[if !supportLists]" => self.lists.begin_bullet(),
            "[endif]" => self.lists.end_bullet(),
            _ => {}
        }
    }

    /// Opens what text that comes now belongs into.
    fn begin_text(&mut self) {
        if let Some(tags) = self.lists.item() {
            self.out.push_str(&tags);
            self.has_text = false;
            self.new_line = false;
            return;
        }
        let cell = self.missing_cell();
        if !cell.is_empty() {
            for element in &cell {
                self.out.push_str(&format!("<{}>", element.name()));
            }
            self.takes_text += 1;
            (self.has_text, self.new_line) = (false, false);
            self.push("td", cell, false);
            return;
        }
        if self.takes_text == 0 && !self.own_paragraph && !self.lists.is_open() {
            self.out.push_str("<p>");
            self.own_paragraph = true;
        }
        if self.new_line && self.has_text {
            self.out.push_str("<br>");
        }
        self.new_line = false;
    }

    /// Text between the cells of a table, which parsers would move to before the table, one piece at a time.
    fn missing_cell(&self) -> Vec<Element> {
        let open = self.open.iter().rev().take(MAX_REACH);
        let mut blocks = open
            .flat_map(|open| open.written.last())
            .filter(|element| !element.is_inline());
        match blocks.next().map(|element| element.name()) {
            Some("table" | "tbody" | "thead" | "tfoot") => Element::row_and_cell().to_vec(),
            Some("tr") => Element::row_and_cell()[1..].to_vec(),
            _ => Vec::new(),
        }
    }

    /// A block begins or ends.
    fn break_block(&mut self) {
        if self.own_paragraph {
            self.out.push_str("</p>");
            self.own_paragraph = false;
        }
        self.new_line = self.takes_text > 0 || self.lists.is_open();
    }

    fn leave_lists(&mut self) {
        let tags = self.lists.close();
        self.out.push_str(&tags);
    }

    fn finish(mut self) -> (String, bool) {
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
