//! The page of one endpoint's alerts.

use super::delivery::delivery_path;
use super::{path, secret, tokens};
use crate::reader::calls;
use crate::reader::fields::Errors;
use crate::reader::often::{self, DigestFields};
use crate::reader::once::repeats_field;
use crate::reader::refusal::Refusal;
use crate::reader::signup::reading_fields;
use crate::reader::why::question;
use crate::reader::words::{Issuers, issuers, moment, text_in_words};
use crate::reader::{Newsroom, page};
use axum::response::Html;
use maud::{Markup, html};
use release::address::masked;
use release::model::{Channel, EndpointState, Extent, Release, SubscriptionState, Trouble};
use store::{EndpointRow, Health, RecentAlert, SubscriptionRow, TestResult};

/// Alerts that are shown with their reasons.
const RECENT: i64 = 20;

/// The page; `done` is the act that led here.
pub(super) async fn whole(
    newsroom: &Newsroom,
    token: &str,
    endpoint: &EndpointRow,
    done: &str,
    errors: &Errors,
) -> Result<Html<String>, Refusal> {
    let store = &newsroom.store;
    let subscriptions = store.subscriptions_of(endpoint.id).await?;
    let recent = store.recent_alerts(endpoint.id, RECENT).await?;
    let test = store.last_test(endpoint.id).await?;
    let issuers = issuers(newsroom).await?;
    let reads = endpoint.languages.replace(' ', ", ");
    let mail = endpoint.channel == Channel::Email;
    let repeats = store.repeats(endpoint.id).await?;
    let secret = secret::section(newsroom, token, endpoint).await?;
    let drains = store.is_draining(endpoint.id).await?;
    let own = store.tokens_of_owner(&endpoint.owner).await?;
    let keeps_tokens = store.is_current().await?;
    let hook = store.hook(endpoint.id).await?;
    let health = store.health(endpoint.id).await?;
    let main = html! {
        h1 { "Your alerts" }
        (errors.summary())
        @if let Some(says) = said(done) { p.done role="status" { (says) } }
        p { (state(endpoint, drains, health.as_ref())) }
        @if subscriptions.is_empty() {
            p { "Nothing is asked for at present. " a href="/alerts/new" { "Ask for alerts" } }
        }
        @for row in &subscriptions { (one(newsroom, token, &issuers, row)) }
        @if !subscriptions.is_empty() { (all_of_them(endpoint, drains)) }
        h2 { "How you are told" }
        form method="post" novalidate action=(path(token)) {
            (reading_fields(&reads, endpoint.extent == Extent::Link, errors, mail))
            (repeats_field(repeats, errors))
            @if mail { (DigestFields::of(&endpoint.digest_time()).show(errors)) } @else { (calls::fields(&hook, errors)) }
            div.acts { button type="submit" name="act" value="settings" { "Save" } }
        }
        (secret)
        (tested(token, endpoint, test.as_ref()))
        (told(token, endpoint, &subscriptions, &recent))
        (question(token, "", &Errors::default()))
        @if keeps_tokens { (tokens::listed(token, endpoint, &own)) }
        h2 { "What is held about you" }
        ul {
            li { a href={ (path(token)) "/export" } { "Export all of it" } " as a file (JSON)." }
            li { a href={ (path(token)) "/erase" } { "Erase all of it" } ", and stop all alerts." }
        }
        p.hint { a href="/alerts/new" { "Ask for new alerts" } }
    };
    Ok(page(newsroom, "Your alerts", &main))
}

fn said(done: &str) -> Option<&'static str> {
    Some(match done {
        "pause-all" => "Paused: nothing is sent until you resume.",
        "drain" => "Paused: nothing new is sent, and what was due by now still leaves.",
        "failed-again" => {
            "What had failed is sent again, up to 500 at once. Load this page again in a moment to see what came of it."
        }
        "revoke-token" => "Revoked: nobody gets in by it any more.",
        "many-tokens" => {
            "No token was made: you have as many as one address may have. Revoke one first."
        }
        "resume-all" => "Resumed: alerts are sent again.",
        "stop-all" => "Stopped: no alert is sent any more.",
        "pause" => "Paused: nothing is sent for this one until you resume it.",
        "resume" => "Resumed.",
        "stop" => "Stopped.",
        "settings" | "saved" => "Saved. It holds from the next alert on.",
        "test" => "A test is on its way. Load this page again in a moment to see what came of it.",
        "nothing" => "Nothing was changed.",
        _ => return None,
    })
}

fn state(endpoint: &EndpointRow, drains: bool, health: Option<&Health>) -> Markup {
    let since = health.map(|health| moment(health.failing_since_ms));
    let gone = health.is_some_and(|health| health.told == Trouble::Gone.as_str());
    let target = masked(&endpoint.address);
    html! {
        @match endpoint.state {
            EndpointState::Active => {
                "Alerts go to " strong { (target) } "."
                @if let Some(since) = since { " Calls have " strong { "failed since " (since) } "; they are tried again." }
            }
            EndpointState::Paused if drains => {
                "Alerts to " strong { (target) } " are " strong { "paused" } "; what was due by then still leaves."
            }
            EndpointState::Paused => { "Alerts to " strong { (target) } " are " strong { "paused" } "." }
            EndpointState::Pending => {
                "Nothing goes to " strong { (target) } " yet: "
                @match endpoint.channel {
                    Channel::Email => { "open the mail that asks you to confirm." }
                    Channel::Webhook => { "it has not answered its challenge." }
                }
            }
            EndpointState::Disabled => {
                @match since {
                    Some(since) if !gone => { "Calls to " strong { (target) } " have failed since " (since) ", so nothing is sent there any more." }
                    _ => { strong { (target) } " said that it is gone, so nothing is sent there any more." }
                }
                " Once it takes calls, resume them."
            }
            EndpointState::Deleted => { "Nothing goes to " strong { (target) } "." }
        }
    }
}

fn one(newsroom: &Newsroom, token: &str, issuers: &Issuers, row: &SubscriptionRow) -> Markup {
    let words = text_in_words(newsroom, issuers, &row.filter);
    let button = |act: &str, says: &str| {
        html! {
            button.quiet type="submit" name="act" value=(act) { (says) span.away { ": " (row.name) } }
        }
    };
    html! {
        section.one aria-label=(row.name) {
            h2 { (words) }
            p.hint {
                @if row.name != words && row.name != row.filter { (row.name) " · " }
                code { (row.filter) }
                @if row.channel == Channel::Email { " · " (often::in_words(row.frequency)) }
                @match row.state {
                    SubscriptionState::Paused => { " · " strong { "paused" } }
                    SubscriptionState::Pending => { " · " strong { "not confirmed yet: open the mail that asks you" } }
                    _ => {}
                }
            }
            form.acts method="post" action=(path(token)) {
                input type="hidden" name="subscription" value=(row.public_id);
                @if row.state != SubscriptionState::Pending {
                    a.button.quiet href={ (path(token)) "/edit/" (row.public_id) } { "Change" span.away { ": " (row.name) } }
                }
                @match row.state {
                    SubscriptionState::Active => (button("pause", "Pause")),
                    SubscriptionState::Paused => (button("resume", "Resume")),
                    _ => {}
                }
                (button("stop", "Stop"))
            }
        }
    }
}

fn all_of_them(endpoint: &EndpointRow, drains: bool) -> Markup {
    html! {
        form.acts method="post" {
            @match endpoint.state {
                EndpointState::Active => {
                    button.quiet type="submit" name="act" value="pause-all" { "Pause everything" }
                    button.quiet type="submit" name="act" value="drain" { "Finish and pause" }
                }
                EndpointState::Paused | EndpointState::Disabled => {
                    button type="submit" name="act" value="resume-all" { "Resume everything" }
                    @if drains { button.quiet type="submit" name="act" value="pause-all" { "Pause at once" } }
                }
                _ => {}
            }
            button.quiet type="submit" name="act" value="stop-all" { "Stop everything" }
        }
    }
}

fn tested(token: &str, endpoint: &EndpointRow, test: Option<&TestResult>) -> Markup {
    let may = matches!(
        endpoint.state,
        EndpointState::Active | EndpointState::Paused
    );
    html! {
        @if may {
            h2 { "Try it out" }
            @if let Some(test) = test { p role="status" { (result(test)) } }
            form.acts method="post" action=(path(token)) {
                button.quiet type="submit" name="act" value="test" { "Send a test" }
            }
        }
    }
}

fn result(test: &TestResult) -> Markup {
    let took = test.took_ms().unwrap_or_default();
    html! {
        "The test of " (moment(test.asked_ms)) " "
        @match (test.state.as_str(), test.status) {
            ("due", _) => { "is on its way." }
            ("delivered", Some(status)) => { "was answered with " (status) " after " (took) " ms." }
            ("delivered", None) => { "was delivered after " (took) " ms." }
            _ => {
                "failed after " (took) " ms: " (test.error.as_deref().unwrap_or("no reason is known"))
                @if let Some(answer) = test.answer.as_deref().filter(|answer| !answer.is_empty()) { " — " code { (answer) } }
            }
        }
    }
}

/// The last alerts, each with what caused it and a way to get fewer like it.
fn told(
    token: &str,
    endpoint: &EndpointRow,
    subscriptions: &[SubscriptionRow],
    recent: &[RecentAlert],
) -> Markup {
    let hook = endpoint.channel == Channel::Webhook;
    let failed = recent.iter().any(|alert| alert.state == "dead");
    html! {
        @if !recent.is_empty() {
            h2 { "What you were told last" }
            ul.told {
                @for alert in recent {
                    li {
                        a href={ "/releases/" (alert.release) } { (headline(alert)) }
                        p.hint {
                            @if let Some(done_ms) = alert.done_ms { (moment(done_ms)) " · " }
                            (alert.state)
                            @if let Some(status) = alert.last_status.filter(|_| hook) { " (" (status) ")" }
                            ", for: " (reasons(subscriptions, alert))
                        }
                        @if hook {
                            a.button.quiet href=(delivery_path(token, &alert.alert)) { "Attempts" span.away { ": " (headline(alert)) } }
                            " "
                        }
                        a.button.quiet href={ (path(token)) "/less/" (alert.alert) } { "Less like this" span.away { ": " (headline(alert)) } }
                    }
                }
            }
            @if hook && failed && endpoint.state == EndpointState::Active {
                form.acts method="post" action=(path(token)) {
                    button.quiet type="submit" name="act" value="failed-again" { "Send all failed again" }
                }
            }
        }
    }
}

fn headline(alert: &RecentAlert) -> String {
    serde_json::from_str::<Release>(&alert.content)
        .map_or_else(|_| alert.release.clone(), |release| release.headline)
}

fn reasons(subscriptions: &[SubscriptionRow], alert: &RecentAlert) -> String {
    let caused = |row: &&SubscriptionRow| {
        let mut keys = alert.reasons.split(' ');
        keys.any(|key| key.parse() == Ok(row.id))
    };
    let names: Vec<&str> = subscriptions
        .iter()
        .filter(caused)
        .map(|row| row.name.as_str())
        .collect();
    match names.is_empty() {
        true => "something you stopped since".to_owned(),
        false => names.join("; "),
    }
}
