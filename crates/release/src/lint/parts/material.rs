//! What goes with a release: links, pictures, films, documents.

use super::Fields;
use crate::address::printable;
use crate::model::{Link, Media};

pub(in crate::lint) fn links(fields: &mut Fields<'_>) -> Vec<Link> {
    let mut links = Vec::new();
    for mut nested in fields.objects("links") {
        nested.refuse_unknown(&["url", "title"]);
        let url = required_url(&mut nested);
        let title = nested.line("title", 300);
        fields.absorb(nested);
        links.extend(url.map(|url| Link { url, title }));
    }
    links
}

pub(in crate::lint) fn media(fields: &mut Fields<'_>) -> Vec<Media> {
    let mut media = Vec::new();
    for mut nested in fields.objects("media") {
        nested.refuse_unknown(&["url", "type", "caption", "alt", "credit", "licence"]);
        let url = required_url(&mut nested);
        let media_type = media_type(&mut nested);
        let caption = nested.line("caption", 1000);
        let alt = nested.line("alt", 1000);
        let credit = nested.line("credit", 300);
        let licence = nested.line("licence", 300);
        if alt.is_none() && nested.value("alt").is_none() && shows_a_picture(&media_type, &url) {
            let pointer = nested.pointer("alt");
            nested.warn(
                "no-alt",
                &pointer,
                "a picture without `alt`: readers who do not see it learn nothing from it",
                "add what it shows, in one sentence",
            );
        }
        fields.absorb(nested);
        media.extend(url.map(|url| Media {
            url,
            media_type,
            caption,
            alt,
            credit,
            licence,
        }));
    }
    media
}

/// What a wire carries: pictures, sound, film, text, and documents, which are all `application/…`.
const KINDS: &[&str] = &["image", "video", "audio", "text", "application", "model"];

/// A media type without parameters (RFC 6838, 4.2).
fn media_type(fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.line("type", 127)?.to_ascii_lowercase();
    let is_name = |name: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
        name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.bytes().all(is_part)
    };
    match text.split_once('/') {
        Some((kind, name)) if KINDS.contains(&kind) && is_name(name) => Some(text),
        _ => {
            let pointer = fields.pointer("type");
            let message = format!("`{}` is not a media type", printable(&text));
            let mend = "write kind/name, such as `image/jpeg`, `video/mp4`, `audio/mpeg`, `application/pdf`";
            fields.error("media-type", &pointer, message, mend);
            None
        }
    }
}

/// By its type, or by the end of its URL where no type is given.
fn shows_a_picture(media_type: &Option<String>, url: &Option<String>) -> bool {
    let endings = [
        ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".avif", ".tif", ".tiff",
    ];
    match (media_type, url) {
        (Some(kind), _) => kind.starts_with("image/"),
        (None, Some(url)) => {
            let path = url
                .split(['?', '#'])
                .next()
                .unwrap_or(url)
                .to_ascii_lowercase();
            endings.iter().any(|ending| path.ends_with(ending))
        }
        (None, None) => false,
    }
}

fn required_url(fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.required_line("url", 2000)?;
    match url::Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.username().is_empty() => {
            Some(url.to_string())
        }
        _ => {
            let pointer = fields.pointer("url");
            let message = format!("`{}` is not an http or https URL", printable(&text));
            fields.error("url", &pointer, message, "write `https://example.com/page`");
            None
        }
    }
}
