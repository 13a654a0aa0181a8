//! From a query's tokens to a filter's text: any := all (OR all)*, all := near ((AND | NOT | AND NOT)? near)*,
//! near := primary (operator of nearness, primary)*.

use super::fields::{self, Field};
use super::lex::{Kind, Token, tokens};
use super::node::Node;
use super::{Dialect, Imported, Note, words};
use crate::filter::{MAX_BETWEEN, MAX_DEPTH, MAX_FIRST, MAX_TIMES};

/// What stands between two terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
    Not,
    /// So many words between.
    Near {
        between: u32,
        ordered: bool,
    },
    /// In one paragraph.
    Same,
}

pub(super) fn read(dialect: Dialect, query: &str, imported: &mut Imported) -> Node {
    let mut reader = Reader {
        dialect,
        tokens: tokens(query),
        next: 0,
        depth: 0,
        imported,
    };
    let mut nodes = Vec::new();
    while let Some(token) = reader.peek() {
        let before = reader.next;
        nodes.push((false, reader.any()));
        if reader.next == before {
            reader.lose(token, "left out: nothing is open that this could close");
            reader.next += 1;
        }
    }
    Node::all(nodes)
}

struct Reader<'a, 'i> {
    dialect: Dialect,
    tokens: Vec<Token<'a>>,
    next: usize,
    depth: usize,
    imported: &'i mut Imported,
}

impl<'a> Reader<'a, '_> {
    fn any(&mut self) -> Node {
        let mut nodes = vec![self.all()];
        while self.take(Operator::Or) {
            nodes.push(self.all());
        }
        Node::any(nodes)
    }

    fn all(&mut self) -> Node {
        let mut nodes = Vec::new();
        loop {
            let mut not = false;
            while let Some(operator @ (Operator::And | Operator::Not)) = self.operator() {
                not |= operator == Operator::Not;
                self.next += 1;
            }
            match self.peek() {
                None
                | Some(Token {
                    kind: Kind::Close, ..
                }) => break,
                Some(_) if self.operator() == Some(Operator::Or) => break,
                Some(_) => nodes.push((not, self.near())),
            }
        }
        Node::all(nodes)
    }

    fn near(&mut self) -> Node {
        let mut left = self.primary();
        while let Some(operator @ (Operator::Near { .. } | Operator::Same)) = self.operator() {
            let Some(token) = self.peek() else { break };
            self.next += 1;
            let right = self.primary();
            left = self.joined(token, operator, left, right);
        }
        left
    }

    fn joined(&mut self, token: Token<'a>, operator: Operator, left: Node, right: Node) -> Node {
        let (between, ordered) = match operator {
            Operator::Near { between, ordered } => (between, ordered),
            _ => {
                let says = "in one paragraph is taken as NEAR/50, within one of headline, summary and body";
                self.lose(token, says);
                (u32::from(MAX_BETWEEN), false)
            }
        };
        let name = if ordered { "ONEAR" } else { "NEAR" };
        if left.text().is_none() || right.text().is_none() {
            return Node::all(vec![(false, left), (false, right)]);
        }
        if between > u32::from(MAX_BETWEEN) {
            self.lose(
                token,
                &format!("taken as {name}/{MAX_BETWEEN}, the farthest that there is"),
            );
        }
        let between = between.min(u32::from(MAX_BETWEEN));
        if between == 0 {
            return self.adjacent(token, ordered, left, right);
        }
        let operator = format!("{name}/{between}");
        match left.near(&operator, &right) {
            Some(node) => {
                if !matches!(token.kind, Kind::Word(word) if word == operator) {
                    self.translate(token, &operator);
                }
                node
            }
            None => {
                let says = "taken as AND, which finds more: beside it stand only words, phrases and an OR of them";
                self.lose(token, says);
                Node::all(vec![(false, left), (false, right)])
            }
        }
    }

    /// Side by side, which is a phrase, or two.
    fn adjacent(&mut self, token: Token<'a>, ordered: bool, left: Node, right: Node) -> Node {
        let plain = |text: &String| !text.ends_with('*') && !text.starts_with("cs(");
        let (all_left, all_right) = (left.choice(), right.choice());
        let few = all_left.len() * all_right.len() <= 16;
        if !few || all_left.is_empty() || all_right.is_empty() || !all_left.iter().all(plain) {
            let operator = if ordered { "ONEAR/1" } else { "NEAR/1" };
            self.lose(
                token,
                &format!("taken as {operator}, which also finds what is one word farther"),
            );
            return left
                .near(operator, &right)
                .unwrap_or_else(|| Node::all(vec![(false, left), (false, right)]));
        }
        let mut phrases = Vec::new();
        for a in all_left {
            for b in all_right {
                phrases.push(side_by_side(a, b));
                if !ordered && plain(b) {
                    phrases.push(side_by_side(b, a));
                }
            }
        }
        self.translate(token, "a phrase");
        Node::any(phrases)
    }

    fn primary(&mut self) -> Node {
        let Some(token) = self.peek() else {
            return Node::default();
        };
        match token.kind {
            Kind::Close => Node::default(),
            Kind::Open => {
                self.next += 1;
                self.bracketed(token)
            }
            Kind::Quoted(_) => self.phrase(),
            Kind::Word(word) => {
                if self.operator().is_some() {
                    self.lose(token, "left out: a term is missing beside it");
                    self.next += 1;
                    return Node::default();
                }
                if let Some(node) = self.first_words(token, word) {
                    return node;
                }
                self.field(token, word).unwrap_or_else(|| self.phrase())
            }
        }
    }

    /// What stands in a bracket that is taken already.
    fn bracketed(&mut self, token: Token<'a>) -> Node {
        if self.depth == MAX_DEPTH {
            self.lose(
                token,
                &format!("left out: brackets nest deeper than {MAX_DEPTH}"),
            );
            self.skip();
            return Node::default();
        }
        self.depth += 1;
        let node = self.any();
        self.depth -= 1;
        match self.peek() {
            Some(Token {
                kind: Kind::Close, ..
            }) => self.next += 1,
            _ => self.lose(token, "this bracket is never closed"),
        }
        node
    }

    /// Past the bracket that closes the one just opened.
    fn skip(&mut self) {
        let mut open = 1;
        while let Some(token) = self.peek() {
            self.next += 1;
            match token.kind {
                Kind::Open => open += 1,
                Kind::Close => open -= 1,
                _ => {}
            }
            if open == 0 {
                return;
            }
        }
    }

    /// A phrase; in Factiva, unquoted words side by side are one.
    fn phrase(&mut self) -> Node {
        let mut parts = Vec::new();
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Quoted(text) => {
                    let mut text = text.to_owned();
                    let star = self.tokens.get(self.next + 1);
                    self.next += 1;
                    if let Some(Token {
                        kind: Kind::Word("*"),
                        glued: true,
                        ..
                    }) = star
                    {
                        text.push('*');
                        self.next += 1;
                    }
                    parts.push((token.at, text));
                }
                Kind::Word(word) if self.operator().is_none() && split_field(word).is_none() => {
                    if split_first(word).is_some() && !parts.is_empty() {
                        break;
                    }
                    parts.push((token.at, word.trim_matches([',', ';']).to_owned()));
                    self.next += 1;
                }
                _ => break,
            }
            if self.dialect != Dialect::Factiva || self.is_call() {
                break;
            }
        }
        let parts: Vec<(usize, &str)> = parts
            .iter()
            .map(|(at, text)| (*at, text.as_str()))
            .collect();
        match parts.is_empty() {
            // What looks like a field and is none: the sign goes, the words stay.
            true => match self.peek() {
                Some(
                    token @ Token {
                        kind: Kind::Word(word),
                        ..
                    },
                ) => {
                    self.next += 1;
                    let says = "this field is not known: looked for as words";
                    self.lose(token, says);
                    let text = word.replace([':', '='], " ");
                    words::phrase(&[(token.at, text.as_str())], self.imported)
                }
                _ => Node::default(),
            },
            false => words::phrase(&parts, self.imported),
        }
    }

    /// Whether the next word is the name of a call, with its bracket.
    fn is_call(&self) -> bool {
        let bracket = self.tokens.get(self.next + 1);
        matches!((self.peek(), bracket), (Some(Token { kind: Kind::Word(word), .. }), Some(Token { kind: Kind::Open, glued: true, .. })) if fields::field(word).is_some())
    }

    /// `toyota/F50/`.
    fn first_words(&mut self, token: Token<'a>, word: &'a str) -> Option<Node> {
        let (term, count) = split_first(word).filter(|_| self.dialect == Dialect::Factiva)?;
        self.next += 1;
        let count = count.clamp(1, u32::from(MAX_FIRST));
        let node = words::phrase(&[(token.at, term)], self.imported);
        self.translate(token, &format!("first/{count}"));
        Some(node.within(&format!("first/{count}(")))
    }

    /// `hd=`, `title:`, `headline(`, `atleast3 `.
    fn field(&mut self, token: Token<'a>, word: &'a str) -> Option<Node> {
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
                self.value(value, true);
                self.lose(token, &format!("left out: {says}"));
                Node::default()
            }
            Field::Language | Field::Place => self.coded(token, field, value),
            Field::Parts(parts) => {
                let node = self.value(value, false);
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
                let node = self.value(value, false);
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

    /// The value of a field, read or thrown away.
    fn value(&mut self, value: &'a str, skip: bool) -> Node {
        if !value.is_empty() {
            let at = self.tokens[self.next - 1].at;
            return match skip {
                true => Node::default(),
                false => words::phrase(&[(at, value)], self.imported),
            };
        }
        match self.peek() {
            Some(Token {
                kind: Kind::Open, ..
            }) if skip => {
                self.next += 1;
                self.skip();
                Node::default()
            }
            Some(Token {
                kind: Kind::Quoted(_) | Kind::Word(_),
                ..
            }) if skip => {
                self.next += 1;
                Node::default()
            }
            _ => self.primary(),
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

    fn take(&mut self, wanted: Operator) -> bool {
        let is_next = self.operator() == Some(wanted);
        self.next += usize::from(is_next);
        is_next
    }

    /// What the next token joins with, if it is an operator.
    fn operator(&self) -> Option<Operator> {
        let Some(Token {
            kind: Kind::Word(word),
            ..
        }) = self.peek()
        else {
            return None;
        };
        let lower = word.to_lowercase();
        match lower.as_str() {
            "and" => return Some(Operator::And),
            "or" => return Some(Operator::Or),
            "not" | "andnot" => return Some(Operator::Not),
            "same" if self.dialect == Dialect::Factiva => return Some(Operator::Same),
            _ => {}
        }
        let (name, number) = numbered(&lower)?;
        let near = |between: u32, ordered| Some(Operator::Near { between, ordered });
        match (self.dialect, name) {
            (Dialect::Meltwater, "near") => near(number.unwrap_or(4), false),
            (Dialect::Meltwater, "onear") => near(number.unwrap_or(4), true),
            (Dialect::Factiva, "adj" | "w") => near(number.unwrap_or(1).saturating_sub(1), true),
            (Dialect::Factiva, "near" | "n") => near(number?.saturating_sub(1), false),
            (Dialect::Cision, "w" | "near") => near(number?, false),
            _ => None,
        }
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.next).copied()
    }

    fn lose(&mut self, token: Token<'_>, says: &str) {
        self.imported.lost.push(note(token, says.to_owned()));
    }

    fn translate(&mut self, token: Token<'_>, ours: &str) {
        self.imported
            .translated
            .push(note(token, format!("is {ours} here")));
    }
}

fn note(token: Token<'_>, says: String) -> Note {
    let text = match token.kind {
        Kind::Open => "(",
        Kind::Close => ")",
        Kind::Quoted(text) | Kind::Word(text) => text,
    };
    Note {
        at: token.at,
        text: text.to_owned(),
        says,
    }
}

fn side_by_side(a: &str, b: &str) -> Node {
    let bare = |text: &str| text.replace('"', "");
    Node::phrase(match b.strip_suffix('*') {
        Some(stem) => format!("\"{} {}\"*", bare(a), bare(stem)),
        None => format!("\"{} {}\"", bare(a), bare(b)),
    })
}

/// `adj5`, `w/5`, `/n5/`: the name and the number, if it has one.
fn numbered(lower: &str) -> Option<(&str, Option<u32>)> {
    let inner = lower.trim_matches('/');
    let end = inner.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = end.trim_end_matches('/');
    let number = &inner[end.len()..];
    match number.is_empty() {
        true => Some((name, None)),
        false => Some((name, Some(number.parse().unwrap_or(u32::MAX)))),
    }
}

/// `toyota/F50/`.
fn split_first(word: &str) -> Option<(&str, u32)> {
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
fn split_field(word: &str) -> Option<(&str, &str)> {
    let at = word.find([':', '='])?;
    let (name, value) = (&word[..at], &word[at + 1..]);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    is_name.then_some((name, value))
}
