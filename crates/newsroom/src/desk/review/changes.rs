//! What has changed since somebody spoke about a release, or since it was submitted: every field that differs, word by
//! word, as insertions and deletions that a screen reader says.

use super::words::{Piece, compare};
use crate::Newsroom;
use crate::desk::entry::name_of;
use crate::desk::session::Signed;
use crate::desk::shapes::{Event, History, Shown, TextRead};
use crate::desk::values::{in_words, label};
use crate::desk::{Refusal, api, when};
use maud::{Markup, html};
use release::model::Release;
use serde_json::Value;
use std::collections::BTreeSet;

/// What has changed since the last word about another text; nothing where nobody has read another.
pub(super) async fn since(
    newsroom: &Newsroom,
    signed: &Signed,
    shown: &Shown,
    now: &Release,
) -> Result<Markup, Refusal> {
    let path = api::release(&shown.id, "/history")?;
    let History { events } = signed.api.get(&path).await?;
    let Some(before) = read_before(&events, &shown.content_hash) else {
        return Ok(html! {});
    };
    let by = name_of(newsroom, &before.actor).await?;
    let said = match before.act.as_str() {
        "approved" => format!("since {by} approved it"),
        "queried" => format!("since {by} asked about it"),
        _ => format!("since {by} submitted it"),
    };
    let path = api::release(&shown.id, &format!("/texts/{}", before.content_hash))?;
    let text = match signed.api.get::<TextRead>(&path).await {
        Ok(text) => serde_json::from_value::<Release>(text.content).ok(),
        // A text that was replaced before texts were kept.
        Err(Refusal::NotFound) => None,
        Err(refusal) => return Err(refusal),
    };
    Ok(html! {
        section.changes aria-labelledby="changes" {
            h2 id="changes" { "What has changed" }
            p.note { "The text has changed " (said) ", " (when::in_zone(&before.at, &signed.zone, signed.now_ms)) ": read the whole again." }
            @match &text {
                Some(before) => (differences(before, now)),
                None => p { "The text as it was then is not kept." },
            }
        }
    })
}

/// The last approval or query of another text than this; else the submission of another.
fn read_before<'a>(events: &'a [Event], content_hash: &str) -> Option<&'a Event> {
    let of_another =
        |event: &&Event| !event.content_hash.is_empty() && event.content_hash != content_hash;
    let spoken = |event: &&Event| matches!(event.act.as_str(), "approved" | "queried");
    let last = events
        .iter()
        .rev()
        .find(|event| spoken(event) && of_another(event));
    let is_read_since = events
        .iter()
        .any(|event| spoken(&event) && !of_another(&event));
    let first = events.iter().find(|event| event.act == "submitted");
    match is_read_since {
        // Somebody has read the text as it is; what they compared it with is still worth seeing.
        true => last,
        false => last.or(first.filter(of_another)),
    }
}

fn differences(before: &Release, now: &Release) -> Markup {
    let (before, now) = (fields(before), fields(now));
    let names: BTreeSet<&String> = before.iter().chain(&now).map(|(name, _)| name).collect();
    let value = |fields: &[(String, String)], name: &String| {
        let found = fields.iter().find(|(other, _)| other == name);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let changed = names.into_iter().filter_map(|name| {
        let (before, now) = (value(&before, name), value(&now, name));
        (before != now).then(|| (label(name), before, now))
    });
    html! {
        p.hint { "Struck out is what went, underlined what came." }
        @for (name, before, now) in changed {
            h3 { (name) }
            p.compared dir="auto" { @for piece in compare(&before, &now) { (marked(piece)) } }
        }
    }
}

/// Each field of a release as text.
fn fields(release: &Release) -> Vec<(String, String)> {
    let Ok(Value::Object(members)) = serde_json::to_value(release) else {
        return Vec::new();
    };
    let text = |name: &str, value: &Value| match name {
        "body" => release.body.source().to_owned(),
        "clear" => release.clear.as_ref().map(when::plain).unwrap_or_default(),
        _ => in_words(Some(value)),
    };
    members
        .iter()
        .map(|(name, value)| (name.clone(), text(name, value)))
        .collect()
}

/// Few screen readers say what is inserted and deleted by the elements alone, so it stands there in words.
fn marked(piece: Piece<'_>) -> Markup {
    match piece {
        Piece::Same(text) => html! { (text) },
        Piece::Gone(text) => {
            html! { del { span.sr { "[gone: " } (text) span.sr { "] " } } }
        }
        Piece::New(text) => {
            html! { ins { span.sr { "[new: " } (text) span.sr { "] " } } }
        }
    }
}
