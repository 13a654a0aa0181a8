//! Atom 1.0 (RFC 4287), paged by RFC 5005.

use super::xml::Xml;
use super::{Entry, Feed, Verdict};
use release::time::rfc3339;

pub(super) fn write(feed: &Feed) -> String {
    let mut xml = Xml::new();
    let mut attributes = vec![("xmlns", "http://www.w3.org/2005/Atom")];
    attributes.extend(feed.language.as_deref().map(|tag| ("xml:lang", tag)));
    xml.open("feed", &attributes);
    // The same for every page of the feed, and never changed: its first page.
    xml.text("id", &[], &feed.first_url);
    xml.text("title", &[], &format!("{} · {}", feed.title, feed.wire));
    xml.text("updated", &[], &rfc3339(feed.updated_ms));
    let mut link = |rel, kind, href: &str| {
        xml.empty("link", &[("rel", rel), ("type", kind), ("href", href)]);
    };
    let atom = "application/atom+xml";
    link("self", atom, &feed.self_url);
    link("alternate", "text/html", &feed.page_url);
    link("first", atom, &feed.first_url);
    if let Some(next_url) = &feed.next_url {
        link("next", atom, next_url);
    }
    // RFC 4287 wants an author for each entry or for the feed.
    xml.open("author", &[]);
    xml.text("name", &[], &feed.wire);
    xml.close();
    xml.text("generator", &[], "Dateline");
    for entry in &feed.entries {
        match entry.verdict {
            Verdict::Usable => item(&mut xml, entry),
        }
    }
    xml.end()
}

fn item(xml: &mut Xml, entry: &Entry) {
    xml.open("entry", &[("xml:lang", &entry.language)]);
    xml.text("id", &[], &entry.url);
    xml.text("title", &[], &entry.title);
    let cleared = rfc3339(entry.cleared_ms);
    xml.text("published", &[], &cleared);
    xml.text("updated", &[], &cleared);
    let link = [
        ("rel", "alternate"),
        ("type", "text/html"),
        ("hreflang", &entry.language),
        ("href", &entry.url),
    ];
    xml.empty("link", &link);
    for issuer in &entry.issuers {
        xml.open("author", &[]);
        xml.text("name", &[], issuer);
        xml.close();
    }
    for (name, page) in &entry.topics {
        let term = page.rsplit('/').next().unwrap_or(page);
        xml.empty("category", &[("term", term), ("label", name)]);
    }
    for media in &entry.media {
        let mut attributes = vec![("rel", "related"), ("href", media.url.as_str())];
        attributes.extend(media.media_type.as_deref().map(|kind| ("type", kind)));
        attributes.extend(media.caption.as_deref().map(|text| ("title", text)));
        xml.empty("link", &attributes);
    }
    xml.text("summary", &[], &entry.summary);
    let content = format!("<div dir=\"{}\">{}</div>", entry.direction, entry.html);
    xml.text("content", &[("type", "html")], &content);
    xml.close();
}
