//! What the operator says, and what machines ask of a site: pages from Markdown, security.txt, robots.txt, sitemaps.

mod pages;
mod security;
mod sitemap;

pub use pages::{Pages, PagesError};
pub use security::Security;
pub(crate) use sitemap::{robots, sitemap, sitemap_part};

use crate::asked::Name;
use crate::conditional::Shown;
use crate::rooms::plain_page;
use crate::{Newsroom, Trouble};
use axum::extract::State;
use maud::{PreEscaped, html};

/// A page of the operator's.
pub(crate) async fn page(
    State(newsroom): State<Newsroom>,
    Name(name): Name,
) -> Result<Shown, Trouble> {
    let page = newsroom.rooms.pages.get(&name).ok_or(Trouble::NotFound)?;
    let main = html! {
        h1 { (page.title) }
        div.prose { (PreEscaped(&page.html)) }
    };
    let path = format!("/pages/{}", page.name);
    Ok(plain_page(&newsroom, &page.title, &path, main))
}

/// RFC 9116; there is none while the operator names no contact.
pub(crate) async fn security(State(newsroom): State<Newsroom>) -> Result<Shown, Trouble> {
    let url = newsroom.url("/.well-known/security.txt");
    let now_ms = newsroom.clock.now_ms();
    let text = newsroom.rooms.security.text(&url, now_ms);
    Ok(Shown {
        media_type: "text/plain; charset=utf-8",
        text: text.ok_or(Trouble::NotFound)?,
        newest_ms: None,
    })
}
