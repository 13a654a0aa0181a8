use std::fmt;

/// How many characters of a line are shown on either side of the caret.
const SHOWN_CHARS: usize = 60;

/// Why a text is no filter. `Display` gives it in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// Where in the text, in bytes from its begin; always between two characters.
    pub offset_bytes: usize,
    /// What is wrong.
    pub message: String,
    /// What could stand there, where that is a short list.
    pub expected: Vec<&'static str>,
    /// What was probably meant.
    pub nearest: Option<String>,
}

impl FilterError {
    pub(super) fn new(offset_bytes: usize, message: impl Into<String>) -> FilterError {
        FilterError {
            offset_bytes,
            message: message.into(),
            expected: Vec::new(),
            nearest: None,
        }
    }

    pub(super) fn expecting(self, expected: &[&'static str]) -> FilterError {
        FilterError {
            expected: expected.to_vec(),
            ..self
        }
    }

    pub(super) fn nearest(self, nearest: Option<String>) -> FilterError {
        FilterError { nearest, ..self }
    }

    /// The line of the source that is wrong, and under it a caret at the place. Long lines are cut on both sides.
    ///
    /// Columns are counted in characters, so wide and combining ones may shift the caret.
    pub fn caret(&self, source: &str) -> String {
        let offset = source.floor_char_boundary(self.offset_bytes);
        let begin = source[..offset]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let before: Vec<char> = source[begin..offset].chars().collect();
        let after: Vec<char> = source[offset..]
            .chars()
            .take_while(|&c| c != '\n')
            .collect();
        let cut_before = before.len().saturating_sub(SHOWN_CHARS);
        let cut_after = after.len().min(SHOWN_CHARS);

        let mut line = String::new();
        if cut_before > 0 {
            line.push('…');
        }
        line.extend(
            before[cut_before..]
                .iter()
                .chain(&after[..cut_after])
                .map(|&c| visible(c)),
        );
        if cut_after < after.len() {
            line.push('…');
        }
        let column = before.len() - cut_before + usize::from(cut_before > 0);
        format!("{line}\n{:column$}^", "")
    }
}

/// What is shown on a terminal never steers it.
fn visible(c: char) -> char {
    if c == '\t' {
        ' '
    } else if c.is_control() {
        '\u{fffd}'
    } else {
        c
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some((last, others)) = self.expected.split_last() {
            match others {
                [] => write!(f, "; expected {last}")?,
                _ => write!(f, "; expected {} or {last}", others.join(", "))?,
            }
        }
        match &self.nearest {
            Some(nearest) => write!(f, "; nearest is `{nearest}`"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FilterError {}
