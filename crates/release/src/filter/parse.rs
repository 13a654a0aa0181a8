//! From tokens to a tree, by recursive descent: any := all (OR all)*, all := not (AND? not)*, not := NOT not | primary.

use super::lex::{Kind, Token, tokens};
use super::{Filter, FilterError, MAX_BYTES, MAX_DEPTH, MAX_TERMS, term};

/// What may begin a term.
const TERM: [&str; 4] = ["a word", "a \"phrase\"", "a field such as topic:", "`(`"];

/// A filter, and the place that makes it hold by absence alone, if there is one; the same of its negation.
struct Node {
    filter: Filter,
    absent: Option<usize>,
    absent_if_negated: Option<usize>,
}

/// Reads a whole text.
pub(super) fn parse(source: &str) -> Result<Filter, FilterError> {
    let node = read(source)?;
    if let Some(at) = node.absent {
        let message = "this would match by what is absent alone, and so nearly all news: \
            say what must be present, or write `everything NOT ...`";
        return Err(FilterError::new(at, message).nearest(Some("everything NOT".to_owned())));
    }
    Ok(node.filter)
}

/// Reads a text that narrows another.
pub(super) fn parse_part(source: &str) -> Result<Filter, FilterError> {
    Ok(read(source)?.filter)
}

fn read(source: &str) -> Result<Node, FilterError> {
    if source.len() > MAX_BYTES {
        let message = format!(
            "the filter has {} bytes, at most {MAX_BYTES} are allowed",
            source.len()
        );
        return Err(FilterError::new(
            source.floor_char_boundary(MAX_BYTES),
            message,
        ));
    }
    let tokens = tokens(source)?;
    if matches!(tokens[0].kind, Kind::End) {
        let error = FilterError::new(0, "the filter is empty").expecting(&TERM);
        return Err(error.nearest(Some("everything".to_owned())));
    }
    let mut parser = Parser {
        tokens,
        next: 0,
        depth: 0,
        terms: 0,
    };
    let node = parser.any()?;
    let rest = parser.peek();
    if rest.kind != Kind::End {
        return Err(FilterError::new(rest.at, "this bracket closes nothing"));
    }
    // What is stored and sent is the printed text, which may be a little longer: it must be readable again.
    let printed = node.filter.to_string().len();
    if printed > MAX_BYTES {
        let message = format!(
            "the filter has {printed} bytes when written in full, at most {MAX_BYTES} are allowed"
        );
        return Err(FilterError::new(source.len(), message));
    }
    Ok(node)
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    next: usize,
    depth: usize,
    terms: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.all()?];
        while self.peek().kind == Kind::Or {
            self.advance();
            nodes.push(self.all()?);
        }
        Ok(Node::any(nodes))
    }

    fn all(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.not()?];
        loop {
            match self.peek().kind {
                Kind::And => self.advance(),
                Kind::Or | Kind::Close | Kind::End => return Ok(Node::all(nodes)),
                // Two terms side by side mean AND.
                _ => {}
            }
            nodes.push(self.not()?);
        }
    }

    fn not(&mut self) -> Result<Node, FilterError> {
        let token = self.peek();
        if token.kind != Kind::Not {
            return self.primary();
        }
        self.advance();
        let inner = self.deeper(token.at, Parser::not)?;
        Ok(Node::not(token.at, inner))
    }

    fn primary(&mut self) -> Result<Node, FilterError> {
        let token = self.peek();
        let at = token.at;
        let missing = |what: &str| FilterError::new(at, what).expecting(&TERM);
        let filter = match token.kind {
            Kind::Open => return self.bracketed(at),
            Kind::Close => return Err(missing("a term is missing before this bracket")),
            Kind::And => return Err(missing("a term is missing before this AND")),
            Kind::Or => return Err(missing("a term is missing before this OR")),
            Kind::Not => return Err(missing("a term is missing before this NOT")),
            Kind::End => return Err(missing("the filter ends where a term is missing")),
            Kind::Phrase(text) => term::phrase(at, text)?,
            Kind::Word(text) => term::word(at, text)?,
            Kind::Field {
                name,
                value,
                value_at,
            } => term::field(at, name, value, value_at)?,
        };
        self.advance();
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(FilterError::new(
                at,
                format!("the filter has more than {MAX_TERMS} terms"),
            ));
        }
        Ok(Node {
            filter,
            absent: None,
            absent_if_negated: Some(at),
        })
    }

    fn bracketed(&mut self, at: usize) -> Result<Node, FilterError> {
        self.advance();
        let node = self.deeper(at, Parser::any)?;
        if self.peek().kind != Kind::Close {
            return Err(FilterError::new(at, "this bracket is never closed").expecting(&["`)`"]));
        }
        self.advance();
        Ok(node)
    }

    fn deeper(
        &mut self,
        at: usize,
        parse: impl Fn(&mut Parser<'a>) -> Result<Node, FilterError>,
    ) -> Result<Node, FilterError> {
        if self.depth == MAX_DEPTH {
            return Err(FilterError::new(
                at,
                format!("brackets and NOT nest deeper than {MAX_DEPTH}"),
            ));
        }
        self.depth += 1;
        let node = parse(self);
        self.depth -= 1;
        node
    }

    fn peek(&self) -> Token<'a> {
        self.tokens[self.next]
    }

    /// Only ever past a token that is not the `End`.
    fn advance(&mut self) {
        self.next += 1;
    }
}

impl Node {
    fn not(at: usize, inner: Node) -> Node {
        Node {
            filter: Filter::Not(Box::new(inner.filter)),
            absent: inner.absent_if_negated.map(|_| at),
            absent_if_negated: inner.absent,
        }
    }

    /// One present member carries the others; negated, it is a choice, of which each one must be carried.
    fn all(nodes: Vec<Node>) -> Node {
        let absent = every(&nodes, |node| node.absent);
        let absent_if_negated = nodes.iter().find_map(|node| node.absent_if_negated);
        Node {
            filter: all(nodes.into_iter().map(|node| node.filter)),
            absent,
            absent_if_negated,
        }
    }

    fn any(nodes: Vec<Node>) -> Node {
        let absent = nodes.iter().find_map(|node| node.absent);
        let absent_if_negated = every(&nodes, |node| node.absent_if_negated);
        Node {
            filter: any(nodes.into_iter().map(|node| node.filter)),
            absent,
            absent_if_negated,
        }
    }
}

/// The first node's place, if every node has one.
fn every(nodes: &[Node], place: impl Fn(&Node) -> Option<usize>) -> Option<usize> {
    if nodes.iter().all(|node| place(node).is_some()) {
        nodes.first().and_then(place)
    } else {
        None
    }
}

/// All of several, flat; of one, itself.
pub(super) fn all(filters: impl Iterator<Item = Filter>) -> Filter {
    let mut flat = Vec::new();
    for filter in filters {
        match filter {
            Filter::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 {
        flat.remove(0)
    } else {
        Filter::All(flat)
    }
}

/// Any of several, flat; of one, itself.
pub(super) fn any(filters: impl Iterator<Item = Filter>) -> Filter {
    let mut flat = Vec::new();
    for filter in filters {
        match filter {
            Filter::Any(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 {
        flat.remove(0)
    } else {
        Filter::Any(flat)
    }
}
