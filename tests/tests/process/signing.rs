//! `dateline dkim`, whose records are held against what openssl says of the same keys.

use serde_json::Value;
use std::path::Path;
use std::process::Command;
use tests::run_dateline;

/// What openssl prints.
fn openssl(folder: &Path, arguments: &str) -> String {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(arguments.split(' '));
    let output = command
        .output()
        .expect("openssl is missing: run tests/tools, or install Debian's openssl");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The public key in PEM, without its lines.
fn public(folder: &Path, file: &str) -> String {
    let pem = openssl(folder, &format!("pkey -in {file} -pubout"));
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

#[test]
fn records_for_dns_hold_the_public_keys() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for bits in [2048, 3072, 4096] {
        openssl(
            at,
            &format!(
                "genpkey -quiet -algorithm rsa -pkeyopt rsa_keygen_bits:{bits} -out r{bits}.pem"
            ),
        );
    }
    openssl(at, "rsa -in r2048.pem -traditional -out old.pem");
    openssl(at, "genpkey -algorithm ed25519 -out e.pem");
    let keys = "mail.dkim=r2=r2048.pem r3=r3072.pem r4=r4096.pem old=old.pem e1=e.pem";
    let set = ["--set", keys, "--set", "mail.from=A <a@news.wire.example>"];

    let said = run_dateline(at, &[&["dkim", "--json"][..], &set].concat());
    let printed = run_dateline(at, &[&["dkim"][..], &set].concat());

    assert!(said.status.success(), "{said:?}");
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    for (record, (selector, file)) in [
        ("r2", "r2048.pem"),
        ("r3", "r3072.pem"),
        ("r4", "r4096.pem"),
        ("old", "r2048.pem"),
    ]
    .into_iter()
    .enumerate()
    {
        let record = &said["records"][record];
        assert_eq!(
            record["name"],
            format!("{selector}._domainkey.news.wire.example")
        );
        assert_eq!(
            record["text"],
            format!("v=DKIM1; k=rsa; p={}", public(at, file))
        );
    }
    // The last 32 of the 44 bytes are the key: 12 are the same in each.
    let ed25519 = said["records"][4]["text"].as_str().unwrap();
    let key = ed25519.strip_prefix("v=DKIM1; k=ed25519; p=").unwrap();
    assert!(public(at, "e.pem").ends_with(key), "{ed25519}");
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed.starts_with("r2._domainkey.news.wire.example. TXT \"v=DKIM1; k=rsa; p=MIIB"),
        "{printed}"
    );
}

#[test]
fn without_a_key_it_says_where_to_read_how_one_is_made() {
    let folder = tempfile::tempdir().unwrap();

    let said = run_dateline(folder.path(), &["dkim"]);

    assert_eq!(said.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&said.stderr).contains("docs/mail.md"),
        "{said:?}"
    );
}
