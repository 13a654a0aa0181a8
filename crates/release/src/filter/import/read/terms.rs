//! Terms that say more than a word: fields, counts, and the first words of a text.

use super::super::fields::{self, Field};
use super::super::lex::{Kind, Token};
use super::super::node::Node;
use super::super::{Dialect, words};
use super::Reader;
use crate::filter::{MAX_FIRST, MAX_TIMES};

impl<'a> Reader<'a, '_> {
    /// `toyota/F50/`.
    pub(super) fn first_words(&mut self, token: Token<'a>, word: &'a str) -> Option<Node> {
        let (term, count) = split_first(word).filter(|_| self.dialect == Dialect::Factiva)?;
        self.next += 1;
        let count = count.clamp(1, u32::from(MAX_FIRST));
        let node = words::phrase(&[(token.at, term)], self.imported);
        self.translate(token, &format!("first/{count}"));
        Some(node.within(&format!("first/{count}(")))
    }

    /// `hd=`, `title:`, `headline(`, `atleast3 `.
    pub(super) fn field(&mut self, token: Token<'a>, word: &'a str) -> Option<Node> {
        if let Some(times) = at_least(word) {
            self.next += 1;
            let node = self.primary();
            return Some(self.at_least(token, times, node));
        }
        let bracket = self.tokens.get(self.next + 1).filter(|next| next.glued);
        let (name, value) = match split_field(word) {
            Some(split) => split,
            None if bracket.is_some_and(|next| next.kind == Kind::Open) => (word, ""),
            None => return None,
        };
        let field = fields::field(name)?;
        self.next += 1;
        Some(match field {
            Field::Foreign(says) => {
                self.skip_value(value);
                self.lose(token, &format!("left out: {says}"));
                Node::default()
            }
            Field::Language | Field::Place => self.coded(token, field, value),
            Field::Parts(parts) => {
                let node = self.value(value);
                let names: Vec<String> = parts.iter().map(|part| format!("{part}:")).collect();
                if names != [format!("{name}:")] {
                    self.translate(token, &names.join(" OR "));
                }
                Node::any(
                    parts
                        .iter()
                        .map(|part| node.within(&format!("{part}:(")))
                        .collect(),
                )
            }
            Field::Exact => {
                let node = self.value(value);
                let exact = node
                    .choice()
                    .iter()
                    .map(|text| Node::phrase(format!("cs({text})")));
                match node.choice().is_empty() {
                    true => node.within("cs("),
                    false => Node::any(exact.collect()),
                }
            }
        })
    }

    fn at_least(&mut self, token: Token<'a>, times: u32, node: Node) -> Node {
        if node.choice().is_empty() && node.text().is_some() {
            self.lose(
                token,
                "left out: only words, phrases and an OR of them are counted",
            );
            return node;
        }
        match times {
            0 | 1 => node,
            _ => {
                let times = times.min(u32::from(MAX_TIMES));
                self.translate(token, &format!("atleast/{times}"));
                node.within(&format!("atleast/{times}("))
            }
        }
    }

    /// The value of a field.
    fn value(&mut self, value: &'a str) -> Node {
        if value.is_empty() {
            return self.primary();
        }
        let at = self.tokens[self.next - 1].at;
        words::phrase(&[(at, value)], self.imported)
    }

    /// Past the value of a field that is not known here.
    fn skip_value(&mut self, value: &'a str) {
        let next = self.peek().filter(|_| value.is_empty());
        match next.map(|token| token.kind) {
            Some(Kind::Open) => {
                self.next += 1;
                self.skip();
            }
            Some(Kind::Quoted(_) | Kind::Word(_)) => self.next += 1,
            Some(Kind::Close) | None => {}
        }
    }

    /// A language or place, or several in a bracket.
    fn coded(&mut self, token: Token<'a>, field: Field, value: &'a str) -> Node {
        let mut values = Vec::new();
        match (value.is_empty(), self.peek()) {
            (false, _) => values.push(value),
            (
                true,
                Some(Token {
                    kind: Kind::Quoted(text) | Kind::Word(text),
                    ..
                }),
            ) => {
                values.push(text);
                self.next += 1;
            }
            (
                true,
                Some(Token {
                    kind: Kind::Open, ..
                }),
            ) => {
                let begin = self.next + 1;
                self.next += 1;
                self.skip();
                for token in &self.tokens[begin..self.next] {
                    if let Kind::Quoted(text) | Kind::Word(text) = token.kind
                        && !text.eq_ignore_ascii_case("or")
                    {
                        values.push(text);
                    }
                }
            }
            _ => {}
        }
        let nodes: Vec<Node> = values
            .into_iter()
            .filter_map(|value| {
                let node = fields::value(field, value);
                if node.is_none() {
                    self.lose(token, &format!("left out: `{value}` is not known here"));
                }
                node
            })
            .collect();
        let node = Node::any(nodes);
        if let Some(text) = node.text() {
            self.translate(token, text.trim_matches(['(', ')']));
        }
        node
    }
}

/// `toyota/F50/`.
pub(super) fn split_first(word: &str) -> Option<(&str, u32)> {
    let (term, rest) = word.strip_suffix('/')?.rsplit_once('/')?;
    let number = rest.strip_prefix(['f', 'F'])?;
    (!term.is_empty()).then_some(())?;
    Some((term, number.parse().ok()?))
}

fn at_least(word: &str) -> Option<u32> {
    let lower = word.to_lowercase();
    lower
        .strip_prefix("atleast")?
        .trim_start_matches('/')
        .parse()
        .ok()
}

/// `hd=x`, `title:x`: the name and what follows it.
pub(super) fn split_field(word: &str) -> Option<(&str, &str)> {
    let at = word.find([':', '='])?;
    let (name, value) = (&word[..at], &word[at + 1..]);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    is_name.then_some((name, value))
}
