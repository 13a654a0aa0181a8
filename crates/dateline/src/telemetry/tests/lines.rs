//! What a line looks like.

use serde_json::json;
use tracing::{Level, error, info, info_span, warn};

use super::{PLAIN, under};
use crate::telemetry::console::Form;
use crate::telemetry::{LogLine, Paint};

#[test]
fn json_line_has_its_head_then_span_fields_then_its_own() {
    let seen = under("info", Form::Json, |_| {
        let outer = info_span!(
            "batch",
            batch.id = 7,
            lane = "flash",
            tries = tracing::field::Empty
        );
        let _outer = outer.enter();
        let _inner = info_span!("call", lane = "regular").entered();
        outer.record("tries", 2);
        info!(delivery.id = %"12-3", ok = true, share = 0.5, "webhook answered");
    });

    assert_eq!(
        seen.printed(),
        concat!(
            r#"{"time":"2026-11-23T20:07:11.123Z","level":"info","target":"dateline::telemetry::tests::lines","#,
            r#""message":"webhook answered","batch.id":7,"lane":"regular","tries":2,"#,
            r#""delivery.id":"12-3","ok":true,"share":0.5}"#,
            "\n"
        )
    );
}

#[test]
fn text_line_reads_as_one_line() {
    let seen = under("info", PLAIN, |_| {
        warn!(attempt = 3, reason = "no \"route\"", id = %"ep_1", empty = "", "trying\nagain \x1b[2J");
    });

    assert_eq!(
        seen.printed(),
        "20:07:11.123  WARN dateline::telemetry::tests::lines: trying\\nagain \\u{1b}[2J \
         attempt=3 reason=\"no \\\"route\\\"\" id=ep_1 empty=\"\"\n"
    );
}

#[test]
fn colours_are_put_around_level_and_keys() {
    let seen = under("info", Form::Text(Paint::Colours), |_| {
        error!(id = 1, "failed")
    });

    assert_eq!(
        seen.printed(),
        "\x1b[2m20:07:11.123\x1b[0m \x1b[1;31mERROR\x1b[0m \x1b[2mdateline::telemetry::tests::lines:\x1b[0m \
         failed \x1b[2mid=\x1b[0m1\n"
    );
}

#[test]
fn slips_are_blanked_and_the_head_is_not_overwritten() {
    let seen = under("info", Form::Json, |_| {
        info!(
            api.token = "t",
            body = "secret text",
            body_bytes = 3,
            level = 9,
            time = 1,
            "slip"
        );
    });

    let line = &seen.json()[0];
    assert_eq!(line["api.token"], "***");
    assert_eq!(line["body"], "***");
    assert_eq!(line["body_bytes"], 3);
    assert_eq!(
        (&line["level"], &line["field.level"]),
        (&json!("info"), &json!(9))
    );
    assert_eq!(
        (&line["time"], &line["field.time"]),
        (&json!("2026-11-23T20:07:11.123Z"), &json!(1))
    );
}

#[test]
fn errors_are_told_with_their_causes() {
    #[derive(Debug)]
    struct Outer(std::fmt::Error);
    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "outer")
        }
    }
    impl std::error::Error for Outer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    let failure = Outer(std::fmt::Error);
    let seen = under("info", Form::Json, |_| {
        error!(
            error = &failure as &(dyn std::error::Error + 'static),
            "failed"
        );
    });

    let cause = std::fmt::Error.to_string();
    assert_eq!(seen.json()[0]["error"], format!("outer: {cause}"));
}

#[test]
fn line_survives_the_wire() {
    let seen = under("info", PLAIN, |telemetry| {
        telemetry.want_tail_level(Some(Level::INFO));
        info!(id = 1, "told");
    });
    let line = seen.tailed.lock().unwrap()[0].clone();

    let wire = serde_json::to_string(&line).unwrap();
    let back: LogLine = serde_json::from_str(&wire).unwrap();

    assert!(wire.starts_with(r#"{"time":"2026"#));
    assert_eq!(back, line);
    assert!(serde_json::from_str::<LogLine>("{}").is_err());
}
