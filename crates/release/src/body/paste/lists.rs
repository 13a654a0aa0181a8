//! Lists that Word writes as paragraphs with typed bullets.

/// Where such a list stands.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// The elements of the open lists, outermost first; in each an item is open.
    open: Vec<&'static str>,
    /// An item that begins with the next text, at its level from 1.
    expected: Option<usize>,
    /// The bullet of that item, as typed.
    typed: String,
    in_bullet: bool,
}

/// Deeper lists are written as this level.
const MAX_LEVEL: usize = 6;

impl Lists {
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// A paragraph is an item.
    pub(super) fn expect(&mut self, level: usize) {
        self.expected = Some(level.clamp(1, MAX_LEVEL));
        self.typed.clear();
        self.in_bullet = false;
    }

    pub(super) fn begin_bullet(&mut self) {
        self.in_bullet = self.expected.is_some();
    }

    pub(super) fn end_bullet(&mut self) {
        self.in_bullet = false;
    }

    /// Takes text that is a bullet.
    pub(super) fn bullet(&mut self, text: &str) -> bool {
        if self.in_bullet && self.typed.len() < 20 {
            self.typed.push_str(text.trim());
        }
        self.in_bullet
    }

    /// The tags that an expected item begins with.
    pub(super) fn item(&mut self) -> Option<String> {
        let level = self.expected.take()?;
        let kind = if is_number(&self.typed) { "ol" } else { "ul" };
        let mut tags = String::new();
        while self.open.len() > level {
            tags += &self.end_innermost();
        }
        // The same level under another kind of bullet is another list.
        if self.open.len() == level && self.open.last() != Some(&kind) {
            tags += &self.end_innermost();
        }
        if self.open.len() == level {
            tags += "</li>";
        }
        while self.open.len() < level {
            tags += &format!("<{kind}>");
            self.open.push(kind);
            if self.open.len() < level {
                tags += "<li>";
            }
        }
        Some(tags + "<li>")
    }

    /// Ends all lists.
    pub(super) fn close(&mut self) -> String {
        self.expected = None;
        let mut tags = String::new();
        while self.is_open() {
            tags += &self.end_innermost();
        }
        tags
    }

    fn end_innermost(&mut self) -> String {
        let kind = self.open.pop();
        kind.map_or_else(String::new, |kind| format!("</li></{kind}>"))
    }
}

/// `1.`, `(a)`, `iv)`; a lone `o` or `§` is a bullet of Word's fonts.
fn is_number(typed: &str) -> bool {
    let inner = typed.trim_start_matches('(').trim_end_matches(['.', ')']);
    let is_marked = inner.len() < typed.len();
    is_marked && !inner.is_empty() && inner.chars().all(|c| c.is_ascii_alphanumeric())
}
