//! The body of a release: from what was submitted to the HTML and the text that leave.

mod marks;
mod paste;
mod pictures;
mod pieces;

pub use marks::marked_line;

use crate::model::Body;
use maud::html;
use pulldown_cmark::{Options, Parser};
use std::sync::LazyLock;

/// Columns of the plain-text form.
pub const TEXT_WIDTH: usize = 72;

/// A body ready to be shown: sanitised HTML and the same as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedBody {
    /// Safe to place inside a page or a mail: no scripts, styles, forms, frames, SVG or MathML.
    pub html: String,
    /// Wrapped at [`TEXT_WIDTH`]; links as footnotes, tables aligned.
    pub text: String,
    /// Whether sanitising took something away.
    pub changed: bool,
}

/// Only what a press release needs; everything else is dropped with its content kept as text.
static POLICY: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut policy = ammonia::Builder::default();
    policy.tags(
        [
            "a",
            "abbr",
            "b",
            "blockquote",
            "br",
            "caption",
            "cite",
            "code",
            "dd",
            "del",
            "dl",
            "dt",
            "em",
            "figcaption",
            "figure",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "img",
            "ins",
            "li",
            "ol",
            "p",
            "pre",
            "q",
            "s",
            "small",
            "strong",
            "sub",
            "sup",
            "table",
            "tbody",
            "td",
            "tfoot",
            "th",
            "thead",
            "time",
            "tr",
            "u",
            "ul",
        ]
        .into(),
    );
    policy.url_schemes(["http", "https", "mailto", "tel"].into());
    policy.url_relative(ammonia::UrlRelative::Deny);
    policy.add_generic_attributes(["dir"]);
    policy.link_rel(Some("noopener nofollow"));
    policy
});

impl Body {
    /// The source text.
    pub fn source(&self) -> &str {
        match self {
            Body::Markdown(text) | Body::Html(text) => text,
        }
    }

    /// Renders to sanitised HTML and to text.
    pub fn render(&self) -> RenderedBody {
        let (html, changed) = self.sanitise();
        RenderedBody {
            text: html_to_text(&html),
            html,
            changed,
        }
    }

    /// Sanitised HTML, and whether something was taken away.
    pub(crate) fn sanitise(&self) -> (String, bool) {
        let raw = match self {
            Body::Markdown(text) => markdown_to_html(text),
            Body::Html(text) => text.clone(),
        };
        let plain = paste::plain(&raw);
        let html = POLICY.clean(&plain.html).to_string();
        match self {
            Body::Markdown(_) => (html, plain.removed),
            Body::Html(_) => (without_empty(html), plain.removed),
        }
    }
}

/// Paragraphs and runs that hold nothing, and runs that end only to begin again: what is left of other markup.
fn without_empty(mut html: String) -> String {
    const EMPTY: &[(&str, &str)] = &[
        ("<b> </b>", " "),
        ("<strong> </strong>", " "),
        ("<em> </em>", " "),
        ("<i> </i>", " "),
        ("<b></b>", ""),
        ("<strong></strong>", ""),
        ("<em></em>", ""),
        ("<i></i>", ""),
        ("</strong><strong>", ""),
        ("</b><b>", ""),
        ("</em><em>", ""),
        ("<p><br></p>", ""),
        ("<p> </p>", ""),
        ("<p></p>", ""),
    ];
    for (empty, instead) in EMPTY {
        if html.contains(empty) {
            html = html.replace(empty, instead);
        }
    }
    html
}

impl RenderedBody {
    /// The same with the wire's opening (`CITY, date /Wire/ -- `), if any, at the head of the first paragraph.
    pub fn opened_by(&self, opening: &str) -> RenderedBody {
        if opening.is_empty() {
            return self.clone();
        }
        let opening = html! { (opening) }.into_string();
        let html = match self.html.strip_prefix("<p>") {
            Some(rest) => format!("<p>{opening}{rest}"),
            None => format!("<p>{opening}</p>\n{}", self.html),
        };
        RenderedBody {
            text: html_to_text(&html),
            html,
            changed: self.changed,
        }
    }
}

/// Plain text of several paragraphs, such as a boilerplate, as HTML and as wrapped text.
pub fn paragraphs(text: &str) -> RenderedBody {
    let paragraphs = text
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty());
    let html = html! { @for paragraph in paragraphs { p { (paragraph) } } }.into_string();
    RenderedBody {
        text: html_to_text(&html),
        html,
        changed: false,
    }
}

fn markdown_to_html(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    // A first-level heading would compete with the headline.
    let events = Parser::new_ext(text, options).map(demote_heading);
    let mut out = String::with_capacity(text.len() * 3 / 2);
    pulldown_cmark::html::push_html(&mut out, events);
    out
}

fn demote_heading(event: pulldown_cmark::Event<'_>) -> pulldown_cmark::Event<'_> {
    use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
    match event {
        Event::Start(Tag::Heading {
            level: HeadingLevel::H1,
            id,
            classes,
            attrs,
        }) => Event::Start(Tag::Heading {
            level: HeadingLevel::H2,
            id,
            classes,
            attrs,
        }),
        Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
            Event::End(TagEnd::Heading(HeadingLevel::H2))
        }
        other => other,
    }
}

fn html_to_text(html: &str) -> String {
    html2text::config::plain_no_decorate()
        .link_footnotes(true)
        .allow_width_overflow()
        .string_from_read(html.as_bytes(), TEXT_WIDTH)
        .unwrap_or_else(|_| html.to_owned())
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html_and_text() {
        let body = Body::Markdown(
            "# Results\n\nUp **12 %**, see [the report](https://a.example/r).\n".into(),
        )
        .render();

        assert!(body.html.contains("<h2>Results</h2>"), "{}", body.html);
        assert!(body.html.contains("<strong>12 %</strong>"));
        assert!(body.text.contains("https://a.example/r"), "{}", body.text);
        assert!(!body.changed);
    }

    #[test]
    fn the_opening_stands_in_the_first_paragraph() {
        let body = Body::Markdown("Acme opened a plant.\n\nMore.".into())
            .render()
            .opened_by("A & B, Dec. 1 /W/ -- ");

        assert!(
            body.html
                .starts_with("<p>A &amp; B, Dec. 1 /W/ -- Acme opened"),
            "{}",
            body.html
        );
        assert!(
            body.text
                .starts_with("A & B, Dec. 1 /W/ -- Acme opened a plant.\n\nMore."),
            "{}",
            body.text
        );
    }

    #[test]
    fn hostile_html_is_made_harmless() {
        let check = |source: &str| {
            let body = Body::Html(format!("<p>Before</p>{source}<p>After</p>")).render();
            let lower = body.html.to_lowercase();
            for bad in [
                "<script",
                "onerror",
                "javascript:",
                "<svg",
                "<math",
                "<iframe",
                "<style",
                "<form",
                "src=\"//",
            ] {
                assert!(!lower.contains(bad), "{source} left {bad}: {}", body.html);
            }
            assert!(body.html.contains("Before") && body.html.contains("After"));
            assert!(body.changed, "{source} was dropped without a word");
        };

        check("<script>alert(1)</script>");
        check("<img src=x onerror=alert(1)>");
        check("<a href=\"javascript:alert(1)\">x</a>");
        check("<svg><a xlink:href=\"javascript:alert(1)\">x</a></svg>");
        check(
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
        );
        check("<iframe src=\"https://a.example\"></iframe>");
        check("<form action=\"https://a.example\"><input name=p></form>");
    }

    #[test]
    fn scripts_in_markdown_are_dropped_too() {
        let body =
            Body::Markdown("Hello <script>alert(1)</script> [x](javascript:alert(1))".into())
                .render();

        assert!(!body.html.contains("script"), "{}", body.html);
        assert!(body.changed);
    }

    #[test]
    fn tables_stay_tables_in_text() {
        let body =
            Body::Markdown("| Quarter | Revenue |\n|---|---|\n| Q3 | 41 |\n".into()).render();

        assert!(body.html.contains("<table>"));
        assert!(
            body.text
                .lines()
                .any(|line| line.contains("Q3") && line.contains("41")),
            "{}",
            body.text
        );
    }
}
