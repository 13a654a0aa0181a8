//! `dateline lint` as people and editors run it.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn lint(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dateline"))
        .arg("lint")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the binary was built for this test")
}

fn samples() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/samples"))
}

#[test]
fn samples_are_clean_but_the_defective_one() {
    let mut names: Vec<String> = std::fs::read_dir(samples())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md"))
        .collect();
    names.sort();

    for name in names {
        let output = lint(samples(), &[&name]);
        let said = String::from_utf8(output.stdout).unwrap();
        if name == "defective.md" {
            assert_eq!(output.status.code(), Some(1), "{said}");
        } else {
            assert_eq!(said, format!("{name}: 0 errors, 0 warnings\n"));
            assert!(output.status.success());
        }
    }
}

#[test]
fn the_place_of_each_finding_is_underlined() {
    let output = lint(samples(), &["defective.md"]);

    let said = String::from_utf8(output.stdout).unwrap();
    let expect = "defective.md:3:34: error[language-tag] /edition/language: `english` is not a language tag: use a BCP 47 tag such as en\n \
                  3 | edition: { region: US, language: english }\n   |                                  ^^^^^^^\n";
    assert!(said.contains(expect), "{said}");
}

#[test]
fn one_bad_file_does_not_hide_the_others() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.json"), "{\"headline\": ").unwrap();
    std::fs::write(
        folder.path().join("good.md"),
        std::fs::read(samples().join("01-earnings-en-us.md")).unwrap(),
    )
    .unwrap();

    let output = lint(
        folder.path(),
        &["--json", "absent.md", "broken.json", "good.md"],
    );

    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let codes: Vec<&Value> = lines
        .iter()
        .map(|line| &line["findings"][0]["code"])
        .collect();
    assert_eq!(
        codes,
        [
            &Value::from("unreadable"),
            &Value::from("malformed"),
            &Value::Null
        ]
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn sarif_is_one_log_for_all_files() {
    let output = lint(
        samples(),
        &["--sarif", "defective.md", "01-earnings-en-us.md"],
    );

    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    assert!(
        results
            .iter()
            .any(|result| result["ruleId"] == "time-nonexistent"),
        "{results:#?}"
    );
    assert_eq!(output.status.code(), Some(1));
}
