//! Requests to the wire's routes, in this process.

use crate::Answer;
use axum::Router;
use axum::body::Body;
use http::{Method, Request, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// A request on its way.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Ask {
    routes: Router,
    method: Method,
    path: String,
    token: Option<String>,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Ask {
    pub(crate) fn new(routes: Router, method: Method, path: &str, token: &str) -> Ask {
        Ask {
            routes,
            method,
            path: path.to_owned(),
            token: Some(token.to_owned()),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// As the bearer of another token.
    pub fn with_token(mut self, token: &str) -> Ask {
        self.token = Some(token.to_owned());
        self
    }

    /// As nobody.
    pub fn without_token(mut self) -> Ask {
        self.token = None;
        self
    }

    /// With a header; its value may be any bytes that HTTP allows.
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Ask {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Ask {
        self.header("content-type", "application/json")
            .bytes(body.to_string())
    }

    /// With a body as it is.
    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Ask {
        self.body = body.into();
        self
    }

    /// Sends it and reads the answer to its end.
    pub async fn send(self) -> Answer {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Body::from(self.body))
            .expect("the test wrote a request that HTTP allows");
        let response = self
            .routes
            .oneshot(request)
            .await
            .expect("the routes cannot fail");
        let (parts, body) = response.into_parts();
        let bytes = body
            .collect()
            .await
            .expect("the body is in memory")
            .to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}
