//! Rules, dashboard and runbook, held against the metrics page of a wire that has worked.

use crate::files::{documents, list, text, yaml};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tests::{TestApp, release};

const RULES: &str = "deploy/prometheus/rules.yaml";
const DASHBOARD: &str = "deploy/grafana/dashboard.json";
const RUNBOOK: &str = "docs/runbook.md";

/// Each metric with the values that each of its labels has.
type Metrics = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// The labels of `a="b",c="d"`.
fn labels(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').unwrap();
        found.push((
            name.trim_start_matches([',', ' ']).to_owned(),
            value.to_owned(),
        ));
        rest = after;
    }
    found
}

/// What the page of a wire tells that has delivered, refused and routed.
async fn metrics() -> Metrics {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.hook("/hook").await;
    app.submit(&release("Acme opens a mine")).await;
    app.settle().await;
    assert_eq!(
        app.post("/v1/releases", &json!({ "headline": "" }))
            .await
            .status
            .as_u16(),
        422
    );
    let page = app.get("/metrics").await;
    let mut metrics = Metrics::new();
    for line in page
        .text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let (name, rest) = line.split_once(['{', ' ']).unwrap();
        let metric = metrics.entry(name.to_owned()).or_default();
        if line.contains('{') {
            for (label, value) in labels(rest.rsplit_once('}').unwrap().0) {
                metric.entry(label).or_default().insert(value);
            }
        }
    }
    metrics
}

/// What Prometheus adds to every series.
const ADDED: [&str; 2] = ["job", "instance"];

/// Fails unless every metric in the expression is on the page, with the labels that it is chosen and grouped by.
fn assert_known(metrics: &Metrics, place: &str, expression: &str) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut named = BTreeSet::new();
    let mut rest = expression;
    while let Some(at) = rest.find("dateline_") {
        let word: String = rest[at..].chars().take_while(|c| is_word(*c)).collect();
        let metric = metrics
            .get(&word)
            .unwrap_or_else(|| panic!("{place}: there is no metric {word}"));
        rest = &rest[at + word.len()..];
        if let Some(inner) = rest.strip_prefix('{') {
            for (label, value) in labels(inner.split_once('}').unwrap().0) {
                let known = metric
                    .get(&label)
                    .unwrap_or_else(|| panic!("{place}: {word} has no label {label}"));
                // Outcomes that this wire has not had are those of `tail --outcome`.
                assert!(
                    label == "outcome" || known.contains(&value),
                    "{place}: {word} never has {label}={value}"
                );
            }
        }
        named.extend(metric.keys().cloned());
    }
    for group in expression.split("by (").skip(1) {
        for label in group.split(')').next().unwrap().split(',').map(str::trim) {
            assert!(
                named.contains(label) || ADDED.contains(&label),
                "{place}: no metric has the label {label}"
            );
        }
    }
    assert!(expression.contains("dateline_"), "{place}: {expression}");
}

fn rules() -> Vec<Value> {
    let groups = yaml(RULES);
    list(&groups["groups"])
        .flat_map(|group| list(&group["rules"]).cloned().collect::<Vec<_>>())
        .collect()
}

#[tokio::test]
async fn every_metric_that_is_watched_is_on_the_page() {
    let metrics = metrics().await;

    for rule in rules() {
        let name = rule["alert"].as_str().unwrap();
        assert_known(&metrics, name, rule["expr"].as_str().unwrap());
    }
    let dashboard: Value = serde_json::from_str(&text(DASHBOARD)).unwrap();
    for panel in list(&dashboard["panels"]) {
        let title = panel["title"].as_str().unwrap();
        assert!(list(&panel["targets"]).count() > 0, "{title}");
        for target in list(&panel["targets"]) {
            assert_known(&metrics, title, target["expr"].as_str().unwrap());
        }
    }
    for scaled in documents("deploy/kubernetes/scaling.yaml") {
        for trigger in list(&scaled["spec"]["triggers"]) {
            let query = trigger["metadata"]["query"].as_str().unwrap();
            assert_known(&metrics, "scaling", query);
            // A worker scales by its own queue.
            let role = scaled["metadata"]["name"]
                .as_str()
                .unwrap()
                .replace("router", "route");
            assert!(query.contains(&format!("\"{role}.")), "{role}: {query}");
        }
    }
}

#[tokio::test]
async fn every_gauge_and_counter_of_ours_is_on_the_dashboard() {
    let dashboard = text(DASHBOARD);
    for metric in metrics().await.keys() {
        let name = metric
            .trim_end_matches("_sum")
            .trim_end_matches("_count")
            .trim_end_matches("_bucket");
        assert!(dashboard.contains(name), "{metric} is shown nowhere");
    }
}

#[test]
fn every_alert_has_its_paragraph_and_every_paragraph_its_alert() {
    let runbook = text(RUNBOOK);
    let paragraphs: BTreeMap<&str, &str> = runbook
        .split("\n## ")
        .skip(1)
        .map(|part| part.split_once('\n').unwrap())
        .collect();
    let rules = rules();
    for rule in &rules {
        let name = rule["alert"].as_str().unwrap();
        let paragraph = paragraphs
            .get(name)
            .unwrap_or_else(|| panic!("{RUNBOOK} lacks {name}"));
        for part in ["- Means: ", "- Look: ", "- Mend: "] {
            assert!(paragraph.contains(part), "{name} lacks {part}");
        }
        let notes = &rule["annotations"];
        assert_eq!(
            notes["runbook_url"],
            format!("{RUNBOOK}#{}", name.to_lowercase())
        );
        assert!(!notes["summary"].as_str().unwrap().is_empty());
        let severity = rule["labels"]["severity"].as_str().unwrap();
        assert!(["page", "ticket"].contains(&severity), "{name}: {severity}");
    }
    assert_eq!(paragraphs.len(), rules.len());
}

#[test]
fn panels_do_not_lie_on_each_other() {
    let dashboard: Value = serde_json::from_str(&text(DASHBOARD)).unwrap();
    let mut taken = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for panel in list(&dashboard["panels"]) {
        assert!(ids.insert(panel["id"].as_u64().unwrap()));
        let side = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(side("x") + side("w") <= 24);
        for x in side("x")..side("x") + side("w") {
            for y in side("y")..side("y") + side("h") {
                assert!(taken.insert((x, y)), "{} lies on another", panel["title"]);
            }
        }
    }
    assert!(ids.len() > 10);
}

#[test]
fn prometheus_asks_every_role_and_reads_the_rules() {
    let prometheus = yaml("deploy/prometheus/prometheus.yaml");
    let targets = &prometheus["scrape_configs"][0]["static_configs"][0]["targets"];
    let asked: BTreeSet<String> = list(targets)
        .map(|target| target.as_str().unwrap().to_owned())
        .collect();
    let roles = dateline::app::Roles::all();
    let all: BTreeSet<String> = roles.iter().map(|role| format!("{role}:8080")).collect();

    assert_eq!(asked, all);
    assert_eq!(prometheus["rule_files"][0], "rules.yaml");
}

/// The page tells of a role that nobody runs only if it knows all roles by name.
#[tokio::test]
async fn page_tells_of_every_role_also_of_those_that_nobody_runs() {
    let app = TestApp::start().await;
    let page = app.get("/metrics").await.text;
    for role in dateline::app::Roles::all().iter() {
        assert!(
            page.contains(&format!("dateline_workers{{role=\"{role}\"}}")),
            "{role}"
        );
    }
    assert_eq!(page.matches("\ndateline_workers{").count(), 6);
}
