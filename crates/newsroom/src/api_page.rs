//! The page that shows the API's own description (`GET /v1/openapi.json`) to people.

use crate::conditional::Shown;
use crate::rooms::plain_page;
use crate::{Newsroom, Trouble};
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use http_body_util::BodyExt;
use maud::{Markup, html};
use serde_json::{Map, Value};
use tower::ServiceExt;

/// Where the description is.
const DOCUMENT: &str = "/v1/openapi.json";

pub(crate) async fn show(State(newsroom): State<Newsroom>) -> Result<Shown, Trouble> {
    let document = document(&newsroom).await;
    let paths = document["paths"].as_object();
    let paths: Vec<(&String, &Value)> = paths.into_iter().flatten().collect();
    let main = html! {
        div.narrow {
            h1 { "API" }
            p { (text(&document["info"], "description")) }
            p { a href=(DOCUMENT) { "The same as OpenAPI 3.1" } ", for programs." }
            @for tag in document["tags"].as_array().into_iter().flatten() {
                (section(text(tag, "name"), text(tag, "description"), &paths, &document))
            }
        }
    };
    Ok(plain_page(&newsroom, "API", "/api", main))
}

/// The description, which no request can keep from being made.
async fn document(newsroom: &Newsroom) -> Value {
    let request = Request::get(DOCUMENT)
        .body(Body::empty())
        .expect("the address is a constant");
    let Ok(response) = newsroom.api.clone().oneshot(request).await;
    match response.into_body().collect().await {
        Ok(body) => serde_json::from_slice(&body.to_bytes()).unwrap_or_default(),
        Err(_) => Value::Null,
    }
}

/// What is told of one theme.
fn section(name: &str, description: &str, paths: &[(&String, &Value)], document: &Value) -> Markup {
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    let is_of = |operation: &Value| {
        let tags = operation["tags"].as_array().into_iter().flatten();
        tags.into_iter().any(|tag| tag == name)
    };
    html! {
        h2 id=(name) { (description) }
        @for (path, method, operation) in operations.filter(|(_, _, operation)| is_of(operation)) {
            h3 { code { (method.to_uppercase()) " " (path) } }
            p { (text(operation, "summary")) ". " (text(operation, "description"))
                @if is_open(operation) { " Open to everybody." } }
            (parameters(operation))
            (fields(&operation["requestBody"], document))
        }
    }
}

/// Whether it asks for no token.
fn is_open(operation: &Value) -> bool {
    let security = operation["security"].as_array();
    security.is_some_and(|needs| needs.iter().all(|need| need == &Value::Object(Map::new())))
}

fn parameters(operation: &Value) -> Markup {
    let parameters = operation["parameters"].as_array();
    let parameters: Vec<&Value> = parameters.into_iter().flatten().collect();
    html! {
        @if !parameters.is_empty() {
            dl { @for parameter in parameters {
                dt { code { (text(parameter, "name")) } " (" (text(parameter, "in")) ")" }
                dd { (text(parameter, "description")) }
            } }
        }
    }
}

/// The fields of a JSON body, where it is an object with a name.
fn fields(body: &Value, document: &Value) -> Markup {
    let schema = &body["content"]["application/json"]["schema"];
    let named = text(schema, "$ref").rsplit('/').next().unwrap_or_default();
    let schema = &document["components"]["schemas"][named];
    let required: Vec<&Value> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    let fields = schema["properties"].as_object();
    html! {
        @if let Some(fields) = fields {
            dl { @for (name, field) in fields {
                dt { code { (name) } @if required.iter().any(|other| *other == name) { " (required)" } }
                dd { (text(field, "description")) }
            } }
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
