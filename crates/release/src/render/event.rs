//! What calls to webhooks tell: the types of events, each with its schema.

use crate::model::named;
use serde::{Deserialize, Serialize};
use std::fmt;

named! {
    /// The `type` of a call.
    Event {
        /// A release went out on the wire.
        Cleared => "release.cleared",
        /// A new endpoint is asked whether it wants calls.
        Challenge => "endpoint.challenge",
        /// Its owner asked for it.
        Test => "endpoint.test",
    }
}

impl Event {
    /// What such a call carries, as JSON Schema 2020-12. It forbids no further fields: later versions may add some.
    pub fn schema(self) -> &'static str {
        match self {
            Event::Cleared => include_str!("schemas/release.cleared.json"),
            Event::Challenge => include_str!("schemas/endpoint.challenge.json"),
            Event::Test => include_str!("schemas/endpoint.test.json"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn each_schema_is_of_its_event() {
        for event in Event::ALL {
            let schema: Value = serde_json::from_str(event.schema()).unwrap();

            assert_eq!(
                (&schema["$schema"], &schema["properties"]["type"]["const"]),
                (
                    &json!("https://json-schema.org/draft/2020-12/schema"),
                    &json!(event)
                )
            );
        }
    }
}
