//! A subscription as it comes in, and every check that it must pass.

use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use release::address::{MailAddress, printable};
use release::filter::{Filter, GRAMMAR_VERSION};
use release::ids::{Kind, PublicId};
use release::language::LanguageTag;
use release::model::{Channel, EndpointState, Extent};
use release::webhook::{check_url, new_secret};
use serde::Deserialize;
use serde_json::Value;
use store::{NewEndpoint, NewSubscription};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    filter: String,
    name: Option<String>,
    email: Option<String>,
    webhook: Option<String>,
    owner: Option<String>,
    #[serde(default)]
    languages: Vec<String>,
    extent: Option<String>,
    /// How it is known that the reader wants this; an operator's word makes the endpoint active at once.
    consent: Option<String>,
}

/// A subscription that has passed every check.
pub(super) struct Checked {
    pub(super) public_id: String,
    endpoint_public_id: String,
    pub(super) name: String,
    pub(super) filter: String,
    pub(super) channel: Channel,
    pub(super) address: String,
    owner: String,
    pub(super) secret: String,
    languages: String,
    extent: Extent,
    consent: Option<String>,
}

/// Checks one subscription; `base` is its JSON pointer.
pub(super) fn check(
    intake: &Intake,
    caller: &Caller,
    value: Value,
    base: &str,
) -> Result<Checked, Problem> {
    let invalid = |field: &str, detail: String, mend: &str| Problem::Invalid {
        pointer: format!("{base}/{field}"),
        detail,
        mend: mend.to_owned(),
    };
    let add: Add = serde_json::from_value(value).map_err(|error| {
        Problem::Malformed(format!(
            "{base}: {error}; see the README for the fields of a subscription"
        ))
    })?;
    let filter = check_filter(intake, &add.filter, base)?;
    let name = add.name.unwrap_or_else(|| filter.clone());
    if name.chars().any(char::is_control) || name.chars().count() > 200 {
        return Err(invalid(
            "name",
            format!("`{}` cannot be shown", printable(&name)),
            "give one line of at most 200 characters",
        ));
    }
    let mail = |field: &str, text: &str| {
        MailAddress::parse(text)
            .map_err(|error| invalid(field, error.to_string(), "write `name@example.com`"))
    };
    let (channel, address, owner, secret) = match (&add.email, &add.webhook) {
        (Some(email), None) => {
            let address = mail("email", email)?.to_string();
            (Channel::Email, address.clone(), address, String::new())
        }
        (None, Some(url)) => {
            check_url(url, intake.allow_private).map_err(|error| {
                invalid(
                    "webhook",
                    error.to_string(),
                    "give a public https URL without credentials",
                )
            })?;
            let owner = add.owner.as_deref().unwrap_or_default();
            let owner = mail("owner", owner)?.to_string();
            (
                Channel::Webhook,
                url.clone(),
                owner,
                new_secret(rand::random()),
            )
        }
        _ => {
            let detail = "a subscription goes to `email` or to `webhook`".to_owned();
            return Err(invalid("email", detail, "give one of the two"));
        }
    };
    let mut languages = Vec::new();
    for tag in &add.languages {
        let tag = LanguageTag::parse(tag).map_err(|error| {
            invalid(
                "languages",
                error.to_string(),
                "use BCP 47 tags: `de`, `pt-BR`",
            )
        })?;
        languages.push(tag.to_string());
    }
    let extent = match add.extent.as_deref() {
        None => Extent::Full,
        Some(text) => Extent::parse(text).ok_or_else(|| {
            invalid(
                "extent",
                format!("no extent `{}`", printable(text)),
                "use `full` or `link`",
            )
        })?,
    };
    if add.consent.is_some() && !caller.may(Scope::Operator) {
        return Err(Problem::Forbidden("only an operator may vouch for a reader's `consent`; leave it out, and the reader is asked".into()));
    }
    Ok(Checked {
        public_id: PublicId::from_random(Kind::Subscription, rand::random()).to_string(),
        endpoint_public_id: PublicId::from_random(Kind::Endpoint, rand::random()).to_string(),
        name,
        filter,
        channel,
        address,
        owner,
        secret,
        languages: languages.join(" "),
        extent,
        consent: add.consent,
    })
}

/// Parses the filter and looks its topics up; gives its canonical text.
fn check_filter(intake: &Intake, text: &str, base: &str) -> Result<String, Problem> {
    let pointer = format!("{base}/filter");
    let filter = Filter::parse(text).map_err(|error| Problem::Invalid {
        pointer: pointer.clone(),
        detail: format!("{error}\n{}", error.caret(text)),
        mend: "see the README for the filter language".into(),
    })?;
    for topic in filter.topics() {
        if intake.taxonomy.get(topic).is_none() {
            let nearest: Vec<_> = intake
                .taxonomy
                .nearest(topic.as_str(), 3)
                .iter()
                .map(|topic| format!("topic:{}", topic.slug))
                .collect();
            let mend = format!("nearest: {}", nearest.join(", "));
            return Err(Problem::Invalid {
                pointer,
                detail: format!("no topic `{topic}`"),
                mend,
            });
        }
    }
    Ok(filter.to_string())
}

impl Checked {
    /// As the store takes it.
    pub(super) fn as_new(&self) -> NewSubscription<'_> {
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
            consent: self.consent.as_deref().unwrap_or("asked"),
            endpoint: NewEndpoint {
                public_id: &self.endpoint_public_id,
                channel: self.channel,
                address: &self.address,
                owner: &self.owner,
                secret: &self.secret,
                languages: &self.languages,
                extent: self.extent,
                state,
            },
        }
    }
}
