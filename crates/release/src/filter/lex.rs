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
    /// `NEAR/5` or `ONEAR/5`, as written.
    Near(&'a str),
    /// What stands between quotation marks, and whether a `*` follows.
    Phrase(&'a str, Star),
    /// A text without spaces, not quoted.
    Word(&'a str),
    /// `name:value`, the value without its quotation marks.
    Field {
        name: &'a str,
        value: &'a str,
        value_at: usize,
        quoted: Option<Star>,
    },
    /// `name:(`, of which the bracket is taken.
    FieldOpen(&'a str),
    /// `name(`, of which the bracket is taken.
    Call(&'a str),
    End,
}

/// Whether a phrase is the beginning of what is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Star {
    No,
    Yes,
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
            Some(c) if is_quote(c) => {
                let (text, star) = self.quoted(c)?;
                Kind::Phrase(text, star)
            }
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
            _ if is_near(text) => return Ok(Kind::Near(text)),
            _ => {}
        }
        let bracket = self.peek().filter(|&c| is_open(c));
        let Some(colon) = text.find(is_colon) else {
            return Ok(match bracket {
                Some(bracket) => self.advance(bracket, Kind::Call(text)),
                None => Kind::Word(text),
            });
        };
        let width = text[colon..].chars().next().map_or(1, char::len_utf8);
        let (name, value) = (&text[..colon], &text[colon + width..]);
        match self.peek() {
            Some(quote) if value.is_empty() && is_quote(quote) => {
                let value_at = self.at + quote.len_utf8();
                let (value, star) = self.quoted(quote)?;
                Ok(Kind::Field {
                    name,
                    value,
                    value_at,
                    quoted: Some(star),
                })
            }
            Some(bracket) if value.is_empty() && is_open(bracket) => {
                Ok(self.advance(bracket, Kind::FieldOpen(name)))
            }
            Some(bracket) if is_open(bracket) => {
                let message = format!(
                    "`{}(` is not understood; put a space before the bracket, or quote the text",
                    printable(text)
                );
                Err(FilterError::new(at, message))
            }
            _ => Ok(Kind::Field {
                name,
                value,
                value_at: at + colon + width,
                quoted: None,
            }),
        }
    }

    /// What stands between two quotation marks, of which the first is next, and whether a `*` comes straight after.
    fn quoted(&mut self, quote: char) -> Result<(&'a str, Star), FilterError> {
        let at = self.at;
        self.at += quote.len_utf8();
        let text = self.take_while(|c| !is_quote(c));
        match self.peek() {
            Some(end) => {
                self.at += end.len_utf8();
                Ok((text, self.star()?))
            }
            None => {
                Err(FilterError::new(at, "this quotation mark is never closed")
                    .expecting(&["`\"`"]))
            }
        }
    }

    fn star(&mut self) -> Result<Star, FilterError> {
        if self.peek() != Some('*') {
            return Ok(Star::No);
        }
        self.at += 1;
        match self.peek() {
            Some(c) if !c.is_whitespace() && !is_open(c) && !is_close(c) => Err(FilterError::new(
                self.at - 1,
                "`*` stands at the end of a word or phrase, with a space after it",
            )),
            _ => Ok(Star::Yes),
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

fn is_near(text: &str) -> bool {
    let number = text.strip_prefix('O').unwrap_or(text).strip_prefix("NEAR/");
    number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()))
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
