//! Tokens of queries, alike for all dialects: brackets, quoted texts, and what stands between spaces.

use crate::filter::phrase::is_quote;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) at: usize,
    pub(super) kind: Kind<'a>,
    /// Whether nothing parts it from the token before it.
    pub(super) glued: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Open,
    Close,
    Quoted(&'a str),
    Word(&'a str),
}

pub(super) fn tokens(query: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut at, mut glued) = (0, false);
    while let Some(c) = query[at..].chars().next() {
        let begin = at;
        let rest = &query[at..];
        let kind = match c {
            '(' | '[' => Kind::Open,
            ')' | ']' => Kind::Close,
            c if c.is_whitespace() => {
                at += c.len_utf8();
                glued = false;
                continue;
            }
            c if is_quote(c) => {
                let inside = &rest[c.len_utf8()..];
                let end = inside.find(is_quote).unwrap_or(inside.len());
                at += end + inside[end..].chars().next().map_or(0, char::len_utf8);
                Kind::Quoted(&inside[..end])
            }
            _ => {
                let end = rest
                    .find(|c: char| c.is_whitespace() || "()[]".contains(c) || is_quote(c))
                    .unwrap_or(rest.len());
                at += end - c.len_utf8();
                Kind::Word(&rest[..end])
            }
        };
        at += c.len_utf8();
        tokens.push(Token {
            at: begin,
            kind,
            glued,
        });
        glued = true;
    }
    tokens
}
