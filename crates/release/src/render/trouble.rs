//! The mail to the owner of a webhook whose receiver fails.

use super::Mail;
use super::letters::letter;
use crate::model::Trouble;

/// What the owner is told.
#[derive(Debug, Clone, Copy)]
pub struct TroubleMail<'a> {
    /// The wire's name.
    pub wire_name: &'a str,
    /// What is wrong.
    pub trouble: Trouble,
    /// The webhook, masked.
    pub target: &'a str,
    /// When it began to fail, RFC 3339.
    pub since: &'a str,
    /// Alerts that it was not told and will not be.
    pub lost: i64,
    /// Alerts that are still to come.
    pub due: i64,
    /// Its page, for 24 hours.
    pub url: &'a str,
    /// Where another link is asked for.
    pub manage_url: &'a str,
}

/// Says what is wrong, what was missed, and the way back.
pub fn trouble_mail(told: &TroubleMail<'_>) -> Mail {
    let TroubleMail {
        wire_name,
        target,
        since,
        lost,
        due,
        ..
    } = *told;
    let (subject, says, way_back) = match told.trouble {
        Trouble::Stalled => (
            format!("Your webhook at {wire_name} does not take calls"),
            format!(
                "Calls by {wire_name} to your webhook [{target}] have failed since {since}. They are tried again."
            ),
            "Please look at the receiver: calls go on by themselves once it takes them. This page shows what it answered, and sends a test:",
        ),
        Trouble::Disabled => (
            format!("Your webhook at {wire_name} was taken out of use"),
            format!(
                "Calls by {wire_name} to your webhook [{target}] have failed since {since}, so nothing is sent there any more."
            ),
            "To take it up again, mend the receiver, open this page and press \"Resume everything\":",
        ),
        Trouble::Gone => (
            format!("Your webhook at {wire_name} was taken out of use"),
            format!(
                "Your webhook [{target}] told {wire_name} that it is gone (410), so nothing is sent there any more."
            ),
            "If it is not gone, open this page and press \"Resume everything\":",
        ),
    };
    let missed = format!("Alerts that it missed: {lost}. Alerts that are still to come: {due}.");
    let again = format!(
        "The link works for 24 hours; keep it to yourself. Later, ask for another here: {}",
        told.manage_url
    );
    let lines = [
        says,
        missed,
        way_back.to_owned(),
        told.url.to_owned(),
        again,
    ];
    letter(subject, &lines)
}
