//! deploy/kubernetes: every role, its settings, and that what names something names what is there.

use crate::files::{assert_shared, assert_whole, documents, list, pairs, roles, settings};
use serde_json::Value;
use tests::TestApp;

const FILES: [&str; 5] = ["dateline", "disruption", "entry", "scaling", "watching"];

/// All manifests.
fn all() -> Vec<Value> {
    FILES
        .iter()
        .flat_map(|name| documents(&format!("deploy/kubernetes/{name}.yaml")))
        .collect()
}

fn of_kind<'a>(manifests: &'a [Value], kind: &'a str) -> Vec<&'a Value> {
    let found: Vec<_> = manifests.iter().filter(|one| one["kind"] == kind).collect();
    assert!(!found.is_empty(), "no {kind}");
    found
}

fn name(manifest: &Value) -> &str {
    manifest["metadata"]["name"].as_str().unwrap()
}

/// The one container of a deployment.
fn container(deployment: &Value) -> &Value {
    let containers = &deployment["spec"]["template"]["spec"]["containers"];
    assert_eq!(list(containers).count(), 1);
    &containers[0]
}

/// Whether every label that is selected by is borne.
fn selects(selector: &Value, deployment: &Value) -> bool {
    let borne = &deployment["spec"]["template"]["metadata"]["labels"];
    pairs(selector)
        .iter()
        .all(|(label, value)| borne[label] == value.as_str())
}

#[test]
fn deployments_run_every_role_once_under_its_own_name() {
    let manifests = all();
    let processes: Vec<_> = of_kind(&manifests, "Deployment")
        .into_iter()
        .map(|deployment| {
            let words: Vec<&str> = list(&container(deployment)["args"])
                .map(|word| word.as_str().unwrap())
                .collect();
            let roles = roles(&words);
            assert_eq!(roles.to_string(), name(deployment));
            roles
        })
        .collect();
    assert_whole(&processes);
}

#[test]
fn settings_of_the_config_map_load_and_every_secret_is_mounted() {
    let manifests = all();
    let map = of_kind(&manifests, "ConfigMap")[0];
    let variables = pairs(&map["data"]);
    assert_shared(&settings(&variables));

    for deployment in of_kind(&manifests, "Deployment") {
        let container = container(deployment);
        assert_eq!(
            container["envFrom"][0]["configMapRef"]["name"],
            map["metadata"]["name"]
        );
        let mut mounts = list(&container["volumeMounts"]);
        let secrets = mounts.find(|mount| mount["name"] == "secrets").unwrap();
        let at = secrets["mountPath"].as_str().unwrap();
        let volumes = &deployment["spec"]["template"]["spec"]["volumes"];
        let volume = list(volumes)
            .find(|volume| volume["name"] == "secrets")
            .unwrap();
        for (variable, path) in &variables {
            if variable.ends_with("PASSWORD_FILE") {
                let file = path.strip_prefix(&format!("{at}/")).unwrap();
                let is_there = list(&volume["secret"]["items"]).any(|item| item["path"] == file);
                assert!(is_there, "{}: {variable} names {file}", name(deployment));
            }
        }
    }
}

#[test]
fn what_selects_or_scales_finds_a_deployment() {
    let manifests = all();
    let deployments = of_kind(&manifests, "Deployment");
    let found = |selector: &Value| {
        assert!(!pairs(selector).is_empty());
        deployments
            .iter()
            .filter(|one| selects(selector, one))
            .count()
    };
    for deployment in &deployments {
        assert_eq!(found(&deployment["spec"]["selector"]["matchLabels"]), 1);
    }
    for service in of_kind(&manifests, "Service") {
        assert_eq!(found(&service["spec"]["selector"]), 1, "{}", name(service));
    }
    for budget in of_kind(&manifests, "PodDisruptionBudget") {
        assert_eq!(found(&budget["spec"]["selector"]["matchLabels"]), 1);
    }
    assert_eq!(
        of_kind(&manifests, "PodDisruptionBudget").len(),
        deployments.len()
    );
    for monitor in of_kind(&manifests, "PodMonitor") {
        assert_eq!(
            found(&monitor["spec"]["selector"]["matchLabels"]),
            deployments.len()
        );
    }
    for scaled in of_kind(&manifests, "ScaledObject") {
        let target = &scaled["spec"]["scaleTargetRef"]["name"];
        assert!(
            deployments
                .iter()
                .any(|one| one["metadata"]["name"] == *target)
        );
        let (least, most) = (
            &scaled["spec"]["minReplicaCount"],
            &scaled["spec"]["maxReplicaCount"],
        );
        assert!(least.as_u64().unwrap() >= 1 && most.as_u64() > least.as_u64());
    }
}

#[test]
fn ingress_leads_to_services_and_the_api_to_intake() {
    let manifests = all();
    let services = of_kind(&manifests, "Service");
    let paths = &of_kind(&manifests, "Ingress")[0]["spec"]["rules"][0]["http"]["paths"];
    let ways: Vec<(&str, &str)> = list(paths)
        .map(|way| {
            let service = way["backend"]["service"]["name"].as_str().unwrap();
            assert!(services.iter().any(|one| name(one) == service), "{service}");
            (way["path"].as_str().unwrap(), service)
        })
        .collect();

    assert_eq!(ways, [("/v1", "intake"), ("/", "newsroom")]);
}

#[tokio::test]
async fn probes_ask_what_every_process_answers_on_the_port_it_listens_on() {
    let manifests = all();
    let variables = pairs(&of_kind(&manifests, "ConfigMap")[0]["data"]);
    let port = settings(&variables).http.listen.port();
    let app = TestApp::start().await;

    for deployment in of_kind(&manifests, "Deployment") {
        let container = container(deployment);
        assert_eq!(container["ports"][0]["containerPort"], port);
        for probe in ["readinessProbe", "livenessProbe"] {
            let asked = &container[probe]["httpGet"];
            assert_eq!(asked["port"], container["ports"][0]["name"]);
            let answer = app.get(asked["path"].as_str().unwrap()).await;
            assert_eq!(
                answer.status.as_u16(),
                200,
                "{}: {}",
                name(deployment),
                answer.text
            );
        }
    }
    for monitor in of_kind(&manifests, "PodMonitor") {
        let path = monitor["spec"]["podMetricsEndpoints"][0]["path"]
            .as_str()
            .unwrap();
        assert_eq!(app.get(path).await.status.as_u16(), 200);
    }
}

#[test]
fn pods_have_no_rights_and_time_to_finish() {
    let manifests = all();
    let settings = settings(&pairs(&of_kind(&manifests, "ConfigMap")[0]["data"]));
    for deployment in of_kind(&manifests, "Deployment") {
        let pod = &deployment["spec"]["template"]["spec"];
        let rights = &container(deployment)["securityContext"];
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        assert_eq!(pod["automountServiceAccountToken"], false);
        assert_eq!(rights["readOnlyRootFilesystem"], true);
        assert_eq!(rights["allowPrivilegeEscalation"], false);
        assert_eq!(rights["capabilities"]["drop"][0], "ALL");
        let grace_s = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
        assert!(
            grace_s * 1000 > settings.shutdown.grace_ms + 5000,
            "{}",
            name(deployment)
        );
        // Where nothing else can be written to, the folder for mails must lie on what is mounted.
        let data = settings.data_dir();
        let mut mounts = list(&container(deployment)["volumeMounts"]);
        assert!(mounts.any(|mount| data.starts_with(mount["mountPath"].as_str().unwrap())));
    }
}
