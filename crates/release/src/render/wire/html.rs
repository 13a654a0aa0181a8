//! As HTML: what the page, the proof and the mail have in common.

use super::super::sheet::direction;
use super::text::rights;
use super::{Item, Phrases, opened_body, public_contacts};
use crate::body::{RenderedBody, paragraphs};
use crate::model::{Contact, Link, Media, Release};
use maud::{Markup, PreEscaped, html};

/// The whole release as an `article`, headline to SOURCE, pictures in place.
pub fn wire_html(item: &Item) -> Markup {
    let release = &item.release;
    let language = &release.edition.language;
    html! {
        article.release lang=(language) dir=(direction(language)) {
            h1 { (release.headline) }
            @if let Some(subheadline) = &release.subheadline { p.subheadline { (subheadline) } }
            (wire_tail_html(item))
        }
    }
}

/// What follows the headlines, for those who write them themselves: dateline and body, boilerplates, contacts, links,
/// media, SOURCE.
pub fn wire_tail_html(item: &Item) -> Markup {
    let release = &item.release;
    let phrases = Phrases::of(&release.edition.language);
    let figures = html! { @for media in &release.media { (figure(media, phrases)) } };
    tail(item, opened_body(item), &figures)
}

/// What is too wide scrolls by itself, also by keyboard, so that what is around it does not.
pub fn boxed(form: &Markup) -> Markup {
    const TABLE: &str = "<div class=\"table\" role=\"group\" tabindex=\"0\"><table>";
    let boxed = form.0.replace("<table>", TABLE);
    let boxed = boxed.replace("</table>", "</table></div>");
    PreEscaped(boxed.replace("<pre>", "<pre tabindex=\"0\">"))
}

/// The same for a mail, whose pictures are links.
pub(in crate::render) fn mail_html(item: &Item) -> Markup {
    let phrases = Phrases::of(&item.release.edition.language);
    let media = &item.release.media;
    let links = html! {
        @if !media.is_empty() {
            p { strong { (phrases.media) } @for media in media { br; (medium_link(media)) (rights_of(media, phrases)) } }
        }
    };
    boxed(&tail(item, opened_body(item).without_pictures(), &links))
}

fn tail(item: &Item, body: RenderedBody, media: &Markup) -> Markup {
    let release = &item.release;
    let phrases = Phrases::of(&release.edition.language);
    html! {
        div.body { (PreEscaped(body.html)) }
        (media)
        @for about in &release.boilerplates { section.about { (PreEscaped(paragraphs(&about.text).html)) } }
        @if public_contacts(release).next().is_some() {
            section.contacts {
                p { strong { (phrases.contact) } }
                @for contact in public_contacts(release) { (contact_lines(contact)) }
            }
        }
        (agent(release, phrases))
        @if !release.links.is_empty() {
            section.links {
                p { strong { (phrases.links) } }
                ul { @for link in &release.links { li { (related(link)) } } }
            }
        }
        p.source { (phrases.source) " " bdi { (phrases.join(&item.issuer_names)) } }
    }
}

fn contact_lines(contact: &Contact) -> Markup {
    html! {
        p {
            (contact.name)
            @if let Some(role) = &contact.role { ", " (role) }
            @if let Some(email) = &contact.email { br; a href={ "mailto:" (email) } { (email) } }
            @if let Some(phone) = &contact.phone { br; bdi { (phone) } }
        }
    }
}

fn agent(release: &Release, phrases: &Phrases) -> Markup {
    html! {
        @if let Some(agent) = &release.agent {
            p.agent {
                (phrases.agent) (phrases.colon()) (agent.name)
                @if let Some(email) = &agent.email { ", " a href={ "mailto:" (email) } { (email) } }
                @if let Some(phone) = &agent.phone { ", " bdi { (phone) } }
            }
        }
    }
}

fn related(link: &Link) -> Markup {
    html! { a href=(link.url) rel="noopener nofollow" { (link.title.as_deref().unwrap_or(&link.url)) } }
}

fn figure(media: &Media, phrases: &Phrases) -> Markup {
    html! {
        figure {
            @if media.is_picture() {
                img src=(media.url) alt=(media.alt.as_deref().unwrap_or_default()) loading="lazy";
            } @else {
                (medium_link(media))
            }
            figcaption {
                // Beside a picture the caption says more than its alternative; a link has it as its text already.
                @if media.is_picture() { (media.caption.as_deref().unwrap_or_default()) }
                (rights_of(media, phrases))
            }
        }
    }
}

fn medium_link(media: &Media) -> Markup {
    let said = media
        .caption
        .as_ref()
        .or(media.alt.as_ref())
        .unwrap_or(&media.url);
    html! { a href=(media.url) rel="noopener nofollow" { (said) } }
}

fn rights_of(media: &Media, phrases: &Phrases) -> Markup {
    let rights = rights(media, phrases);
    html! { @if !rights.is_empty() { " (" (rights.join("; ")) ")" } }
}
