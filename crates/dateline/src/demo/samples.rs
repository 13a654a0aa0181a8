//! The sample releases and their issuers, compiled in.

use anyhow::{Context, Result};
use release::source;
use serde_json::{Map, Value};

/// One sample release.
pub(super) struct Sample {
    pub(super) name: &'static str,
    text: &'static str,
}

macro_rules! sample {
    ($name:literal) => {
        Sample {
            name: $name,
            text: include_str!(concat!("../../samples/", $name, ".md")),
        }
    };
}

/// In the order in which they are submitted; the last one is refused.
const SAMPLES: &[Sample] = &[
    sample!("11-acquisition-to-schedule-en-us"),
    sample!("01-earnings-en-us"),
    sample!("02-joint-venture-en-gb"),
    sample!("03-grid-battery-en-us"),
    sample!("04-grid-battery-de-de"),
    sample!("05-grid-battery-es-us"),
    sample!("06-landslide-sensor-ja-jp"),
    sample!("07-diabetes-care-ar-145"),
    sample!("08-magic-lantern-fr-fr"),
    sample!("09-kettle-recall-en-us"),
    sample!("10-coffee-harvest-pt-br"),
    sample!("defective"),
];

pub(super) fn releases() -> &'static [Sample] {
    SAMPLES
}

impl Sample {
    /// Whether the demo sets its clear time a few seconds ahead.
    pub(super) fn is_scheduled(&self) -> bool {
        self.name.contains("to-schedule")
    }

    /// The submission.
    pub(super) fn read(&self) -> Result<Map<String, Value>> {
        source::parse(self.text.as_bytes()).with_context(|| format!("sample {}", self.name))
    }
}

/// The issuers as the API takes them.
pub(super) fn issuers() -> Result<Vec<Value>> {
    let issuers: Vec<Value> = serde_json::from_str(include_str!("../../samples/issuers.json"))?;
    let keep = |issuer: Value| {
        let fields = ["slug", "name", "site", "boilerplate"];
        Value::Object(
            fields
                .iter()
                .map(|field| ((*field).to_owned(), issuer[*field].clone()))
                .collect(),
        )
    };
    Ok(issuers.into_iter().map(keep).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use release::lint::lint;
    use release::topic::Taxonomy;

    #[test]
    fn samples_pass_lint_and_the_defective_one_does_not() {
        for sample in releases() {
            let linted = lint(&sample.read().unwrap(), Taxonomy::builtin());
            assert_eq!(
                linted.release.is_some(),
                sample.name != "defective",
                "{}: {:#?}",
                sample.name,
                linted.findings
            );
        }
    }
}
