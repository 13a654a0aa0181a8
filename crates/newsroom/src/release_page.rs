//! The page of a release, and the front page that lists them.

use crate::page::Page;
use crate::{Newsroom, Trouble};
use maud::{Markup, PreEscaped, html};
use release::body::paragraphs;
use release::model::{Contact, Media, Release, Visibility};
use release::render::{Phrases, opening, source_line};
use release::time::ClearTime;
use store::{ReleaseRow, StoreError};

/// A line of the front page.
pub(crate) struct Entry {
    id: String,
    headline: String,
    edition: String,
    language: String,
    cleared: String,
}

impl Entry {
    pub(crate) fn of(row: &ReleaseRow) -> Option<Entry> {
        let release: Release = serde_json::from_str(&row.content).ok()?;
        Some(Entry {
            id: row.public_id.clone(),
            language: release.edition.language.to_string(),
            edition: row.edition.clone(),
            cleared: cleared(row, &release).strftime("%Y-%m-%d %H:%M %Z"),
            headline: release.headline,
        })
    }
}

/// The newest releases.
pub(crate) fn front(newsroom: &Newsroom, entries: &[Entry]) -> String {
    let main = html! {
        h1 { "Latest releases" }
        @if entries.is_empty() { p { "Nothing has cleared yet." } }
        ul.list {
            @for entry in entries {
                li {
                    a href={ "/releases/" (entry.id) } lang=(entry.language) dir="auto" { (entry.headline) }
                    div.meta { (entry.cleared) " · " (entry.edition) }
                }
            }
        }
    };
    let head = html! {};
    Page {
        language: "en",
        direction: "ltr",
        title: "Latest releases",
        wire: &newsroom.name,
        head,
        main,
    }
    .render()
}

/// One release as readers see it.
pub(crate) async fn page(newsroom: &Newsroom, row: &ReleaseRow) -> Result<String, Trouble> {
    let release: Release = serde_json::from_str(&row.content)
        .map_err(|error| StoreError::Unreadable(format!("{}: {error}", row.public_id)))?;
    let mut issuers = Vec::with_capacity(release.issuers.len());
    for slug in &release.issuers {
        issuers.push(
            newsroom
                .store
                .issuer(slug)
                .await?
                .map_or_else(|| slug.clone(), |issuer| issuer.name),
        );
    }
    let language = release.edition.language.to_string();
    let direction = if release.edition.language.is_rtl() {
        "rtl"
    } else {
        "ltr"
    };
    let head = html! {
        link rel="canonical" href={ (newsroom.public_url) "/releases/" (row.public_id) };
        meta name="description" content=(release.summary_or_lead(&release.body.render().text, 300));
        meta property="og:title" content=(release.headline);
    };
    let main = article(newsroom, row, &release, &issuers);
    Ok(Page {
        language: &language,
        direction,
        title: &release.headline,
        wire: &newsroom.name,
        head,
        main,
    }
    .render())
}

fn article(newsroom: &Newsroom, row: &ReleaseRow, release: &Release, issuers: &[String]) -> Markup {
    let phrases = Phrases::of(&release.edition.language);
    let cleared = cleared(row, release);
    let opening = opening(release, cleared.at_ms, &newsroom.name);
    let body = release.body.render().opened_by(&opening).html;
    html! {
        article {
            h1 { (release.headline) }
            @if let Some(subheadline) = &release.subheadline { p.sub { (subheadline) } }
            p.meta {
                (issuers.join(", ")) " · "
                bdi { time datetime=(cleared.rfc3339()) { (cleared.strftime("%Y-%m-%d %H:%M %Z")) } }
                " · " bdi { (row.edition) }
            }
            (PreEscaped(body))
            @for media in &release.media { (figure(media)) }
            @for about in &release.boilerplates { (PreEscaped(paragraphs(&about.text).html)) }
            @let contacts: Vec<&Contact> = release.contacts.iter().filter(|c| c.visibility == Visibility::Public).collect();
            @if !contacts.is_empty() {
                h2 { (phrases.contact) }
                @for contact in contacts { (contact_line(contact)) }
            }
            @if !release.links.is_empty() {
                ul { @for link in &release.links {
                    li { a href=(link.url) rel="noopener nofollow" { (link.title.as_deref().unwrap_or(&link.url)) } }
                } }
            }
            p { (source_line(issuers, phrases)) }
        }
        @if !release.topics.is_empty() {
            nav.tail aria-label="Topics" { ul.topics {
                @for slug in &release.topics {
                    li { (newsroom.taxonomy.get(slug).map_or(slug.as_str(), |topic| topic.name.as_str())) }
                }
            } }
        }
    }
}

fn figure(media: &Media) -> Markup {
    let is_picture = media
        .media_type
        .as_deref()
        .is_some_and(|kind| kind.starts_with("image/"));
    html! {
        figure {
            @if is_picture {
                img src=(media.url) alt=(media.alt.as_deref().unwrap_or_default()) loading="lazy";
            } @else {
                a href=(media.url) rel="noopener nofollow" { (media.alt.as_deref().unwrap_or(&media.url)) }
            }
            figcaption.meta {
                (media.caption.as_deref().unwrap_or_default())
                @if let Some(credit) = &media.credit { " (" (credit) ")" }
            }
        }
    }
}

fn contact_line(contact: &Contact) -> Markup {
    html! {
        p {
            (contact.name)
            @if let Some(role) = &contact.role { ", " (role) }
            @if let Some(email) = &contact.email { br; a href={ "mailto:" (email) } { (email) } }
            @if let Some(phone) = &contact.phone { br; (phone) }
        }
    }
}

fn cleared(row: &ReleaseRow, release: &Release) -> ClearTime {
    release.in_zone(row.cleared_ms.unwrap_or(row.clear_at_ms))
}
