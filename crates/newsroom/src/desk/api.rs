//! The API, asked in this process as the person who is signed in.

use super::Refusal;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use release::finding::Finding;
use release::time::parse_rfc3339;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;

/// The API as one bearer sees it.
#[derive(Clone)]
pub(crate) struct Api {
    routes: Router,
    bearer: HeaderValue,
}

/// RFC 9457 problem details, as the API gives them.
#[derive(Debug, Deserialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) status: u16,
    pub(crate) detail: String,
    #[serde(default)]
    pub(crate) findings: Vec<Finding>,
    /// A JSON pointer to the field.
    pub(crate) pointer: Option<String>,
    pub(crate) mend: Option<String>,
    /// When it cleared, where that makes an order too late.
    pub(crate) cleared_at: Option<String>,
    /// How many had been told by then.
    pub(crate) told: Option<i64>,
    #[serde(skip)]
    pub(crate) retry_after: Option<String>,
    /// Who changed the text that was read, and when.
    pub(crate) changed_by: Option<String>,
    pub(crate) changed_at: Option<String>,
}

/// What the API answered about a text, with the tag that tells it from others: an ETag without its quotes.
pub(crate) struct Tagged<T> {
    pub(crate) answer: T,
    pub(crate) tag: String,
}

impl Problem {
    /// Whether it is of this kind: the last part of its `type`.
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind.rsplit(':').next() == Some(kind)
    }

    /// For people: a race that was lost is told with its time and count.
    pub(crate) fn in_words(&self) -> String {
        let cleared_ms = self
            .cleared_at
            .as_deref()
            .and_then(|at| parse_rfc3339(at).ok());
        match (cleared_ms, self.told) {
            (Some(at_ms), Some(told)) => format!(
                "It cleared at {}, and {told} had been told by now. What is out cannot be stopped, only corrected.",
                release::time::rfc3339(at_ms)
            ),
            _ => self.detail.clone(),
        }
    }

    /// What is wrong, as findings: also where one field is refused without lint.
    pub(crate) fn as_findings(&self) -> Vec<Finding> {
        match &self.pointer {
            Some(pointer) if self.findings.is_empty() => {
                let mend = self.mend.clone().unwrap_or_default();
                let detail = self
                    .detail
                    .strip_suffix(&format!("; {mend}"))
                    .unwrap_or(&self.detail);
                vec![Finding::error("invalid", pointer, detail, mend)]
            }
            _ => self.findings.clone(),
        }
    }
}

impl Api {
    pub(crate) fn new(routes: Router, secret: &str) -> Option<Api> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {secret}")).ok()?;
        bearer.set_sensitive(true);
        Some(Api { routes, bearer })
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Refusal> {
        Ok(self.get_tagged(path).await?.answer)
    }

    pub(crate) async fn get_tagged<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Tagged<T>, Refusal> {
        self.ask(Method::GET, path, Body::empty(), HeaderMap::new())
            .await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<T, Refusal> {
        let body = Body::from(body.to_string());
        let asked = self.ask(Method::POST, path, body, HeaderMap::new());
        Ok(asked.await?.answer)
    }

    /// Puts another text in the place of the one with this tag, and of no other.
    pub(crate) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
        read: &str,
    ) -> Result<Tagged<T>, Refusal> {
        let mut headers = HeaderMap::new();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{read}\""))
            && !read.is_empty()
        {
            headers.insert(header::IF_MATCH, tag);
        }
        let body = Body::from(body.to_string());
        self.ask(Method::PUT, path, body, headers).await
    }

    /// A POST that is harmless to repeat with the same key.
    pub(crate) async fn post_once<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
        key: &str,
    ) -> Result<T, Refusal> {
        let mut headers = HeaderMap::new();
        if let Ok(key) = HeaderValue::from_str(key)
            && !key.is_empty()
        {
            headers.insert("idempotency-key", key);
        }
        let body = Body::from(body.to_string());
        Ok(self.ask(Method::POST, path, body, headers).await?.answer)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Body,
        headers: HeaderMap,
    ) -> Result<Tagged<T>, Refusal> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().map_err(|_| Refusal::NotFound)?;
        *request.headers_mut() = headers;
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::CONTENT_TYPE, json);
        request
            .headers_mut()
            .insert(header::AUTHORIZATION, self.bearer.clone());
        let response = match self.routes.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await;
        let bytes = bytes
            .map_err(|error| Refusal::Internal(error.to_string()))?
            .to_bytes();
        if parts.status.is_success() {
            let tag = parts.headers.get(header::ETAG);
            let tag = tag.and_then(|tag| tag.to_str().ok()).unwrap_or_default();
            let answer = serde_json::from_slice(&bytes)
                .map_err(|error| Refusal::Internal(format!("{path}: {error}")))?;
            return Ok(Tagged {
                answer,
                tag: tag.trim_matches('"').to_owned(),
            });
        }
        if parts.status == StatusCode::UNAUTHORIZED {
            return Err(Refusal::SignedOut);
        }
        let mut problem: Box<Problem> = serde_json::from_slice(&bytes)
            .map_err(|error| Refusal::Internal(format!("{path}: {error}")))?;
        let retry_after = parts.headers.get(header::RETRY_AFTER);
        problem.retry_after = retry_after
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        Err(match parts.status {
            StatusCode::NOT_FOUND => Refusal::NotFound,
            _ => Refusal::Api(problem),
        })
    }
}

/// `/v1/releases/{id}{rest}`; an id that is none names nothing.
pub(crate) fn release(id: &str, rest: &str) -> Result<String, Refusal> {
    let is_id = !id.is_empty()
        && id.len() <= 64
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match is_id {
        true => Ok(format!("/v1/releases/{id}{rest}")),
        false => Err(Refusal::NotFound),
    }
}
