//! The page that lists the feeds.

use crate::conditional::Shown;
use crate::names;
use crate::rooms::plain_page;
use crate::{Newsroom, Trouble};
use axum::extract::State;
use maud::{Markup, html};
use release::topic::{Topic, TopicKind};

/// Editions named at most.
const EDITIONS: i64 = 500;

pub(crate) async fn overview(State(newsroom): State<Newsroom>) -> Result<Shown, Trouble> {
    let taxonomy = &newsroom.taxonomy;
    let editions = newsroom
        .store
        .marks_with_prefix("edition:", EDITIONS)
        .await?;
    let editions: Vec<&str> = editions
        .iter()
        .filter_map(|mark| mark.strip_prefix("edition:"))
        .collect();
    let of = |kind| {
        taxonomy
            .iter()
            .filter(move |topic: &&Topic| topic.kind == kind)
    };
    let topic = |topic: &Topic| row(&topic.name, &format!("/topics/{}", topic.slug));
    let main = html! {
        h1 { "Feeds" }
        div.narrow {
            p {
                "Every list on this site is also a feed, in RSS 2.0 and Atom 1.0, with whole texts and every edition. A feed \
                 links to its older pages, so nothing is missed between two looks; please send " code { "If-None-Match" }
                " and ask no more often than once a minute."
            }
            p {
                "Of each " a href="/issuers" { "issuer" } ": add " code { ".rss" } " or " code { ".atom" } " to its page. Of a "
                a href="/search" { "search" } ": its page links to them."
            }
        }
        (table("Everything", html! {
            (row("All releases", "/releases"))
            (row("Public companies", "/public-companies"))
        }))
        (table("Sections", html! { @for t in of(TopicKind::Section) { (topic(t)) } }))
        (table("Industries", html! { @for t in of(TopicKind::Industry) { (topic(t)) } }))
        (table("Subjects", html! { @for t in of(TopicKind::Subject) { (topic(t)) } }))
        @if !editions.is_empty() {
            (table("Editions", html! { @for edition in &editions {
                (row(&names::edition_text(edition), &format!("/editions/{edition}")))
            } }))
        }
    };
    Ok(plain_page(&newsroom, "Feeds", "/feeds", main))
}

fn table(title: &str, rows: Markup) -> Markup {
    html! {
        h2 { (title) }
        table.feeds.narrow {
            thead { tr { th scope="col" { "What" } th scope="col" { "RSS" } th scope="col" { "Atom" } } }
            tbody { (rows) }
        }
    }
}

fn row(title: &str, path: &str) -> Markup {
    html! {
        tr {
            th scope="row" { a href=(path) { bdi { (title) } } }
            td { a href={ (path) ".rss" } aria-label={ (title) ", RSS" } { "RSS" } }
            td { a href={ (path) ".atom" } aria-label={ (title) ", Atom" } { "Atom" } }
        }
    }
}
