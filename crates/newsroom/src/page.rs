//! The small frame of pages that say or ask one thing.

use crate::frame;
use maud::{DOCTYPE, Markup, html};

/// A page: its language and direction, title, what goes into the head beside, and the content of `main`.
pub(crate) struct Page<'a> {
    pub(crate) language: &'a str,
    pub(crate) direction: &'a str,
    pub(crate) title: &'a str,
    pub(crate) wire: &'a str,
    pub(crate) head: Markup,
    pub(crate) main: Markup,
}

impl Page<'_> {
    pub(crate) fn render(&self) -> String {
        html! {
            (DOCTYPE)
            html lang=(self.language) dir=(self.direction) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) " · " (self.wire) }
                    (self.head)
                    (frame::links())
                }
                body {
                    a.skip href="#main" { "Skip to the text" }
                    header.site { div.wrap.bar { a.wire href="/" { (self.wire) } } }
                    main.wrap id="main" tabindex="-1" { div.narrow { (self.main) } }
                }
            }
        }
        .into_string()
    }
}

/// A page that says one thing.
pub(crate) fn notice(title: &str, text: &str) -> String {
    ask(title, text, None)
}

/// A page that says one thing and offers one button, which posts to the page's own address.
pub(crate) fn ask(title: &str, text: &str, button: Option<&str>) -> String {
    let main = html! {
        h1 { (title) }
        p { (text) }
        @if let Some(button) = button {
            form method="post" { button type="submit" { (button) } }
        }
    };
    let head = html! { meta name="robots" content="noindex"; };
    Page {
        language: "en",
        direction: "ltr",
        title,
        wire: "Dateline",
        head,
        main,
    }
    .render()
}
