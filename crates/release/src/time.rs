//! Times as the wire writes them: Unix milliseconds inside, RFC 3339 and local time with an IANA zone outside.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// When a release may leave, and the zone its people think in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClearTime {
    /// Unix milliseconds.
    pub at_ms: i64,
    /// An IANA zone name such as `America/New_York`.
    pub zone: String,
}

/// Why a clear time was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not an RFC 3339 or local time.
    #[error("`{0}` is not a time")]
    Malformed(String),
    /// A local time with no zone to read it in.
    #[error("`{0}` has neither an offset nor a zone")]
    NoZone(String),
    /// Not in the IANA database.
    #[error("`{0}` is not an IANA time zone")]
    UnknownZone(String),
    /// Skipped when the clocks went forward.
    #[error("{local} does not exist in {zone}: the clocks go from before it to after it that day")]
    Nonexistent {
        /// The local time as given.
        local: String,
        /// The zone it was read in.
        zone: String,
        /// The same moment counted with the offset before and after the change, RFC 3339.
        candidates: [String; 2],
    },
    /// Happens twice when the clocks go back.
    #[error("{local} happens twice in {zone}: the clocks go back that day")]
    Ambiguous {
        /// The local time as given.
        local: String,
        /// The zone it was read in.
        zone: String,
        /// The first and the second, RFC 3339.
        candidates: [String; 2],
    },
}

const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

impl ClearTime {
    /// Reads `2026-12-01T09:00:00Z`, `2026-12-01T09:00-06:00`, or a local time with a zone.
    ///
    /// An offset decides by itself; the zone then only says how to show the time. Without a zone it is UTC.
    pub fn parse(at: &str, zone: Option<&str>) -> Result<ClearTime, TimeError> {
        let named = zone.map(time_zone).transpose()?;
        if let Ok(timestamp) = at.parse::<Timestamp>() {
            let zone = zone.unwrap_or("UTC").to_owned();
            return Ok(ClearTime {
                at_ms: timestamp.as_millisecond(),
                zone,
            });
        }
        let local: DateTime = at
            .parse()
            .map_err(|_| TimeError::Malformed(at.to_owned()))?;
        let (Some(zone), Some(tz)) = (zone, named) else {
            return Err(TimeError::NoZone(at.to_owned()));
        };
        Ok(ClearTime {
            at_ms: resolve(local, zone, &tz)?,
            zone: zone.to_owned(),
        })
    }

    /// The time in its own zone with the offset, such as `2026-12-01T09:00:00-06:00`.
    pub fn rfc3339(&self) -> String {
        match time_zone(&self.zone) {
            Ok(tz) => in_zone(self.at_ms, &tz, "%Y-%m-%dT%H:%M:%S%:z"),
            Err(_) => rfc3339(self.at_ms),
        }
    }

    /// The day in its own zone.
    pub(crate) fn date(&self) -> Date {
        let tz = time_zone(&self.zone).unwrap_or(TimeZone::UTC);
        timestamp(self.at_ms).to_zoned_datetime(tz).date()
    }

    /// The time in its own zone in the given `strftime` form.
    pub fn strftime(&self, format: &str) -> String {
        let tz = time_zone(&self.zone).unwrap_or(TimeZone::UTC);
        in_zone(self.at_ms, &tz, format)
    }
}

fn time_zone(name: &str) -> Result<TimeZone, TimeError> {
    TimeZone::get(name).map_err(|_| TimeError::UnknownZone(name.to_owned()))
}

fn in_zone(at_ms: i64, tz: &TimeZone, format: &str) -> String {
    timestamp(at_ms)
        .to_zoned_datetime(tz.clone())
        .strftime(format)
        .to_string()
}

fn resolve(local: DateTime, zone: &str, tz: &TimeZone) -> Result<i64, TimeError> {
    let candidate = |offset: jiff::tz::Offset| match offset.to_timestamp(local) {
        Ok(timestamp) => in_zone(timestamp.as_millisecond(), tz, "%Y-%m-%dT%H:%M:%S%:z"),
        Err(error) => error.to_string(),
    };
    match tz.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset
            .to_timestamp(local)
            .map(|timestamp| timestamp.as_millisecond())
            .map_err(|_| TimeError::Malformed(local.to_string())),
        AmbiguousOffset::Gap { before, after } => Err(TimeError::Nonexistent {
            local: local.to_string(),
            zone: zone.to_owned(),
            candidates: [candidate(after), candidate(before)],
        }),
        AmbiguousOffset::Fold { before, after } => Err(TimeError::Ambiguous {
            local: local.to_string(),
            zone: zone.to_owned(),
            candidates: [candidate(before), candidate(after)],
        }),
    }
}

fn timestamp(at_ms: i64) -> Timestamp {
    Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Unix milliseconds as RFC 3339 in UTC with milliseconds: `2026-12-01T15:00:00.000Z`.
pub fn rfc3339(at_ms: i64) -> String {
    timestamp(at_ms)
        .strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
        .to_string()
}

/// Reads what [`rfc3339`] writes, with any offset. Unix milliseconds.
pub fn parse_rfc3339(text: &str) -> Result<i64, TimeError> {
    text.parse::<Timestamp>()
        .map(Timestamp::as_millisecond)
        .map_err(|_| TimeError::Malformed(text.to_owned()))
}

/// Unix milliseconds as HTTP and RSS write them (RFC 9110, 5.6.7): `Tue, 01 Dec 2026 09:00:00 GMT`.
pub fn http_date(at_ms: i64) -> String {
    timestamp(at_ms).strftime(HTTP_DATE).to_string()
}

/// Reads what [`http_date`] writes; the two obsolete forms are not read. Unix milliseconds.
pub fn parse_http_date(text: &str) -> Option<i64> {
    let local = DateTime::strptime(HTTP_DATE, text).ok()?;
    let timestamp = TimeZone::UTC.to_timestamp(local).ok()?;
    Some(timestamp.as_millisecond())
}

/// A length of time as people say it, rounded to what matters: `850 ms`, `12 s`, `3 min`, `2 h`, `5 d`.
pub fn human_duration(duration_ms: i64) -> String {
    let duration = SignedDuration::from_millis(duration_ms.max(0));
    match duration.as_secs() {
        0 => format!("{duration_ms} ms"),
        1..120 => format!("{} s", duration.as_secs()),
        120..7200 => format!("{} min", duration.as_secs() / 60),
        7200..172_800 => format!("{} h", duration.as_secs() / 3600),
        _ => format!("{} d", duration.as_secs() / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_read_in_their_zone() {
        let clear = ClearTime::parse("2026-12-01T09:00", Some("America/Chicago")).unwrap();

        assert_eq!(rfc3339(clear.at_ms), "2026-12-01T15:00:00.000Z");
        assert_eq!(clear.rfc3339(), "2026-12-01T09:00:00-06:00");
    }

    #[test]
    fn gaps_and_folds_are_refused_with_both_candidates() {
        let gap = ClearTime::parse("2027-03-14T02:30:00", Some("America/New_York")).unwrap_err();
        let fold = ClearTime::parse("2026-11-01T01:30:00", Some("America/New_York")).unwrap_err();

        assert!(
            matches!(&gap, TimeError::Nonexistent { candidates, .. }
            if candidates == &["2027-03-14T01:30:00-05:00", "2027-03-14T03:30:00-04:00"]),
            "{gap:?}"
        );
        assert!(
            matches!(&fold, TimeError::Ambiguous { candidates, .. }
            if candidates == &["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"]),
            "{fold:?}"
        );
    }

    #[test]
    fn dates_of_http_are_read_back() {
        let text = http_date(1_796_115_600_500);

        assert_eq!(text, "Tue, 01 Dec 2026 09:00:00 GMT");
        assert_eq!(parse_http_date(&text), Some(1_796_115_600_000));
        assert_eq!(parse_http_date("Tuesday"), None);
    }

    #[test]
    fn a_time_without_offset_needs_a_zone_that_exists() {
        let no_zone = ClearTime::parse("2026-12-01T09:00", None);
        let bad_zone = ClearTime::parse("2026-12-01T09:00", Some("America/Springfield"));
        let malformed = ClearTime::parse("tomorrow", Some("UTC"));

        assert_eq!(no_zone, Err(TimeError::NoZone("2026-12-01T09:00".into())));
        assert_eq!(
            bad_zone,
            Err(TimeError::UnknownZone("America/Springfield".into()))
        );
        assert_eq!(malformed, Err(TimeError::Malformed("tomorrow".into())));
    }
}
