//! The page of a search, and its feeds.

use super::found::{Editions, Found, find};
use crate::asked::{Asked, encoded};
use crate::conditional::Shown;
use crate::entries::{self, Tone};
use crate::feeds::{self, Format};
use crate::frame::Frame;
use crate::rooms::{PAGE, topic_link};
use crate::{Newsroom, Trouble};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use release::filter::{Filter, FilterError};

/// Topics named where nothing was found.
const NEAREST: usize = 5;

pub(crate) async fn page(
    State(newsroom): State<Newsroom>,
    asked: Asked,
) -> Result<Response, Trouble> {
    if asked.q.is_empty() {
        let main = html! { h1 { "Search" } (how_to()) };
        let shown = in_frame(&newsroom, &asked, "Search", html! {}, main, None);
        return Ok(shown.into_response());
    }
    let filter = match Filter::parse(&asked.q) {
        Ok(filter) => filter,
        Err(error) => {
            let main = refused(&newsroom, &asked.q, &error);
            let shown = in_frame(&newsroom, &asked, "Search", html! {}, main, None);
            return Ok((StatusCode::BAD_REQUEST, shown).into_response());
        }
    };
    let found = find(
        &newsroom,
        &filter,
        asked.before(),
        PAGE,
        Editions::Collapsed,
    )
    .await?;
    Ok(results(&newsroom, &asked, &filter, found)
        .await?
        .into_response())
}

async fn results(
    newsroom: &Newsroom,
    asked: &Asked,
    filter: &Filter,
    found: Found,
) -> Result<Shown, Trouble> {
    let names = entries::issuer_names(newsroom, found.pieces.iter().map(|piece| &**piece)).await?;
    let entries = crate::room::with_editions(newsroom, found.pieces).await?;
    let query = encoded(&asked.q);
    let first = format!("/search?q={query}");
    let older = found.next.map(|next| format!("{first}&before={next}"));
    let main = html! {
        div.head {
            div { h1 { "Search" } p.soft { "Newest first, for " bdi { q { (asked.q) } } } }
            div.acts.no-print {
                a.button href={ "/alerts/new?filter=" (encoded(&filter.to_string())) } rel="nofollow" { "Save as alert" }
                a href={ "/search.rss?q=" (query) } { "RSS" }
                a href={ "/search.atom?q=" (query) } { "Atom" }
            }
        }
        @if entries.is_empty() && !found.cut { (nothing(newsroom, asked)) }
        (entries::list(&entries, &names, Tone::Plain))
        @if found.cut {
            div.note { "Only the newer releases were looked at, to answer at once. Go on to look at older ones." }
        }
        (entries::pager(&first, older, asked.before.is_none()))
    };
    let newest_ms = entries.iter().map(|entry| entry.piece.cleared.at_ms).max();
    let title = format!("{} - search", asked.q.chars().take(80).collect::<String>());
    let head = entries::autodiscovery("This search", "/search", &format!("?q={query}"));
    Ok(in_frame(newsroom, asked, &title, head, main, newest_ms))
}

fn in_frame(
    newsroom: &Newsroom,
    asked: &Asked,
    title: &str,
    head: Markup,
    main: Markup,
    newest_ms: Option<i64>,
) -> Shown {
    let head = html! { meta name="robots" content="noindex"; (head) };
    let text = newsroom.rooms.chrome.render(&Frame {
        language: "en",
        direction: "ltr",
        title,
        path: "/search",
        query: &asked.q,
        head,
        main,
    });
    Shown::html(text, newest_ms)
}

/// Nothing was found: the likeliest topics, and how to ask for more.
fn nothing(newsroom: &Newsroom, asked: &Asked) -> Markup {
    if asked.before.is_some() {
        return html! { p { "There is nothing older." } };
    }
    let nearest = newsroom.taxonomy.nearest(&asked.q, NEAREST);
    html! {
        p { "Nothing that is out matches this." }
        @if !nearest.is_empty() {
            h2 { "Topics like it" }
            ul.topics { @for topic in &nearest { li { (topic_link(topic)) } } }
        }
        h2 { "To find more" }
        ul {
            li { "Check the spelling; case and accents do not matter." }
            li { "Leave out terms, or join them with " code { "OR" } ": several terms side by side must all be there." }
            li { "Take the quotation marks away: a phrase needs its words in a row." }
            li { "Save it as an alert, and hear of it when somebody says it." }
        }
    }
}

/// The place of the mistake, and what was probably meant.
fn refused(newsroom: &Newsroom, query: &str, error: &FilterError) -> Markup {
    let nearest = newsroom.taxonomy.nearest(query, NEAREST);
    html! {
        h1 { "This search cannot be read" }
        p { (error.to_string()) }
        pre.caret tabindex="0" aria-label="Where it stands" { (error.caret(query)) }
        @if let Some(mended) = mended(query, error) {
            p { "Did you mean " a href={ "/search?q=" (encoded(&mended)) } { (mended) } "?" }
        }
        @if !nearest.is_empty() {
            h2 { "Topics like it" }
            ul.topics { @for topic in &nearest { li { (topic_link(topic)) } } }
        }
        (how_to())
    }
}

/// The query with the nearest valid thing in the place of the wrong term, where that gives a filter.
fn mended(query: &str, error: &FilterError) -> Option<String> {
    let nearest = error.nearest.as_deref()?;
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
    let at = query.floor_char_boundary(error.offset_bytes);
    let begin = query[..at].rfind(is_gap).map_or(0, |gap| gap + 1);
    let end = query[at..].find(is_gap).map_or(query.len(), |gap| at + gap);
    let whole = format!("{}{nearest}{}", &query[..begin], &query[end..]);
    let kept_value = match query[begin..end].split_once(':') {
        Some((_, value)) if nearest.ends_with(':') => Some(format!(
            "{}{nearest}{value}{}",
            &query[..begin],
            &query[end..]
        )),
        _ => None,
    };
    let candidates = kept_value.into_iter().chain([whole]);
    candidates
        .into_iter()
        .find(|text| Filter::parse(text).is_ok())
}

fn how_to() -> Markup {
    let examples = [
        ("lithium mine", "both words, anywhere in the text"),
        ("\"lithium mine\"", "the words in a row"),
        (
            "topic:mining NOT gold",
            "a topic with all below it; without a word",
        ),
        (
            "source:acme OR ticker:XNYS:KYN",
            "an issuer, or a listed security",
        ),
        ("geo:US-NV lang:en", "news of a place, in a language"),
    ];
    html! {
        h2 { "How to search" }
        ul { @for (query, means) in examples {
            li { a href={ "/search?q=" (encoded(query)) } { (query) } ": " (means) }
        } }
    }
}

pub(crate) async fn rss(State(newsroom): State<Newsroom>, asked: Asked) -> Result<Shown, Trouble> {
    feed(&newsroom, &asked, Format::Rss).await
}

pub(crate) async fn atom(State(newsroom): State<Newsroom>, asked: Asked) -> Result<Shown, Trouble> {
    feed(&newsroom, &asked, Format::Atom).await
}

async fn feed(newsroom: &Newsroom, asked: &Asked, format: Format) -> Result<Shown, Trouble> {
    let filter = Filter::parse(&asked.q).map_err(|error| {
        Trouble::BadQuestion(format!(
            "`q` is no search: {error}. Try it at /search first."
        ))
    })?;
    let found = find(
        newsroom,
        &filter,
        asked.before(),
        feeds::ITEMS,
        Editions::Apart,
    )
    .await?;
    let source = feeds::Source {
        title: format!("Search: {}", asked.q),
        page: format!("/search?q={}", encoded(&asked.q)),
        path: "/search".to_owned(),
        query: format!("q={}", encoded(&asked.q)),
        language: None,
    };
    feeds::render(newsroom, &source, format, asked, found.pieces, found.next).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_valid_thing_takes_the_place_of_the_mistake() {
        let check = |query: &str, expect: Option<&str>| {
            let error = Filter::parse(query).unwrap_err();
            assert_eq!(mended(query, &error).as_deref(), expect, "{error:?}");
        };

        check("gold country:US", Some("gold geo:US"));
        check("gold or tin", Some("gold OR tin"));
        check("topic:Mining tin", Some("topic:mining tin"));
        check("NOT gold", Some("everything NOT gold"));
        check("(gold", None);
    }
}
