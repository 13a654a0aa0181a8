//! From tokens to a tree, by recursive descent: any := all (OR all)*, all := not (AND? not)*, not := NOT not | near,
//! near := primary (NEAR/n primary)?. What stands around a bracket (`title:(`, `cs(`) goes to each term inside of it.

mod around;
pub(super) mod node;

use super::lex::{Kind, Star, Token, tokens};
use super::term::{Bare, Call, Field};
use super::words::{Choice, Text, Wanted};
use super::{Filter, FilterError, MAX_BYTES, MAX_COST, MAX_DEPTH, MAX_PREFIXES, MAX_TERMS, term};
use around::Around;
use node::Node;

/// What may begin a term.
const TERM: [&str; 4] = ["a word", "a \"phrase\"", "a field such as topic:", "`(`"];

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
        prefixes: 0,
        around: Around::default(),
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
    bounded(&node.filter, source.len())?;
    Ok(node)
}

/// What can only be judged of the whole. `end` is the end of the text.
fn bounded(filter: &Filter, end: usize) -> Result<(), FilterError> {
    let cost = filter.cost();
    if cost > MAX_COST {
        let message = format!(
            "the filter costs {cost}, at most {MAX_COST} is allowed: a word costs 1, a beginning such as \
            robot* 64, and inside of NEAR, ONEAR and atleast both count four times"
        );
        return Err(FilterError::new(end, message));
    }
    let depth = super::print::depth(filter);
    if depth > MAX_DEPTH {
        let message = format!(
            "brackets and NOT nest {depth} deep when the filter is written in full, at most {MAX_DEPTH} are allowed"
        );
        return Err(FilterError::new(end, message));
    }
    Ok(())
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    next: usize,
    depth: usize,
    terms: usize,
    prefixes: usize,
    around: Around,
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
            return self.near();
        }
        self.advance();
        let inner = self.deeper(token.at, Parser::not)?;
        Ok(Node::not(token.at, inner))
    }

    fn near(&mut self) -> Result<Node, FilterError> {
        let at = self.peek().at;
        let node = self.primary()?;
        let Token {
            at: near_at,
            kind: Kind::Near(text),
        } = self.peek()
        else {
            return Ok(node);
        };
        let (between, ordered) = term::near(near_at, text)?;
        self.advance();
        let right_at = self.peek().at;
        let right = self.primary()?;
        if let Token {
            at,
            kind: Kind::Near(again),
        } = self.peek()
        {
            let message = format!(
                "`{text}` and `{again}` cannot share a term; \
                join two pairs with AND, such as (a NEAR/5 b) AND (b NEAR/5 c)"
            );
            return Err(FilterError::new(at, message));
        }
        let wanted = Wanted::Near {
            left: self.choice(node.filter, at, text)?,
            right: self.choice(right.filter, right_at, text)?,
            between,
            ordered,
        };
        Ok(Node::term(at, self.around.text(wanted)))
    }

    /// What may stand beside NEAR, or in `atleast/3( )`.
    fn choice(&self, filter: Filter, at: usize, beside: &str) -> Result<Choice, FilterError> {
        let refused = || {
            let message = format!(
                "beside or inside of `{beside}` stand words, phrases, beginnings such as robot*, \
                or an OR of those in brackets"
            );
            FilterError::new(at, message)
        };
        let parts = match filter {
            Filter::Any(parts) => parts,
            one => vec![one],
        };
        let mut phrases = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Filter::Text(Text {
                    part,
                    first,
                    wanted: Wanted::Phrase(phrase),
                }) => {
                    if (part, first) != self.around.place() {
                        let message = format!(
                            "a field or `first/` stands around all of it, such as title:(a NEAR/5 b), \
                            not inside of `{beside}`"
                        );
                        return Err(FilterError::new(at, message));
                    }
                    phrases.push(phrase);
                }
                _ => return Err(refused()),
            }
        }
        Choice::of(phrases).ok_or_else(refused)
    }

    fn primary(&mut self) -> Result<Node, FilterError> {
        let token = self.peek();
        let at = token.at;
        let missing = |what: &str| FilterError::new(at, what).expecting(&TERM);
        let filter = match token.kind {
            Kind::Open => {
                self.advance();
                return self.bracketed(at);
            }
            Kind::FieldOpen(name) => return self.in_field(at, name),
            Kind::Call(text) => return self.called(at, text),
            Kind::Close => return Err(missing("a term is missing before this bracket")),
            Kind::And => return Err(missing("a term is missing before this AND")),
            Kind::Or => return Err(missing("a term is missing before this OR")),
            Kind::Not => return Err(missing("a term is missing before this NOT")),
            Kind::Near(text) => {
                return Err(missing(&format!("a term is missing before this {text}")));
            }
            Kind::End => return Err(missing("the filter ends where a term is missing")),
            Kind::Phrase(text, star) => self.quoted(at, text, star)?,
            Kind::Word(text) => self.word(at, text)?,
            Kind::Field {
                name,
                value,
                value_at,
                quoted,
            } => match term::field(at, name)? {
                Field::Facet(facet) => {
                    self.around.takes_facet(at, facet)?;
                    unstarred(value_at, quoted)?;
                    term::facet(facet, value, value_at)?
                }
                Field::Part(part) => {
                    let outside = self.around;
                    self.around = outside.with_part(at, part)?;
                    let filter = self.part_value(value_at, name, value, quoted)?;
                    self.around = outside;
                    filter
                }
            },
        };
        self.advance();
        self.counted(at, &filter)?;
        Ok(Node::term(at, filter))
    }

    fn counted(&mut self, at: usize, filter: &Filter) -> Result<(), FilterError> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            let message = format!("the filter has more than {MAX_TERMS} terms");
            return Err(FilterError::new(at, message));
        }
        let Filter::Text(text) = filter else {
            return Ok(());
        };
        self.prefixes += text.phrases().filter(|phrase| phrase.is_prefix()).count();
        if self.prefixes > MAX_PREFIXES {
            let message = format!("the filter has more than {MAX_PREFIXES} words with `*`");
            return Err(FilterError::new(at, message));
        }
        Ok(())
    }

    fn quoted(&self, at: usize, text: &str, star: Star) -> Result<Filter, FilterError> {
        match self.around.facet() {
            Some(facet) => {
                unstarred(at, Some(star))?;
                term::facet(facet, text, at)
            }
            None => self.phrase(at, text, star),
        }
    }

    fn word(&self, at: usize, text: &str) -> Result<Filter, FilterError> {
        if let Some(facet) = self.around.facet() {
            term::operator(at, text, &text.to_lowercase())?;
            return term::facet(facet, text, at);
        }
        match term::word(at, text, self.around.is_exact())? {
            Bare::Everything => {
                self.around.takes_everything(at)?;
                Ok(Filter::Everything)
            }
            Bare::Phrase(phrase) => Ok(self.around.text(Wanted::Phrase(phrase))),
        }
    }

    /// The value of `title:` and its like, quoted or not.
    fn part_value(
        &self,
        at: usize,
        name: &str,
        value: &str,
        quoted: Option<Star>,
    ) -> Result<Filter, FilterError> {
        match quoted {
            Some(star) => self.phrase(at, value, star),
            None if value.trim().is_empty() => {
                let name = name.to_lowercase();
                let message = format!("`{name}:` needs a value straight after the colon");
                Err(FilterError::new(at, message))
            }
            None => self.word(at, value),
        }
    }

    fn phrase(&self, at: usize, text: &str, star: Star) -> Result<Filter, FilterError> {
        let phrase = term::phrase(at, text, self.around.is_exact(), star)?;
        Ok(self.around.text(Wanted::Phrase(phrase)))
    }

    /// What stands after `name:(`.
    fn in_field(&mut self, at: usize, name: &str) -> Result<Node, FilterError> {
        let outside = self.around;
        self.around = match term::field(at, name)? {
            Field::Facet(facet) => outside.with_facet(at, facet)?,
            Field::Part(part) => outside.with_part(at, part)?,
        };
        self.advance();
        let node = self.bracketed(at)?;
        self.around = outside;
        Ok(node)
    }

    /// What stands after `cs(`, `first/50(` or `atleast/3(`.
    fn called(&mut self, at: usize, text: &str) -> Result<Node, FilterError> {
        let call = term::call(at, text)?;
        let outside = self.around;
        self.around = outside.with_call(at, call)?;
        self.advance();
        let node = self.bracketed(at)?;
        let node = match call {
            Call::Exact | Call::First(_) => node,
            Call::AtLeast(times) => {
                let of = self.choice(node.filter, at, text)?;
                Node::term(at, self.around.text(Wanted::AtLeast { times, of }))
            }
        };
        self.around = outside;
        Ok(node)
    }

    /// What stands in a bracket that is taken already.
    fn bracketed(&mut self, at: usize) -> Result<Node, FilterError> {
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

/// Values of facets are whole.
fn unstarred(at: usize, quoted: Option<Star>) -> Result<(), FilterError> {
    match quoted {
        Some(Star::Yes) => Err(FilterError::new(
            at,
            "`*` stands after words only, not after such a value",
        )),
        _ => Ok(()),
    }
}
