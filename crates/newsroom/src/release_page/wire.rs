//! The wire's form of a release, as its page and the feeds show it.

use crate::Newsroom;
use crate::entries::{IssuerNames, name_of};
use crate::piece::Piece;
use maud::{Markup, PreEscaped, html};
use release::body::paragraphs;
use release::model::{Contact, Visibility};
use release::render::{Phrases, source_line};

/// Dateline and body, boilerplate, contacts that are public, and SOURCE.
pub(crate) fn form(newsroom: &Newsroom, piece: &Piece, issuers: &IssuerNames) -> Markup {
    let release = &piece.release;
    let phrases = Phrases::of(&release.edition.language);
    let opened = piece.body().opened_by(&piece.opening(&newsroom.name));
    let names: Vec<String> = release
        .issuers
        .iter()
        .map(|slug| name_of(issuers, slug).to_owned())
        .collect();
    let public = |contact: &&Contact| contact.visibility == Visibility::Public;
    let contacts: Vec<&Contact> = release.contacts.iter().filter(public).collect();
    html! {
        (PreEscaped(opened.html))
        @if let Some(boilerplate) = &release.boilerplate { (PreEscaped(paragraphs(boilerplate).html)) }
        @if !contacts.is_empty() {
            h2 { (phrases.contact) }
            @for contact in contacts { (line(contact)) }
        }
        p { (source_line(&names, phrases)) }
    }
}

/// The same for a page, where what is too wide scrolls by itself, also by keyboard, so that the page does not.
pub(crate) fn form_of_page(newsroom: &Newsroom, piece: &Piece, issuers: &IssuerNames) -> Markup {
    let form = form(newsroom, piece, issuers).into_string();
    let boxed = form
        .replace(
            "<table>",
            "<div class=\"table\" role=\"group\" tabindex=\"0\"><table>",
        )
        .replace("</table>", "</table></div>")
        .replace("<pre>", "<pre tabindex=\"0\">");
    PreEscaped(boxed)
}

fn line(contact: &Contact) -> Markup {
    html! {
        p {
            (contact.name)
            @if let Some(role) = &contact.role { ", " (role) }
            @if let Some(email) = &contact.email { br; a href={ "mailto:" (email) } dir="ltr" { (email) } }
            @if let Some(phone) = &contact.phone { br; bdi dir="ltr" { (phone) } }
        }
    }
}
