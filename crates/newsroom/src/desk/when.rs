//! Times as the desk shows them: always with zone and offset, and how far away they are.

use maud::{Markup, html};
use release::time::{ClearTime, human_duration, parse_rfc3339};

/// `Tue, Dec 1, 2026, 09:00 CST (UTC-06:00)`, and `in 3 h`.
pub(crate) fn shown(at: &ClearTime, now_ms: i64) -> Markup {
    html! {
        time datetime=(at.rfc3339()) { (plain(at)) }
        " " span.soft { (distance(at.at_ms, now_ms)) }
    }
}

/// The same of a time that the API gave, in the reader's zone.
pub(crate) fn in_zone(at: &str, zone: &str, now_ms: i64) -> Markup {
    match parse_rfc3339(at) {
        Ok(at_ms) => shown(
            &ClearTime {
                at_ms,
                zone: zone.to_owned(),
            },
            now_ms,
        ),
        Err(_) => html! { (at) },
    }
}

/// Without the distance, as text.
pub(crate) fn plain(at: &ClearTime) -> String {
    at.strftime("%a, %b %-d, %Y, %H:%M %Z (UTC%:z)")
}

fn distance(at_ms: i64, now_ms: i64) -> String {
    match at_ms - now_ms {
        0..1000 => "now".to_owned(),
        ahead @ 1000.. => format!("in {}", human_duration(ahead)),
        behind => format!("{} ago", human_duration(-behind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_says_its_zone_its_offset_and_how_far_it_is() {
        let at =
            ClearTime::parse("2026-12-01T09:00:00-06:00", Some("America/Chicago")).expect("a time");
        let check = |now_ms: i64, expect: &str| {
            let text = shown(&at, now_ms).into_string();
            assert!(
                text.contains("Tue, Dec 1, 2026, 09:00 CST (UTC-06:00)"),
                "{text}"
            );
            assert!(text.ends_with(&format!(">{expect}</span>")), "{text}");
        };

        check(at.at_ms - 3 * 3_600_000, "in 3 h");
        check(at.at_ms + 90_000, "90 s ago");
        check(at.at_ms, "now");
    }
}
