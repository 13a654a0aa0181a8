//! Tables on a terminal, aligned by display width: a Han character takes two columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Rows in aligned columns under a head; columns of numbers stand to the right.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let columns: Vec<Column> = (0..head.len())
        .map(|at| Column::of(at, head, rows))
        .collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = columns
            .iter()
            .zip(cells)
            .map(|(column, cell)| column.align(cell))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut head.iter().copied())];
    lines.extend(
        rows.iter()
            .map(|row| line(&mut row.iter().map(String::as_str))),
    );
    lines.join("\n")
}

struct Column {
    width: usize,
    numeric: bool,
}

impl Column {
    fn of(at: usize, head: &[&str], rows: &[Vec<String>]) -> Column {
        let cells = || rows.iter().filter_map(|row| row.get(at));
        let width = cells()
            .map(|cell| cell.width())
            .chain([head[at].width()])
            .max()
            .unwrap_or(0);
        let is_number =
            |cell: &String| cell.chars().all(|c| c.is_ascii_digit() || "-.".contains(c));
        Column {
            width,
            numeric: !rows.is_empty() && cells().all(is_number),
        }
    }

    fn align(&self, cell: &str) -> String {
        let fill = " ".repeat(self.width.saturating_sub(cell.width()));
        if self.numeric {
            fill + cell
        } else {
            cell.to_owned() + &fill
        }
    }
}

/// The text, cut to so many columns with an ellipsis.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut width = 1;
    for c in text.chars() {
        width += c.width().unwrap_or(0);
        if width > columns {
            break;
        }
        shown.push(c);
    }
    shown + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_by_display_width() {
        let rows = vec![
            vec!["日本".to_owned(), "7".to_owned()],
            vec!["ab".to_owned(), "12".to_owned()],
        ];

        assert_eq!(table(&["x", "n"], &rows), "x      n\n日本   7\nab    12");
        assert_eq!(cut("青嶺センサー", 6), "青嶺…");
    }
}
