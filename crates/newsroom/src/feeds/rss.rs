//! RSS 2.0 (rssboard.org), with the modules that readers know: content, Dublin Core, Atom's links, Media RSS.

use super::xml::Xml;
use super::{Entry, Feed, Verdict};
use release::time::http_date;

pub(super) fn write(feed: &Feed) -> String {
    let mut xml = Xml::new();
    let namespaces = [
        ("version", "2.0"),
        ("xmlns:atom", "http://www.w3.org/2005/Atom"),
        ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ("xmlns:media", "http://search.yahoo.com/mrss/"),
    ];
    xml.open("rss", &namespaces);
    xml.open("channel", &[]);
    xml.text("title", &[], &format!("{} · {}", feed.title, feed.wire));
    xml.text("link", &[], &feed.page_url);
    let description = format!("Press releases from {}: {}", feed.wire, feed.title);
    xml.text("description", &[], &description);
    if let Some(language) = &feed.language {
        xml.text("language", &[], language);
    }
    if feed.updated_ms > 0 {
        xml.text("lastBuildDate", &[], &http_date(feed.updated_ms));
    }
    xml.text("generator", &[], "Dateline");
    xml.text("docs", &[], "https://www.rssboard.org/rss-specification");
    let kind = "application/rss+xml";
    let mut link = |rel, href: &str| {
        xml.empty("atom:link", &[("rel", rel), ("type", kind), ("href", href)]);
    };
    link("self", &feed.self_url);
    link("first", &feed.first_url);
    if let Some(next_url) = &feed.next_url {
        link("next", next_url);
    }
    for entry in &feed.entries {
        match entry.verdict {
            Verdict::Usable => item(&mut xml, entry),
        }
    }
    xml.end()
}

fn item(xml: &mut Xml, entry: &Entry) {
    xml.open("item", &[]);
    xml.text("title", &[], &entry.title);
    xml.text("link", &[], &entry.url);
    xml.text("guid", &[("isPermaLink", "true")], &entry.url);
    xml.text("pubDate", &[], &http_date(entry.cleared_ms));
    for issuer in &entry.issuers {
        xml.text("dc:creator", &[], issuer);
    }
    xml.text("dc:language", &[], &entry.language);
    for (name, page) in &entry.topics {
        xml.text("category", &[("domain", page)], name);
    }
    xml.text("description", &[], &entry.summary);
    xml.text("content:encoded", &[], &content(entry));
    for media in &entry.media {
        let mut attributes = vec![("url", media.url.as_str())];
        attributes.extend(media.media_type.as_deref().map(|kind| ("type", kind)));
        xml.open("media:content", &attributes);
        if let Some(text) = media.caption.as_deref().or(media.alt.as_deref()) {
            xml.text("media:description", &[("type", "plain")], text);
        }
        if let Some(credit) = &media.credit {
            xml.text("media:credit", &[], credit);
        }
        xml.close();
    }
    xml.close();
}

/// RSS has no place for a direction of writing, so the text brings its own.
fn content(entry: &Entry) -> String {
    match entry.direction {
        "rtl" => format!("<div dir=\"rtl\">{}</div>", entry.html),
        _ => entry.html.clone(),
    }
}
