//! Forms: read, and known to come from a page of the same session.

use super::Refusal;
use super::session::Signed;
use crate::Newsroom;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode, header};
use maud::{Markup, html};

/// What a form says: names and values in order; a name may come more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    pub(crate) fn read(bytes: &[u8]) -> Fields {
        Fields(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The value, empty if there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(other, _)| other == name);
        named.map(|(_, value)| value.as_str())
    }
}

/// A form of a signed-in person, sent from a page of theirs.
pub(crate) struct Posted {
    pub(crate) signed: Signed,
    pub(crate) fields: Fields,
}

/// A form of a signed-in person; whether a page of theirs made it is not known yet.
pub(crate) struct Unproven {
    pub(crate) signed: Signed,
    pub(crate) fields: Fields,
    /// Whether its token is that of the session.
    pub(crate) is_ours: bool,
}

impl FromRequest<Newsroom> for Unproven {
    type Rejection = Refusal;

    async fn from_request(request: Request, newsroom: &Newsroom) -> Result<Unproven, Refusal> {
        let (mut parts, body) = request.into_parts();
        if !is_same_site(&parts.headers, &newsroom.public_url) {
            return Err(Refusal::Foreign);
        }
        let signed = Signed::from_request_parts(&mut parts, newsroom).await?;
        let fields = fields(Request::from_parts(parts, body), newsroom).await?;
        Ok(Unproven {
            is_ours: newsroom
                .link_key
                .is_form_token(&signed.secret, fields.get("form")),
            signed,
            fields,
        })
    }
}

impl FromRequest<Newsroom> for Posted {
    type Rejection = Refusal;

    async fn from_request(request: Request, newsroom: &Newsroom) -> Result<Posted, Refusal> {
        match Unproven::from_request(request, newsroom).await? {
            Unproven {
                signed,
                fields,
                is_ours: true,
            } => Ok(Posted { signed, fields }),
            _ => Err(Refusal::Foreign),
        }
    }
}

/// The fields of a form by anybody.
pub(crate) async fn fields(request: Request, newsroom: &Newsroom) -> Result<Fields, Refusal> {
    let bytes = Bytes::from_request(request, newsroom).await;
    let bytes = bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
        _ => Refusal::Internal(rejection.body_text()),
    })?;
    Ok(Fields::read(&bytes))
}

/// Whether the browser, where it says so, says that a page of ours sends this (RFC 6454; Fetch Metadata).
pub(crate) fn is_same_site(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return false;
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return true;
    };
    let is_public = origin == origin_of(public_url);
    // On this machine the wire is also reached under other names than the public one.
    let own = text(header::HOST.as_str());
    is_public
        || own.is_some_and(|host| {
            origin
                .split_once("://")
                .is_some_and(|(_, rest)| rest == host)
        })
}

fn origin_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let end = url[after_scheme..]
        .find('/')
        .map_or(url.len(), |at| after_scheme + at);
    &url[..end]
}

/// The hidden field that every form of a session carries.
pub(crate) fn token(signed: &Signed) -> Markup {
    html! { input type="hidden" name="form" value=(signed.form_token); }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn forms_of_other_sites_are_told_by_their_headers() {
        let check = |pairs: &[(&'static str, &'static str)], expect: bool| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(
                is_same_site(&headers, "https://wire.example/news"),
                expect,
                "{pairs:?}"
            );
        };

        check(&[], true);
        check(&[("origin", "https://wire.example")], true);
        check(
            &[
                ("origin", "http://localhost:8080"),
                ("host", "localhost:8080"),
            ],
            true,
        );
        check(
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "https://wire.example"),
            ],
            true,
        );
        check(
            &[("origin", "https://evil.example"), ("host", "wire.example")],
            false,
        );
        check(&[("origin", "https://wire.example.evil.example")], false);
        check(&[("origin", "null"), ("host", "wire.example")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://wire.example"),
            ],
            false,
        );
        check(&[("sec-fetch-site", "none")], false);
    }
}
