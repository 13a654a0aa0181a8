//! robots.txt and the maps of the site (sitemaps.org), with the one of the last two days that Google News reads.

use crate::asked::Name;
use crate::conditional::Shown;
use crate::piece::Piece;
use crate::{Newsroom, Trouble};
use axum::extract::State;
use maud::{Markup, PreEscaped, html};
use release::time::rfc3339;
use std::sync::Arc;
use store::MapRow;

/// Items of one map; the format allows 50,000.
const ITEMS: i64 = 10_000;
/// The format's limit for a map of news.
const NEWS: usize = 1000;
const TWO_DAYS_MS: i64 = 2 * 86_400_000;

pub(crate) async fn robots(State(newsroom): State<Newsroom>) -> Shown {
    let text = format!(
        "User-agent: *\nDisallow: /search\nDisallow: /alerts/\nDisallow: /desk\nDisallow: /proof/\n\
         Disallow: /confirm/\nDisallow: /unsubscribe/\nDisallow: /v1/\n\n\
         Sitemap: {}\nSitemap: {}\n",
        newsroom.url("/sitemap.xml"),
        newsroom.url("/sitemaps/news.xml")
    );
    Shown {
        media_type: "text/plain; charset=utf-8",
        text,
        newest_ms: None,
    }
}

/// The map of maps: one of the rooms, and one for each ten thousand items, which never changes once it is full.
pub(crate) async fn sitemap(State(newsroom): State<Newsroom>) -> Result<Shown, Trouble> {
    let newest = newsroom.store.newest_seq().await?;
    let parts = (newest + ITEMS - 1) / ITEMS;
    let map = html! {
        sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
            sitemap { loc { (newsroom.url("/sitemaps/rooms.xml")) } }
            @for part in 1..=parts { sitemap { loc { (newsroom.url(&format!("/sitemaps/{part}.xml"))) } } }
        }
    };
    Ok(xml(map))
}

pub(crate) async fn sitemap_part(
    State(newsroom): State<Newsroom>,
    Name(name): Name,
) -> Result<Shown, Trouble> {
    let part = name.strip_suffix(".xml").ok_or(Trouble::NotFound)?;
    match part {
        "rooms" => rooms(&newsroom).await,
        "news" => news(&newsroom).await,
        number => match number.parse::<i64>() {
            Ok(part @ 1..=1_000_000) => items(&newsroom, part).await,
            _ => Err(Trouble::NotFound),
        },
    }
}

async fn items(newsroom: &Newsroom, part: i64) -> Result<Shown, Trouble> {
    let rows = newsroom
        .store
        .map_of_items((part - 1) * ITEMS, part * ITEMS)
        .await?;
    if rows.is_empty() {
        return Err(Trouble::NotFound);
    }
    let newest_ms = rows.iter().map(|row| row.cleared_ms).max();
    let url = |row: &MapRow| newsroom.url(&format!("/releases/{}", row.public_id));
    let map = html! {
        urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
            @for row in &rows { url { loc { (url(row)) } lastmod { (rfc3339(row.cleared_ms)) } } }
        }
    };
    Ok(Shown {
        newest_ms,
        ..xml(map)
    })
}

async fn rooms(newsroom: &Newsroom) -> Result<Shown, Trouble> {
    let editions = newsroom.store.marks_with_prefix("edition:", ITEMS).await?;
    let issuers = newsroom.store.heard_issuers().await?;
    let fixed = [
        "/",
        "/releases",
        "/public-companies",
        "/topics",
        "/issuers",
        "/editions",
        "/feeds",
    ];
    let topics = newsroom.taxonomy.iter();
    let pages = newsroom.rooms.pages.iter();
    let paths = fixed
        .map(str::to_owned)
        .into_iter()
        .chain(topics.map(|topic| format!("/topics/{}", topic.slug)))
        .chain(
            editions
                .iter()
                .filter_map(|mark| Some(format!("/editions/{}", mark.strip_prefix("edition:")?))),
        )
        .chain(pages.map(|page| format!("/pages/{}", page.name)))
        .chain(
            issuers
                .iter()
                .map(|issuer| format!("/issuers/{}", issuer.slug)),
        );
    let map = html! {
        urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
            @for path in paths { url { loc { (newsroom.url(&path)) } } }
        }
    };
    Ok(xml(map))
}

async fn news(newsroom: &Newsroom) -> Result<Shown, Trouble> {
    let store = &newsroom.store;
    let seqs = store.seqs_before(i64::MAX, NEWS as i64).await?;
    let since_ms = newsroom.clock.now_ms() - TWO_DAYS_MS;
    let mut pieces = Vec::new();
    // Newest first: what is older than the first old one is old too.
    for group in seqs.chunks(100) {
        let read = newsroom.rooms.desk.pieces(store, group).await?;
        let is_fresh = |piece: &Arc<Piece>| piece.cleared.at_ms > since_ms;
        let has_old = !read.iter().all(is_fresh);
        pieces.extend(read.into_iter().filter(is_fresh));
        if has_old {
            break;
        }
    }
    let newest_ms = pieces.iter().map(|piece| piece.cleared.at_ms).max();
    let map = pieces.iter().map(|piece| {
        format!(
            "<url>{}<news:news><news:publication>{}{}</news:publication>{}{}</news:news></url>",
            element("loc", &newsroom.url(&piece.path())),
            element("news:name", &newsroom.name),
            element("news:language", piece.release.edition.language.primary()),
            element("news:publication_date", &piece.cleared.rfc3339()),
            element("news:title", &piece.release.headline),
        )
    });
    let map = format!(
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\">{}</urlset>",
        map.collect::<String>()
    );
    Ok(Shown {
        newest_ms,
        ..xml(PreEscaped(map))
    })
}

/// maud takes no names with a colon for elements.
fn element(name: &str, text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("<{name}>{}</{name}>", html! { (text) }.into_string())
}

fn xml(map: Markup) -> Shown {
    Shown {
        media_type: "application/xml; charset=utf-8",
        text: format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}\n",
            map.into_string()
        ),
        newest_ms: None,
    }
}
