//! `dateline issuer`, `token`, `topic`, `dead`: what operators keep in order.

use super::Common;
use super::ask::{plain, query, text};
use crate::client::Client;
use crate::table::table;
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use http::Method;
use release::topic::TopicKind;
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct IssuerArgs {
    #[command(subcommand)]
    action: IssuerAction,
}

#[derive(Debug, Subcommand)]
enum IssuerAction {
    /// Add an organisation
    Add {
        /// How releases name it: `acme-robotics`
        slug: String,
        /// As printed in the SOURCE line
        name: String,
        /// Its own site
        #[arg(long)]
        site: Option<String>,
        /// Its "About" paragraph, for releases that bring none
        #[arg(long)]
        boilerplate: Option<String>,
        /// Whether an editor sees its releases first: none, first-release, always
        #[arg(long)]
        review: Option<String>,
        /// Whether an approver of its own does: none, required
        #[arg(long)]
        approval: Option<String>,
    },
    /// Change an organisation; what is not given stays
    Change {
        /// How releases name it
        slug: String,
        /// As printed in the SOURCE line
        #[arg(long)]
        name: Option<String>,
        /// Its own site
        #[arg(long)]
        site: Option<String>,
        /// Its "About" paragraph
        #[arg(long)]
        boilerplate: Option<String>,
        /// none, first-release, always
        #[arg(long)]
        review: Option<String>,
        /// none, required
        #[arg(long)]
        approval: Option<String>,
    },
    /// List the organisations
    List,
}

pub(super) async fn issuer(args: IssuerArgs, client: &Client) -> Result<ExitCode> {
    match args.action {
        IssuerAction::Add {
            slug,
            name,
            site,
            boilerplate,
            review,
            approval,
        } => {
            let body = json!({
                "slug": slug, "name": name, "site": site, "boilerplate": boilerplate, "review": review, "approval": approval,
            });
            let shown = client.ask(Method::POST, "/v1/issuers", Some(&body)).await?;
            say!("{} added: {}", text(&shown, "slug"), text(&shown, "name"));
        }
        IssuerAction::Change {
            slug,
            name,
            site,
            boilerplate,
            review,
            approval,
        } => {
            let body = json!({
                "name": name, "site": site, "boilerplate": boilerplate, "review": review, "approval": approval,
            });
            let path = format!("/v1/issuers/{slug}");
            let shown = client.ask(Method::PATCH, &path, Some(&body)).await?;
            say!("{slug} changed: {shown}");
        }
        IssuerAction::List => {
            let issuers = client.all("/v1/issuers", "issuers").await?;
            let head = ["slug", "name", "site", "review", "approval", "id"];
            print_table(&issuers, &head);
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    #[command(subcommand)]
    action: TokenAction,
}

#[derive(Debug, Subcommand)]
enum TokenAction {
    /// Make a token; its secret is shown once
    Add {
        /// What its owner is called
        name: String,
        /// releases:write, releases:read, releases:approve, releases:review, subscriptions:write, subscriptions:read, flash, bounces:write, metrics:read, operator; may be repeated
        #[arg(long, required_unless_present = "owner")]
        scope: Vec<String>,
        /// Instead of scopes: the mail address of a subscriber, whose endpoints and subscriptions it looks after
        #[arg(long, conflicts_with_all = ["scope", "issuer", "email"])]
        owner: Option<String>,
        /// An issuer it may speak for (default: all); may be repeated
        #[arg(long)]
        issuer: Vec<String>,
        /// Where notices about its releases go
        #[arg(long)]
        email: Option<String>,
    },
    /// List the tokens, without their secrets
    List,
    /// Revoke a token
    Revoke {
        /// `tok_…`
        id: String,
    },
}

pub(super) async fn token(args: TokenArgs, client: &Client) -> Result<ExitCode> {
    match args.action {
        TokenAction::Add {
            name,
            scope,
            owner,
            issuer,
            email,
        } => {
            let body = json!({ "name": name, "scopes": scope, "owner": owner, "issuers": issuer, "email": email });
            let shown = client.ask(Method::POST, "/v1/tokens", Some(&body)).await?;
            say!(
                "{} made for {name}; the token is shown once, keep it:\n{}",
                text(&shown, "id"),
                text(&shown, "token")
            );
        }
        TokenAction::List => {
            let tokens = client.all("/v1/tokens", "tokens").await?;
            print_table(
                &tokens,
                &[
                    "id",
                    "name",
                    "scopes",
                    "owner",
                    "issuers",
                    "created_at",
                    "revoked_at",
                ],
            );
        }
        TokenAction::Revoke { id } => {
            client
                .ask(Method::DELETE, &format!("/v1/tokens/{id}"), None)
                .await?;
            say!("{id} revoked");
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Args)]
pub(super) struct TopicArgs {
    #[command(subcommand)]
    action: TopicAction,
}

#[derive(Debug, Subcommand)]
enum TopicAction {
    /// List the topics as a tree
    List {
        /// In the form that the setting `topics.file` reads
        #[arg(long)]
        json: bool,
    },
    /// Show a topic, by slug or name
    Show {
        /// `mining`, "Mining & Metals"
        topic: String,
    },
}

pub(super) fn topic(args: &TopicArgs, common: &Common) -> Result<ExitCode> {
    let taxonomy = crate::app::taxonomy(&common.settings()?)?;
    match &args.action {
        TopicAction::List { json: true } => {
            say!(
                "{}",
                serde_json::to_string_pretty(&taxonomy.iter().collect::<Vec<_>>())?
            );
        }
        TopicAction::List { json: false } => {
            for section in taxonomy
                .iter()
                .filter(|topic| topic.kind == TopicKind::Section)
            {
                say!("{}  ({})", section.name, section.slug);
                for industry in taxonomy.children(&section.slug) {
                    say!("  {}  ({})", industry.name, industry.slug);
                    for subject in taxonomy.children(&industry.slug) {
                        say!("    {}  ({})", subject.name, subject.slug);
                    }
                }
            }
        }
        TopicAction::Show { topic } => {
            let Some(found) = taxonomy.resolve(topic) else {
                let nearest: Vec<_> = taxonomy
                    .nearest(topic, 3)
                    .iter()
                    .map(|topic| topic.slug.to_string())
                    .collect();
                bail!("no topic `{topic}`; nearest: {}", nearest.join(", "));
            };
            let list = |slugs: Vec<release::topic::TopicSlug>| {
                slugs
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            say!("{}  ({}, {})", found.name, found.slug, found.kind);
            say!("under:  {}", list(taxonomy.ancestors(&found.slug)));
            say!("covers: {}", list(taxonomy.descendants(&found.slug)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Args)]
pub(super) struct DeadArgs {
    #[command(subcommand)]
    action: DeadAction,
}

#[derive(Debug, Subcommand)]
enum DeadAction {
    /// List deliveries that were given up, with their last error
    List {
        /// Of this release only
        #[arg(long)]
        release: Option<String>,
    },
    /// Try them again
    Replay {
        /// All of this release
        #[arg(long)]
        release: Option<String>,
        /// All of this endpoint
        #[arg(long)]
        endpoint: Option<String>,
    },
}

pub(super) async fn dead(args: DeadArgs, client: &Client) -> Result<ExitCode> {
    match args.action {
        DeadAction::List { release } => {
            let path = query(
                "/v1/deliveries/dead",
                &[("release", release), ("limit", Some("500".into()))],
            );
            let shown = client.ask(Method::GET, &path, None).await?;
            let head = [
                "release",
                "endpoint",
                "channel",
                "address",
                "attempts",
                "last_status",
                "last_error",
            ];
            print_table(&shown["dead"], &head);
        }
        DeadAction::Replay { release, endpoint } => {
            let body = json!({ "release": release, "endpoint": endpoint });
            let shown = client
                .ask(Method::POST, "/v1/deliveries/replay", Some(&body))
                .await?;
            let (replayed, reopened) =
                (plain(&shown["replayed"]), plain(&shown["reopened_batches"]));
            say!("{replayed} deliveries are due again, {reopened} poisoned batches are open again");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a list of objects as a table of these fields.
pub(super) fn print_table(list: &Value, fields: &[&str]) {
    let rows: Vec<Vec<String>> = list
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| fields.iter().map(|field| text(entry, field)).collect())
        .collect();
    say!("{}", table(fields, &rows));
}
