//! Search: the filter language of subscriptions over what is out, newest first.
//!
//! The marks of the archive tell which items may match; where they cannot tell for sure, the plain evaluator decides. A
//! request looks at a bounded number of items, and says so where older ones were not looked at.

mod found;
mod page;
mod plan;
#[cfg(test)]
mod properties;
mod suggest;

pub(crate) use page::{atom, page, rss};
pub(crate) use suggest::suggest;
