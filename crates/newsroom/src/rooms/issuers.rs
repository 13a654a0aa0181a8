//! Issuers: the index by letter, and each one's page.

use crate::asked::{Asked, Name};
use crate::conditional::Shown;
use crate::feeds;
use crate::room::Room;
use crate::rooms::{plain_page, show};
use crate::{Newsroom, Trouble};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, PreEscaped, html};
use release::body::paragraphs;
use release::text::fold;
use std::collections::BTreeMap;
use store::{IssuerName, IssuerRow};

/// Up to so many names stand on one page; beyond it a page has one letter.
const ON_ONE_PAGE: usize = 300;

pub(crate) async fn issuers(
    State(newsroom): State<Newsroom>,
    asked: Asked,
) -> Result<Shown, Trouble> {
    let all = newsroom.store.heard_issuers().await?;
    let is_long = all.len() > ON_ONE_PAGE;
    let mut by_letter: BTreeMap<String, Vec<IssuerName>> = BTreeMap::new();
    for issuer in all {
        by_letter
            .entry(letter(&issuer.name))
            .or_default()
            .push(issuer);
    }
    let first = by_letter.keys().next().cloned();
    let chosen = asked.letter.or(first.filter(|_| is_long));
    let shown = by_letter
        .iter()
        .filter(|(letter, _)| chosen.as_ref().is_none_or(|chosen| *letter == chosen));
    let main = html! {
        h1 { "Issuers" }
        p.soft { "Everyone who has spoken on this wire." }
        @if by_letter.is_empty() { p { "Nothing has cleared yet." } }
        nav aria-label="Letters" { ul.letters { @for letter in by_letter.keys() {
            @let current = (chosen.as_ref() == Some(letter)).then_some("page");
            li { a href={ "/issuers?letter=" (crate::asked::encoded(letter)) } aria-current=[current] { (letter) } }
        } } }
        @for (letter, issuers) in shown {
            h2 { (letter) }
            ul.deck { @for issuer in issuers {
                li { a href={ "/issuers/" (issuer.slug) } { bdi { (issuer.name) } } }
            } }
        }
    };
    Ok(plain_page(&newsroom, "Issuers", "/issuers", main))
}

/// The letter under which a name is looked for: without accents, in capitals; digits and signs together.
fn letter(name: &str) -> String {
    match fold(name).chars().find(|c| c.is_alphanumeric()) {
        Some(c) if c.is_alphabetic() => c.to_uppercase().collect(),
        _ => "0–9".to_owned(),
    }
}

pub(crate) async fn issuer(
    State(newsroom): State<Newsroom>,
    Name(name): Name,
    asked: Asked,
) -> Result<Response, Trouble> {
    let (slug, format) = feeds::split(&name);
    let found = Room::issuer(&newsroom, slug).await?;
    let (room, row) = found.ok_or(Trouble::NotFound)?;
    Ok(match format {
        Some(format) => feeds::of_room(&newsroom, &room, format, &asked)
            .await?
            .into_response(),
        None => show(&newsroom, &room, &asked, about(&row))
            .await?
            .into_response(),
    })
}

fn about(row: &IssuerRow) -> Markup {
    let site = row.site.as_deref().filter(|site| is_web(site));
    html! {
        @if let Some(site) = site { p { a href=(site) rel="noopener nofollow" dir="ltr" { (site) } } }
        @if let Some(text) = &row.boilerplate { div.soft dir="auto" { (PreEscaped(paragraphs(text).html)) } }
    }
}

/// What was stored before sites were checked is not made a link.
fn is_web(site: &str) -> bool {
    site.starts_with("https://") || site.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_under_their_plain_letter() {
        let check = |name: &str, expect: &str| assert_eq!(letter(name), expect);

        check("Acme", "A");
        check("électricité", "E");
        check("“Zeta”", "Z");
        check("3M", "0–9");
        check("!!!", "0–9");
        check("Яндекс", "Я");
        check("青嶺センサー", "青");
    }
}
