//! What the owner of a webhook asks for, as it comes in.

use super::Errors;
use release::address::printable;
use release::model::{Channel, Include, Signing};
use store::HookEdit;

/// Calls a minute that an owner may name.
const MOST_PER_MINUTE: i64 = 1_000_000;

/// As it was sent; what is absent stays as it is.
#[derive(Debug, Default)]
pub(in crate::api) struct AskedHook {
    pub(in crate::api) signing: Option<String>,
    pub(in crate::api) include: Option<String>,
    pub(in crate::api) ordered: Option<bool>,
    pub(in crate::api) per_minute: Option<i64>,
}

/// Checks every field; `channel` is that of the endpoint, if it is known.
pub(in crate::api) fn check_hook(
    asked: &AskedHook,
    channel: Option<Channel>,
    errors: &mut Errors<'_>,
) -> HookEdit {
    if channel == Some(Channel::Email) {
        for field in asked.given() {
            let detail = format!("`{field}` is for webhooks, and a mailbox is not called");
            errors.add(field, detail, "leave it out");
        }
    }
    HookEdit {
        signing: asked
            .signing
            .as_deref()
            .and_then(|text| check_signing(text, errors)),
        include: asked
            .include
            .as_deref()
            .and_then(|text| check_include(text, errors)),
        ordered: asked.ordered,
        per_minute: asked
            .per_minute
            .and_then(|calls| check_per_minute(calls, errors)),
    }
}

impl AskedHook {
    /// The names of the fields that were sent.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let AskedHook {
            signing,
            include,
            ordered,
            per_minute,
        } = self;
        let fields = [
            ("signing", signing.is_some()),
            ("include", include.is_some()),
            ("ordered", ordered.is_some()),
            ("per_minute", per_minute.is_some()),
        ];
        let given = fields.into_iter().filter(|(_, is_given)| *is_given);
        given.map(|(field, _)| field)
    }
}

fn check_signing(text: &str, errors: &mut Errors<'_>) -> Option<Signing> {
    let signing = Signing::parse(text);
    if signing.is_none() {
        let detail = format!("no signing `{}`", printable(text));
        errors.add("signing", detail, "use `hmac` or `ed25519`");
    }
    signing
}

fn check_include(text: &str, errors: &mut Errors<'_>) -> Option<Include> {
    let include = Include::parse(text);
    if include.is_none() {
        let detail = format!("no include `{}`", printable(text));
        errors.add("include", detail, "use `summary` or `body`");
    }
    include
}

fn check_per_minute(calls: i64, errors: &mut Errors<'_>) -> Option<i64> {
    if (0..=MOST_PER_MINUTE).contains(&calls) {
        return Some(calls);
    }
    errors.add(
        "per_minute",
        format!("{calls} calls a minute cannot be kept"),
        format!("give 1 to {MOST_PER_MINUTE}, or 0 for the wire's own limit"),
    );
    None
}
