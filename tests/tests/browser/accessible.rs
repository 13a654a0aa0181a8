//! Every kind of page, judged by axe-core: light and dark, wide and narrow, from left to right and from right to left.

use super::Site;
use serde_json::Value;
use std::path::Path;
use tests::{Browser, Scheme, tool};

/// The judge's source; it is injected by the driver, for the pages themselves allow no foreign script.
pub(super) fn axe() -> String {
    let path = tool("axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(path).expect("the file was just seen")
}

/// Runs it, and gives what it found.
pub(super) const RUN: &str = "const done = arguments[arguments.length - 1]; \
    axe.run(document, { resultTypes: ['violations'] }).then( \
        (found) => done(found.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.html + ' ' + n.failureSummary).join(' | '))), \
        (error) => done(['axe failed: ' + error]));";

#[tokio::test]
async fn no_page_keeps_anybody_out() {
    let site = Site::open().await;
    let browser = Browser::start().await;
    let axe = axe();
    let mut wrong = Vec::new();

    for (scheme, width) in [
        (Scheme::Light, 1280),
        (Scheme::Dark, 1280),
        (Scheme::Light, 390),
        (Scheme::Dark, 390),
    ] {
        browser.prefer(scheme).await;
        browser.resize(width, 900).await;
        for (name, path) in &site.pages {
            browser.go(&site.url(path)).await;
            browser.script(&axe, &[]).await;
            let found = browser.script_async(RUN, &[]).await;
            let found = found.as_array().unwrap().clone();
            wrong.extend(
                found
                    .iter()
                    .map(|text| format!("{name} {scheme:?} {width}: {text}")),
            );
            let wide = browser
                .script(
                    "return document.documentElement.scrollWidth > window.innerWidth",
                    &[],
                )
                .await;
            if wide == Value::Bool(true) {
                wrong.push(format!("{name} {width}: the page scrolls sideways"));
            }
            if let Some(folder) = std::env::var_os("DATELINE_SCREENSHOTS") {
                let file = format!("{name}-{width}-{scheme:?}.png");
                browser.screenshot(&Path::new(&folder).join(file)).await;
            }
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    drop(site.app);
}

#[tokio::test]
async fn the_keyboard_comes_first_to_the_skip_link_and_over_the_menu() {
    let site = Site::open().await;
    let browser = Browser::start().await;
    browser.go(&site.url("/")).await;

    browser.press("\u{e004}").await;
    let first = browser
        .script("return document.activeElement.textContent", &[])
        .await;
    browser.press("\u{e007}").await;
    let then = browser
        .script("return document.activeElement.id || location.hash", &[])
        .await;

    assert_eq!(first, "Skip to the text");
    assert!(then == "main" || then == "#main", "{then}");
}
