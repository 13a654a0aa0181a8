//! A subscriber's token: good for what its owner owns, and no way into anything else.

use super::{ANA, ask, get, hook_of, text, token_of};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{TestApp, release, release_at};

/// Where a subscriber gets at what is theirs; what is not answers 404.
const OWN: [(&str, &str); 15] = [
    ("get", "/v1/endpoints/{id}"),
    ("patch", "/v1/endpoints/{id}"),
    ("post", "/v1/endpoints/{id}/test"),
    ("get", "/v1/endpoints/{id}/test"),
    ("post", "/v1/endpoints/{id}/secret"),
    ("get", "/v1/endpoints/{id}/deliveries"),
    ("get", "/v1/endpoints/{id}/deliveries/{delivery}"),
    ("post", "/v1/endpoints/{id}/redeliver"),
    ("get", "/v1/subscriptions/{id}"),
    ("patch", "/v1/subscriptions/{id}"),
    ("delete", "/v1/subscriptions/{id}"),
    ("post", "/v1/subscriptions/{id}/pause"),
    ("post", "/v1/subscriptions/{id}/resume"),
    // Lists of their own, and what is added to it: 200 and nothing of anybody else's (see below).
    ("get", "/v1/endpoints"),
    ("get", "/v1/subscriptions"),
];

/// What any bearer may ask, or everybody: it tells of nobody.
const OPEN: [(&str, &str); 7] = [
    ("get", "/v1/items"),
    ("get", "/v1/topics"),
    ("get", "/v1/topics/{slug}"),
    ("get", "/v1/openapi.json"),
    ("get", "/v1/me"),
    ("post", "/v1/filters/read"),
    ("post", "/v1/filters/import"),
];

/// A wire with a webhook and a token of Ana's, and much that is not hers.
struct World {
    app: TestApp,
    token: String,
    own: Things,
    foreign: Things,
}

/// What paths name.
struct Things {
    endpoint: String,
    subscription: String,
    delivery: String,
}

async fn things(app: &TestApp, endpoint: String) -> Things {
    let shown = app
        .get(&format!("/v1/endpoints/{endpoint}"))
        .await
        .expect(200);
    let ledger = app
        .get(&format!("/v1/endpoints/{endpoint}/deliveries"))
        .await;
    Things {
        subscription: text(&shown["subscriptions"][0]["id"]),
        delivery: text(&ledger.expect(200)["deliveries"][0]["id"]),
        endpoint,
    }
}

async fn world() -> World {
    let app = TestApp::start().await;
    let own = hook_of(&app, "/ok/ana", ANA).await;
    let foreign = hook_of(&app, "/ok/bo", "bo@reader.example").await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    World {
        token: token_of(&app, ANA).await,
        own: things(&app, own).await,
        foreign: things(&app, foreign).await,
        app,
    }
}

impl World {
    /// A path of the description with ids of things that are there.
    async fn filled(&self, path: &str, things: &Things) -> String {
        let list = async |path: &str, list: &str| {
            let shown = self.app.get(path).await.expect(200);
            shown[list][0]["id"].as_str().unwrap_or("none").to_owned()
        };
        let id = match path.split('/').nth(2).unwrap() {
            "endpoints" => things.endpoint.clone(),
            "subscriptions" => things.subscription.clone(),
            "releases" => list("/v1/releases", "releases").await,
            "alerts" => list("/v1/alerts", "alerts").await,
            "tokens" => list("/v1/tokens", "tokens").await,
            _ => "1".to_owned(),
        };
        path.replace("{id}", &id)
            .replace("{delivery}", &things.delivery)
            .replace("{slug}", "acme")
            .replace("{subscription}", &things.subscription)
            .replace("{content_hash}", "0")
    }

    async fn status(&self, method: &str, path: &str) -> u16 {
        let method = method.to_uppercase().parse::<Method>().unwrap();
        let body = match path {
            "/v1/subscriptions" => json!({ "filter": "everything", "email": "bo@reader.example" }),
            _ => json!({}),
        };
        let answer = ask(&self.app, &self.token, method, path, &body).await;
        answer.status.as_u16()
    }
}

/// Every method and path of the API, as it describes itself.
async fn routes(app: &TestApp) -> BTreeSet<(String, String)> {
    let document = app.get("/v1/openapi.json").await.expect(200);
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().keys();
        methods
            .map(|method| (method.clone(), path.clone()))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}

fn is_in(list: &[(&str, &str)], method: &str, path: &str) -> bool {
    list.contains(&(method, path))
}

#[tokio::test]
async fn there_is_no_way_in_to_what_is_not_ones_own() {
    let world = world().await;
    world
        .app
        .submit(&release_at("Soon", &world.app.time_in(60)))
        .await;
    let routes = routes(&world.app).await;
    assert!(routes.len() > 70, "{} routes", routes.len());

    for (method, path) in &routes {
        let filled = world.filled(path, &world.foreign).await;
        let status = world.status(method, &filled).await;
        let own = is_in(&OWN, method, path);
        let is_list = own && !path.contains('{');
        match (is_list || is_in(&OPEN, method, path), own) {
            (true, _) => assert!(![401, 403].contains(&status), "{method} {path}: {status}"),
            (false, true) => assert_eq!(status, 404, "{method} {path}"),
            (false, false) => assert_eq!(status, 403, "{method} {path}"),
        }
    }
    let metrics = get(&world.app, &world.token, "/metrics").await;
    metrics.expect_problem(403, "forbidden");
    for (method, path) in OWN.iter().chain(&OPEN) {
        let listed = routes.contains(&((*method).to_owned(), (*path).to_owned()));
        assert!(listed, "no route {method} {path}");
    }
    world.app.settle().await;
    let untouched = format!("/v1/subscriptions/{}", world.foreign.subscription);
    assert_eq!(
        world.app.get(&untouched).await.expect(200)["state"],
        "active"
    );
}

#[tokio::test]
async fn subscriber_gets_at_all_that_is_their_own() {
    let world = world().await;
    let (last, rest): (Vec<_>, Vec<_>) = OWN.iter().partition(|(method, _)| *method == "delete");

    for (method, path) in rest.into_iter().chain(last) {
        let filled = world.filled(path, &world.own).await;
        let status = world.status(method, &filled).await;
        let test_of_nobody = path.ends_with("/test") && method == "get";
        let refused = [401, 403, 404, 500].contains(&status) && !test_of_nobody;
        assert!(!refused, "{method} {path}: {status}");
    }
    world.app.settle().await;
}

#[tokio::test]
async fn lists_hold_ones_own_and_nothing_else() {
    let World {
        app,
        token,
        own,
        foreign,
    } = world().await;

    let mine = get(&app, &token, "/v1/endpoints").await.expect(200);
    let subscriptions = get(&app, &token, "/v1/subscriptions").await.expect(200);
    for (path, list) in [
        (
            "/v1/endpoints?owner=bo@reader.example".to_owned(),
            "endpoints",
        ),
        (
            format!("/v1/endpoints?address={}", app.http.url("/ok/bo")),
            "endpoints",
        ),
        (
            format!("/v1/subscriptions?address={}", app.http.url("/ok/bo")),
            "subscriptions",
        ),
    ] {
        let others = get(&app, &token, &path).await.expect(200);
        assert_eq!(others[list], json!([]), "{path}");
    }
    let beyond = format!("/v1/subscriptions?after={}", foreign.subscription);
    get(&app, &token, &beyond)
        .await
        .expect_problem(404, "not-found");

    assert_eq!(mine["endpoints"].as_array().map(Vec::len), Some(1));
    assert_eq!(mine["endpoints"][0]["id"], json!(own.endpoint));
    assert_eq!(
        subscriptions["subscriptions"].as_array().map(Vec::len),
        Some(1)
    );
    let me = get(&app, &token, "/v1/me").await.expect(200);
    assert_eq!(me["scopes"], json!(["own"]));
}

#[tokio::test]
async fn subscriptions_are_added_to_ones_own_endpoints_only() {
    let World { app, token, .. } = world().await;
    let add = async |body: Value| ask(&app, &token, Method::POST, "/v1/subscriptions", &body).await;
    let own = app.http.url("/ok/ana");

    let added = add(json!({ "filter": "topic:mining", "webhook": own }))
        .await
        .expect(201);
    for foreign in [
        json!({ "filter": "everything", "webhook": own, "owner": "bo@reader.example" }),
        json!({ "filter": "everything", "webhook": app.http.url("/ok/bo") }),
        json!({ "filter": "everything", "webhook": app.http.url("/ok/new") }),
        json!({ "filter": "everything", "email": "bo@reader.example" }),
        json!({ "filter": "everything", "email": ANA, "consent": "I say so" }),
        json!([{ "filter": "lithium", "webhook": own }, { "filter": "x", "email": "bo@reader.example" }]),
    ] {
        add(foreign).await.expect_problem(403, "forbidden");
    }

    assert_eq!(
        (&added["state"], &added["endpoint_state"]),
        (&json!("active"), &json!("active"))
    );
    let all = app.get("/v1/subscriptions").await.expect(200);
    assert_eq!(all["subscriptions"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn token_has_either_an_owner_or_scopes() {
    let app = TestApp::start().await;
    let owner = json!(ANA);
    for (token, pointer) in [
        (json!({ "name": "t" }), "/scopes"),
        (json!({ "name": "t", "scopes": ["own"] }), "/scopes/0"),
        (
            json!({ "name": "t", "owner": owner, "scopes": ["operator"] }),
            "/owner",
        ),
        (
            json!({ "name": "t", "owner": owner, "issuers": ["acme"] }),
            "/owner",
        ),
        (json!({ "name": "t", "owner": "nobody" }), "/owner"),
    ] {
        let refused = app.post("/v1/tokens", &token).await;
        let problem = refused.expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], pointer, "{token}");
    }
    token_of(&app, "Ana@Reader.Example").await;
    let list = app.get("/v1/tokens").await.expect(200);
    assert_eq!(list["tokens"][0]["owner"], json!("ana@reader.example"));
}

#[tokio::test]
async fn erasing_ends_the_token() {
    let World {
        app, token, own, ..
    } = world().await;

    app.post("/v1/endpoints/erase", &json!({ "owner": ANA }))
        .await
        .expect(200);

    let path = format!("/v1/endpoints/{}", own.endpoint);
    get(&app, &token, &path)
        .await
        .expect_problem(401, "unauthorised");
}
