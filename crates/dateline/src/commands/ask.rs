//! Small things that commands share: paths with arguments, tables, JSON.

use serde_json::Value;

/// `path?name=value&…` with those that are given, percent-encoded.
pub(super) fn query(path: &str, pairs: &[(&str, Option<String>)]) -> String {
    let mut query = url_encoder();
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

fn url_encoder() -> form_urlencoded::Serializer<'static, String> {
    form_urlencoded::Serializer::new(String::new())
}

/// A field as text: strings without quotes, nothing for null.
pub(super) fn text(value: &Value, field: &str) -> String {
    plain(&value[field])
}

/// A value as text: strings without quotes, lists joined, nothing for null.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// Prints rows in aligned columns under a head.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |at: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.chars().count());
        cells.chain([head[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let numeric = |at: usize| {
        rows.iter().all(|row| {
            row.get(at)
                .is_some_and(|cell| cell.chars().all(|c| c.is_ascii_digit() || "-.".contains(c)))
        })
    };
    let right: Vec<bool> = (0..head.len()).map(numeric).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = cells
            .enumerate()
            .map(|(at, cell)| {
                let fill = " ".repeat(widths[at].saturating_sub(cell.chars().count()));
                if right[at] {
                    fill + cell
                } else {
                    cell.to_owned() + &fill
                }
            })
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
