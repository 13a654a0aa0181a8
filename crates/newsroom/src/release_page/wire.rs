//! The wire's form of a release, as its page and the feeds show it.

use crate::Newsroom;
use crate::entries::IssuerNames;
use crate::piece::Piece;
use maud::{Markup, PreEscaped};
use release::render::wire_tail_html;

/// Dateline and body, media, boilerplates, contacts that are public, links, and SOURCE.
pub(crate) fn form(newsroom: &Newsroom, piece: &Piece, issuers: &IssuerNames) -> Markup {
    wire_tail_html(&piece.item(newsroom, issuers))
}

/// The same for a page.
pub(crate) fn form_of_page(newsroom: &Newsroom, piece: &Piece, issuers: &IssuerNames) -> Markup {
    boxed(form(newsroom, piece, issuers))
}

/// What is too wide scrolls by itself, also by keyboard, so that the page does not.
pub(crate) fn boxed(form: Markup) -> Markup {
    let boxed = form
        .into_string()
        .replace(
            "<table>",
            "<div class=\"table\" role=\"group\" tabindex=\"0\"><table>",
        )
        .replace("</table>", "</table></div>")
        .replace("<pre>", "<pre tabindex=\"0\">");
    PreEscaped(boxed)
}
