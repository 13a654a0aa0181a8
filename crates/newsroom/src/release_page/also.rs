//! Where else the same text is out: releases of other stories that are near identical.

use crate::entries::{IssuerNames, name_of};
use maud::{Markup, html};
use release::language::LanguageTag;
use release::model::Release;
use release::render::Phrases;
use store::AlikeRow;

/// A release of another story.
#[derive(Debug)]
pub(super) struct Also {
    pub(super) row: AlikeRow,
    release: Release,
}

impl Also {
    /// None of one that cannot be read: its own page says so.
    pub(super) fn of(row: AlikeRow) -> Option<Also> {
        let release = serde_json::from_str(&row.content).ok()?;
        Some(Also { row, release })
    }

    /// Who speaks in it.
    pub(super) fn issuers(&self) -> impl Iterator<Item = &str> {
        self.row.issuers.split_whitespace()
    }
}

/// In the language of the release that they are like.
pub(super) fn render(also: &[Also], issuers: &IssuerNames, language: &LanguageTag) -> Markup {
    let phrases = Phrases::of(language);
    html! {
        @if !also.is_empty() {
            nav.also aria-label=(phrases.also) lang=(phrases.language()) dir=(phrases.direction()) {
                p { (phrases.also) (phrases.colon().trim_end()) }
                ul { @for other in also { li { (line(other, issuers, phrases)) } } }
            }
        }
    }
}

fn line(also: &Also, issuers: &IssuerNames, phrases: &Phrases) -> Markup {
    let release = &also.release;
    let language = &release.edition.language;
    let direction = if language.is_rtl() { "rtl" } else { "ltr" };
    let names: Vec<&str> = also.issuers().map(|slug| name_of(issuers, slug)).collect();
    html! {
        a href={ "/releases/" (also.row.public_id) } lang=(language) dir=(direction) { (release.headline) }
        " · " bdi { (names.join(", ")) }
        @if !also.row.same_figures { " · " (phrases.other_figures) }
    }
}
