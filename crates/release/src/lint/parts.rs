//! The parts of a release, each read once from its field.

mod material;
mod people;
mod securities;

pub(super) use material::{links, media};
pub(super) use people::{agent, boilerplates, contacts};
pub(super) use securities::tickers;

use super::fields::Fields;
use crate::address::printable;
use crate::language::LanguageTag;
use crate::model::{Body, Dateline, Edition, Lane};
use crate::place::Place;
use crate::time::{ClearTime, TimeError};

pub(super) fn issuers(fields: &mut Fields<'_>) -> Vec<String> {
    let strings = fields.strings("issuers");
    if strings.is_empty() {
        fields.missing("issuers");
    }
    let mut issuers: Vec<String> = Vec::new();
    for (pointer, slug) in strings {
        if !is_slug(&slug) {
            let mend = "use the slug, such as `acme-robotics`; `dateline issuer list` shows them";
            fields.error(
                "issuer-slug",
                &pointer,
                format!("`{}` is not an issuer's slug", printable(&slug)),
                mend,
            );
        } else if issuers.contains(&slug) {
            fields.warn(
                "duplicate",
                &pointer,
                format!("issuer `{slug}` is given twice"),
                "give it once",
            );
        } else {
            issuers.push(slug);
        }
    }
    issuers
}

/// Lower-case ASCII letters, digits and single hyphens between them.
pub(super) fn is_slug(text: &str) -> bool {
    text.len() <= 80
        && text.split('-').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

pub(super) fn edition(fields: &mut Fields<'_>) -> Option<Edition> {
    if fields.value("edition").is_none() {
        fields.missing("edition");
        return None;
    }
    let mut nested = fields.object("edition")?;
    nested.refuse_unknown(&["region", "language", "audience"]);
    let region = nested.required_line("region", 10);
    let region = region.and_then(|text| place(&mut nested, "region", &text));
    let language =
        nested
            .required_line("language", 35)
            .and_then(|text| match LanguageTag::parse(&text) {
                Ok(tag) => Some(tag),
                Err(error) => {
                    let pointer = nested.pointer("language");
                    nested.error(
                        "language-tag",
                        &pointer,
                        error.to_string(),
                        "use a BCP 47 tag such as `en`, `es`, `pt-BR`",
                    );
                    None
                }
            });
    let audience = audience(&mut nested);
    fields.absorb(nested);
    Some(Edition {
        region: region?,
        language: language?,
        audience,
    })
}

fn audience(fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.line("audience", 40)?;
    if is_slug(&text) {
        return Some(text);
    }
    let pointer = fields.pointer("audience");
    let message = format!("`{}` is not an audience's slug", printable(&text));
    let mend = "use lower-case letters, digits and hyphens, such as `investors`";
    fields.error("audience-slug", &pointer, message, mend);
    None
}

fn place(fields: &mut Fields<'_>, name: &str, text: &str) -> Option<Place> {
    let pointer = fields.pointer(name);
    place_at(fields, &pointer, text)
}

fn place_at(fields: &mut Fields<'_>, pointer: &str, text: &str) -> Option<Place> {
    match Place::parse(text) {
        Ok(place) => Some(place),
        Err(error) => {
            let mend =
                "use an ISO 3166 code such as `US`, `US-CA`, or a UN M.49 area such as `145`";
            fields.error("place-code", pointer, error.to_string(), mend);
            None
        }
    }
}

pub(super) fn places(fields: &mut Fields<'_>) -> Vec<Place> {
    let strings = fields.strings("places");
    strings
        .iter()
        .filter_map(|(pointer, text)| place_at(fields, pointer, text))
        .collect()
}

pub(super) fn dateline(fields: &mut Fields<'_>) -> Option<Dateline> {
    let mut nested = fields.object("dateline")?;
    nested.refuse_unknown(&["city", "region", "country"]);
    let city = nested.required_line("city", 120);
    let region = nested.line("region", 120);
    let country = nested
        .line("country", 10)
        .and_then(|text| place(&mut nested, "country", &text));
    fields.absorb(nested);
    Some(Dateline {
        city: city?,
        region,
        country,
    })
}

pub(super) fn clear_time(fields: &mut Fields<'_>) -> Option<ClearTime> {
    let zone = fields.line("zone", 64);
    if fields
        .value("clear_at")
        .and_then(|value| value.as_str())
        .is_some_and(|at| at.trim().is_empty())
    {
        // A clear time left empty by mistake must not release the news at once.
        time_finding(fields, &TimeError::Malformed(String::new()));
        return None;
    }
    let Some(at) = fields.line("clear_at", 64) else {
        if let Some(Err(error)) =
            zone.map(|zone| ClearTime::parse("2026-01-01T00:00:00Z", Some(&zone)))
        {
            time_finding(fields, &error);
        }
        return None;
    };
    match ClearTime::parse(&at, zone.as_deref()) {
        Ok(clear) => Some(clear),
        Err(error) => {
            time_finding(fields, &error);
            None
        }
    }
}

fn time_finding(fields: &mut Fields<'_>, error: &TimeError) {
    let (code, name, mend) = match error {
        TimeError::Malformed(_) => (
            "time-malformed",
            "clear_at",
            "write `2026-12-01T09:00:00` with a `zone`, or with an offset".to_owned(),
        ),
        TimeError::NoZone(_) => (
            "time-zone",
            "clear_at",
            "add `zone: America/New_York`, or an offset".to_owned(),
        ),
        TimeError::UnknownZone(_) => (
            "time-zone",
            "zone",
            "use a name such as `America/New_York` or `UTC`".to_owned(),
        ),
        TimeError::Nonexistent {
            candidates: [a, b], ..
        } => (
            "time-nonexistent",
            "clear_at",
            format!("say which is meant: `{a}` or `{b}`"),
        ),
        TimeError::Ambiguous {
            candidates: [a, b], ..
        } => (
            "time-ambiguous",
            "clear_at",
            format!("say which is meant: `{a}` or `{b}`"),
        ),
    };
    let pointer = fields.pointer(name);
    fields.error(code, &pointer, error.to_string(), mend);
}

pub(super) fn lane(fields: &mut Fields<'_>) -> Option<Lane> {
    let text = fields.line("lane", 20)?;
    let lane = Lane::parse(&text);
    if lane.is_none() {
        let pointer = fields.pointer("lane");
        fields.error(
            "lane",
            &pointer,
            format!("no lane `{}`", printable(&text)),
            "use `regular`, or `flash` if you may",
        );
    }
    lane
}

pub(super) fn body(fields: &mut Fields<'_>) -> Option<Body> {
    let before = fields.value("body").is_some();
    let text = fields.paragraph("body", 500_000);
    if text.is_none()
        && (!before
            || fields
                .value("body")
                .and_then(|v| v.as_str())
                .is_some_and(|t| t.trim().is_empty()))
    {
        fields.missing("body");
    }
    match fields.line("body_format", 20).as_deref() {
        None | Some("markdown") => text.map(Body::Markdown),
        Some("html") => text.map(Body::Html),
        Some(other) => {
            let pointer = fields.pointer("body_format");
            let message = format!("no body format `{}`", printable(other));
            fields.error("body-format", &pointer, message, "use `markdown` or `html`");
            None
        }
    }
}
