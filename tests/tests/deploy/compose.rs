//! deploy/compose.yaml: every role once, with settings that load.

use crate::files::{assert_shared, assert_whole, list, pairs, roles, root, settings, text, yaml};
use serde_json::Value;

const FILE: &str = "deploy/compose.yaml";

/// The services that run our image, with the words of their command.
fn ours(compose: &Value) -> Vec<(&str, &Value, Vec<&str>)> {
    let services = compose["services"].as_object().unwrap();
    let ours = services
        .iter()
        .filter(|(_, service)| service["image"] == "dateline");
    ours.map(|(name, service)| {
        let words = list(&service["command"]).map(|word| word.as_str().unwrap());
        (name.as_str(), service, words.collect())
    })
    .collect()
}

/// With what whoever runs it sets, or with the default that is written there.
fn interpolated(text: &str) -> String {
    match (text.split_once("${"), text.rsplit_once('}')) {
        (Some((before, rest)), Some((_, after))) => {
            let inner = rest.split('}').next().unwrap();
            let (_, default) = inner.split_once(":-").expect("a variable has a default");
            format!("{before}{default}{after}")
        }
        _ => text.to_owned(),
    }
}

#[test]
fn compose_runs_every_role_once_under_its_own_name() {
    let compose = yaml(FILE);
    let processes: Vec<_> = ours(&compose)
        .iter()
        .map(|(name, _, words)| {
            let roles = roles(words);
            assert_eq!(roles.to_string(), *name);
            roles
        })
        .collect();
    assert_whole(&processes);
}

#[test]
fn settings_of_compose_load_and_share_their_engines() {
    let compose = yaml(FILE);
    for (_, service, _) in ours(&compose) {
        let mut variables: Vec<_> = pairs(&service["environment"])
            .into_iter()
            .map(|(name, value)| (name, interpolated(&value)))
            .collect();
        assert_shared(&settings(&variables));

        let example = text("deploy/dateline.env.example");
        let lines = example.lines().filter(|line| !line.starts_with('#'));
        variables.extend(lines.map(|line| {
            let (name, value) = line.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        }));
        let settings = settings(&variables);
        assert!(
            settings
                .mail
                .relays()
                .iter()
                .any(|relay| relay.user.is_some())
        );
    }
}

#[test]
fn services_of_compose_name_only_what_the_file_has() {
    let compose = yaml(FILE);
    for (name, service, _) in ours(&compose) {
        for secret in list(&service["secrets"]) {
            let secret = secret.as_str().unwrap();
            assert!(compose["secrets"][secret].is_object(), "{name}: {secret}");
        }
        for (variable, value) in pairs(&service["environment"]) {
            if let Some(secret) = value.strip_prefix("/run/secrets/") {
                let given = list(&service["secrets"]).any(|given| given == secret);
                assert!(
                    given,
                    "{name}: {variable} names {secret}, which is not given to it"
                );
            }
        }
        for engine in ["postgres", "rabbitmq"] {
            assert!(
                service["depends_on"][engine].is_object(),
                "{name}: {engine}"
            );
            assert!(
                compose["services"][engine]["healthcheck"].is_object(),
                "{engine}"
            );
        }
        let environment = &service["environment"];
        for (url, host) in [
            ("DATELINE_STORE__URL", "@postgres/"),
            ("DATELINE_QUEUE__URL", "@rabbitmq/"),
        ] {
            assert!(
                environment[url].as_str().unwrap().contains(host),
                "{name}: {url}"
            );
        }
    }
    for service in ["postgres", "rabbitmq"] {
        assert!(
            compose["services"][service]["ports"].is_null(),
            "{service} is open to all"
        );
    }
}

#[test]
fn only_proxies_of_the_compose_network_are_believed_and_its_files_are_there() {
    let compose = yaml(FILE);
    let subnet = &compose["networks"]["default"]["ipam"]["config"][0]["subnet"];
    for (name, service, _) in ours(&compose) {
        assert_eq!(
            service["environment"]["DATELINE_HTTP__TRUSTED_PROXIES"], *subnet,
            "{name}"
        );
        let dockerfile = service["build"]["dockerfile"].as_str().unwrap();
        assert!(
            root()
                .join("deploy")
                .join(service["build"]["context"].as_str().unwrap())
                .join(dockerfile)
                .is_file()
        );
    }
    for volume in list(&compose["services"]["proxy"]["volumes"]) {
        let from = volume.as_str().unwrap().split(':').next().unwrap();
        let is_there = match from.starts_with("./") {
            true => root().join("deploy").join(from).is_file(),
            false => compose["volumes"][from].is_object(),
        };
        assert!(is_there, "{from}");
    }
}
