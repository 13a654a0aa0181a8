//! Mails of the wire's own to readers, beside the one that asks for confirmation.

use super::Mail;
use super::letters::letter;

/// The mail with the links by which a reader changes what they get: what each looks after, and its URL.
pub fn manage_mail(wire_name: &str, links: &[(String, String)]) -> Mail {
    let mut lines = vec![format!(
        "Here you see and change what {wire_name} sends you. The links work for 24 hours; keep them to yourself, for \
         whoever has one can do what you can."
    )];
    for (what, url) in links {
        lines.push(format!("{what}:"));
        lines.push(url.clone());
    }
    lines.push("If you did not ask for this, do nothing: nothing has changed.".to_owned());
    letter(format!("Your alerts from {wire_name}"), &lines)
}

/// The mail to somebody who asked for what they get already.
pub fn known_mail(wire_name: &str, manage_url: &str) -> Mail {
    let lines = [
        format!(
            "Somebody, we hope you, asked {wire_name} for alerts that this address gets already. Nothing has changed, and \
             there is nothing to confirm. To see or change what you get, ask for a link here:"
        ),
        manage_url.to_owned(),
    ];
    letter(format!("You get these alerts from {wire_name}"), &lines)
}

/// The mail that asks the owner of a webhook whether they asked for its alerts.
pub fn confirm_hook_mail(wire_name: &str, hook_url: &str, asked_for: &[String], url: &str) -> Mail {
    let lines = [
        format!(
            "Somebody, we hope you, asked {wire_name} to call the webhook [{hook_url}] for: {}",
            asked_for.join("; ")
        ),
        "To go on, open this page and press the button. It then shows the secret that calls are signed with, once.".to_owned(),
        url.to_owned(),
        "If it was not you, do nothing: nothing will be called.".to_owned(),
    ];
    letter(format!("Confirm your webhook at {wire_name}"), &lines)
}

/// The mail that shows the owner of an address that alerts arrive.
pub fn test_mail(wire_name: &str) -> Mail {
    let lines = ["This is a test: alerts to this address arrive.".to_owned()];
    letter(format!("A test from {wire_name}"), &lines)
}
