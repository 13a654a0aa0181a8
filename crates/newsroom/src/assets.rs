//! What pages load beside themselves, compiled in. The address carries a hash of the content, so that a browser may keep
//! it for ever and still never shows an old one.

use crate::Trouble;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// A file and where it is served.
struct Asset {
    name: String,
    media_type: &'static str,
    text: &'static str,
}

/// The look of every page.
static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "newsroom",
        "css",
        "text/css; charset=utf-8",
        include_str!("../assets/newsroom.css"),
    )
});
/// Suggestions while typing, and the button that copies a link.
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "newsroom",
        "js",
        "text/javascript; charset=utf-8",
        include_str!("../assets/newsroom.js"),
    )
});
static ICON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "icon",
        "svg",
        "image/svg+xml",
        include_str!("../assets/icon.svg"),
    )
});

impl Asset {
    fn new(stem: &str, end: &str, media_type: &'static str, text: &'static str) -> Asset {
        let hash = hex(&Sha256::digest(text)[..6]);
        Asset {
            name: format!("{stem}-{hash}.{end}"),
            media_type,
            text,
        }
    }

    fn answer(&self, cache: &'static str) -> Response {
        let mut response = self.text.into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.media_type),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        response
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all that is written");
        text
    })
}

/// Where the stylesheet is.
pub(crate) fn style_path() -> String {
    format!("/assets/{}", STYLE.name)
}

/// Where the script is.
pub(crate) fn script_path() -> String {
    format!("/assets/{}", SCRIPT.name)
}

/// Where the icon is.
pub(crate) fn icon_path() -> String {
    format!("/assets/{}", ICON.name)
}

pub(crate) async fn asset(Path(name): Path<String>) -> Result<Response, Trouble> {
    let all = [&*STYLE, &*SCRIPT, &*ICON];
    let found = all.into_iter().find(|asset| asset.name == name);
    match found {
        Some(asset) => Ok(asset.answer("public, max-age=31536000, immutable")),
        None => Err(Trouble::NotFound),
    }
}

/// Browsers ask for it whatever the page says.
pub(crate) async fn favicon() -> Response {
    ICON.answer("public, max-age=86400")
}
