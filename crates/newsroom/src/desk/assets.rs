//! The desk's stylesheet and script, compiled in; the address carries a hash, so that a browser may keep them for ever.

use super::Refusal;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use release::ids::base32;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

struct Asset {
    name: String,
    media_type: &'static str,
    text: &'static str,
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "css",
        "text/css; charset=utf-8",
        include_str!("../../assets/desk.css"),
    )
});
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "js",
        "text/javascript; charset=utf-8",
        include_str!("../../assets/desk.js"),
    )
});

impl Asset {
    fn new(end: &str, media_type: &'static str, text: &'static str) -> Asset {
        let hash = base32(&Sha256::digest(text)[..8]);
        Asset {
            name: format!("desk-{hash}.{end}"),
            media_type,
            text,
        }
    }
}

pub(crate) fn style_path() -> String {
    format!("/desk/assets/{}", STYLE.name)
}

pub(crate) fn script_path() -> String {
    format!("/desk/assets/{}", SCRIPT.name)
}

pub(crate) async fn show(Path(name): Path<String>) -> Result<Response, Refusal> {
    let asset = [&*STYLE, &*SCRIPT]
        .into_iter()
        .find(|asset| asset.name == name);
    let asset = asset.ok_or(Refusal::NotFound)?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(asset.media_type),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    Ok((headers, asset.text).into_response())
}
