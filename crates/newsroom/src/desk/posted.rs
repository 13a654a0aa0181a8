//! Forms: read, and known to come from a page of the same session.

use super::Refusal;
use super::session::Signed;
use crate::Newsroom;
use crate::origin::is_same_site;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
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

/// The hidden field that every form of a session carries.
pub(crate) fn token(signed: &Signed) -> Markup {
    html! { input type="hidden" name="form" value=(signed.form_token); }
}
