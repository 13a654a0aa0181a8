//! Forms are taken from pages of this site only: there is no session that another site could not use unseen.

use super::refusal::Refusal;
use crate::Newsroom;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses what a browser says comes from another site. Programs that say nothing of the kind are no browsers, and carry
/// no reader's capability but the one they were given.
pub(super) async fn same_site_only(
    State(newsroom): State<Newsroom>,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match reads || is_same_site(request.headers(), &newsroom.public_url) {
        true => next.run(request).await,
        false => Refusal::OtherSite.into_response(),
    }
}

fn is_same_site(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    // Older browsers, and pages served without TLS.
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = text("host").unwrap_or_default();
    let origin = origin.to_str().unwrap_or_default();
    let authority = origin.split_once("://").map_or("", |(_, rest)| rest);
    // A proxy may have given us another host than the one that readers type.
    if origin.eq_ignore_ascii_case(public_url) {
        return true;
    }
    !host.is_empty() && authority.eq_ignore_ascii_case(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn what_another_site_sends_is_told_apart() {
        let check = |headers: &[(&'static str, &str)], expect: bool| {
            let headers: HeaderMap = headers
                .iter()
                .map(|(name, value)| {
                    (
                        HeaderName::from_static(name),
                        HeaderValue::from_str(value).unwrap(),
                    )
                })
                .collect();
            assert_eq!(
                is_same_site(&headers, "https://news.example"),
                expect,
                "{headers:?}"
            );
        };
        let host = ("host", "wire.example");

        check(&[], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://wire.example"),
                host,
            ],
            false,
        );
        check(&[("origin", "https://wire.example"), host], true);
        check(&[("origin", "https://evil.example"), host], false);
        check(&[("origin", "https://news.example"), host], true);
        check(&[("origin", "null"), host], false);
        check(&[("origin", "https://wire.example")], false);
    }
}
