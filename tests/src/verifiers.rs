//! The examples of docs/webhooks.md, put to work: what they say of a call.

use crate::tool;
use release::time::rfc3339;
use serde_json::{Value, json};
use sinks::ReceivedCall;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PAGE: &str = include_str!("../../docs/webhooks.md");

/// What a receiver has in its hands.
#[derive(Debug, Clone)]
pub struct Kept {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signatures: String,
    /// As it came.
    pub body: Vec<u8>,
}

impl Kept {
    /// A call as the sink kept it.
    pub fn of(call: &ReceivedCall) -> Kept {
        let header = |name| call.header(name).expect("the header is there").to_owned();
        Kept {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signatures: header("webhook-signature"),
            body: call.body.as_ref().expect("bodies are kept").to_vec(),
        }
    }
}

/// An example of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Example {
    /// With the secret, by the official library for Python.
    Python,
    /// With the secret, by the official library for JavaScript.
    JavaScript,
    /// With the secret, by OpenSSL.
    Shell,
    /// With keys of the wire, by libsodium.
    KeyPython,
    /// With keys of the wire, by Node's own library.
    KeyJavaScript,
    /// With a key of the wire, by OpenSSL.
    KeyShell,
}

impl Example {
    /// Those that take a secret.
    pub const BY_SECRET: [Example; 3] = [Example::Python, Example::JavaScript, Example::Shell];
    /// Those that take a key of the wire.
    pub const BY_KEY: [Example; 3] = [
        Example::KeyPython,
        Example::KeyJavaScript,
        Example::KeyShell,
    ];

    /// Whether it believes the call, by the secret or key given, at that time (Unix milliseconds).
    pub fn believes(self, secret: &str, call: &Kept, now_ms: i64) -> bool {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        let asked = asked(secret, call).to_string();
        let (mut command, input) = match self {
            Example::Python => (
                self.python(folder, "verify(call['secret'], call['headers'], body)"),
                asked.as_bytes(),
            ),
            Example::KeyPython => (
                self.python(
                    folder,
                    "assert verify([call['secret']], call['headers'], body)",
                ),
                asked.as_bytes(),
            ),
            Example::JavaScript => (
                self.node(folder, "verify(secret, headers, body)"),
                asked.as_bytes(),
            ),
            Example::KeyJavaScript => (
                self.node(
                    folder,
                    "if (!verify([secret], headers, body)) throw new Error(\"no\")",
                ),
                asked.as_bytes(),
            ),
            Example::Shell | Example::KeyShell => {
                (self.shell(folder, secret, call), call.body.as_slice())
            }
        };
        succeeds(at(&mut command, now_ms), input)
    }

    /// Its text on the page.
    fn text(self) -> &'static str {
        let (language, at) = match self {
            Example::Python => ("python", 0),
            Example::KeyPython => ("python", 1),
            Example::JavaScript => ("js", 0),
            Example::Shell => ("sh", 0),
            Example::KeyJavaScript => ("js", 1),
            Example::KeyShell => ("sh", 1),
        };
        let begin = format!("\n```{language}\n");
        let mut blocks = PAGE.split(&begin).skip(1);
        let block = blocks.nth(at).expect("docs/webhooks.md has the example");
        block.split("```").next().expect("a split has a first part")
    }

    fn python(self, folder: &Path, verify: &str) -> Command {
        let rest = format!(
            "import json, sys\ncall = json.load(sys.stdin)\nbody = call['body'].encode()\n{verify}\n"
        );
        let mut command = Command::new(tool("python/bin/python3"));
        command.arg(self.written(folder, "verify.py", &rest));
        command
    }

    fn node(self, folder: &Path, verify: &str) -> Command {
        let library = tool("standardwebhooks/node_modules/standardwebhooks/package.json");
        let modules = library.ancestors().nth(2).expect("it lies in a folder");
        symlink(modules, folder.join("node_modules")).expect("a link can be made");
        let rest = format!(
            "import {{ readFileSync }} from \"node:fs\";\n\
             const {{ secret, headers, body: text }} = JSON.parse(readFileSync(0));\n\
             const body = Buffer.from(text);\n{verify};\n"
        );
        let mut command = Command::new("node");
        command.arg(self.written(folder, "verify.mjs", &rest));
        command
    }

    fn shell(self, folder: &Path, secret: &str, call: &Kept) -> Command {
        let mut command = Command::new("bash");
        command
            .arg(self.written(folder, "verify.sh", "verify \"$@\"\n"))
            .args([secret, &call.id, &call.timestamp, &call.signatures]);
        command
    }

    fn written(self, folder: &Path, name: &str, rest: &str) -> PathBuf {
        let path = folder.join(name);
        let text = format!("{}{rest}", self.text());
        std::fs::write(&path, text).expect("a file can be written");
        path
    }
}

fn asked(secret: &str, call: &Kept) -> Value {
    json!({
        "secret": secret,
        "headers": {
            "webhook-id": call.id, "webhook-timestamp": call.timestamp, "webhook-signature": call.signatures,
        },
        "body": String::from_utf8(call.body.clone()).expect("payloads are UTF-8"),
    })
}

/// Runs a program on an input; whether it ends without an error.
fn succeeds(command: &mut Command, input: &[u8]) -> bool {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the interpreter is there: run tests/tools first");
    let mut stdin = child.stdin.take().expect("it is piped");
    // One that refuses early reads nothing.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait().expect("it ends").success()
}

/// Lets a program believe that it is that time: verifiers refuse what is minutes off.
fn at(command: &mut Command, now_ms: i64) -> &mut Command {
    let time = rfc3339(now_ms);
    let (day, rest) = time.split_once('T').expect("a time has a date");
    let time = rest.split('.').next().unwrap_or(rest);
    command
        .env("LD_PRELOAD", crate::faketime())
        .env("TZ", "UTC")
        .env("FAKETIME", format!("{day} {time}"))
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
}
