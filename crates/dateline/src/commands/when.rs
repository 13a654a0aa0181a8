//! Clear times as people type them.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// The fields that `--at` stands for.
pub(super) fn clear_time(at: &str, now_ms: i64) -> Result<Map<String, Value>> {
    let at = at.trim();
    let local = at.strip_suffix(']').and_then(|at| at.split_once('['));
    let fields = match (at.strip_prefix('+'), local) {
        _ if at.is_empty() => {
            bail!("--at is empty: give a time, or leave it out to release at once")
        }
        (Some(wait), _) => {
            let seconds = seconds(wait).with_context(|| {
                format!("--at {at}: write how long from now as `+90s`, `+30m`, `+2h` or `+1h30m`")
            })?;
            json!({ "clear_at": release::time::rfc3339(now_ms + seconds * 1000) })
        }
        (None, Some((local, zone))) => json!({ "clear_at": local, "zone": zone }),
        (None, None) => json!({ "clear_at": at }),
    };
    Ok(fields.as_object().cloned().unwrap_or_default())
}

/// `90`, `90s`, `1h30m` as seconds, up to ten years.
fn seconds(text: &str) -> Option<i64> {
    let (mut total, mut number) = (0_i64, String::new());
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    if !number.is_empty() {
        total = total.checked_add(number.parse().ok()?)?;
    }
    (1..=315_360_000).contains(&total).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_read_in_their_units() {
        let check = |text: &str, expect| assert_eq!(seconds(text), expect, "{text}");

        check("90s", Some(90));
        check("90", Some(90));
        check("2m", Some(120));
        check("1h30m", Some(5400));
        check("2d", Some(172_800));
        check("", None);
        check("0", None);
        check("m", None);
        check("5x", None);
        check("99999999999999999999s", None);
    }

    #[test]
    fn an_empty_time_is_never_at_once() {
        assert!(clear_time("", 0).is_err());
        assert!(clear_time("  ", 0).is_err());
    }
}
