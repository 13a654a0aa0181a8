//! A name for each request, followed from HTTP through the queue to the worker.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use release::ids::{Kind, PublicId};
use std::time::Instant;
use tracing::{debug, info};

const HEADER: &str = "x-request-id";

/// The request's name, as handlers take it.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Takes the caller's `X-Request-Id` if it is harmless, else makes one; answers with it and logs the request.
pub(crate) async fn tag(mut request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|id| is_harmless(id));
    let id = match given {
        Some(id) => id.to_owned(),
        None => PublicId::from_random(Kind::Request, rand::random()).to_string(),
    };
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let begun = Instant::now();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    let duration_ms = begun.elapsed().as_millis() as u64;
    if method.is_safe() {
        debug!(worker = "intake", %method, path, status, duration_ms, request_id = id, "{method} {path} answered {status}");
    } else {
        info!(worker = "intake", %method, path, status, duration_ms, request_id = id, "{method} {path} answered {status}");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

fn is_harmless(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
