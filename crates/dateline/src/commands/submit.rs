//! `dateline submit`, `report`, `hold`, `cancel`, `reschedule`: a release and what becomes of it.

use super::ask::{plain, read, text};
use crate::client::{Client, refusal};
use crate::table::table;
use anyhow::{Context, Result, bail};
use clap::Args;
use http::Method;
use release::source;
use serde_json::{Map, Value, json};
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
    /// A release: JSON, or Markdown with front matter; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The clear time: `2026-12-01T09:00[America/New_York]`, with an offset, or `+90s` from now
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
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

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The release
    #[arg(value_name = "ID")]
    id: String,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct StopArgs {
    /// The release
    #[arg(value_name = "ID")]
    id: String,
}

#[derive(Debug, Args)]
pub(super) struct RescheduleArgs {
    /// The release
    #[arg(value_name = "ID")]
    id: String,
    /// The new clear time: `2026-12-01T09:00[America/New_York]`, with an offset, or `+90s` from now
    #[arg(long, value_name = "TIME")]
    at: String,
}

pub(super) async fn run(args: SubmitArgs, client: &Client) -> Result<ExitCode> {
    if args.wait && !client.is_served() {
        bail!("--wait needs a running server: start `dateline serve`, or leave --wait out");
    }
    let bytes = read(&args.file)?;
    let mut submission = source::parse(&bytes).with_context(|| args.file.display().to_string())?;
    if let Some(at) = &args.at {
        submission.extend(clear_time(at, Clock::System.now_ms())?);
    }
    let body = Value::Object(submission).to_string();
    // Of the file alone: submitted again with another clear time it is still the same release, and is refused.
    let key = match args.again {
        true => format!(
            "again-{}",
            release::ids::base32(&rand::random::<[u8; 10]>())
        ),
        false => format!("file-{}", release::ids::base32(&Sha256::digest(&bytes))),
    };
    let headers = [("idempotency-key", key.as_str())];
    let answer = client
        .send(
            Method::POST,
            "/v1/releases",
            "application/json",
            body.into_bytes(),
            &headers,
        )
        .await?;
    if !answer.status.is_success() {
        match args.json {
            true => println!("{}", answer.body),
            false => eprintln!("{}: {}", args.file.display(), refusal(&answer)),
        }
        return Ok(ExitCode::from(1));
    }
    match args.json {
        true => println!("{}", answer.body),
        false => show_accepted(&answer.body, client),
    }
    let id = text(&answer.body, "id");
    if args.wait {
        wait(&id, client).await
    } else {
        Ok(ExitCode::SUCCESS)
    }
}

fn show_accepted(release: &Value, client: &Client) {
    if release["repeated"] == true {
        println!("submitted before: this is the same release (give --again for another)");
    }
    println!(
        "{} accepted: {}",
        text(release, "id"),
        text(release, "headline")
    );
    println!(
        "  state {}, clear time {}, story {}",
        text(release, "state"),
        text(release, "clear_at"),
        text(release, "story")
    );
    println!("  page  {}", text(release, "url"));
    for finding in release["findings"].as_array().into_iter().flatten() {
        println!(
            "  {}[{}] {}: {}",
            text(finding, "severity"),
            text(finding, "code"),
            text(finding, "pointer"),
            text(finding, "message")
        );
    }
    if !client.is_served() {
        println!("  no server runs on this folder: it leaves once `dateline serve` does");
    }
}

/// The fields that `--at` stands for.
fn clear_time(at: &str, now_ms: i64) -> Result<Map<String, Value>> {
    let at = at.trim();
    let local = at.strip_suffix(']').and_then(|at| at.split_once('['));
    let fields = match (at.strip_prefix('+'), local) {
        _ if at.is_empty() => {
            bail!("--at is empty: give a time, or leave it out to release at once")
        }
        (Some(wait), _) => {
            let seconds = seconds(wait).with_context(|| {
                format!("--at {at}: write how long from now as `+90s`, `+30m`, `+2h` or `+1h30m`")
            })?;
            json!({ "clear_at": release::time::rfc3339(now_ms + seconds * 1000) })
        }
        (None, Some((local, zone))) => json!({ "clear_at": local, "zone": zone }),
        (None, None) => json!({ "clear_at": at }),
    };
    Ok(fields.as_object().cloned().unwrap_or_default())
}

/// `90`, `90s`, `1h30m` as seconds, up to ten years.
fn seconds(text: &str) -> Option<i64> {
    let (mut total, mut number) = (0_i64, String::new());
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    if !number.is_empty() {
        total = total.checked_add(number.parse().ok()?)?;
    }
    (1..=315_360_000).contains(&total).then_some(total)
}

/// Shows progress until every delivery was tried: on a terminal as one line that changes, else as lines.
async fn wait(id: &str, client: &Client) -> Result<ExitCode> {
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
        if report["tried"] == true || !matches!(state.as_str(), "scheduled" | "cleared") {
            if live {
                eprintln!();
            }
            print_report(&shown);
            if report["complete"] == false && state == "cleared" {
                println!(
                    "{} deliveries failed at first and are tried again: `dateline report {id}` tells",
                    count("waiting")
                );
            }
            return Ok(if state == "cleared" {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(1)
            });
        }
        tokio::time::sleep(POLL).await;
    }
}

pub(super) async fn report(args: &ReportArgs, client: &Client) -> Result<ExitCode> {
    let shown = client
        .ask(
            Method::GET,
            &format!("/v1/releases/{}/report", args.id),
            None,
        )
        .await?;
    match args.json {
        true => println!("{shown}"),
        false => print_report(&shown),
    }
    Ok(ExitCode::SUCCESS)
}

fn print_report(shown: &Value) {
    println!("{}  {}", text(shown, "id"), text(shown, "headline"));
    println!(
        "state {}, cleared {}, item {}",
        text(shown, "state"),
        text(shown, "cleared_at"),
        text(shown, "seq")
    );
    let report = &shown["report"];
    let fields = [
        "matched",
        "delivered",
        "dead",
        "suppressed",
        "superseded",
        "due",
        "retried",
        "p50_ms",
        "p95_ms",
        "p99_ms",
    ];
    let row = |name: &str, counts: &Value| {
        let mut row = vec![name.to_owned()];
        row.extend(fields.iter().map(|field| plain(&counts[*field])));
        row
    };
    let mut rows: Vec<_> = report["channels"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, counts)| row(name, counts))
        .collect();
    rows.push(row("all", report));
    let head: Vec<&str> = ["channel"].into_iter().chain(fields).collect();
    println!("{}", table(&head, &rows));
}

pub(super) async fn stop(args: &StopArgs, action: &str, client: &Client) -> Result<ExitCode> {
    let shown = client
        .ask(
            Method::POST,
            &format!("/v1/releases/{}/{action}", args.id),
            None,
        )
        .await?;
    println!("{}: {}", args.id, text(&shown, "result"));
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn reschedule(args: &RescheduleArgs, client: &Client) -> Result<ExitCode> {
    let body = Value::Object(clear_time(&args.at, Clock::System.now_ms())?);
    let shown = client
        .ask(
            Method::POST,
            &format!("/v1/releases/{}/reschedule", args.id),
            Some(&body),
        )
        .await?;
    println!("{}: {}", args.id, text(&shown, "result"));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_read_in_their_units() {
        let check = |text: &str, expect| assert_eq!(seconds(text), expect, "{text}");

        check("90s", Some(90));
        check("90", Some(90));
        check("2m", Some(120));
        check("1h30m", Some(5400));
        check("2d", Some(172_800));
        check("", None);
        check("0", None);
        check("m", None);
        check("5x", None);
        check("99999999999999999999s", None);
    }

    #[test]
    fn an_empty_time_is_never_at_once() {
        assert!(clear_time("", 0).is_err());
        assert!(clear_time("  ", 0).is_err());
    }
}
