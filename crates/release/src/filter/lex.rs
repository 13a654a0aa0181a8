//! From a text to tokens.

use super::FilterError;
use super::phrase::is_quote;
use crate::address::printable;

/// A token and where it begins, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) at: usize,
    pub(super) kind: Kind<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Open,
    Close,
    And,
    Or,
    Not,
    /// What stands between quotation marks.
    Phrase(&'a str),
    /// A text without spaces, not quoted.
    Word(&'a str),
    /// `name:value`, the value without its quotation marks.
    Field {
        name: &'a str,
        value: &'a str,
        value_at: usize,
    },
    End,
}

/// All tokens of a text, the last one an `End`.
pub(super) fn tokens(source: &str) -> Result<Vec<Token<'_>>, FilterError> {
    if let Some((at, c)) = source
        .char_indices()
        .find(|(_, c)| c.is_control() && !c.is_whitespace())
    {
        return Err(FilterError::new(
            at,
            format!("the control character {c:?} cannot stand in a filter"),
        ));
    }
    let mut lexer = Lexer { source, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next()?;
        tokens.push(token);
        if token.kind == Kind::End {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Result<Token<'a>, FilterError> {
        self.take_while(char::is_whitespace);
        let at = self.at;
        let kind = match self.peek() {
            None => Kind::End,
            Some(c) if is_open(c) => self.advance(c, Kind::Open),
            Some(c) if is_close(c) => self.advance(c, Kind::Close),
            Some(c) if is_quote(c) => Kind::Phrase(self.quoted(c)?),
            Some(_) => self.word()?,
        };
        Ok(Token { at, kind })
    }

    fn word(&mut self) -> Result<Kind<'a>, FilterError> {
        let at = self.at;
        let text =
            self.take_while(|c| !c.is_whitespace() && !is_open(c) && !is_close(c) && !is_quote(c));
        match text {
            "AND" => return Ok(Kind::And),
            "OR" => return Ok(Kind::Or),
            "NOT" => return Ok(Kind::Not),
            _ => {}
        }
        if self.peek().is_some_and(is_open) {
            let message = format!(
                "`{}(` is not understood; put a space before the bracket, or quote the text",
                printable(text)
            );
            return Err(FilterError::new(at, message));
        }
        let Some(colon) = text.find(is_colon) else {
            return Ok(Kind::Word(text));
        };
        let width = text[colon..].chars().next().map_or(1, char::len_utf8);
        let (name, value) = (&text[..colon], &text[colon + width..]);
        match self.peek() {
            Some(quote) if value.is_empty() && is_quote(quote) => {
                let value_at = self.at + quote.len_utf8();
                Ok(Kind::Field {
                    name,
                    value: self.quoted(quote)?,
                    value_at,
                })
            }
            _ => Ok(Kind::Field {
                name,
                value,
                value_at: at + colon + width,
            }),
        }
    }

    /// What stands between two quotation marks, of which the first is next.
    fn quoted(&mut self, quote: char) -> Result<&'a str, FilterError> {
        let at = self.at;
        self.at += quote.len_utf8();
        let text = self.take_while(|c| !is_quote(c));
        match self.peek() {
            Some(end) => {
                self.at += end.len_utf8();
                Ok(text)
            }
            None => {
                Err(FilterError::new(at, "this quotation mark is never closed")
                    .expecting(&["`\"`"]))
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.source[self.at..].chars().next()
    }

    fn advance(&mut self, c: char, kind: Kind<'a>) -> Kind<'a> {
        self.at += c.len_utf8();
        kind
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = &self.source[self.at..];
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }
}

/// East Asian keyboards give the wide forms.
fn is_open(c: char) -> bool {
    matches!(c, '(' | '（')
}

fn is_close(c: char) -> bool {
    matches!(c, ')' | '）')
}

fn is_colon(c: char) -> bool {
    matches!(c, ':' | '：')
}
