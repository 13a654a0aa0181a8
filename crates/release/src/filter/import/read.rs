//! From a query's tokens to a filter's text: any := all (OR all)*, all := near ((AND | NOT | AND NOT)? near)*,
//! near := primary (operator of nearness, primary)*.

mod operators;
mod terms;

use super::fields;
use super::lex::{Kind, Token, tokens};
use super::node::Node;
use super::{Dialect, Imported, Note, words};
use crate::filter::{MAX_BETWEEN, MAX_DEPTH};
use operators::Operator;
use terms::{split_field, split_first};

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
        Operator::of(self.dialect, word)
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
