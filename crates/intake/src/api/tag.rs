//! What tells one text of a release from another: the `ETag` of a GET, and the `If-Match` of a change that is bound to
//! what was read (RFC 9110, 13.1.1).

use crate::accept::digest;
use crate::{Intake, Problem};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use release::model::ReleaseState;
use store::{ReleaseRow, TextRead};
use utoipa::IntoParams;

/// A header that binds a change to the text that was read.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header to readers of the API")]
pub(super) struct IfMatch {
    /// The `ETag` of the release as it was read: where its text has changed since, this is a 412 that says by whom and when.
    /// Without it the text is replaced whatever it is
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// A text's tag: the hash of its content; of a draft, which has none, that of its source.
pub(super) fn tag(row: &ReleaseRow) -> String {
    match row.state {
        ReleaseState::Draft => format!("\"{}\"", digest(row.source.as_bytes())),
        _ => format!("\"{}\"", row.content_hash),
    }
}

/// The header of an answer that shows this release.
pub(super) fn etag(row: &ReleaseRow) -> [(HeaderName, HeaderValue); 1] {
    let value = HeaderValue::from_str(&tag(row)).expect("a hash in base32 is a header's value");
    [(header::ETAG, value)]
}

/// The text that a change is bound to, if the request binds it to one.
///
/// # Errors
/// [`Problem::Changed`] if it is not the one that stands, [`Problem::Malformed`] if the header cannot be read.
pub(super) async fn bound<'a>(
    intake: &Intake,
    headers: &HeaderMap,
    row: &'a ReleaseRow,
) -> Result<Option<TextRead<'a>>, Problem> {
    let Some(tags) = tags(headers)? else {
        return Ok(None);
    };
    let stands = tag(row);
    // A weak tag never matches here (RFC 9110, 8.8.3.2).
    if !tags.iter().any(|read| read == "*" || *read == stands) {
        return Err(changed(intake, row).await?);
    }
    Ok(Some(text(row)))
}

/// The text as this row has it.
pub(super) fn text(row: &ReleaseRow) -> TextRead<'_> {
    TextRead {
        content_hash: &row.content_hash,
        source: &row.source,
    }
}

/// The tags of all `If-Match` headers; none if there is no such header.
fn tags(headers: &HeaderMap) -> Result<Option<Vec<String>>, Problem> {
    let mut tags = Vec::new();
    for value in headers.get_all(header::IF_MATCH) {
        let text = value.to_str().unwrap_or_default();
        let words = text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        tags.extend(words.map(str::to_owned));
    }
    let is_tag = |tag: &String| {
        let inner = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || (inner.len() >= 2 && inner.starts_with('"') && inner.ends_with('"'))
    };
    match headers.contains_key(header::IF_MATCH) {
        false => Ok(None),
        true if !tags.is_empty() && tags.iter().all(is_tag) => Ok(Some(tags)),
        true => Err(Problem::Malformed(
            "If-Match must be an ETag in double quotes, as the release was answered with".into(),
        )),
    }
}

/// Who changed the text last, and when.
pub(crate) async fn changed(intake: &Intake, row: &ReleaseRow) -> Result<Problem, Problem> {
    let events = intake.store.release_events(row.id).await?;
    let last = events
        .iter()
        .rev()
        .find(|event| matches!(&*event.act, "changed" | "submitted"));
    let (actor, at_ms) = match last {
        Some(event) => (&*event.actor, event.at_ms),
        None => (&*row.submitted_by, row.accepted_ms),
    };
    Ok(Problem::Changed {
        by: name_of(intake, actor).await?,
        at_ms,
        etag: tag(row),
    })
}

/// An actor in words, with the id that history has.
pub(super) async fn name_of(intake: &Intake, actor: &str) -> Result<String, Problem> {
    Ok(match actor {
        "local" => "an operator on the wire's own machine".to_owned(),
        "router" => "the guard against a reach far above the usual".to_owned(),
        id if id.starts_with("per_") => match intake.store.person(id).await? {
            Some(person) => format!("{} ({id})", person.name),
            None => format!("somebody who has left ({id})"),
        },
        id => format!("a program ({id})"),
    })
}
