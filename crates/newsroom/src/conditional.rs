//! Conditional requests (RFC 9110, 13): a page that a browser or a feed reader has already is not sent again.

use crate::{Newsroom, assets};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use release::time::{http_date, parse_http_date};
use sha2::{Digest, Sha256};

/// A page as made, with the moment of the newest thing on it.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) media_type: &'static str,
    pub(crate) text: String,
    /// Unix milliseconds; none where nothing on it has a time.
    pub(crate) newest_ms: Option<i64>,
}

/// Goes with an answer to where its headers are written.
#[derive(Debug, Clone, Copy)]
struct Newest(i64);

/// A clock shows whole seconds here: what is younger than this may yet change within its second.
const SETTLED_MS: i64 = 2_000;

impl Shown {
    /// A page of HTML.
    pub(crate) fn html(text: String, newest_ms: Option<i64>) -> Shown {
        Shown {
            media_type: "text/html; charset=utf-8",
            text,
            newest_ms,
        }
    }
}

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        let mut response = Body::from(self.text).into_response();
        let media_type = HeaderValue::from_static(self.media_type);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
        if let Some(newest_ms) = self.newest_ms {
            response.extensions_mut().insert(Newest(newest_ms));
        }
        response
    }
}

/// Writes the validators of a page, or that nothing has changed.
pub(crate) async fn answer(
    State(newsroom): State<Newsroom>,
    request: Request,
    next: Next,
) -> Response {
    let asked = request.headers().clone();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    let is_page = response.status() == StatusCode::OK
        && !response.headers().contains_key(header::CACHE_CONTROL);
    if !is_read || !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // All bodies here are in memory already.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = format!("\"{}\"", assets::hex(&Sha256::digest(&bytes)[..12]));
    let changed_ms = parts
        .extensions
        .remove::<Newest>()
        .map(|newest| newest.0.max(newsroom.rooms.opened_ms))
        .filter(|changed_ms| changed_ms + SETTLED_MS <= newsroom.clock.now_ms());
    let headers = &mut parts.headers;
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(value) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, value);
    }
    if let Some(value) = changed_ms.and_then(|ms| HeaderValue::from_str(&http_date(ms)).ok()) {
        headers.insert(header::LAST_MODIFIED, value);
    }
    if is_known(&asked, &tag, changed_ms) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The tag decides where one was sent; else the date does.
fn is_known(asked: &HeaderMap, tag: &str, changed_ms: Option<i64>) -> bool {
    let text = |name| asked.get(name).and_then(|value| value.to_str().ok());
    if let Some(tags) = text(header::IF_NONE_MATCH) {
        let mut tags = tags.split(',').map(str::trim);
        return tags.any(|known| known == "*" || known.trim_start_matches("W/") == tag);
    }
    let since_ms = text(header::IF_MODIFIED_SINCE).and_then(parse_http_date);
    since_ms
        .zip(changed_ms)
        .is_some_and(|(since_ms, changed_ms)| changed_ms / 1000 <= since_ms / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_decides_and_without_one_the_date() {
        let check = |headers: &[(&'static str, &'static str)], expect: bool| {
            let mut asked = HeaderMap::new();
            for (name, value) in headers {
                asked.insert(*name, HeaderValue::from_static(value));
            }
            // Tue, 01 Dec 2026 09:00:00 GMT and a half.
            assert_eq!(
                is_known(&asked, "\"a\"", Some(1_796_115_600_500)),
                expect,
                "{headers:?}"
            );
        };
        let (same, later) = (
            "Tue, 01 Dec 2026 09:00:00 GMT",
            "Tue, 01 Dec 2026 09:00:01 GMT",
        );

        check(&[], false);
        check(&[("if-none-match", "\"a\"")], true);
        check(&[("if-none-match", "\"b\", W/\"a\"")], true);
        check(&[("if-none-match", "*")], true);
        check(&[("if-none-match", "\"b\"")], false);
        check(&[("if-modified-since", same)], true);
        check(&[("if-modified-since", later)], true);
        check(
            &[("if-modified-since", "Tue, 01 Dec 2026 08:59:59 GMT")],
            false,
        );
        check(&[("if-modified-since", "yesterday")], false);
        check(
            &[("if-none-match", "\"b\""), ("if-modified-since", later)],
            false,
        );
    }
}
