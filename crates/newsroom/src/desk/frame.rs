//! The frame around the desk's pages.

use super::assets;
use super::posted::token;
use super::session::Signed;
use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

/// A page of a signed-in person; `here` is its own place in the menu.
pub(crate) fn page(signed: &Signed, title: &str, here: &str, main: &Markup) -> Html<String> {
    let link = |path: &str, name: &str| {
        html! { li { a href=(path) aria-current=[(path == here).then_some("page")] { (name) } } }
    };
    let menu = html! {
        nav aria-label="Desk" { ul {
            (link("/desk", "Releases"))
            @if signed.me.may("releases:write") { (link("/desk/releases/new", "Write")) (link("/desk/import", "Import")) }
            @if signed.me.reviews() { (link("/desk/queue", "Queue")) }
            (link("/desk/calendar", "Calendar"))
        } }
        form.out method="post" action="/desk/sign-out" {
            (token(signed))
            span.soft { (signed.me.name) " " }
            button.quiet type="submit" { "Sign out" }
        }
    };
    Html(whole(title, &menu, main))
}

/// A page of nobody in particular.
pub(crate) fn bare(title: &str, main: &Markup) -> String {
    whole(title, &html! {}, main)
}

fn whole(title: &str, menu: &Markup, main: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" dir="ltr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex, nofollow";
                title { (title) " · Desk" }
                link rel="stylesheet" href=(assets::style_path());
                script src=(assets::script_path()) defer {}
            }
            body {
                a.skip href="#main" { "Skip to the text" }
                header.site { div.wrap.bar { a.wire href="/desk" { "Desk" } (menu) } }
                main.wrap id="main" tabindex="-1" { (main) }
            }
        }
    }
    .into_string()
}
