//! Where a form comes from, by what the browser says of it (RFC 6454; Fetch Metadata).

use axum::http::{HeaderMap, header};

/// Whether a page of ours sends this, or a program, which says nothing of the kind.
pub(crate) fn is_same_site(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        // `none` is the reader's own doing, such as loading a page again.
        return matches!(site, "same-origin" | "none");
    }
    // Older browsers, and pages served without TLS.
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return true;
    };
    let authority = origin.split_once("://").map_or("", |(_, rest)| rest);
    // A proxy may have given us another host than the one that readers type, and the wire is reached under other names
    // on its own machine.
    let host = text(header::HOST.as_str()).unwrap_or_default();
    origin.eq_ignore_ascii_case(public_url)
        || (!host.is_empty() && authority.eq_ignore_ascii_case(host))
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
        check(
            &[("origin", "https://news.example.evil.example"), host],
            false,
        );
        check(&[("origin", "https://wire.example")], false);
    }
}
