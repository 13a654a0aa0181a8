//! "Alert me": asked for by anybody, sent to nobody who does not confirm.

use super::fields::{Errors, Fields, Line};
use super::often::{self, DigestFields, frequency_field};
use super::once::repeats_field;
use super::refusal::Refusal;
use super::wants::{Wants, meaning};
use super::words::{Issuers, in_words, issuers, shortened};
use super::{Newsroom, page};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequestParts, RawQuery, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use queue::{Message, RouteAlert};
use release::address::MailAddress;
use release::filter::{Filter, GRAMMAR_VERSION};
use release::frequency::{DigestTime, Frequency};
use release::ids::{Kind, PublicId};
use release::language::LanguageTag;
use release::model::{
    AlertKind, Channel, EndpointState, Extent, Lane, ReleaseState, Repeats, SubscriptionState,
};
use release::time::rfc3339;
use release::webhook::new_secret;
use store::{HookEdit, NewAsk, NewEndpoint, NewSubscription};
use tracing::info;

/// Which of the two forms it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Mail,
    Hook,
}

/// A form of which one client may send only so many.
pub(super) struct Counted;

impl FromRequestParts<Newsroom> for Counted {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        newsroom: &Newsroom,
    ) -> Result<Counted, Refusal> {
        let readers = &newsroom.readers;
        let client = readers.proxies.client(parts);
        match readers.tries.take(client, newsroom.clock.now_ms()) {
            Ok(()) => Ok(Counted),
            Err(wait_ms) => Err(Refusal::TooMany(wait_ms)),
        }
    }
}

/// The form as it is filled in.
#[derive(Debug, Default)]
struct Filled {
    address: String,
    url: String,
    reads: String,
    link_only: bool,
    repeats: Repeats,
    frequency: Frequency,
    digest: DigestFields,
    wants: Wants,
}

impl Filled {
    fn of(fields: &Fields) -> Filled {
        Filled {
            address: fields.one("address").to_owned(),
            url: fields.one("url").to_owned(),
            reads: fields.one("reads").to_owned(),
            link_only: fields.one("extent") == "link",
            repeats: Repeats::parse(fields.one("repeats")).unwrap_or_default(),
            frequency: often::frequency(fields),
            digest: DigestFields::read(fields),
            wants: Wants::of_fields(fields),
        }
    }
}

pub(super) async fn form(
    State(newsroom): State<Newsroom>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    blank(&newsroom, query, Target::Mail).await
}

pub(super) async fn submit(
    State(newsroom): State<Newsroom>,
    counted: Counted,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    sent(&newsroom, counted, &Fields::parse(&body?), Target::Mail).await
}

/// The form, filled in with what the link that led here was about.
pub(super) async fn blank(
    newsroom: &Newsroom,
    query: Option<String>,
    target: Target,
) -> Result<Html<String>, Refusal> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let mut errors = Errors::default();
    let text = match fields.one("filter") {
        "" => about(newsroom, &fields).await?,
        text => text.to_owned(),
    };
    let wants = match text.as_str() {
        "" => Wants::default(),
        text => Wants::of_text(text, &mut errors),
    };
    let filled = Filled {
        wants,
        ..Filled::default()
    };
    let issuers = issuers(newsroom).await?;
    Ok(show(newsroom, &issuers, &filled, &errors, None, target))
}

/// The filter of a page's own "Alert me": its topics and its issuers; for a release, its topics, else its issuers.
async fn about(newsroom: &Newsroom, fields: &Fields) -> Result<String, Refusal> {
    let any = |field: &str, values: Vec<String>| {
        let terms: Vec<String> = values
            .iter()
            .map(|value| format!("{field}:{value}"))
            .collect();
        (!terms.is_empty()).then(|| format!("({})", terms.join(" OR ")))
    };
    let given = |name: &str| fields.all(name).take(50).map(str::to_owned).collect();
    let mut parts: Vec<String> = [any("topic", given("topic")), any("source", given("source"))]
        .into_iter()
        .flatten()
        .collect();
    if fields.has("release")
        && let Some(row) = newsroom.store.release(fields.one("release")).await?
        && row.state == ReleaseState::Cleared
        && row.clear_at_ms <= newsroom.clock.now_ms()
        && let Ok(release) = serde_json::from_str::<release::model::Release>(&row.content)
    {
        let topics = release.topics.iter().map(ToString::to_string).collect();
        parts.extend(any("topic", topics).or_else(|| any("source", release.issuers.clone())));
    }
    Ok(parts.join(" AND "))
}

/// A form that was sent: shown again to find topics, to see what it means, or to mend it; else done.
pub(super) async fn sent(
    newsroom: &Newsroom,
    _: Counted,
    fields: &Fields,
    target: Target,
) -> Result<Response, Refusal> {
    let mut filled = Filled::of(fields);
    let mut errors = Errors::default();
    let issuers = issuers(newsroom).await?;
    if fields.one("step") == "find" {
        return Ok(show(newsroom, &issuers, &filled, &errors, None, target).into_response());
    }
    let filter = filled.wants.filter(newsroom, &issuers, &mut errors);
    if fields.one("step") == "check" && filter.is_some() {
        let errors = Errors::default();
        return Ok(show(
            newsroom,
            &issuers,
            &filled,
            &errors,
            filter.as_ref(),
            target,
        )
        .into_response());
    }
    let asked = checked(newsroom, &filled, &mut errors, target);
    let (Some(filter), Some(asked)) = (filter, asked) else {
        let again = show(newsroom, &issuers, &filled, &errors, None, target);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    };
    // People do not see this field, and leave it empty. A program that fills it in learns nothing.
    if fields.one("website").is_empty() {
        store(newsroom, &issuers, &asked, &filter).await?;
    }
    Ok(done(newsroom, &issuers, &asked, &filter).into_response())
}

/// Where alerts are to go, after every check.
struct Asked {
    channel: Channel,
    target: String,
    owner: MailAddress,
    reads: Option<String>,
    extent: Extent,
    repeats: Repeats,
    frequency: Frequency,
    digest_at: Option<DigestTime>,
}

fn checked(
    newsroom: &Newsroom,
    filled: &Filled,
    errors: &mut Errors,
    target: Target,
) -> Option<Asked> {
    let owner = MailAddress::parse(&filled.address).map_err(|error| {
        errors.add(
            "address",
            format!("{error}. Write it like name@example.com."),
        )
    });
    let url = match target {
        Target::Mail => Ok(()),
        Target::Hook => newsroom
            .readers
            .guard
            .check(&filled.url)
            .map(drop)
            .map_err(|error| {
                errors.add("url", format!("{error}: {}.", error.mend()));
            }),
    };
    let reads = languages(&filled.reads, errors);
    let frequency = match target {
        Target::Mail => filled.frequency,
        Target::Hook => Frequency::AtOnce,
    };
    // The hour matters to who waits for it.
    let digest_at = matches!(frequency, Frequency::Daily | Frequency::Weekly)
        .then(|| filled.digest.checked(errors))
        .flatten();
    let owner = owner.ok()?;
    url.ok()?;
    errors.is_empty().then(|| Asked {
        channel: match target {
            Target::Mail => Channel::Email,
            Target::Hook => Channel::Webhook,
        },
        target: match target {
            Target::Mail => owner.to_string(),
            Target::Hook => filled.url.clone(),
        },
        owner,
        reads: (!reads.is_empty()).then_some(reads),
        extent: if filled.link_only {
            Extent::Link
        } else {
            Extent::Full
        },
        repeats: filled.repeats,
        frequency,
        digest_at,
    })
}

/// Tags of languages, best first, as they are stored.
pub(super) fn languages(text: &str, errors: &mut Errors) -> String {
    let mut tags = Vec::new();
    for part in text
        .split([',', ';', ' '])
        .filter(|part| !part.is_empty())
        .take(20)
    {
        match LanguageTag::parse(part) {
            Ok(tag) => tags.push(tag.to_string()),
            Err(error) => errors.add("reads", error.to_string()),
        }
    }
    tags.join(" ")
}

/// Keeps what was asked for, pending, and asks the owner of the address.
async fn store(
    newsroom: &Newsroom,
    issuers: &Issuers,
    asked: &Asked,
    filter: &Filter,
) -> Result<(), Refusal> {
    let now_ms = newsroom.clock.now_ms();
    let words = in_words(newsroom, issuers, filter);
    let (subscription, endpoint, request) = (
        PublicId::from_random(Kind::Subscription, rand::random()),
        PublicId::from_random(Kind::Endpoint, rand::random()),
        PublicId::from_random(Kind::Request, rand::random()),
    );
    let secret = match asked.channel {
        Channel::Email => String::new(),
        Channel::Webhook => new_secret(rand::random()),
    };
    let new = NewSubscription {
        public_id: subscription.as_str(),
        name: &shortened(&words, 200),
        filter: &filter.to_string(),
        grammar: i64::from(GRAMMAR_VERSION),
        frequency: asked.frequency,
        consent: &format!("form {}", rfc3339(now_ms)),
        state: SubscriptionState::Pending,
        endpoint: NewEndpoint {
            public_id: endpoint.as_str(),
            channel: asked.channel,
            address: &asked.target,
            owner: asked.owner.as_str(),
            secret: &secret,
            languages: asked.reads.as_deref(),
            extent: Some(asked.extent),
            digest_at: asked.digest_at.as_ref(),
            repeats: Some(asked.repeats),
            hook: HookEdit::default(),
            state: EndpointState::Pending,
        },
    };
    let added = newsroom.store.add_subscriptions(&[new], now_ms).await?;
    let about = match asked.channel {
        Channel::Email => String::new(),
        Channel::Webhook => serde_json::json!({ "hook": added[0].endpoint_id }).to_string(),
    };
    let ask = NewAsk {
        kind: AlertKind::Confirm,
        address: asked.owner.as_str(),
        about: &about,
        limits: newsroom.readers.ask_limits,
        request_id: request.as_str(),
        leaves_ms: now_ms,
    };
    if let Some(alert_id) = newsroom.store.ask_by_mail(&ask, now_ms).await? {
        hint(newsroom, alert_id, request.as_str()).await;
    }
    info!(worker = "newsroom", endpoint = asked.owner.masked(), channel = %asked.channel, request_id = request.as_str(),
        outcome = "asked", "somebody asked for alerts to {}", asked.owner.masked());
    Ok(())
}

/// Tells the router of an alert. The store has it already: a hint that finds no room is left to the sweep.
pub(super) async fn hint(newsroom: &Newsroom, alert_id: i64, request_id: &str) {
    let message = Message::RouteAlert(RouteAlert {
        alert_id,
        lane: Lane::Regular,
        request_id: request_id.to_owned(),
    });
    let _ = newsroom.queue.offer(message).await;
}

/// The same whoever reads at the address.
fn done(newsroom: &Newsroom, issuers: &Issuers, asked: &Asked, filter: &Filter) -> Html<String> {
    let main = html! {
        h1 { "Look at your mail" }
        p { "A mail is on its way to " strong { (asked.owner) } ". Open the link in it and press the button: nothing is sent before you do." }
        (meaning(newsroom, issuers, filter))
        p { "How often: " (often::in_words(asked.frequency)) "." }
        p { "Nothing there after a minute? Look among the junk mail. If you asked a few minutes ago already, no second mail \
             is sent: the link of the first one shows all that you asked for." }
        p { a href="/alerts/new" { "Ask for something else" } " · " a href="/alerts/manage" { "See what you get" } }
    };
    page(newsroom, "Look at your mail", &main)
}

fn show(
    newsroom: &Newsroom,
    issuers: &Issuers,
    filled: &Filled,
    errors: &Errors,
    means: Option<&Filter>,
    target: Target,
) -> Html<String> {
    let (title, action) = match target {
        Target::Mail => ("Get alerts by mail", "/alerts/new"),
        Target::Hook => ("Get alerts by webhook", "/alerts/webhook"),
    };
    let main = html! {
        h1 { (title) }
        (errors.summary())
        p { "News reaches you within seconds after it clears. You confirm by mail, and can stop at any time with one click." }
        form method="post" action=(action) novalidate {
            // What the Enter key presses.
            button.away type="submit" name="step" value="ask" tabindex="-1" aria-hidden="true" { "Ask" }
            (filled.wants.show(newsroom, issuers, errors))
            @if let Some(filter) = means {
                section aria-label="What this means" role="status" { h2 { "You would get" } (meaning(newsroom, issuers, filter)) }
            }
            (target_fields(filled, errors, target))
            div.acts {
                button type="submit" name="step" value="ask" { "Send me these alerts" }
                button.quiet type="submit" name="step" value="check" { "Show what this means" }
            }
        }
        p.hint {
            @match target {
                Target::Mail => { "For programs: " a href="/alerts/webhook" { "alerts by webhook" } ". " }
                Target::Hook => { "For people: " a href="/alerts/new" { "alerts by mail" } ". " }
            }
            a href="/alerts/manage" { "Change or stop what you get" }
        }
    };
    page(newsroom, title, &main)
}

fn target_fields(filled: &Filled, errors: &Errors, target: Target) -> Markup {
    html! {
        fieldset {
            legend { "Where to?" }
            @if target == Target::Hook {
                (Line {
                    field: "url", label: "URL to call", kind: "url", autocomplete: "url", value: &filled.url,
                    hint: "A public https URL that takes calls by Standard Webhooks.",
                }.show(errors))
            }
            (Line {
                field: "address", kind: "email", autocomplete: "email", value: &filled.address,
                label: match target { Target::Mail => "Your mail address", Target::Hook => "Your own mail address" },
                hint: match target {
                    Target::Mail => "Used for these alerts, and for nothing else.",
                    Target::Hook => "You confirm with it, and look after the webhook with it.",
                },
            }.show(errors))
            @if target == Target::Mail {
                (frequency_field(filled.frequency))
                @let gathers = matches!(filled.frequency, Frequency::Daily | Frequency::Weekly);
                details open[gathers] {
                    summary { "The hour of daily and weekly mails" }
                    (filled.digest.show(errors))
                }
            }
            (reading_fields(&filled.reads, filled.link_only, errors, target == Target::Mail))
            (repeats_field(filled.repeats, errors))
            div.away aria-hidden="true" {
                label for="f-website" { "Leave this empty" }
                input id="f-website" name="website" type="text" value="" tabindex="-1" autocomplete="off";
            }
        }
    }
}

/// In which languages, and how fully.
pub(super) fn reading_fields(reads: &str, link_only: bool, errors: &Errors, mail: bool) -> Markup {
    html! {
        (Line {
            field: "reads", label: "Languages you read", kind: "text", autocomplete: "off", value: reads,
            hint: "Codes, best first: en, de. A story told in several comes in the first of yours. Empty: any.",
        }.show(errors))
        @if mail {
            div.field role="radiogroup" aria-labelledby="l-extent" {
                span.label id="l-extent" { "In each mail" }
                label.tick { input type="radio" name="extent" value="full" checked[!link_only]; " the full text" }
                label.tick { input type="radio" name="extent" value="link" checked[link_only]; " headline, summary and link" }
            }
        }
    }
}
