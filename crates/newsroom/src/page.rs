//! The frame that all pages share.

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1a1a1a;--soft:#5a5a5a;--line:#d0d0d0;--link:#0b57a4;--paper:#fff}\
@media(prefers-color-scheme:dark){:root{--ink:#ececec;--soft:#a8a8a8;--line:#444;--link:#8ab8f0;--paper:#161616}}\
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:18px/1.6 Georgia,'Times New Roman',serif}\
a{color:var(--link)}header,main,footer{max-width:44rem;margin:0 auto;padding:0 1.25rem}\
header{padding-top:1.25rem;font:600 15px/1.4 Helvetica,Arial,sans-serif}header a{text-decoration:none;color:inherit}\
main{padding-bottom:3rem}h1{font-size:2rem;line-height:1.2;margin:1.5rem 0 .5rem}h2{font-size:1.3rem;line-height:1.3}\
.sub{font-size:1.2rem;color:var(--soft);margin:.25rem 0 1rem}\
.meta,.tail,footer{font:14px/1.5 Helvetica,Arial,sans-serif;color:var(--soft)}\
.skip{position:absolute;inset-inline-start:-99em}.skip:focus{inset-inline-start:1rem}\
img{max-width:100%;height:auto}table{border-collapse:collapse;font-size:.9em;display:block;overflow-x:auto}\
td,th{border:1px solid var(--line);padding:.3em .6em;text-align:start}\
blockquote{margin-inline:0;padding-inline-start:1em;border-inline-start:3px solid var(--line)}\
.tail{border-top:1px solid var(--line);margin-top:2rem;padding-top:1rem}.topics{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.5rem}\
.topics li{border:1px solid var(--line);border-radius:1rem;padding:.1rem .7rem}\
.list{list-style:none;padding:0}.list li{padding:.9rem 0;border-bottom:1px solid var(--line)}\
button{font:600 16px Helvetica,Arial,sans-serif;padding:.6rem 1.4rem;border-radius:.4rem;border:0;background:var(--link);color:var(--paper);cursor:pointer}\
@media print{header,footer,.skip{display:none}}";

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
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#main" { "Skip to the text" }
                    header { a href="/" { (self.wire) } }
                    main id="main" { (self.main) }
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
