//! How a webhook is called: the choices of its owner.

use super::fields::{Errors, Fields, Line};
use maud::{Markup, html};
use release::model::{Include, Signing};
use store::{Hook, HookEdit};

/// What a form asks for beside what is there; nothing is written for a wish that holds already.
pub(super) fn checked(fields: &Fields, now: &Hook, errors: &mut Errors) -> HookEdit {
    let per_minute = match fields.one("per_minute") {
        "" => None,
        text => calls_a_minute(text, errors),
    };
    let ordered = match fields.one("ordered") {
        "" => None,
        text => Some(text == "yes"),
    };
    HookEdit {
        signing: Signing::parse(fields.one("signing")).filter(|wish| *wish != now.signing),
        include: Include::parse(fields.one("include")).filter(|wish| *wish != now.include),
        ordered: ordered.filter(|wish| *wish != now.ordered),
        per_minute: per_minute.filter(|wish| *wish != now.per_minute),
    }
}

fn calls_a_minute(text: &str, errors: &mut Errors) -> Option<i64> {
    let calls = text
        .parse()
        .ok()
        .filter(|calls| (0..=1_000_000).contains(calls));
    if calls.is_none() {
        errors.value(
            "per_minute",
            text,
            "Give a number of calls up to 1,000,000.",
        );
    }
    calls
}

/// The fields as they stand.
pub(super) fn fields(now: &Hook, errors: &Errors) -> Markup {
    html! {
        (Line {
            field: "per_minute", label: "Calls a minute at most", kind: "text", autocomplete: "off",
            value: &now.per_minute.to_string(),
            hint: "What is beyond waits for its turn. 0: the wire's own limit.",
        }.show(errors))
        (choice("ordered", "Corrections", [
            ("no", "as soon as they are out", !now.ordered),
            ("yes", "never before the call with what they correct", now.ordered),
        ]))
        (choice("include", "In each call", [
            ("summary", "headline, summary and link", now.include == Include::Summary),
            ("body", "the text, too", now.include == Include::Body),
        ]))
        (choice("signing", "Signed", [
            ("hmac", "by the secret (HMAC-SHA256)", now.signing == Signing::Hmac),
            ("ed25519", "by the wire's public key (ed25519)", now.signing == Signing::Ed25519),
        ]))
    }
}

fn choice(field: &str, label: &str, options: [(&str, &str, bool); 2]) -> Markup {
    html! {
        div.field role="radiogroup" aria-labelledby={ "l-" (field) } {
            span.label id={ "l-" (field) } { (label) }
            @for (value, says, is_chosen) in options {
                label.tick { input type="radio" name=(field) value=(value) checked[is_chosen]; " " (says) }
            }
        }
    }
}
