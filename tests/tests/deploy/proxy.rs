//! deploy/proxy/Caddyfile: the API to intake, the rest to the newsroom, nothing of the inside to anybody.

use crate::files::{text, yaml};
use tests::TestApp;

const FILE: &str = "deploy/proxy/Caddyfile";

/// A block that handles requests: the paths it is for (none: all that are left), and what it does with them.
struct Handle {
    paths: Vec<String>,
    does: Vec<String>,
}

/// The handles of the file, in their order. Reads as much of the language as the file uses, and fails at the rest.
fn handles() -> Vec<Handle> {
    let file = text(FILE);
    let mut matchers = std::collections::BTreeMap::new();
    let mut handles: Vec<Handle> = Vec::new();
    let (mut depth, mut handling) = (0, None);
    for line in file
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [matcher, "path", paths @ ..] if matcher.starts_with('@') => {
                let paths = paths.iter().map(|path| (*path).to_owned()).collect();
                matchers.insert((*matcher).to_owned(), paths);
            }
            ["handle", rest @ .., "{"] => {
                let paths = rest.first().map(|matcher| {
                    matchers
                        .remove(*matcher)
                        .expect("a matcher stands before its use")
                });
                handles.push(Handle {
                    paths: paths.unwrap_or_default(),
                    does: Vec::new(),
                });
                depth += 1;
                handling = Some(depth);
            }
            [.., "{"] | ["}"] => {
                depth = if line == "}" { depth - 1 } else { depth + 1 };
                handling = handling.filter(|at| depth >= *at);
                if handling.is_some() && line != "}" {
                    handles
                        .last_mut()
                        .unwrap()
                        .does
                        .push(line.trim_end_matches([' ', '{']).to_owned());
                }
            }
            _ if handling.is_some() => handles.last_mut().unwrap().does.push(line.to_owned()),
            ["encode", ..] | ["header", ..] => {}
            other => panic!("{FILE}: {other:?}"),
        }
    }
    assert_eq!(depth, 0, "{FILE}: braces do not match");
    handles
}

/// What becomes of a request for this path: the first handle that is for it decides.
fn way(path: &str) -> String {
    let is_for = |pattern: &String| match pattern.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix),
        None => path == pattern,
    };
    let handle = handles()
        .into_iter()
        .find(|handle| handle.paths.is_empty() || handle.paths.iter().any(is_for));
    handle.expect("some handle is for all that is left").does[0].clone()
}

#[tokio::test]
async fn every_path_of_the_api_leads_to_intake() {
    let app = TestApp::start().await;
    let described = app.get("/v1/openapi.json").await.expect(200);
    let paths = described["paths"].as_object().unwrap();

    assert!(paths.len() > 20);
    for path in paths.keys() {
        assert_eq!(way(path), "reverse_proxy intake:8080", "{path}");
    }
}

#[test]
fn pages_lead_to_the_newsroom_and_the_inside_to_nobody() {
    for page in [
        "/",
        "/api",
        "/releases/rel_1",
        "/alerts/new",
        "/desk",
        "/search.rss",
        "/v1",
    ] {
        assert_eq!(way(page), "reverse_proxy newsroom:8080", "{page}");
    }
    for inside in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(way(inside), "respond 404", "{inside}");
    }
}

#[test]
fn what_the_proxy_leads_to_is_a_service_at_its_port() {
    let compose = yaml("deploy/compose.yaml");
    for handle in handles() {
        if let Some(upstream) = handle.does[0].strip_prefix("reverse_proxy ") {
            let (service, port) = upstream.split_once(':').unwrap();
            let listen = &compose["services"][service]["environment"]["DATELINE_HTTP__LISTEN"];
            assert!(
                listen.as_str().unwrap().ends_with(&format!(":{port}")),
                "{upstream}"
            );
        }
    }
}
