//! Changing what a subscription asks for.

use super::fields::{Errors, Fields, Line};
use super::often::{self, frequency_field};
use super::preferences::{back, open, path};
use super::refusal::Refusal;
use super::wants::{Wants, meaning};
use super::words::{Issuers, in_words, issuers, shortened};
use super::{Newsroom, page};
use crate::Trouble;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::html;
use queue::Telling;
use release::filter::{Filter, GRAMMAR_VERSION};
use release::frequency::Frequency;
use release::model::{Channel, SubscriptionState};
use store::{SubscriptionEdit, SubscriptionRow};

/// The longest name, in characters.
const NAME_CHARS: usize = 200;

/// A subscription of the endpoint that a link opens.
pub(super) async fn own(
    newsroom: &Newsroom,
    endpoint_id: i64,
    public_id: &str,
) -> Result<SubscriptionRow, Refusal> {
    let row = newsroom.store.subscription(public_id).await?;
    let own =
        row.filter(|row| row.endpoint_id == endpoint_id && row.state != SubscriptionState::Pending);
    own.ok_or_else(|| Trouble::NotFound.into())
}

pub(super) async fn form(
    State(newsroom): State<Newsroom>,
    Path((token, id)): Path<(String, String)>,
) -> Result<Html<String>, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    let row = own(&newsroom, endpoint.id, &id).await?;
    let mut errors = Errors::default();
    let wants = Wants::of_text(&row.filter, &mut errors);
    let issuers = issuers(&newsroom).await?;
    // A name that was made of the filter goes with it.
    let made = |filter: &Filter| shortened(&in_words(&newsroom, &issuers, filter), NAME_CHARS);
    let own_name = Filter::parse(&row.filter).is_ok_and(|filter| made(&filter) != row.name)
        && row.name != row.filter;
    let name = if own_name { row.name.as_str() } else { "" };
    let form = Form {
        token: &token,
        name,
        wants: &wants,
        frequency: own_frequency(&row, row.frequency),
        errors: &errors,
    };
    Ok(show(&newsroom, &issuers, &form, None))
}

pub(super) async fn submit(
    State(newsroom): State<Newsroom>,
    Path((token, id)): Path<(String, String)>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    let row = own(&newsroom, endpoint.id, &id).await?;
    let fields = Fields::parse(&body?);
    let issuers = issuers(&newsroom).await?;
    let (mut errors, mut wants) = (Errors::default(), Wants::of_fields(&fields));
    let (name, step) = (fields.one("name"), fields.one("step"));
    let frequency = own_frequency(&row, often::frequency(&fields));
    let form = |wants, errors| Form {
        token: &token,
        name,
        wants,
        frequency,
        errors,
    };
    if step == "find" {
        return Ok(show(&newsroom, &issuers, &form(&wants, &errors), None).into_response());
    }
    if name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
        errors.add(
            "name",
            format!("Give one line of at most {NAME_CHARS} characters."),
        );
    }
    let Some(filter) = wants.filter(&newsroom, &issuers, &mut errors) else {
        let again = show(&newsroom, &issuers, &form(&wants, &errors), None);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    };
    if step == "check" {
        let means = Some(&filter);
        return Ok(show(&newsroom, &issuers, &form(&wants, &errors), means).into_response());
    }
    save(&newsroom, &issuers, &row, name, &filter, frequency).await?;
    Ok(back(&token, "saved"))
}

/// Stores another filter for a subscription; an empty name is made of it.
pub(super) async fn save(
    newsroom: &Newsroom,
    issuers: &Issuers,
    row: &SubscriptionRow,
    name: &str,
    filter: &Filter,
    frequency: Option<Frequency>,
) -> Result<(), Refusal> {
    let made = shortened(&in_words(newsroom, issuers, filter), NAME_CHARS);
    let edit = SubscriptionEdit {
        name: if name.is_empty() { &made } else { name },
        filter: &filter.to_string(),
        grammar: i64::from(GRAMMAR_VERSION),
        frequency,
    };
    newsroom
        .store
        .edit_subscription(&row.public_id, &edit)
        .await?;
    newsroom.queue.tell(Telling::FiltersChanged);
    Ok(())
}

/// The form as it is filled in.
struct Form<'a> {
    token: &'a str,
    name: &'a str,
    wants: &'a Wants,
    /// None for webhooks, which are called at once.
    frequency: Option<Frequency>,
    errors: &'a Errors,
}

fn own_frequency(row: &SubscriptionRow, frequency: Frequency) -> Option<Frequency> {
    (row.channel == Channel::Email).then_some(frequency)
}

fn show(
    newsroom: &Newsroom,
    issuers: &Issuers,
    form: &Form<'_>,
    means: Option<&Filter>,
) -> Html<String> {
    let Form {
        token,
        name,
        wants,
        frequency,
        errors,
    } = form;
    let main = html! {
        h1 { "Change what you get" }
        (errors.summary())
        form method="post" novalidate {
            button.away type="submit" name="step" value="save" tabindex="-1" aria-hidden="true" { "Save" }
            (wants.show(newsroom, issuers, errors))
            @if let Some(filter) = means {
                section aria-label="What this means" role="status" { h2 { "You would get" } (meaning(newsroom, issuers, filter)) }
            }
            (Line {
                field: "name", label: "Your name for it", kind: "text", autocomplete: "off", value: name,
                hint: "Stands in each alert as its reason. Empty: made of what you asked for.",
            }.show(errors))
            @if let Some(frequency) = frequency { (frequency_field(*frequency)) }
            div.acts {
                button type="submit" name="step" value="save" { "Save" }
                button.quiet type="submit" name="step" value="check" { "Show what this means" }
                a.button.quiet href=(path(token)) { "Go back" }
            }
        }
    };
    page(newsroom, "Change what you get", &main)
}
