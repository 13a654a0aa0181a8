//! How one path misbehaves.

use std::time::Duration;

use http::StatusCode;

use crate::http_raw::RawAnswer;

/// How a call is served: see the table at [`HttpSink`](crate::HttpSink).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// 204, and challenges are answered.
    Ok,
    /// 200 with an empty object, to challenges too.
    NoChallenge,
    Status {
        status: StatusCode,
        retry_after: Option<String>,
    },
    Flaky {
        failures: u32,
    },
    Stall,
    Slow(Duration),
    Drop,
    Huge,
    Drip,
    Gzip,
    /// What hyper would not say.
    Raw(RawAnswer),
    Redirect(StatusCode),
    Unknown,
}

/// A behaviour, and whether challenges are answered before it comes into play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Served {
    Always(Behaviour),
    AfterChallenge(Behaviour),
}

impl Served {
    /// Reads path and query, as in `/status/503/anna` and `retry_after=5`.
    pub(crate) fn of(path: &str, query: Option<&str>) -> Served {
        let mut segments = path.split('/').skip(1);
        match segments.next().unwrap_or("") {
            "ok" => Served::AfterChallenge(Behaviour::Ok),
            "challenge" => {
                let behaviour = Behaviour::of(
                    segments.next().unwrap_or(""),
                    segments.next().unwrap_or(""),
                    query,
                );
                Served::AfterChallenge(if behaviour == Behaviour::Unknown {
                    Behaviour::Ok
                } else {
                    behaviour
                })
            }
            verb => Served::Always(Behaviour::of(verb, segments.next().unwrap_or(""), query)),
        }
    }

    /// Whether a call is taken but its answer is lost.
    pub(crate) fn drops(&self) -> bool {
        matches!(
            self,
            Served::Always(Behaviour::Drop) | Served::AfterChallenge(Behaviour::Drop)
        )
    }
}

impl Behaviour {
    fn of(verb: &str, object: &str, query: Option<&str>) -> Behaviour {
        match verb {
            "ok" => Behaviour::Ok,
            "nochallenge" => Behaviour::NoChallenge,
            "stall" => Behaviour::Stall,
            "drop" => Behaviour::Drop,
            "huge" => Behaviour::Huge,
            "drip" => Behaviour::Drip,
            "gzip" => Behaviour::Gzip,
            "redirect" => Behaviour::redirect(object),
            "status" => Behaviour::status(object, query).unwrap_or(Behaviour::Unknown),
            "flaky" => object
                .parse()
                .map_or(Behaviour::Unknown, |failures| Behaviour::Flaky { failures }),
            "slow" => object.parse().map_or(Behaviour::Unknown, |millis| {
                Behaviour::Slow(Duration::from_millis(millis))
            }),
            _ => RawAnswer::of(verb).map_or(Behaviour::Unknown, Behaviour::Raw),
        }
    }

    fn redirect(object: &str) -> Behaviour {
        let status = object.parse().ok().filter(StatusCode::is_redirection);
        Behaviour::Redirect(status.unwrap_or(StatusCode::FOUND))
    }

    /// Informational codes are no final answer, so they are not served.
    fn status(object: &str, query: Option<&str>) -> Option<Behaviour> {
        let status: StatusCode = object
            .parse()
            .ok()
            .filter(|status: &StatusCode| !status.is_informational())?;
        let pairs = query.unwrap_or("").split('&');
        let retry_after = pairs
            .filter_map(|pair| pair.strip_prefix("retry_after="))
            .next()
            .map(str::to_owned);
        Some(Behaviour::Status {
            status,
            retry_after,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, query: Option<&str>, served: Served) {
        assert_eq!(Served::of(path, query), served, "{path}");
    }

    #[test]
    fn the_first_segment_names_the_behaviour() {
        let unavailable = Behaviour::Status {
            status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: Some("7".into()),
        };

        check("/ok/anna", None, Served::AfterChallenge(Behaviour::Ok));
        check(
            "/status/503/anna",
            Some("a=b&retry_after=7"),
            Served::Always(unavailable),
        );
        check(
            "/flaky/2/anna",
            None,
            Served::Always(Behaviour::Flaky { failures: 2 }),
        );
        check(
            "/slow/250/anna",
            None,
            Served::Always(Behaviour::Slow(Duration::from_millis(250))),
        );
        check(
            "/redirect/anna",
            None,
            Served::Always(Behaviour::Redirect(StatusCode::FOUND)),
        );
        check(
            "/redirect/307/anna",
            None,
            Served::Always(Behaviour::Redirect(StatusCode::TEMPORARY_REDIRECT)),
        );
        check(
            "/trickle/anna",
            None,
            Served::Always(Behaviour::Raw(RawAnswer::Trickle)),
        );
        check(
            "/challenge/anna",
            None,
            Served::AfterChallenge(Behaviour::Ok),
        );
        check(
            "/challenge/drop/anna",
            None,
            Served::AfterChallenge(Behaviour::Drop),
        );
    }

    #[test]
    fn what_is_not_in_the_table_is_unknown() {
        for path in [
            "/",
            "",
            "/hook",
            "/status/abc",
            "/status/100/a",
            "/flaky/a/b",
            "/slow",
        ] {
            check(path, None, Served::Always(Behaviour::Unknown));
        }
    }
}
