//! What text and blocks need around them that nobody wrote: ends left out, paragraphs, cells, list items.

use super::element::Element;
use super::writer::{MAX_REACH, Writer};

impl Writer {
    /// Ends what HTML lets people leave open: a paragraph before any block, a cell before a cell.
    pub(super) fn end_implied(&mut self, name: &str) {
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

    /// Opens what text that comes now belongs into.
    pub(super) fn begin_text(&mut self) {
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
    pub(super) fn break_block(&mut self) {
        if self.own_paragraph {
            self.out.push_str("</p>");
            self.own_paragraph = false;
        }
        self.new_line = self.takes_text > 0 || self.lists.is_open();
    }

    pub(super) fn leave_lists(&mut self) {
        let tags = self.lists.close();
        self.out.push_str(&tags);
    }
}
