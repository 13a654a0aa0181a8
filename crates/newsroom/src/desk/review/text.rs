//! The text under review, with its findings in the margin.

use super::place::Place;
use crate::desk::findings::{class, field_of, one};
use crate::desk::when;
use maud::{Markup, PreEscaped, html};
use release::finding::Finding;
use release::model::{Contact, Release, Visibility};

/// The text, part by part, each with what was found in it beside it.
pub(super) fn with_margin(release: &Release, source: &str, found: &[Finding]) -> Markup {
    let dateline = release.dateline.as_ref().map(|dateline| {
        let parts = [
            Some(dateline.city.as_str()),
            dateline.region.as_deref(),
            dateline.country.as_ref().map(release::place::Place::as_str),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    let text = |text: &str| html! { p dir="auto" { (text) } };
    let list = |words: Vec<String>| html! { p { (words.join(", ")) } };
    let parts: Vec<(&str, &[&str], Markup)> = vec![
        (
            "Issuers",
            &["issuers", "agent"],
            list(release.issuers.clone()),
        ),
        (
            "Edition",
            &["edition", "story"],
            list(vec![release.edition.to_string()]),
        ),
        (
            "Headline",
            &["headline"],
            html! { p.headline dir="auto" { (release.headline) } },
        ),
        (
            "Subheadline",
            &["subheadline"],
            text(release.subheadline.as_deref().unwrap_or_default()),
        ),
        (
            "Summary",
            &["summary"],
            text(release.summary.as_deref().unwrap_or_default()),
        ),
        (
            "Dateline",
            &["dateline"],
            text(&dateline.unwrap_or_default()),
        ),
        (
            "Clear time",
            &["clear_at", "zone", "lane"],
            text(&release.clear.as_ref().map(when::plain).unwrap_or_default()),
        ),
        (
            "Body",
            &["body", "body_format"],
            html! { div.text dir="auto" { (PreEscaped(release.body.render().html)) } },
        ),
        (
            "Contacts",
            &["contacts"],
            html! { @for contact in &release.contacts { p { (contact_words(contact)) } } },
        ),
        (
            "Topics",
            &["topics"],
            list(release.topics.iter().map(ToString::to_string).collect()),
        ),
        (
            "Places",
            &["places"],
            list(release.places.iter().map(ToString::to_string).collect()),
        ),
        (
            "Tickers",
            &["tickers"],
            list(release.tickers.iter().map(ToString::to_string).collect()),
        ),
        (
            "Links and media",
            &["links", "media"],
            html! {
                @for link in &release.links { p dir="ltr" { (link.url) } }
                @for media in &release.media { p dir="ltr" { (media.url) } }
            },
        ),
        (
            "About the issuer",
            &["boilerplate"],
            html! { @for about in &release.boilerplates { p dir="auto" { (about.text) } } },
        ),
        ("Else", &["rest"], html! {}),
    ];
    html! {
        div.margins { @for (name, fields, content) in &parts {
            @let of_part: Vec<&Finding> = found.iter().filter(|finding| is_of(finding, fields)).collect();
            @if !of_part.is_empty() || *name != "Else" {
                div.part {
                    div { h3 { (name) } (content) }
                    @if !of_part.is_empty() { ul.findings aria-label={ "Found: " (name) } { @for finding in of_part { li class=(class(finding)) { (one(finding)) (at_place(source, finding)) } } } }
                }
            }
        } }
    }
}

/// The words that are meant, between those around them.
fn at_place(source: &str, finding: &Finding) -> Markup {
    let place = finding.span.and_then(|span| Place::of(source, span));
    html! {
        @if let Some(place) = place {
            p.place dir="auto" { (place.before) mark { (place.meant) } (place.after) }
        }
    }
}

fn is_of(finding: &Finding, fields: &[&str]) -> bool {
    let field = field_of(&finding.pointer);
    fields.contains(&field.split('/').next().unwrap_or_default())
}

fn contact_words(contact: &Contact) -> String {
    let email = contact.email.as_ref().map(ToString::to_string);
    let parts = [
        Some(contact.name.clone()),
        contact.role.clone(),
        email,
        contact.phone.clone(),
    ];
    let mut words = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if contact.visibility == Visibility::Media {
        words.push_str(" (media only)");
    }
    words
}
