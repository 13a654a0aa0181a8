//! How often a reader is told, and the hour at which what was gathered meanwhile comes in one mail.

use crate::address::printable;
use crate::model::named;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use serde::{Deserialize, Serialize};
use std::fmt;

named! {
    /// How often a subscription tells its reader; all but the first gather what matched into one mail.
    #[derive(Default)]
    Frequency {
        /// Each alert by itself, within seconds.
        #[default]
        AtOnce => "at-once",
        /// One mail at the full hour.
        Hourly => "hourly",
        /// One mail a day.
        Daily => "daily",
        /// One mail a week.
        Weekly => "weekly",
    }
}

named! {
    /// A day of the week.
    DigestDay {
        /// The first (ISO 8601).
        Monday => "monday",
        /// The second.
        Tuesday => "tuesday",
        /// The third.
        Wednesday => "wednesday",
        /// The fourth.
        Thursday => "thursday",
        /// The fifth.
        Friday => "friday",
        /// The sixth.
        Saturday => "saturday",
        /// The last.
        Sunday => "sunday",
    }
}

named! {
    /// Why a delivery waits for a digest instead of leaving by itself.
    Gathered {
        /// Its reader asked for a mail an hour.
        Hourly => "hourly",
        /// Its reader asked for a mail a day.
        Daily => "daily",
        /// Its reader asked for a mail a week.
        Weekly => "weekly",
        /// Its reader had too many mails within the hour.
        Flood => "flood",
    }
}

/// When digests come: the time and zone of daily ones, and the day of weekly ones.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DigestTime {
    hour: i8,
    minute: i8,
    day: DigestDay,
    zone: String,
}

/// Why the time of digests was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestTimeError {
    /// Not `08:00`.
    #[error("`{}` is not a time of day", printable(.0))]
    Time(String),
    /// Not `monday`.
    #[error("`{}` is not a day of the week", printable(.0))]
    Day(String),
    /// Not in the IANA database.
    #[error("`{}` is not an IANA time zone", printable(.0))]
    Zone(String),
    /// Not three words.
    #[error("`{}` is not a time, a day and a zone", printable(.0))]
    Parts(String),
}

impl Default for DigestTime {
    /// Eight on Monday mornings, UTC.
    fn default() -> DigestTime {
        DigestTime {
            hour: 8,
            minute: 0,
            day: DigestDay::Monday,
            zone: "UTC".to_owned(),
        }
    }
}

impl DigestTime {
    /// From a time of day (`08:00`), a day (`monday`) and an IANA zone (`Europe/Madrid`).
    pub fn new(time: &str, day: &str, zone: &str) -> Result<DigestTime, DigestTimeError> {
        let (hour, minute) =
            time_of_day(time).ok_or_else(|| DigestTimeError::Time(time.to_owned()))?;
        let day = DigestDay::parse(&day.to_lowercase())
            .ok_or_else(|| DigestTimeError::Day(day.to_owned()))?;
        TimeZone::get(zone).map_err(|_| DigestTimeError::Zone(zone.to_owned()))?;
        Ok(DigestTime {
            hour,
            minute,
            day,
            zone: zone.to_owned(),
        })
    }

    /// Reads what [`DigestTime`] prints: `08:00 monday Europe/Madrid`.
    pub fn parse(text: &str) -> Result<DigestTime, DigestTimeError> {
        let mut parts = text.split(' ');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(time), Some(day), Some(zone), None) => DigestTime::new(time, day, zone),
            _ => Err(DigestTimeError::Parts(text.to_owned())),
        }
    }

    /// The time of day, such as `08:00`.
    pub fn time(&self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// The day of weekly digests.
    pub fn day(&self) -> DigestDay {
        self.day
    }

    /// The IANA zone that time and day are read in.
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// When the next digest comes after `now_ms`, Unix milliseconds; none for what is told at once.
    ///
    /// A time that the clocks skip that day comes as much later as they skip; one that happens twice comes at the first.
    pub fn next_ms(&self, frequency: Frequency, now_ms: i64) -> Option<i64> {
        let now = Timestamp::from_millisecond(now_ms).ok()?;
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        let local = now.to_zoned_datetime(zone);
        let days = match frequency {
            Frequency::AtOnce => return None,
            Frequency::Hourly => return Some((now_ms.div_euclid(HOUR_MS) + 1) * HOUR_MS),
            Frequency::Daily => 0,
            Frequency::Weekly => local.weekday().until(weekday(self.day)),
        };
        let again = if frequency == Frequency::Daily { 1 } else { 7 };
        let first = self.on(&local, days)?;
        match first > now_ms {
            true => Some(first),
            false => self.on(&local, days + again),
        }
    }

    fn on(&self, local: &ZonedDateTime, days: i8) -> Option<i64> {
        let date = local.date().checked_add(i64::from(days).days()).ok()?;
        let at: DateTime = date.at(self.hour, self.minute, 0, 0);
        let zoned = local
            .time_zone()
            .to_ambiguous_zoned_datetime(at)
            .compatible()
            .ok()?;
        Some(zoned.timestamp().as_millisecond())
    }
}

const HOUR_MS: i64 = 3_600_000;

fn weekday(day: DigestDay) -> Weekday {
    match day {
        DigestDay::Monday => Weekday::Monday,
        DigestDay::Tuesday => Weekday::Tuesday,
        DigestDay::Wednesday => Weekday::Wednesday,
        DigestDay::Thursday => Weekday::Thursday,
        DigestDay::Friday => Weekday::Friday,
        DigestDay::Saturday => Weekday::Saturday,
        DigestDay::Sunday => Weekday::Sunday,
    }
}

fn time_of_day(text: &str) -> Option<(i8, i8)> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| -> Option<i8> {
        let digits =
            !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok())?
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}

impl fmt::Display for DigestTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.time(), self.day, self.zone)
    }
}

impl Frequency {
    /// As the reason why something waits; none for what is told at once.
    pub fn gathered(self) -> Option<Gathered> {
        match self {
            Frequency::AtOnce => None,
            Frequency::Hourly => Some(Gathered::Hourly),
            Frequency::Daily => Some(Gathered::Daily),
            Frequency::Weekly => Some(Gathered::Weekly),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::rfc3339;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn digests_come_at_the_readers_hour_whatever_the_clocks_do() {
        let table = [
            (
                "08:00 monday UTC",
                Frequency::Hourly,
                "2026-11-24T09:59:59.999Z",
                "2026-11-24T10:00:00Z",
            ),
            (
                "08:00 monday UTC",
                Frequency::Hourly,
                "2026-11-24T10:00:00Z",
                "2026-11-24T11:00:00Z",
            ),
            (
                "08:00 monday Europe/Madrid",
                Frequency::Daily,
                "2026-11-24T06:59:59.999Z",
                "2026-11-24T07:00:00Z",
            ),
            (
                "08:00 monday Europe/Madrid",
                Frequency::Daily,
                "2026-11-24T07:00:00Z",
                "2026-11-25T07:00:00Z",
            ),
            (
                "17:30 monday Asia/Kolkata",
                Frequency::Daily,
                "2026-11-24T11:00:00Z",
                "2026-11-24T12:00:00Z",
            ),
            // Tuesday, to the next Monday, and on Monday itself before and after the hour.
            (
                "08:00 monday UTC",
                Frequency::Weekly,
                "2026-11-24T00:00:00Z",
                "2026-11-30T08:00:00Z",
            ),
            (
                "08:00 monday UTC",
                Frequency::Weekly,
                "2026-11-30T07:00:00Z",
                "2026-11-30T08:00:00Z",
            ),
            (
                "08:00 monday UTC",
                Frequency::Weekly,
                "2026-11-30T08:00:00Z",
                "2026-12-07T08:00:00Z",
            ),
            // Already Monday in Auckland.
            (
                "08:00 monday Pacific/Auckland",
                Frequency::Weekly,
                "2026-11-29T18:00:00Z",
                "2026-11-29T19:00:00Z",
            ),
            // 02:30 is skipped on 2027-03-28 in Paris, and happens twice on 2026-10-25.
            (
                "02:30 monday Europe/Paris",
                Frequency::Daily,
                "2027-03-28T00:00:00Z",
                "2027-03-28T01:30:00Z",
            ),
            (
                "02:30 monday Europe/Paris",
                Frequency::Daily,
                "2026-10-24T23:00:00Z",
                "2026-10-25T00:30:00Z",
            ),
            (
                "02:30 monday Europe/Paris",
                Frequency::Daily,
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00Z",
            ),
        ];
        for (at, frequency, now, expect) in table {
            let next = DigestTime::parse(at).unwrap().next_ms(frequency, ms(now));

            assert_eq!(
                next.map(rfc3339),
                Some(rfc3339(ms(expect))),
                "{at}, {frequency}, after {now}"
            );
        }
        let at_once = DigestTime::default().next_ms(Frequency::AtOnce, 0);
        assert_eq!(at_once, None);
    }

    #[test]
    fn what_is_no_time_of_a_digest_is_named() {
        for (time, day, zone, says) in [
            ("24:00", "monday", "UTC", "`24:00` is not a time of day"),
            ("8", "monday", "UTC", "`8` is not a time of day"),
            ("+8:00", "monday", "UTC", "`+8:00` is not a time of day"),
            ("08:00", "noday", "UTC", "`noday` is not a day of the week"),
            (
                "08:00",
                "Monday",
                "Mars/Base",
                "`Mars/Base` is not an IANA time zone",
            ),
        ] {
            let error = DigestTime::new(time, day, zone).unwrap_err();

            assert_eq!(error.to_string(), says);
        }
        let printed = DigestTime::new("7:05", "Sunday", "Asia/Tokyo").unwrap();
        assert_eq!(printed.to_string(), "07:05 sunday Asia/Tokyo");
        assert_eq!(DigestTime::parse(&printed.to_string()), Ok(printed));
        assert!(DigestTime::parse("08:00 monday").is_err());
    }
}
