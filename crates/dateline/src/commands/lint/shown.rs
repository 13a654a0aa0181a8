//! A finding for people: the line it stands in, with the place underlined.

use super::place::Lines;
use release::finding::{Finding, Severity, Span};
use unicode_width::UnicodeWidthChar;

/// How much of a long line is shown before and behind the place, in columns.
const AROUND: usize = 44;
const TAB: usize = 4;

/// The finding as text, with line ends.
pub(super) fn finding(path: &str, lines: &Lines<'_>, finding: &Finding, paint: bool) -> String {
    let pointer = if finding.pointer.is_empty() {
        "/"
    } else {
        &finding.pointer
    };
    let colour = match finding.severity {
        Severity::Error => "31",
        Severity::Warning => "33",
    };
    let head = painted(
        &format!("{}[{}]", finding.severity, finding.code),
        colour,
        paint,
    );
    let said = format!("{head} {pointer}: {}", printable(&finding.message));
    let mend = format!("  mend: {}\n", printable(&finding.mend));
    let Some(span) = finding.span else {
        return format!("{path}: {said}\n{mend}");
    };
    let place = lines.place(span.start);
    let (shown, marks) = underlined(lines, span);
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    let marks = painted(&marks, colour, paint);
    format!(
        "{path}:{}:{}: {said}\n {number} | {shown}\n {gutter} | {marks}\n{mend}",
        place.line, place.column
    )
}

/// The line as shown, and as many carets below the place as it is wide.
fn underlined(lines: &Lines<'_>, span: Span) -> (String, String) {
    let line = lines.line(span.start);
    let end = span.end.clamp(span.start, line.end.max(span.start));
    let (before, cut) = last_columns(&expanded(&lines.source[line.start..span.start]));
    let inside = first_columns(&expanded(&lines.source[span.start..end]), 2 * AROUND);
    let behind = first_columns(
        &expanded(lines.source.get(end..line.end).unwrap_or_default()),
        AROUND,
    );
    let open = if cut { "…" } else { "" };
    let indent = width(&before) + width(open);
    let carets = width(&inside).max(1);
    let marks = format!("{}{}", " ".repeat(indent), "^".repeat(carets));
    (
        format!("{open}{before}{inside}{behind}")
            .trim_end()
            .to_owned(),
        marks,
    )
}

/// Tabs as spaces, and what nobody sees, or what turns a terminal around, by its number.
fn expanded(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push_str(&" ".repeat(TAB)),
            c if is_hidden(c) => shown.push_str(&format!("<U+{:04X}>", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn printable(text: &str) -> String {
    expanded(&text.replace('\n', " "))
}

fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

fn first_columns(text: &str, columns: usize) -> String {
    let mut left = columns;
    let mut shown = String::new();
    for c in text.chars() {
        let width = c.width().unwrap_or(0);
        if width > left {
            return shown + "…";
        }
        left -= width;
        shown.push(c);
    }
    shown
}

/// The end of a text, and whether something before it is left out.
fn last_columns(text: &str) -> (String, bool) {
    if width(text) <= AROUND {
        return (text.to_owned(), false);
    }
    let mut left = AROUND;
    let fits = |c: &char| {
        left = left.saturating_sub(c.width().unwrap_or(0));
        left > 0
    };
    let backwards: Vec<char> = text.chars().rev().take_while(fits).collect();
    (backwards.into_iter().rev().collect(), true)
}

fn painted(text: &str, colour: &str, paint: bool) -> String {
    match paint {
        true => format!("\u{1b}[1;{colour}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    }
}
