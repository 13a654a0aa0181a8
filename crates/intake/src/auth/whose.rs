//! Whose endpoints and subscriptions a request is about.

use super::{Caller, Scope};
use crate::Problem;

/// Whose endpoints and subscriptions a caller may see or change. What is not theirs is answered as if it were not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose<'a> {
    /// Everybody's.
    Anybodys,
    /// Those of this mail address.
    Of(&'a str),
}

impl<'a> Whose<'a> {
    /// The one owner, if it is not everybody.
    pub(crate) fn owner(self) -> Option<&'a str> {
        match self {
            Whose::Anybodys => None,
            Whose::Of(owner) => Some(owner),
        }
    }

    /// Whether this owner's are among them.
    pub(crate) fn includes(self, owner: &str) -> bool {
        self.owner().is_none_or(|own| own == owner)
    }
}

impl Caller {
    /// Everybody's with this scope, its owner's with a subscriber's token.
    ///
    /// # Errors
    /// [`Problem::Forbidden`] with neither.
    pub(crate) fn whose(&self, scope: Scope) -> Result<Whose<'_>, Problem> {
        match &self.owner {
            Some(owner) => Ok(Whose::Of(owner)),
            None => self.must(scope).map(|()| Whose::Anybodys),
        }
    }
}
