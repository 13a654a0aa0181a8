//! What the owner of a webhook asks for.

use crate::client::Client;
use crate::commands::ask::text;
use anyhow::Result;
use clap::Args;
use http::Method;
use serde_json::{Map, Value, json};

#[derive(Debug, Args)]
pub(super) struct HookArgs {
    /// How a webhook's calls are signed: `hmac` or `ed25519`
    #[arg(long)]
    signing: Option<String>,
    /// How much of a release a webhook's calls carry: `summary` or `body`
    #[arg(long)]
    include: Option<String>,
    /// Whether a webhook is told of no revision before the one that it follows
    #[arg(long, value_name = "true|false")]
    ordered: Option<bool>,
    /// Calls a minute to a webhook at most; 0 for the wire's own limit
    #[arg(long, value_name = "CALLS")]
    per_minute: Option<i64>,
}

impl HookArgs {
    /// What was given, as the API takes it.
    pub(super) fn given(&self) -> Map<String, Value> {
        let fields = [
            ("signing", json!(self.signing)),
            ("include", json!(self.include)),
            ("ordered", json!(self.ordered)),
            ("per_minute", json!(self.per_minute)),
        ];
        let given = fields.into_iter().filter(|(_, value)| !value.is_null());
        given
            .map(|(field, value)| (field.to_owned(), value))
            .collect()
    }
}

/// Changes the endpoint of a subscription, for all that it gets.
pub(super) async fn change(
    client: &Client,
    subscription: &str,
    edit: Map<String, Value>,
) -> Result<()> {
    let path = format!("/v1/subscriptions/{subscription}");
    let endpoint = text(&client.ask(Method::GET, &path, None).await?, "endpoint");
    let path = format!("/v1/endpoints/{endpoint}");
    let shown = client.ask(Method::PATCH, &path, Some(&json!(edit))).await?;
    say!(
        "{endpoint} is called with signing {}, include {}, ordered {}, per_minute {}",
        text(&shown, "signing"),
        text(&shown, "include"),
        text(&shown, "ordered"),
        text(&shown, "per_minute")
    );
    Ok(())
}
