//! Unix milliseconds as people write them, in UTC.

const MS_PER_DAY: i64 = 86_400_000;

/// `2026-11-23T08:00:00.000Z` (RFC 3339).
pub(super) fn rfc3339(unix_ms: i64) -> String {
    let (year, month, day) = date(unix_ms.div_euclid(MS_PER_DAY));
    format!("{year:04}-{month:02}-{day:02}T{}Z", time_of_day(unix_ms))
}

/// `08:00:00.000`.
fn time_of_day(unix_ms: i64) -> String {
    let ms = unix_ms.rem_euclid(MS_PER_DAY);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("{hour:02}:{minute:02}:{second:02}.{:03}", ms % 1000)
}

/// Year, month and day of a count of days since 1970-01-01, in the Gregorian calendar. Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `civil_from_days`: years start in March, so that the odd day of a leap year comes last.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants_are_written_right() {
        let check = |unix_ms, expect| assert_eq!(rfc3339(unix_ms), expect);

        check(0, "1970-01-01T00:00:00.000Z");
        check(-1, "1969-12-31T23:59:59.999Z");
        check(951_782_400_000, "2000-02-29T00:00:00.000Z");
        check(951_868_799_999, "2000-02-29T23:59:59.999Z");
        check(951_868_800_000, "2000-03-01T00:00:00.000Z");
        check(4_107_542_400_000, "2100-03-01T00:00:00.000Z");
        check(1_795_464_431_123, "2026-11-23T20:07:11.123Z");
        check(1_798_761_599_000, "2026-12-31T23:59:59.000Z");
    }
}
