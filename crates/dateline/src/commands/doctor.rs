//! `dateline doctor`: what stands around the wire, looked at before it hurts.
//!
//! Reads the settings, and asks everything that they name: the clock, the disk, the sender's domain in DNS, the certificate
//! of `public_url`, the relay, the broker, the database. Changes nothing: no mail, no queue, no schema is made or altered; to see that
//! the store takes a write, one is made and rolled back. An embedded store that a server works on is asked through that server.
//! A crash leaves nothing.
//!
//! Each check is one line: a verdict, what was found, and what to do about it.

mod around;
mod check;
mod dns;
mod engines;
mod https;
mod sender;

use super::{Common, quiet_telemetry};
use crate::settings::Settings;
use crate::table::table;
use anyhow::Result;
use check::{Check, Verdict};
use clap::Args;
use serde_json::json;
use std::net::SocketAddr;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Print it as JSON
    #[arg(long)]
    json: bool,
    /// The selector that your relay signs with (DKIM), such as `mail2026`; its key is looked up, too, beside those of mail.dkim
    #[arg(long, value_name = "SELECTOR")]
    dkim: Option<String>,
    /// The name server to ask; else those of /etc/resolv.conf
    #[arg(long, value_name = "ADDRESS:PORT")]
    resolver: Option<SocketAddr>,
}

pub(super) async fn run(args: &DoctorArgs, common: &Common) -> Result<ExitCode> {
    let checks = match common.settings() {
        Ok(settings) => {
            quiet_telemetry(&settings)?;
            all(args, &settings).await
        }
        // Without settings there is nothing else to look at.
        Err(error) => vec![Check::bad(
            "settings",
            format!("{error:#}"),
            "change what is named, and ask again",
        )],
    };
    let worst = checks.iter().map(|check| check.verdict).max();
    let worst = worst.unwrap_or(Verdict::Ok);
    if args.json {
        say!("{}", json!({ "verdict": worst, "checks": checks }));
    } else {
        print(&checks, worst);
    }
    Ok(match worst {
        Verdict::Bad => ExitCode::FAILURE,
        Verdict::Ok | Verdict::Warn => ExitCode::SUCCESS,
    })
}

/// Every check, in the order of what stands on what. Those that wait for others' answers wait together.
async fn all(args: &DoctorArgs, settings: &Settings) -> Vec<Check> {
    let mut checks = vec![
        Check::ok("settings", "every key is known and in its range"),
        around::disk(settings),
    ];
    let (database, broker, https, relays, sender) = tokio::join!(
        engines::database_and_clock(settings),
        engines::broker(settings),
        https::check(settings),
        around::relays(settings),
        sender::check(settings, args.resolver, args.dkim.as_deref()),
    );
    checks.extend(database);
    checks.push(broker);
    checks.push(https);
    checks.extend(relays);
    checks.extend(sender);
    checks
}

fn print(checks: &[Check], worst: Verdict) {
    let rows: Vec<Vec<String>> = checks
        .iter()
        .flat_map(|check| {
            // The mend stands on a line of its own below, where there is one.
            let mend = (!check.mend.is_empty())
                .then(|| vec![String::new(), String::new(), format!("-> {}", check.mend)]);
            let found = vec![
                check.verdict.as_str().to_owned(),
                check.name.to_owned(),
                check.finding.clone(),
            ];
            [Some(found), mend].into_iter().flatten()
        })
        .collect();
    say!("{}", table(&["verdict", "check", "finding"], &rows));
    say!("\n{}", worst.in_words());
}
