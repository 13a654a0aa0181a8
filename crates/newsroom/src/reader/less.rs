//! "Less like this": narrowing what caused an alert by what the reader does not want of it.

use super::edit::save;
use super::fields::Fields;
use super::preferences::{back, open, path};
use super::refusal::Refusal;
use super::wants::meaning;
use super::words::issuers;
use super::{Newsroom, page};
use crate::Trouble;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use release::filter::{Filter, Phrase, Plain};
use release::model::{Release, SubscriptionState};
use store::SubscriptionRow;

/// How far back an alert may lie.
const RECENT: i64 = 20;

/// An alert with what caused it and still stands.
struct Cause {
    release: Release,
    subscriptions: Vec<SubscriptionRow>,
}

async fn cause(newsroom: &Newsroom, endpoint_id: i64, alert: &str) -> Result<Cause, Refusal> {
    let recent = newsroom.store.recent_alerts(endpoint_id, RECENT).await?;
    let found = recent.into_iter().find(|recent| recent.alert == alert);
    let found = found.ok_or(Trouble::NotFound)?;
    let mut subscriptions = newsroom.store.subscriptions_of(endpoint_id).await?;
    subscriptions.retain(|row| {
        row.state != SubscriptionState::Pending
            && found
                .reasons
                .split(' ')
                .any(|key| key.parse() == Ok(row.id))
    });
    Ok(Cause {
        release: serde_json::from_str(&found.content).map_err(|_| Trouble::NotFound)?,
        subscriptions,
    })
}

pub(super) async fn form(
    State(newsroom): State<Newsroom>,
    Path((token, alert)): Path<(String, String)>,
) -> Result<Html<String>, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    let cause = cause(&newsroom, endpoint.id, &alert).await?;
    show(&newsroom, &token, &cause, &Fields::default(), &html! {}).await
}

/// Shows what would come of it; saves only what was shown before.
pub(super) async fn submit(
    State(newsroom): State<Newsroom>,
    Path((token, alert)): Path<(String, String)>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    let cause = cause(&newsroom, endpoint.id, &alert).await?;
    let fields = Fields::parse(&body?);
    let narrowed = match narrowed(&cause, &fields) {
        Ok(narrowed) => narrowed,
        Err(says) => {
            let says = html! { p.error role="alert" { (says) } };
            let again = show(&newsroom, &token, &cause, &fields, &says).await?;
            return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
        }
    };
    let issuers = issuers(&newsroom).await?;
    if fields.one("step") == "save" {
        for (row, filter) in &narrowed {
            save(&newsroom, &issuers, row, "", filter, None).await?;
        }
        return Ok(back(&token, "saved"));
    }
    let means = html! {
        section role="status" aria-label="What this means" {
            h2 { "You would get" }
            @for (_, filter) in &narrowed { (meaning(&newsroom, &issuers, filter)) }
            div.acts { button type="submit" name="step" value="save" { "Save" } }
        }
    };
    Ok(show(&newsroom, &token, &cause, &fields, &means)
        .await?
        .into_response())
}

/// What each subscription would ask for.
fn narrowed<'a>(
    cause: &'a Cause,
    fields: &Fields,
) -> Result<Vec<(&'a SubscriptionRow, Filter)>, String> {
    let mut unwanted = Vec::new();
    for term in fields.all("not").take(50) {
        // Only what the page offers: terms of the release.
        if offered(&cause.release)
            .iter()
            .any(|(other, _)| other == term)
        {
            unwanted.push(Filter::parse(term).map_err(|error| error.to_string())?);
        }
    }
    for words in fields.listed("words") {
        let phrase = Phrase::parse(words).map_err(|error| format!("“{words}”: {error}"))?;
        unwanted.push(Filter::words(phrase));
    }
    if unwanted.is_empty() {
        return Err("Choose something that you want less of.".to_owned());
    }
    let mut all = Vec::new();
    for row in &cause.subscriptions {
        let mut filter = Filter::parse(&row.filter).map_err(|error| error.to_string())?;
        for part in &unwanted {
            filter = Plain::without(&filter, part).map_err(|error| error.to_string())?;
        }
        filter.check_steps().map_err(|error| error.to_string())?;
        all.push((row, filter));
    }
    Ok(all)
}

/// What can be left out by itself: (term, what it is).
fn offered(release: &Release) -> Vec<(String, &'static str)> {
    let topics = release
        .topics
        .iter()
        .map(|topic| (format!("topic:{topic}"), "topic"));
    let sources = release
        .issuers
        .iter()
        .map(|issuer| (format!("source:{issuer}"), "issuer"));
    let places = release
        .places
        .iter()
        .map(|place| (format!("geo:{place}"), "place"));
    let language = (format!("lang:{}", release.edition.language), "language");
    topics
        .chain(sources)
        .chain(places)
        .chain([language])
        .collect()
}

async fn show(
    newsroom: &Newsroom,
    token: &str,
    cause: &Cause,
    fields: &Fields,
    means: &Markup,
) -> Result<Html<String>, Refusal> {
    let issuers = issuers(newsroom).await?;
    let called = |term: &str| {
        let value = term.split_once(':').map_or(term, |(_, value)| value);
        match Filter::parse(term) {
            Ok(Filter::Topic(slug)) => newsroom
                .taxonomy
                .get(&slug)
                .map_or(value.to_owned(), |topic| topic.name.clone()),
            Ok(Filter::Source(slug)) => issuers.get(&slug).cloned().unwrap_or(slug),
            _ => value.to_owned(),
        }
    };
    let main = html! {
        h1 { "Less like this" }
        p { "You were told of “" (cause.release.headline) "”." }
        @if cause.subscriptions.is_empty() {
            p { "What caused it was stopped since, so nothing like it comes any more." }
            p { a.button.quiet href=(path(token)) { "Go back" } }
        } @else {
            form method="post" {
                fieldset {
                    legend { "Nothing any more that has…" }
                    ul.ticks {
                        @for (term, what) in offered(&cause.release) {
                            @let chosen = fields.all("not").any(|other| other == term);
                            li { label.tick {
                                input type="checkbox" name="not" value=(term) checked[chosen];
                                " the " (what) " " strong { (called(&term)) }
                            } }
                        }
                    }
                    div.field {
                        label for="f-words" { "or the words" }
                        p.hint id="h-words" { "Words or phrases, with commas between them." }
                        input id="f-words" name="words" type="text" autocomplete="off" aria-describedby="h-words" value=(fields.one("words"));
                    }
                }
                div.acts {
                    button.quiet type="submit" name="step" value="check" { "Show what this means" }
                    a.button.quiet href=(path(token)) { "Go back" }
                }
                (means)
            }
        }
    };
    Ok(page(newsroom, "Less like this", &main))
}
