//! `dateline trace`: what happened to an address, a delivery or a release, in order.

use super::admin::print_table;
use super::ask::query;
use crate::client::Client;
use anyhow::Result;
use clap::Args;
use http::Method;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct TraceArgs {
    /// A mail address, a webhook's URL, `ep_…`, a webhook-id or Message-ID (`alr_…_ep_…`), or `rel_…`
    of: String,
    /// Addresses whole, not masked; the audit log keeps that you looked
    #[arg(long)]
    full: bool,
    /// The newest so many deliveries of an address; 1 to 500
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u16,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &TraceArgs, client: &Client) -> Result<ExitCode> {
    let pairs = [
        ("of", Some(args.of.clone())),
        ("full", args.full.then(|| "true".to_owned())),
        ("limit", Some(args.limit.to_string())),
    ];
    let path = query("/v1/trace", &pairs);
    let shown = client.ask(Method::GET, &path, None).await?;
    match args.json {
        true => say!("{shown}"),
        false => print_table(
            &shown["events"],
            &["at", "what", "release", "delivery", "detail"],
        ),
    }
    Ok(ExitCode::SUCCESS)
}
