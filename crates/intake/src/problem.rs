//! Errors as RFC 9457 problem details: what is wrong, where, and the mend.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use release::finding::Finding;
use release::time::rfc3339;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use store::StoreError;
use utoipa::openapi::{self, ContentBuilder, Ref, RefOr, ResponseBuilder};

/// Everything the API can answer instead of what was asked for.
#[derive(Debug)]
pub enum Problem {
    /// 400: the request cannot be read; where, and the mend.
    Malformed(String),
    /// 401: no token, or one that is not known (any more).
    Unauthorised,
    /// 403: the token may not do this; which scope would.
    Forbidden(String),
    /// 404: no such thing.
    NotFound {
        /// What was looked for: `release`, `subscription`, …
        what: &'static str,
        /// The id or slug that was given.
        id: String,
    },
    /// 404: no such topic; the nearest ones.
    NoTopic {
        /// As given.
        slug: String,
        /// Slugs, nearest first.
        nearest: Vec<String>,
    },
    /// 409: the thing exists or stands where this cannot be done.
    Conflict(String),
    /// 409: too late to stop a release.
    Cleared {
        /// Unix milliseconds.
        cleared_ms: i64,
        /// How many had been told by then.
        told: i64,
    },
    /// 412: the text is not the one that was read.
    Changed {
        /// Who changed it, in words.
        by: String,
        /// Unix milliseconds.
        at_ms: i64,
        /// The text's tag now.
        etag: String,
    },
    /// 405: the path exists, but not with this method.
    Method,
    /// 413: the body is larger than is read.
    TooLarge,
    /// 422: the release has findings that are errors.
    Findings(Vec<Finding>),
    /// 422: a field holds what it cannot hold; its JSON pointer, what is wrong, the mend.
    Invalid {
        /// A JSON pointer.
        pointer: String,
        /// What is wrong, with the value.
        detail: String,
        /// What to do about it.
        mend: String,
    },
    /// 429: more requests than one caller may make; how long to wait, in milliseconds.
    TooMany(i64),
    /// 422: several fields hold what they cannot hold, in their order. Never empty.
    Fields(Vec<FieldError>),
    /// 422: a file has bad lines; each with line, column, value, what is wrong, the mend. Nothing was taken.
    Lines(Vec<Value>),
    /// 422: an idempotency key was used before for another request, which made this.
    KeyReused(String),
    /// 503: the store cannot write at the moment. Nothing was accepted.
    Unavailable(String),
    /// 500: a fault of ours.
    Internal(String),
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// A JSON pointer.
    pub pointer: String,
    /// What is wrong, with the value.
    pub detail: String,
    /// What to do about it.
    pub mend: String,
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Problem::Malformed(_) => StatusCode::BAD_REQUEST,
            Problem::Unauthorised => StatusCode::UNAUTHORIZED,
            Problem::Forbidden(_) => StatusCode::FORBIDDEN,
            Problem::NotFound { .. } | Problem::NoTopic { .. } => StatusCode::NOT_FOUND,
            Problem::Conflict(_) | Problem::Cleared { .. } => StatusCode::CONFLICT,
            Problem::Changed { .. } => StatusCode::PRECONDITION_FAILED,
            Problem::Method => StatusCode::METHOD_NOT_ALLOWED,
            Problem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Problem::Findings(_)
            | Problem::Invalid { .. }
            | Problem::Fields(_)
            | Problem::Lines(_)
            | Problem::KeyReused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Problem::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Problem::Malformed(_) => "malformed",
            Problem::Unauthorised => "unauthorised",
            Problem::Forbidden(_) => "forbidden",
            Problem::NotFound { .. } | Problem::NoTopic { .. } => "not-found",
            Problem::Conflict(_) => "conflict",
            Problem::Cleared { .. } => "already-cleared",
            Problem::Changed { .. } => "changed",
            Problem::Method => "method",
            Problem::TooLarge => "too-large",
            Problem::Findings(_) => "findings",
            Problem::Invalid { .. } | Problem::Fields(_) => "invalid",
            Problem::Lines(_) => "bad-lines",
            Problem::KeyReused(_) => "idempotency-key-reused",
            Problem::TooMany(_) => "too-many-requests",
            Problem::Unavailable(_) => "unavailable",
            Problem::Internal(_) => "internal",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Problem::Malformed(_) => "The request cannot be read",
            Problem::Unauthorised => "A valid token is needed",
            Problem::Forbidden(_) => "The token may not do this",
            Problem::NotFound { .. } | Problem::NoTopic { .. } => "Not found",
            Problem::Conflict(_) => "Not possible as things stand",
            Problem::Cleared { .. } => "Too late: the release has cleared",
            Problem::Changed { .. } => "The text has changed since it was read",
            Problem::Method => "This method is not known here",
            Problem::TooLarge => "The request is too large",
            Problem::Findings(_) => "The release is refused",
            Problem::Invalid { .. } | Problem::Fields(_) => "A field is not valid",
            Problem::Lines(_) => "The file has bad lines",
            Problem::KeyReused(_) => "The idempotency key belongs to another request",
            Problem::TooMany(_) => "Too many requests",
            Problem::Unavailable(_) => "The wire cannot accept anything at the moment",
            Problem::Internal(_) => "A fault of ours",
        }
    }

    fn detail(&self) -> String {
        match self {
            Problem::Malformed(detail) | Problem::Forbidden(detail) | Problem::Conflict(detail) => detail.clone(),
            Problem::Unauthorised => {
                "send `Authorization: Bearer TOKEN`; `dateline token add` makes one".to_owned()
            }
            Problem::NotFound { what, id } => format!("no {what} `{}`", release::address::printable(id)),
            Problem::NoTopic { slug, nearest } => {
                let slug = release::address::printable(slug);
                format!("no topic `{slug}`; nearest: {}", nearest.join(", "))
            }
            Problem::Cleared { cleared_ms, told } => {
                format!("it cleared at {} and {told} had been told by now", rfc3339(*cleared_ms))
            }
            Problem::Changed { by, at_ms, .. } => format!(
                "{by} changed it at {}, and nothing was overwritten; read it again, then send your text with its new ETag",
                rfc3339(*at_ms)
            ),
            Problem::Method => {
                "this path exists, but not with this method; the README lists both".to_owned()
            }
            Problem::TooLarge => "send less at once, and link to large material; the limit is the setting `http.max_body_bytes`".to_owned(),
            Problem::Findings(findings) => {
                let errors = findings.iter().filter(|f| f.severity == release::finding::Severity::Error).count();
                format!("{errors} of {} findings are errors; mend them and submit again", findings.len())
            }
            Problem::Invalid { detail, mend, .. } => format!("{detail}; {mend}"),
            Problem::Fields(errors) => {
                let first = errors.first().map(|error| format!("{}; {}", error.detail, error.mend));
                let more = errors.len().saturating_sub(1);
                let first = first.unwrap_or_default();
                if more > 0 { format!("{first} (and {more} more, see `errors`)") } else { first }
            }
            Problem::Lines(errors) => format!(
                "{} errors, and nothing was taken; mend them, or import with `partial=true` what is good", errors.len()
            ),
            Problem::KeyReused(made) if made.starts_with("rel_") => format!(
                "this Idempotency-Key made {made} from other content; use a new key for a new submission, or reschedule \
                 {made} if only its clear time is to change"
            ),
            Problem::KeyReused(made) => {
                format!("this Idempotency-Key made {made} from other content; use a new key for another request")
            }
            Problem::TooMany(wait_ms) => format!(
                "wait {} s before the next request; the limit is the setting `http.requests_per_minute`",
                seconds(*wait_ms)
            ),
            Problem::Unavailable(detail) | Problem::Internal(detail) => detail.clone(),
        }
    }

    fn extensions(&self) -> Map<String, Value> {
        let value = match self {
            Problem::Cleared { cleared_ms, told } => {
                json!({ "cleared_at": rfc3339(*cleared_ms), "told": told })
            }
            Problem::Changed { by, at_ms, etag } => {
                json!({ "changed_by": by, "changed_at": rfc3339(*at_ms), "etag": etag })
            }
            Problem::Findings(findings) => json!({ "findings": findings }),
            Problem::Invalid { pointer, mend, .. } => json!({ "pointer": pointer, "mend": mend }),
            Problem::Lines(errors) => json!({ "errors": errors }),
            // The first one stands outside too, where a single one would.
            Problem::Fields(errors) => json!({
                "pointer": errors.first().map(|error| &error.pointer),
                "mend": errors.first().map(|error| &error.mend),
                "errors": errors,
            }),
            _ => json!({}),
        };
        value.as_object().cloned().unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Problem::Internal(detail) | Problem::Unavailable(detail) = &self {
            tracing::error!(worker = "intake", "{}: {detail}", self.title());
        }
        let status = self.status();
        let retry_after = match &self {
            Problem::TooMany(wait_ms) => Some(HeaderValue::from(seconds(*wait_ms))),
            Problem::Unavailable(_) => Some(HeaderValue::from_static("5")),
            _ => None,
        };
        let mut body = json!({
            "type": format!("urn:dateline:problem:{}", self.kind()),
            "title": self.title(),
            "status": status.as_u16(),
            "detail": self.detail(),
        });
        if let Some(object) = body.as_object_mut() {
            object.extend(self.extensions());
        }
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(retry_after) = retry_after {
            headers.insert(header::RETRY_AFTER, retry_after);
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Whole seconds, rounded up.
fn seconds(wait_ms: i64) -> i64 {
    wait_ms.max(0).div_euclid(1000) + 1
}

/// RFC 9457 problem details, with what some kinds add.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes problems to readers of the API")]
pub(crate) struct ProblemDetails {
    /// `urn:dateline:problem:…`
    r#type: String,
    title: String,
    status: u16,
    /// What is wrong, and the mend
    detail: String,
    /// For `findings`
    findings: Option<Vec<crate::api::shapes::FindingShape>>,
    /// For `invalid`: a JSON pointer to the field
    pointer: Option<String>,
    /// For `invalid`: what to do about it
    mend: Option<String>,
    /// For `already-cleared`
    cleared_at: Option<String>,
    /// For `already-cleared`: how many had been told
    told: Option<i64>,
    /// For `changed`: who changed the text
    changed_by: Option<String>,
    /// For `changed`: when
    changed_at: Option<String>,
    /// For `changed`: what `If-Match` would have to say now
    etag: Option<String>,
}

/// Every status that any request may be answered with instead of what was asked for.
const STATUSES: [(&str, &str); 12] = [
    ("400", "The request cannot be read"),
    ("401", "A valid token is needed"),
    ("403", "The token may not do this"),
    ("404", "Not found"),
    ("405", "This method is not known here"),
    ("409", "Not possible as things stand"),
    ("412", "The text has changed since it was read"),
    ("413", "The request is too large"),
    ("422", "Findings, or a field that is not valid"),
    ("429", "Too many requests: see Retry-After"),
    ("500", "A fault of ours"),
    (
        "503",
        "Nothing can be accepted at the moment: see Retry-After",
    ),
];

impl utoipa::IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let described = STATUSES.into_iter().map(|(status, description)| {
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("ProblemDetails")))
                .build();
            let response = ResponseBuilder::new()
                .description(description)
                .content("application/problem+json", content)
                .build();
            (status.to_owned(), RefOr::T(response))
        });
        described.collect()
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Problem {
        let FieldError {
            pointer,
            detail,
            mend,
        } = error;
        Problem::Invalid {
            pointer,
            detail,
            mend,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::Unwritable(_) | StoreError::Unreachable(_) | StoreError::Schema { .. } => {
                Problem::Unavailable(error.to_string())
            }
            StoreError::Conflict(detail) => Problem::Conflict(detail),
            other => Problem::Internal(other.to_string()),
        }
    }
}

/// What a request cannot be read for, in axum's words: too large, or malformed.
macro_rules! from_rejection {
    ($($rejection:ident),+) => {
        $(impl From<axum::extract::rejection::$rejection> for Problem {
            fn from(rejection: axum::extract::rejection::$rejection) -> Problem {
                match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
                    _ => Problem::Malformed(rejection.body_text()),
                }
            }
        })+
    };
}

from_rejection!(BytesRejection, JsonRejection, QueryRejection);
