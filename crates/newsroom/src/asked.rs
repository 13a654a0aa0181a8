//! What a request asks for, read from its address.

use crate::Trouble;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use release::address::printable;

/// The one name in a path. One that is not UTF-8 names nothing.
#[derive(Debug)]
pub(crate) struct Name(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Name, Trouble> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(name)| Name(name))
            .map_err(|_| Trouble::NotFound)
    }
}

/// Two names in a path.
#[derive(Debug)]
pub(crate) struct Names(pub(crate) String, pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Names {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Names, Trouble> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path((first, second))| Names(first, second))
            .map_err(|_| Trouble::NotFound)
    }
}

/// The query. Fields that we do not know are passed over, as links come with other people's.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// What is searched for.
    pub(crate) q: String,
    /// Only what stands before this place on the wire.
    pub(crate) before: Option<i64>,
    /// The letter of an index.
    pub(crate) letter: Option<String>,
}

impl Asked {
    /// Where a list begins.
    pub(crate) fn before(&self) -> i64 {
        self.before.unwrap_or(i64::MAX)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Trouble> {
        let query = parts.uri.query().unwrap_or_default();
        let mut asked = Asked {
            q: String::new(),
            before: None,
            letter: None,
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "q" => asked.q = value.trim().to_owned(),
                "before" => asked.before = Some(place(&value)?),
                "letter" => asked.letter = Some(value.into_owned()),
                _ => {}
            }
        }
        Ok(asked)
    }
}

fn place(text: &str) -> Result<i64, Trouble> {
    match text.parse::<i64>() {
        Ok(place) if place > 0 => Ok(place),
        _ => Err(Trouble::BadQuestion(format!(
            "`before` is `{}`; it must be a place on the wire: a whole number such as 1200. Follow the links of the list, \
             or leave `before` away.",
            printable(text)
        ))),
    }
}

/// A text as part of a query.
pub(crate) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
