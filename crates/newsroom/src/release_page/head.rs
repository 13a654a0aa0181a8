//! What machines read of a release's page: canonical address, editions, Open Graph, schema.org.

use crate::Newsroom;
use crate::entries::{IssuerNames, name_of};
use crate::piece::Piece;
use crate::room::Entry;
use maud::{Markup, PreEscaped, html};
use release::model::{Edition, Media};
use release::render::dateline_text;
use serde_json::{Value, json};

pub(super) fn of(newsroom: &Newsroom, entry: &Entry, issuers: &IssuerNames) -> Markup {
    let piece = &*entry.piece;
    let release = &piece.release;
    let url = newsroom.url(&piece.path());
    let hreflang =
        |edition: &str| Edition::parse(edition).map(|edition| edition.language.to_string());
    html! {
        link rel="canonical" href=(url);
        @if !entry.others.is_empty() {
            link rel="alternate" hreflang=(piece.language()) href=(url);
            @for other in &entry.others { @if let Some(language) = hreflang(&other.edition) {
                link rel="alternate" hreflang=(language) href=(newsroom.url(&format!("/releases/{}", other.public_id)));
            } }
        }
        meta name="description" content=(piece.lead());
        meta property="og:type" content="article";
        meta property="og:title" content=(release.headline);
        meta property="og:description" content=(piece.lead());
        meta property="og:url" content=(url);
        meta property="og:site_name" content=(newsroom.name);
        meta property="og:locale" content=(piece.language().replace('-', "_"));
        meta property="article:published_time" content=(piece.cleared.rfc3339());
        @for picture in pictures(&release.media) {
            meta property="og:image" content=(picture.url);
            @if let Some(alt) = &picture.alt { meta property="og:image:alt" content=(alt); }
        }
        script type="application/ld+json" { (PreEscaped(in_script(&news_article(newsroom, piece, &url, issuers)))) }
    }
}

fn pictures(media: &[Media]) -> impl Iterator<Item = &Media> {
    let is_picture = |media: &&Media| {
        let kind = media.media_type.as_deref();
        kind.is_some_and(|kind| kind.starts_with("image/"))
    };
    media.iter().filter(is_picture)
}

/// A `NewsArticle` of schema.org. A data block: browsers never run it, so the content security policy lets it be.
fn news_article(newsroom: &Newsroom, piece: &Piece, url: &str, issuers: &IssuerNames) -> Value {
    let release = &piece.release;
    let authors: Vec<Value> = release
        .issuers
        .iter()
        .map(|slug| {
            json!({
                "@type": "Organization",
                "name": name_of(issuers, slug),
                "url": newsroom.url(&format!("/issuers/{slug}")),
            })
        })
        .collect();
    let names = release
        .topics
        .iter()
        .filter_map(|slug| newsroom.taxonomy.get(slug));
    let mut article = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": release.headline,
        "description": piece.lead(),
        "inLanguage": piece.language(),
        "datePublished": piece.cleared.rfc3339(),
        "dateModified": piece.cleared.rfc3339(),
        "url": url,
        "mainEntityOfPage": url,
        "author": authors,
        "publisher": { "@type": "Organization", "name": newsroom.name, "url": newsroom.url("/") },
        "keywords": names.map(|topic| topic.name.as_str()).collect::<Vec<_>>(),
        "image": pictures(&release.media).map(|picture| picture.url.as_str()).collect::<Vec<_>>(),
        "isAccessibleForFree": true,
    });
    if let Some(subheadline) = &release.subheadline {
        article["alternativeHeadline"] = json!(subheadline);
    }
    if let Some(dateline) = &release.dateline {
        let language = release.edition.language.primary();
        article["dateline"] = json!(dateline_text(dateline, &piece.cleared, language));
    }
    article
}

/// JSON inside a script element: `</script>` and `<!--` must not be seen there, nor what old parsers take for line ends.
fn in_script(value: &Value) -> String {
    value
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_a_script_element_cannot_end_it() {
        let value = json!({ "headline": "</script><!-- <script> \u{2028} & co" });

        let text = in_script(&value);

        assert!(!text.contains(['<', '>', '&', '\u{2028}']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
