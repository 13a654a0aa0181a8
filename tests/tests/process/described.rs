//! The API keeps to its own description: schemathesis, a property-based tester, makes requests from the document, sound
//! and broken ones, and holds every answer against it.

use std::process::Command;
use tests::{Binary, tool};

/// Not driven: a stream that does not end, and a wait that does not either.
const ENDLESS: [&str; 2] = ["/v1/tail", "/v1/items"];

#[test]
fn every_answer_is_as_the_document_says() {
    let folder = tempfile::tempdir().unwrap();
    let set = ["http.requests_per_minute=0".to_owned()];
    let server = Binary::find().serve(folder.path(), &set);
    let run = dateline::folder::running(&folder.path().join("data")).unwrap();

    let mut command = Command::new(tool("python/bin/schemathesis"));
    command
        .current_dir(folder.path())
        .args(["run", &format!("{}/v1/openapi.json", run.url)])
        .args(["-H", &format!("Authorization: Bearer {}", run.token)])
        .args(["--max-examples", "10", "--seed", "1"])
        // What lint or a check of ours refuses is sound by its schema, and answered with 422.
        .args(["--exclude-checks", "positive_data_acceptance"]);
    for path in ENDLESS {
        command.args(["--exclude-path", path]);
    }
    let output = command.output().unwrap();

    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", server.log());
    assert!(said.contains("generated"), "it ran no test: {said}");
}
