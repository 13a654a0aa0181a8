//! A subscription as it comes in, and every check that it must pass: all that is wrong with it is said at once.

mod hook;

pub(in crate::api) use hook::{AskedHook, check_hook};

use crate::auth::{Caller, Scope};
use crate::{FieldError, Intake};
use release::address::{MailAddress, printable};
use release::filter::{Filter, GRAMMAR_VERSION, TooManySteps};
use release::frequency::{DigestTime, Frequency};
use release::ids::{Kind, PublicId};
use release::language::LanguageTag;
use release::model::{Channel, EndpointState, Extent, Repeats, SubscriptionState};
use release::webhook::new_secret;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::{HookEdit, NewEndpoint, NewSubscription};
use utoipa::ToSchema;

/// The longest name, in characters.
const NAME_CHARS: usize = 200;
/// More languages than this nobody reads.
const MOST_LANGUAGES: usize = 20;

/// A filter as it was sent: in the filter language, such as `topic:mining AND NOT "gold price"`, or as a tree, such as
/// `{"all": [{"topic": "mining"}, {"not": {"words": "gold price"}}]}`
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(in crate::api) enum Asked {
    /// In the filter language
    Text(String),
    /// As a tree
    #[schema(value_type = Object)]
    Tree(Map<String, Value>),
}

impl Default for Asked {
    fn default() -> Asked {
        Asked::Text(String::new())
    }
}

/// A subscription as it was sent.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Add {
    pub(in crate::api) filter: Asked,
    /// What its reader calls it
    pub(in crate::api) name: Option<String>,
    /// Where alerts go: this, or a webhook
    pub(in crate::api) email: Option<String>,
    /// A public https URL
    pub(in crate::api) webhook: Option<String>,
    /// The mail address of the webhook's owner
    pub(in crate::api) owner: Option<String>,
    /// BCP 47 tags, best first; absent leaves those of the endpoint
    pub(in crate::api) languages: Option<Vec<String>>,
    /// `full` or `link`; absent leaves that of the endpoint
    pub(in crate::api) extent: Option<String>,
    /// `at-once` (as if absent), `hourly`, `daily` or `weekly`; mail only
    pub(in crate::api) frequency: Option<String>,
    /// When daily and weekly digests come: `08:00 monday Europe/Madrid`; absent leaves that of the endpoint
    pub(in crate::api) digest_at: Option<String>,
    /// Of near identical stories: `each` or only the first that arrives (`once`); absent leaves that of the endpoint, `each` at first
    pub(in crate::api) repeats: Option<String>,
    /// How a webhook's calls are signed: `hmac` or `ed25519`; absent leaves that of the endpoint, `hmac` at first
    pub(in crate::api) signing: Option<String>,
    /// How much of a release a webhook's calls carry: `summary` or `body`; absent leaves that of the endpoint, `summary` at first
    pub(in crate::api) include: Option<String>,
    /// Whether a webhook is told of no revision before the one that it follows; absent leaves that of the endpoint, `false` at first
    pub(in crate::api) ordered: Option<bool>,
    /// Calls a minute to a webhook at most, 0 for the wire's own limit; absent leaves that of the endpoint
    pub(in crate::api) per_minute: Option<i64>,
    /// How it is known that the reader wants this; an operator's word makes the endpoint active at once.
    pub(in crate::api) consent: Option<String>,
}

/// A subscription that has passed every check.
#[derive(Debug)]
pub(in crate::api) struct Checked {
    pub(in crate::api) public_id: String,
    endpoint_public_id: String,
    pub(in crate::api) name: String,
    pub(in crate::api) filter: String,
    pub(in crate::api) channel: Channel,
    pub(in crate::api) address: String,
    pub(in crate::api) owner: String,
    pub(in crate::api) secret: String,
    languages: Option<String>,
    extent: Option<Extent>,
    frequency: Frequency,
    digest_at: Option<DigestTime>,
    repeats: Option<Repeats>,
    hook: HookEdit,
    pub(in crate::api) consent: Option<String>,
}

/// Errors of one subscription, gathered; `base` is its JSON pointer.
pub(in crate::api) struct Errors<'a> {
    base: &'a str,
    pub(in crate::api) found: Vec<FieldError>,
}

impl<'a> Errors<'a> {
    pub(in crate::api) fn at(base: &'a str) -> Errors<'a> {
        Errors {
            base,
            found: Vec::new(),
        }
    }

    fn add(&mut self, field: &str, detail: impl Into<String>, mend: impl Into<String>) {
        self.found.push(FieldError {
            pointer: format!("{}/{field}", self.base),
            detail: detail.into(),
            mend: mend.into(),
        });
    }
}

/// Checks every field.
pub(in crate::api) fn check_fields(
    intake: &Intake,
    caller: &Caller,
    add: Add,
    base: &str,
) -> Result<Checked, Vec<FieldError>> {
    let mut errors = Errors::at(base);
    let filter = check_filter(intake, &add.filter, &mut errors);
    let name = add.name.or_else(|| filter.clone()).unwrap_or_default();
    // A filter may be longer than a name: then its beginning is name enough.
    let name = match filter.as_deref() == Some(name.as_str()) {
        true => shortened(&name),
        false => check_name(&name, &mut errors),
    };
    let target = check_target(intake, add.email, add.webhook, add.owner, &mut errors);
    let languages = add
        .languages
        .map(|tags| check_languages(&tags, &mut errors));
    let extent = add
        .extent
        .as_deref()
        .and_then(|text| check_extent(text, &mut errors));
    let channel = target.as_ref().map(|(channel, ..)| *channel);
    let frequency = add
        .frequency
        .as_deref()
        .and_then(|text| check_frequency(text, channel, &mut errors))
        .unwrap_or_default();
    let digest_at = add
        .digest_at
        .as_deref()
        .and_then(|text| check_digest_at(text, &mut errors));
    let repeats = add
        .repeats
        .as_deref()
        .and_then(|text| check_repeats(text, &mut errors));
    let asked = AskedHook {
        signing: add.signing,
        include: add.include,
        ordered: add.ordered,
        per_minute: add.per_minute,
    };
    let hook = check_hook(&asked, channel, &mut errors);
    let consent = check_consent(caller, add.consent, &mut errors);
    match (filter, target) {
        (Some(filter), Some((channel, address, owner))) if errors.found.is_empty() => Ok(Checked {
            public_id: PublicId::from_random(Kind::Subscription, rand::random()).to_string(),
            endpoint_public_id: PublicId::from_random(Kind::Endpoint, rand::random()).to_string(),
            name,
            filter,
            secret: match channel {
                Channel::Email => String::new(),
                Channel::Webhook => new_secret(rand::random()),
            },
            channel,
            address,
            owner,
            languages,
            extent,
            frequency,
            digest_at,
            repeats,
            hook,
            consent,
        }),
        _ => Err(errors.found),
    }
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME_CHARS) {
        None => name.to_owned(),
        Some(_) => name.chars().take(NAME_CHARS - 1).chain(['…']).collect(),
    }
}

pub(in crate::api) fn check_name(name: &str, errors: &mut Errors<'_>) -> String {
    if name.chars().any(char::is_control) || name.chars().count() > NAME_CHARS {
        errors.add(
            "name",
            format!("`{}` cannot be shown", printable(name)),
            format!("give one line of at most {NAME_CHARS} characters"),
        );
    }
    name.to_owned()
}

/// Reads the filter and looks its topics up; gives its canonical text.
pub(in crate::api) fn check_filter(
    intake: &Intake,
    asked: &Asked,
    errors: &mut Errors<'_>,
) -> Option<String> {
    match read_filter(intake, asked) {
        Ok(filter) => Some(filter.to_string()),
        Err(FieldError {
            pointer,
            detail,
            mend,
        }) => {
            errors.add(pointer.trim_start_matches('/'), detail, mend);
            None
        }
    }
}

/// Reads a filter in either form, looks its topics up and judges what it takes from others. The error's pointer begins with `/filter`.
pub(in crate::api) fn read_filter(intake: &Intake, asked: &Asked) -> Result<Filter, FieldError> {
    let wrong = |within: &str, detail: String, mend: String| FieldError {
        pointer: format!("/filter{within}"),
        detail,
        mend,
    };
    let filter = match asked {
        Asked::Text(text) => Filter::parse(text).map_err(|error| {
            let detail = format!("{error}\n{}", error.caret(text));
            wrong("", detail, "see the README for the filter language".into())
        })?,
        Asked::Tree(tree) => Filter::from_json(&Value::Object(tree.clone())).map_err(|error| {
            let mend = "see docs/filters.md for filters as JSON".to_owned();
            wrong(&error.pointer, error.message, mend)
        })?,
    };
    if let Some((topic, nearest)) = filter.unknown_topic(&intake.taxonomy) {
        let mend = format!("nearest: {}", nearest.join(", "));
        return Err(wrong("", format!("no topic `{topic}`"), mend));
    }
    match filter.check_steps() {
        Err(error) => Err(wrong("", error.to_string(), TooManySteps::MEND.into())),
        Ok(()) => Ok(filter),
    }
}

fn check_target(
    intake: &Intake,
    email: Option<String>,
    webhook: Option<String>,
    owner: Option<String>,
    errors: &mut Errors<'_>,
) -> Option<(Channel, String, String)> {
    match (email, webhook) {
        (Some(email), None) => {
            let address = check_mail("email", &email, errors)?;
            Some((Channel::Email, address.clone(), address))
        }
        (None, Some(url)) => {
            let good = intake.guard.check(&url);
            if let Err(error) = &good {
                errors.add("webhook", error.to_string(), error.mend());
            }
            let owner = check_mail("owner", owner.as_deref().unwrap_or_default(), errors)?;
            good.ok()?;
            Some((Channel::Webhook, url, owner))
        }
        _ => {
            let detail = "a subscription goes to `email` or to `webhook`";
            errors.add("email", detail, "give one of the two");
            None
        }
    }
}

fn check_mail(field: &str, text: &str, errors: &mut Errors<'_>) -> Option<String> {
    match MailAddress::parse(text) {
        Ok(address) => Some(address.to_string()),
        Err(error) => {
            errors.add(field, error.to_string(), "write `name@example.com`");
            None
        }
    }
}

pub(in crate::api) fn check_languages(tags: &[String], errors: &mut Errors<'_>) -> String {
    if tags.len() > MOST_LANGUAGES {
        let detail = format!("{} languages are given", tags.len());
        errors.add(
            "languages",
            detail,
            format!("give at most {MOST_LANGUAGES}, best first"),
        );
        return String::new();
    }
    let mut languages = Vec::new();
    for tag in tags {
        match LanguageTag::parse(tag) {
            Ok(tag) => languages.push(tag.to_string()),
            Err(error) => {
                let mend = "use BCP 47 tags: `de`, `pt-BR`";
                errors.add("languages", error.to_string(), mend);
            }
        }
    }
    languages.join(" ")
}

pub(in crate::api) fn check_extent(text: &str, errors: &mut Errors<'_>) -> Option<Extent> {
    let extent = Extent::parse(text);
    if extent.is_none() {
        let detail = format!("no extent `{}`", printable(text));
        errors.add("extent", detail, "use `full` or `link`");
    }
    extent
}

pub(in crate::api) fn check_repeats(text: &str, errors: &mut Errors<'_>) -> Option<Repeats> {
    let repeats = Repeats::parse(text);
    if repeats.is_none() {
        let detail = format!("no repeats `{}`", printable(text));
        errors.add("repeats", detail, "use `each` or `once`");
    }
    repeats
}

/// How often a subscription tells its reader; `channel` is where it points, if that is known.
pub(in crate::api) fn check_frequency(
    text: &str,
    channel: Option<Channel>,
    errors: &mut Errors<'_>,
) -> Option<Frequency> {
    let frequency = Frequency::parse(text);
    if frequency.is_none() {
        let detail = format!("no frequency `{}`", printable(text));
        let mend = "use `at-once`, `hourly`, `daily` or `weekly`";
        errors.add("frequency", detail, mend);
    }
    if channel == Some(Channel::Webhook) && frequency.is_some_and(|f| f != Frequency::AtOnce) {
        let detail = format!("a webhook is called at once, not `{text}`");
        errors.add("frequency", detail, "leave it out");
    }
    frequency
}

pub(in crate::api) fn check_digest_at(text: &str, errors: &mut Errors<'_>) -> Option<DigestTime> {
    match DigestTime::parse(text) {
        Ok(time) => Some(time),
        Err(error) => {
            let mend = "write time, day and zone: `08:00 monday Europe/Madrid`";
            errors.add("digest_at", error.to_string(), mend);
            None
        }
    }
}

fn check_consent(
    caller: &Caller,
    consent: Option<String>,
    errors: &mut Errors<'_>,
) -> Option<String> {
    let consent = consent.filter(|text| !text.trim().is_empty())?;
    if !caller.may(Scope::Operator) {
        errors.add(
            "consent",
            "only an operator may vouch for a reader",
            "leave it out, and the reader is asked",
        );
    } else if consent.chars().any(char::is_control) || consent.chars().count() > NAME_CHARS {
        errors.add(
            "consent",
            format!("`{}` is no evidence that can be shown", printable(&consent)),
            format!("say how and when in one line of at most {NAME_CHARS} characters"),
        );
    }
    Some(consent)
}

impl Checked {
    /// As the store takes it.
    pub(in crate::api) fn as_new(&self) -> NewSubscription<'_> {
        let state = if self.consent.is_some() {
            EndpointState::Active
        } else {
            EndpointState::Pending
        };
        NewSubscription {
            public_id: &self.public_id,
            name: &self.name,
            filter: &self.filter,
            grammar: i64::from(GRAMMAR_VERSION),
            frequency: self.frequency,
            consent: self.consent.as_deref().unwrap_or("asked"),
            state: SubscriptionState::Active,
            endpoint: NewEndpoint {
                public_id: &self.endpoint_public_id,
                channel: self.channel,
                address: &self.address,
                owner: &self.owner,
                secret: &self.secret,
                languages: self.languages.as_deref(),
                extent: self.extent,
                digest_at: self.digest_at.as_ref(),
                repeats: self.repeats,
                hook: self.hook,
                state,
            },
        }
    }
}
