//! The frame around every room: the wire's name, search, sections above; all topics and the operator's pages below.

use crate::assets;
use crate::operator::Pages;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use release::topic::{Taxonomy, Topic, TopicKind};

/// What is the same on every page, made once.
#[derive(Debug)]
pub(crate) struct Chrome {
    wire: String,
    sections: Vec<(String, String)>,
    foot: String,
}

/// A page in the frame.
pub(crate) struct Frame<'a> {
    /// Of the text in `main`.
    pub(crate) language: &'a str,
    pub(crate) direction: &'a str,
    pub(crate) title: &'a str,
    /// Its own address, to mark its place in the menu.
    pub(crate) path: &'a str,
    /// What was searched for.
    pub(crate) query: &'a str,
    /// What goes into the head beside the title.
    pub(crate) head: Markup,
    pub(crate) main: Markup,
}

impl Chrome {
    pub(crate) fn new(wire: &str, taxonomy: &Taxonomy, pages: &Pages) -> Chrome {
        let sections = of_kind(taxonomy, TopicKind::Section);
        let sections =
            sections.map(|topic| (format!("/topics/{}", topic.slug), topic.name.clone()));
        Chrome {
            wire: wire.to_owned(),
            sections: sections.collect(),
            foot: foot(wire, taxonomy, pages).into_string(),
        }
    }

    /// The whole page.
    pub(crate) fn render(&self, frame: &Frame<'_>) -> String {
        html! {
            (DOCTYPE)
            html lang=(frame.language) dir=(frame.direction) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (frame.title) " · " (self.wire) }
                    (frame.head)
                    (links())
                }
                body {
                    a.skip href="#main" lang="en" dir="ltr" { "Skip to the text" }
                    (self.header(frame))
                    main.wrap id="main" tabindex="-1" { (frame.main) }
                    (PreEscaped(&self.foot))
                }
            }
        }
        .into_string()
    }

    fn header(&self, frame: &Frame<'_>) -> Markup {
        let here = |path: &str| (path == frame.path).then_some("page");
        html! {
            header.site lang="en" dir="ltr" {
                div.wrap.bar {
                    a.wire href="/" { (self.wire) }
                    form.search role="search" action="/search" data-suggest="/search/suggest" {
                        input type="search" name="q" value=(frame.query) aria-label="Search releases"
                            placeholder="Words, topic:mining, source:acme" maxlength="8192" dir="auto";
                        button type="submit" { "Search" }
                    }
                }
                nav.sections aria-label="Sections" { div.wrap { ul.plain {
                    li { a href="/releases" aria-current=[here("/releases")] { "All releases" } }
                    @for (path, name) in &self.sections {
                        li.wide { a href=(path) aria-current=[here(path)] { (name) } }
                    }
                    li { a href="/public-companies" aria-current=[here("/public-companies")] { "Public companies" } }
                    li.to-topics { a href="#topics" { "Topics" } }
                } } }
            }
        }
    }
}

/// Stylesheet, script and icon.
pub(crate) fn links() -> Markup {
    html! {
        link rel="stylesheet" href=(assets::style_path());
        link rel="icon" href=(assets::icon_path()) type="image/svg+xml";
        script src=(assets::script_path()) defer {}
    }
}

fn of_kind(taxonomy: &Taxonomy, kind: TopicKind) -> impl Iterator<Item = &Topic> {
    taxonomy.iter().filter(move |topic| topic.kind == kind)
}

fn foot(wire: &str, taxonomy: &Taxonomy, pages: &Pages) -> Markup {
    html! {
        footer.foot lang="en" dir="ltr" { div.wrap {
            nav aria-label="Topics" id="topics" { div.columns {
                @for section in of_kind(taxonomy, TopicKind::Section) {
                    div {
                        h2 { a href={ "/topics/" (section.slug) } { (section.name) } }
                        ul.plain { @for topic in taxonomy.children(&section.slug).into_iter().filter(|topic| topic.kind == TopicKind::Industry && topic.name != section.name) {
                            li { a href={ "/topics/" (topic.slug) } { (topic.name) } }
                        } }
                    }
                }
                div {
                    h2 { "The newsroom" }
                    ul.plain {
                        li { a href="/releases" { "All releases" } }
                        li { a href="/public-companies" { "Public companies" } }
                        li { a href="/issuers" { "Issuers" } }
                        li { a href="/editions" { "Editions and languages" } }
                        li { a href="/feeds" { "Feeds" } }
                        li { a href="/api" { "API" } }
                        li { a href="/alerts/new" { "Alerts by mail or webhook" } }
                    }
                }
            } }
            nav aria-label="About this wire" { ul.plain.letters {
                @for page in pages.iter() { li { a href={ "/pages/" (page.name) } { (page.title) } } }
            } }
            p { (wire) " carries what issuers say. They answer for their words." }
        } }
    }
}
