//! Editions: which regions and languages the wire speaks to, and the list of each.

use crate::asked::{Asked, Names};
use crate::conditional::Shown;
use crate::feeds;
use crate::names;
use crate::room::Room;
use crate::rooms::{plain_page, show};
use crate::{Newsroom, Trouble};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::html;
use release::model::Edition;
use std::collections::BTreeMap;

/// Editions named at most.
const MOST: i64 = 2000;

pub(crate) async fn editions(State(newsroom): State<Newsroom>) -> Result<Shown, Trouble> {
    let marks = newsroom.store.marks_with_prefix("edition:", MOST).await?;
    let mut by_region: BTreeMap<String, Vec<Edition>> = BTreeMap::new();
    for edition in marks
        .iter()
        .filter_map(|m| Edition::parse(m.strip_prefix("edition:")?))
    {
        let region = names::region(&edition.region);
        by_region.entry(region).or_default().push(edition);
    }
    let main = html! {
        h1 { "Editions and languages" }
        p.soft { "An edition is a text for one region in one language; the same news may have several." }
        @if by_region.is_empty() { p { "Nothing has cleared yet." } }
        ul.subjects { @for (region, editions) in &by_region { li {
            h2 { (region) }
            ul { @for edition in editions {
                li { a href={ "/editions/" (edition) } lang=(edition.language) { bdi { (names::language(&edition.language)) } } }
            } }
        } } }
    };
    Ok(plain_page(
        &newsroom,
        "Editions and languages",
        "/editions",
        main,
    ))
}

pub(crate) async fn edition(
    State(newsroom): State<Newsroom>,
    Names(region, language): Names,
    asked: Asked,
) -> Result<Response, Trouble> {
    let (language, format) = feeds::split(&language);
    let room = Room::edition(&newsroom, &region, language).await?;
    let room = room.ok_or(Trouble::NotFound)?;
    let about = html! { p.soft { "Texts written for this region in this language." } };
    Ok(match format {
        Some(format) => feeds::of_room(&newsroom, &room, format, &asked)
            .await?
            .into_response(),
        None => show(&newsroom, &room, &asked, about).await?.into_response(),
    })
}
