//! `dateline submit`: releases on their way in.

use super::ask::{plain, read, text};
use super::report::print_report;
use super::when::clear_time;
use crate::client::{Client, refusal};
use anyhow::{Context, Result, bail};
use clap::Args;
use http::Method;
use release::source;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use store::Clock;

/// How often progress is asked for.
const POLL: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
pub(super) struct SubmitArgs {
    /// A release: JSON, or Markdown with front matter; `-` reads standard input. Several are editions of one story, taken
    /// all or none
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The clear time: `2026-12-01T09:00[America/New_York]`, with an offset, or `+90s` from now
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Say what would become of it and how many it would reach; nothing is stored
    #[arg(long, conflicts_with_all = ["wait", "draft"])]
    dry_run: bool,
    /// Keep it as a draft, whatever is wrong with it
    #[arg(long, conflicts_with = "wait")]
    draft: bool,
    /// Stay until everybody has been told, showing progress
    #[arg(long)]
    wait: bool,
    /// Submit again what was submitted before (by default the same file is the same release)
    #[arg(long)]
    again: bool,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: SubmitArgs, client: &Client) -> Result<ExitCode> {
    if (args.wait || args.dry_run) && !client.is_served() {
        let what = if args.wait { "--wait" } else { "--dry-run" };
        bail!("{what} needs a running server: start `dateline serve`, or leave {what} out");
    }
    let (submissions, digest) = read_all(&args)?;
    let body = match submissions.len() {
        1 => submissions.into_iter().next().map(Value::Object),
        _ => Some(submissions.into_iter().map(Value::Object).collect()),
    };
    // Of the files alone: submitted again with another clear time it is still the same release, and is refused.
    let key = match args.again {
        true => format!(
            "again-{}",
            release::ids::base32(&rand::random::<[u8; 10]>())
        ),
        false => format!("file-{digest}"),
    };
    let path = match (args.dry_run, args.draft) {
        (true, _) => "/v1/releases?dry_run=true",
        (false, true) => "/v1/releases?draft=true",
        (false, false) => "/v1/releases",
    };
    let answer = client
        .send(
            Method::POST,
            path,
            "application/json",
            body.unwrap_or_default().to_string().into_bytes(),
            &[("idempotency-key", key.as_str())],
        )
        .await?;
    if !answer.status.is_success() {
        match args.json {
            true => say!("{}", answer.body),
            false => eprintln!("{}: {}", names(&args.files), refusal(&answer)),
        }
        return Ok(ExitCode::from(1));
    }
    if args.json {
        say!("{}", answer.body);
    } else if args.dry_run {
        each(&answer.body).for_each(show_trial);
    } else {
        each(&answer.body).for_each(|release| show_accepted(release, client));
    }
    if !args.wait {
        return Ok(ExitCode::SUCCESS);
    }
    let mut code = ExitCode::SUCCESS;
    for release in each(&answer.body) {
        if !wait(&text(release, "id"), client).await? {
            code = ExitCode::from(1);
        }
    }
    Ok(code)
}

/// Every file's submission, and what they are known by together.
fn read_all(args: &SubmitArgs) -> Result<(Vec<Map<String, Value>>, String)> {
    let mut submissions = Vec::with_capacity(args.files.len());
    let mut digest = Sha256::new();
    for path in &args.files {
        let bytes = read(path)?;
        let mut submission = source::parse(&bytes).with_context(|| path.display().to_string())?;
        if let Some(at) = &args.at {
            submission.extend(clear_time(at, Clock::System.now_ms())?);
        }
        submissions.push(submission);
        digest.update(&bytes);
    }
    Ok((submissions, release::ids::base32(&digest.finalize())))
}

fn names(files: &[PathBuf]) -> String {
    let names: Vec<String> = files
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    names.join(", ")
}

/// The releases of an answer: one, or the editions of a bundle.
fn each(answer: &Value) -> impl Iterator<Item = &Value> {
    let many = answer["releases"].as_array();
    let one = many.is_none().then_some(answer);
    many.into_iter().flatten().chain(one)
}

fn show_accepted(release: &Value, client: &Client) {
    if release["repeated"] == true {
        say!("submitted before: this is the same release (give --again for another)");
    }
    let (id, state) = (text(release, "id"), text(release, "state"));
    say!("{id} accepted: {}", text(release, "headline"));
    match state.as_str() {
        "draft" => say!("  state draft: `dateline review submit {id}` submits it"),
        _ => say!(
            "  state {state}, clear time {}, story {}",
            text(release, "clear_at"),
            text(release, "story")
        ),
    }
    let awaits = plain(&release["awaits"]).replace(' ', " and ");
    if !awaits.is_empty() {
        say!("  it leaves once approved by: {awaits} (`dateline review list` shows what waits)");
    }
    say!("  page  {}", text(release, "url"));
    show_findings(release);
    if !client.is_served() {
        say!("  no server runs on this folder: it leaves once `dateline serve` does");
    }
}

fn show_findings(release: &Value) {
    for finding in release["findings"].as_array().into_iter().flatten() {
        say!(
            "  {}[{}] {}: {}",
            text(finding, "severity"),
            text(finding, "code"),
            text(finding, "pointer"),
            text(finding, "message")
        );
    }
}

fn show_trial(release: &Value) {
    let content = &release["content"];
    say!("{}", text(content, "headline"));
    say!(
        "  it would be {} for {}",
        text(release, "state"),
        text(release, "clear_at")
    );
    let reach = &release["reach"];
    match reach["endpoints"].as_i64() {
        None => say!("  reach unknown: no router answered in time"),
        Some(0) if reach["exact"] == false => say!("  reach: fewer than 10"),
        Some(n) => {
            let about = if reach["exact"] == true {
                ""
            } else {
                "at least "
            };
            say!("  reach: {about}{n} endpoints now");
        }
    }
    for by in ["channels", "topics"] {
        for (name, n) in reach[by].as_object().into_iter().flatten() {
            say!("    {name}: {n}");
        }
    }
    show_findings(release);
}

/// Shows progress until every delivery was tried: on a terminal as one line that changes, else as lines.
async fn wait(id: &str, client: &Client) -> Result<bool> {
    let live = std::io::stderr().is_terminal();
    let mut last = String::new();
    loop {
        let shown = client
            .ask(Method::GET, &format!("/v1/releases/{id}/report"), None)
            .await?;
        let (report, state) = (&shown["report"], text(&shown, "state"));
        let count = |field: &str| plain(&report[field]);
        let line = format!(
            "{state}: {} of {} delivered, {} to do, {} to retry, {} dead",
            count("delivered"),
            count("matched"),
            count("untried"),
            count("waiting"),
            count("dead")
        );
        if live {
            eprint!("\r\x1b[K{line}");
            let _ = std::io::stderr().flush();
        } else if line != last {
            eprintln!("{line}");
        }
        last = line;
        if shown["waits_for_word"] == true {
            if live {
                eprintln!();
            }
            say!(
                "{id} has cleared, and would reach far more readers than usual: nobody is told before an operator says a word \
                 (`dateline blast list`)"
            );
            return Ok(false);
        }
        if report["tried"] == true || !matches!(state.as_str(), "scheduled" | "cleared") {
            if live {
                eprintln!();
            }
            print_report(&shown);
            if report["complete"] == false && state == "cleared" {
                say!(
                    "{} deliveries failed at first and are tried again: `dateline report {id}` tells",
                    count("waiting")
                );
            }
            return Ok(state == "cleared");
        }
        tokio::time::sleep(POLL).await;
    }
}
