//! How often a reader is told: the choice for each subscription, and the hour at which an address gets its digests.

use super::fields::{Errors, Fields, Line};
use maud::{Markup, html};
use release::frequency::{DigestDay, DigestTime, DigestTimeError, Frequency};

/// Zones that are offered while typing; any other of the IANA database is taken too.
const ZONES: [&str; 36] = [
    "UTC",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/Nairobi",
    "America/Bogota",
    "America/Buenos_Aires",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Lima",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Toronto",
    "Asia/Bangkok",
    "Asia/Dubai",
    "Asia/Hong_Kong",
    "Asia/Jakarta",
    "Asia/Kolkata",
    "Asia/Riyadh",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Istanbul",
    "Europe/Kyiv",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Paris",
    "Europe/Rome",
    "Pacific/Auckland",
];

/// The time of digests as it is filled in.
#[derive(Debug, Clone)]
pub(super) struct DigestFields {
    time: String,
    day: String,
    zone: String,
}

impl Default for DigestFields {
    fn default() -> DigestFields {
        DigestFields::of(&DigestTime::default())
    }
}

impl DigestFields {
    pub(super) fn of(at: &DigestTime) -> DigestFields {
        DigestFields {
            time: at.time(),
            day: at.day().to_string(),
            zone: at.zone().to_owned(),
        }
    }

    /// What a form sent; what it did not send is as at first.
    pub(super) fn read(fields: &Fields) -> DigestFields {
        let first = DigestFields::default();
        let or = |name: &str, first: String| match fields.one(name) {
            "" => first,
            value => value.to_owned(),
        };
        DigestFields {
            time: or("digest_time", first.time),
            day: or("digest_day", first.day),
            zone: or("digest_zone", first.zone),
        }
    }

    pub(super) fn checked(&self, errors: &mut Errors) -> Option<DigestTime> {
        let read = DigestTime::new(&self.time, &self.day, &self.zone);
        let (field, mend) = match &read {
            Ok(_) => return read.ok(),
            Err(DigestTimeError::Zone(_)) => ("digest_zone", "Write it like Europe/Madrid."),
            Err(DigestTimeError::Day(_)) => ("digest_day", "Choose one of the list."),
            Err(_) => ("digest_time", "Write it like 08:00."),
        };
        let says = read.err().map(|error| error.to_string());
        errors.add(field, format!("{}. {mend}", says.unwrap_or_default()));
        None
    }

    pub(super) fn show(&self, errors: &Errors) -> Markup {
        html! {
            div.field {
                label for="f-digest_time" { "Daily and weekly mails come at" }
                p.hint id="h-digest_time" { "The time of day where you are." }
                (errors.beside("digest_time"))
                input id="f-digest_time" name="digest_time" type="time" value=(self.time)
                    aria-describedby=(errors.described_by("digest_time")) aria-invalid=[errors.invalid("digest_time")];
            }
            (Line {
                field: "digest_zone", label: "Your time zone", kind: "text", autocomplete: "off", value: &self.zone,
                hint: "As the IANA database names it: Europe/Madrid, America/New_York.",
            }.show(errors))
            datalist id="digest_zones" { @for zone in ZONES { option value=(zone) {} } }
            div.field {
                label for="f-digest_day" { "Weekly mails come on" }
                (errors.beside("digest_day"))
                select id="f-digest_day" name="digest_day" {
                    @for day in DigestDay::ALL {
                        option value=(day) selected[day.as_str() == self.day] { (capitalised(day.as_str())) }
                    }
                }
            }
        }
    }
}

/// What the form says of how often; at once where it says nothing.
pub(super) fn frequency(fields: &Fields) -> Frequency {
    Frequency::parse(fields.one("frequency")).unwrap_or_default()
}

/// The choice, one of four.
pub(super) fn frequency_field(chosen: Frequency) -> Markup {
    html! {
        div.field role="radiogroup" aria-labelledby="l-frequency" {
            span.label id="l-frequency" { "How often?" }
            @for frequency in Frequency::ALL {
                label.tick {
                    input type="radio" name="frequency" value=(frequency) checked[*frequency == chosen];
                    " " (in_words(*frequency))
                }
            }
        }
    }
}

/// How often, for people.
pub(super) fn in_words(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::AtOnce => "each by itself, within seconds",
        Frequency::Hourly => "one mail an hour, if there is news",
        Frequency::Daily => "one mail a day, if there is news",
        Frequency::Weekly => "one mail a week, if there is news",
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_that_is_offered_exists() {
        for zone in ZONES {
            DigestTime::new("08:00", "monday", zone).unwrap();
        }
    }
}
