//! `dateline dkim`: what DNS has to say of the keys that sign our mail.

use super::Common;
use anyhow::{Error, Result, bail};
use clap::Args;
use serde_json::json;
use std::process::ExitCode;

/// The longest piece of a TXT record, in bytes (RFC 1035, 3.3).
const PIECE_BYTES: usize = 255;

#[derive(Debug, Args)]
pub(super) struct DkimArgs {
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &DkimArgs, common: &Common) -> Result<ExitCode> {
    let settings = common.settings()?;
    let domain = settings.mail.sender_domain();
    let keys = settings.dkim_keys().map_err(Error::msg)?;
    if keys.is_empty() {
        bail!("mail.dkim names no key; docs/mail.md says how to make one");
    }
    let records = keys.iter().map(|key| {
        let name = format!("{}._domainkey.{domain}", key.selector());
        (name, key.record())
    });
    if args.json {
        let records = records.map(|(name, text)| json!({ "name": name, "text": text }));
        say!("{}", json!({ "records": records.collect::<Vec<_>>() }));
    } else {
        for (name, text) in records {
            say!("{name}. TXT {}", pieces(&text));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A text as the value of a TXT record in a zone file: quoted, in pieces.
fn pieces(text: &str) -> String {
    let pieces = text.as_bytes().chunks(PIECE_BYTES);
    let quoted = pieces.map(|piece| format!("\"{}\"", String::from_utf8_lossy(piece)));
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_record_is_written_in_pieces() {
        assert_eq!(pieces("v=DKIM1"), "\"v=DKIM1\"");
        let long = format!("{}{}", "a".repeat(255), "b".repeat(200));
        let expect = format!("\"{}\" \"{}\"", "a".repeat(255), "b".repeat(200));
        assert_eq!(pieces(&long), expect);
    }
}
