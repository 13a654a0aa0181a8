//! The wire's form of a release, as its page and the feeds show it.

use crate::Newsroom;
use crate::entries::IssuerNames;
use crate::piece::Piece;
use maud::Markup;
use release::render::{boxed, wire_tail_html};

/// Dateline and body, media, boilerplates, contacts that are public, links, and SOURCE.
pub(crate) fn form(newsroom: &Newsroom, piece: &Piece, issuers: &IssuerNames) -> Markup {
    wire_tail_html(&piece.item(newsroom, issuers))
}

/// The same for a page.
pub(crate) fn form_of_page(newsroom: &Newsroom, piece: &Piece, issuers: &IssuerNames) -> Markup {
    boxed(&form(newsroom, piece, issuers))
}
