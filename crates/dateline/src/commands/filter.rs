//! `dateline filter`: filters by themselves; all but `backtest` without a server.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use release::filter::import::{Dialect, Imported, Note, import};
use release::filter::{Filter, MAX_COST, MAX_STEPS, TooManySteps};
use release::topic::Taxonomy;
use serde_json::json;
use std::process::ExitCode;

use super::{Common, backtest};

#[derive(Debug, Args)]
pub(super) struct FilterArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read a filter: its canonical text, its cost, and what is wrong with it; exit code 1 if anything is
    Check {
        /// `topic:mining AND title:(gold NEAR/5 mine*)`
        filter: String,
        /// Print it as JSON, with the tree
        #[arg(long)]
        json: bool,
    },
    /// Say what a filter would have sent over the releases that went out: alerts a day, and the newest; nothing is saved
    Backtest {
        /// `topic:mining AND title:(gold NEAR/5 mine*)`
        filter: String,
        /// So many days, today included: 1d to 366d
        #[arg(long, default_value = "30d", value_name = "DAYS")]
        span: String,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Translate a query of a press monitor; exit code 1 if nothing of it can be said
    Import {
        /// Whose language it is: `meltwater`, `factiva`, `cision`
        #[arg(long)]
        from: String,
        /// The query as it stands there
        query: String,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(args: &FilterArgs, common: &Common) -> Result<ExitCode> {
    match &args.action {
        Action::Check { filter, json } => {
            let taxonomy = crate::app::taxonomy(&common.settings()?)?;
            check(filter, *json, &taxonomy)
        }
        Action::Backtest { filter, span, json } => {
            backtest::run(&common.client().await?, filter, span, *json).await
        }
        Action::Import { from, query, json } => translate(from, query, *json),
    }
}

fn check(text: &str, as_json: bool, taxonomy: &Taxonomy) -> Result<ExitCode> {
    let filter = match Filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => {
            eprintln!("{error}\n{}", error.caret(text));
            return Ok(ExitCode::FAILURE);
        }
    };
    if let Some((topic, nearest)) = filter.unknown_topic(taxonomy) {
        eprintln!("no topic `{topic}`; nearest: {}", nearest.join(", "));
        return Ok(ExitCode::FAILURE);
    }
    if let Err(error) = filter.check_steps() {
        eprintln!("{error}; {}", TooManySteps::MEND);
        return Ok(ExitCode::FAILURE);
    }
    let (cost, steps) = (filter.cost(), filter.steps());
    match as_json {
        true => say!(
            "{}",
            json!({ "filter": filter, "tree": filter.to_json(), "cost": cost, "most_cost": MAX_COST,
                "steps": steps, "most_steps": MAX_STEPS })
        ),
        false => say!("{filter}\ncosts {cost} of {MAX_COST}, takes {steps} steps of {MAX_STEPS}"),
    }
    Ok(ExitCode::SUCCESS)
}

fn translate(from: &str, query: &str, as_json: bool) -> Result<ExitCode> {
    let Some(dialect) = Dialect::parse(from) else {
        let names: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
        bail!(
            "no language of queries is called `{from}`; use one of {}",
            names.join(", ")
        );
    };
    let imported = import(dialect, query);
    match as_json {
        true => say!("{}", json!(imported)),
        false => print(&imported),
    }
    Ok(match imported.filter {
        Some(_) => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    })
}

fn print(imported: &Imported) {
    match &imported.filter {
        Some(filter) => say!("{filter}"),
        None => say!("nothing is left of it"),
    }
    let lines = |title: &str, notes: &[Note]| {
        if !notes.is_empty() {
            say!("\n{title}:");
        }
        for note in notes {
            say!("  at {}: `{}` {}", note.at, note.text, note.says);
        }
    };
    lines("said otherwise here", &imported.translated);
    lines("not said here", &imported.lost);
}
