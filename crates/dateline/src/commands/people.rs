//! `dateline person`: who signs in at the desk, and with which rights.

use super::admin::print_table;
use super::ask::text;
use crate::client::Client;
use anyhow::Result;
use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Map, Value, json};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct PersonArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a person; they sign in by a link mailed to them
    Add {
        /// As shown in history
        name: String,
        /// Where links to sign in go
        email: String,
        /// submitter, approver, editor, operator; may be repeated
        #[arg(long, required = true)]
        right: Vec<String>,
        /// An issuer they act for; may be repeated
        #[arg(long)]
        issuer: Vec<String>,
    },
    /// List everybody who may sign in
    List,
    /// Change a person; what is not given stays
    Change {
        /// `per_…`
        id: String,
        /// As shown in history
        #[arg(long)]
        name: Option<String>,
        /// All the rights they are to have; may be repeated
        #[arg(long)]
        right: Vec<String>,
        /// All the issuers they are to act for; may be repeated
        #[arg(long)]
        issuer: Vec<String>,
    },
    /// Remove a person; their sessions end at once
    Remove {
        /// `per_…`
        id: String,
    },
}

pub(super) async fn run(args: PersonArgs, client: &Client) -> Result<ExitCode> {
    match args.action {
        Action::Add {
            name,
            email,
            right,
            issuer,
        } => {
            let body = json!({ "name": name, "email": email, "rights": right, "issuers": issuer });
            let shown = client.ask(Method::POST, "/v1/people", Some(&body)).await?;
            say!("{} added: {name} signs in at /desk", text(&shown, "id"));
        }
        Action::List => {
            let people = client.all("/v1/people", "people").await?;
            print_table(&people, &["id", "name", "email", "rights", "issuers"]);
        }
        Action::Change {
            id,
            name,
            right,
            issuer,
        } => {
            let mut body = Map::new();
            body.extend(name.map(|name| ("name".to_owned(), json!(name))));
            body.extend((!right.is_empty()).then(|| ("rights".to_owned(), json!(right))));
            body.extend((!issuer.is_empty()).then(|| ("issuers".to_owned(), json!(issuer))));
            let path = format!("/v1/people/{id}");
            let body = Value::Object(body);
            let shown = client.ask(Method::PATCH, &path, Some(&body)).await?;
            say!("{id} changed: {shown}");
        }
        Action::Remove { id } => {
            let path = format!("/v1/people/{id}");
            client.ask(Method::DELETE, &path, None).await?;
            say!("{id} removed, and signed out everywhere");
        }
    }
    Ok(ExitCode::SUCCESS)
}
