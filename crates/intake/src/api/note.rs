//! Notes: why somebody did something, in their own words.

use crate::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

/// The greatest length of a note, in characters.
const MOST: usize = 2000;

/// Why something is done, for those who see it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Note {
    /// For those who see it: the history of a release, the audit log
    #[schema(max_length = 2000)]
    note: String,
}

impl Note {
    /// Reads the note of a body that may be absent, or null.
    pub(super) fn of_body(body: &[u8]) -> Result<String, Problem> {
        if body.is_empty() {
            return Ok(String::new());
        }
        let said: Option<Note> = serde_json::from_slice(body).map_err(|error| {
            Problem::Malformed(format!("the body is not `{{\"note\": …}}`: {error}"))
        })?;
        Ok(checked(&said.unwrap_or_default().note)?.to_owned())
    }
}

/// A note without the spaces around it, if it is not too long.
pub(super) fn checked(note: &str) -> Result<&str, Problem> {
    match note.chars().count() {
        0..=MOST => Ok(note.trim()),
        count => Err(Problem::Invalid {
            pointer: "/note".into(),
            detail: format!("a note of {count} characters"),
            mend: format!("say why in at most {MOST}"),
        }),
    }
}
