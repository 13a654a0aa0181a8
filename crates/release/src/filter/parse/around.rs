//! What stands around the brackets that the parser is in, each at most once, and what that forbids inside of them.

use crate::filter::term::{Call, Facet};
use crate::filter::words::{Part, Text, Wanted};
use crate::filter::{Filter, FilterError};

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around {
    facet: Option<Facet>,
    part: Part,
    first: Option<u16>,
    exact: bool,
    counted: bool,
}

impl Around {
    pub(super) fn facet(&self) -> Option<Facet> {
        self.facet
    }

    pub(super) fn is_exact(&self) -> bool {
        self.exact
    }

    /// The part of the text, and how much of it.
    pub(super) fn place(&self) -> (Part, Option<u16>) {
        (self.part, self.first)
    }

    /// The term that asks for something here.
    pub(super) fn text(&self, wanted: Wanted) -> Filter {
        Filter::Text(Text {
            part: self.part,
            first: self.first,
            wanted,
        })
    }

    pub(super) fn with_facet(self, at: usize, facet: Facet) -> Result<Around, FilterError> {
        self.takes_facet(at, facet)?;
        Ok(Around {
            facet: Some(facet),
            ..self
        })
    }

    pub(super) fn with_part(self, at: usize, part: Part) -> Result<Around, FilterError> {
        self.takes_words(at)?;
        match self.part {
            Part::Anywhere => Ok(Around { part, ..self }),
            _ => Err(twice(at, "title:, lead: or body:")),
        }
    }

    pub(super) fn with_call(self, at: usize, call: Call) -> Result<Around, FilterError> {
        self.takes_words(at)?;
        match call {
            Call::Exact if self.exact => Err(twice(at, "cs( )")),
            Call::First(_) if self.first.is_some() => Err(twice(at, "first/ ")),
            Call::AtLeast(_) if self.counted => Err(twice(at, "atleast/ ")),
            Call::Exact => Ok(Around {
                exact: true,
                ..self
            }),
            Call::First(words) => Ok(Around {
                first: Some(words),
                ..self
            }),
            Call::AtLeast(_) => Ok(Around {
                counted: true,
                ..self
            }),
        }
    }

    /// Only words stand in a part of a text.
    pub(super) fn takes_facet(&self, at: usize, facet: Facet) -> Result<(), FilterError> {
        let name = facet.name();
        if self.facet.is_some() {
            return Err(twice(at, "a field"));
        }
        if self.is_on_words() {
            let message = format!(
                "`{name}:` asks for no words, so it cannot stand inside of title:( ), lead:( ), body:( ), \
                cs( ), first/( ) or atleast/( )"
            );
            return Err(FilterError::new(at, message));
        }
        Ok(())
    }

    pub(super) fn takes_everything(&self, at: usize) -> Result<(), FilterError> {
        if self.is_on_words() {
            let message = "`everything` stands by itself, and \"everything\" is the word";
            return Err(FilterError::new(at, message));
        }
        Ok(())
    }

    fn takes_words(&self, at: usize) -> Result<(), FilterError> {
        match self.facet {
            Some(facet) => {
                let message = format!("only values stand inside of `{}:( )`", facet.name());
                Err(FilterError::new(at, message))
            }
            None => Ok(()),
        }
    }

    fn is_on_words(&self) -> bool {
        self.part != Part::Anywhere || self.first.is_some() || self.exact || self.counted
    }
}

fn twice(at: usize, what: &str) -> FilterError {
    FilterError::new(at, format!("{what} cannot stand inside of another"))
}
