//! Importing: a file or a pasted text fills the form; nothing is stored.

use super::form::{Outcome, Subject, form};
use super::typed::Typed;
use crate::Newsroom;
use crate::desk::posted::token;
use crate::desk::session::Signed;
use crate::desk::{Refusal, frame};
use crate::origin::is_same_site;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use release::source;
use serde_json::{Map, Value, json};

pub(crate) async fn ask(signed: Signed) -> Html<String> {
    frame::page(
        &signed,
        "Import a release",
        "/desk/import",
        &page(&signed, "", None),
    )
}

fn page(signed: &Signed, pasted: &str, wrong: Option<&str>) -> Markup {
    html! {
        h1 { "Import a release" }
        @if let Some(wrong) = wrong { div.said.failed role="alert" tabindex="-1" autofocus { p { strong { "This cannot be read: " } (wrong) } } }
        p { "Markdown (with front matter or without), HTML, or JSON. It fills the form; nothing is stored before you say so." }
        form.narrow method="post" action="/desk/import" enctype="multipart/form-data" {
            (token(signed))
            div.field {
                label for="file" { "A file" }
                input id="file" type="file" name="file" accept=".md,.markdown,.txt,.html,.htm,.json,text/markdown,text/html,application/json";
            }
            div.field {
                label for="text" { "Or its text" }
                textarea id="text" name="text" rows="12" dir="auto" { "\n" (pasted) }
            }
            button type="submit" { "Fill the form" }
        }
    }
}

pub(crate) async fn import(
    State(newsroom): State<Newsroom>,
    request: Request,
) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    if !is_same_site(&parts.headers, &newsroom.public_url) {
        return Err(Refusal::Foreign);
    }
    let signed = Signed::from_request_parts(&mut parts, &newsroom).await?;
    let multipart = Multipart::from_request(Request::from_parts(parts, body), &newsroom).await;
    let sent = Sent::read(multipart.map_err(|_| Refusal::Foreign)?).await?;
    if !newsroom.link_key.is_form_token(&signed.secret, &sent.token) {
        return Err(Refusal::Foreign);
    }
    match submission(&sent.bytes) {
        Ok(submission) => {
            let mut typed = Typed::of_submission(&submission);
            typed.suggest("zone", &signed.zone);
            let said = Some("Imported. Look it over; nothing is stored yet.".to_owned());
            let outcome = Outcome {
                said,
                ..Outcome::default()
            };
            Ok(
                form(&newsroom, &signed, Subject::New, &typed, &outcome, None)
                    .await?
                    .into_response(),
            )
        }
        Err(wrong) => {
            let pasted = String::from_utf8_lossy(&sent.pasted);
            let page = frame::page(
                &signed,
                "Error: import a release",
                "/desk/import",
                &page(&signed, &pasted, Some(&wrong)),
            );
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// The parts of the form.
struct Sent {
    token: String,
    /// The file, or where there is none what was pasted.
    bytes: Vec<u8>,
    pasted: Vec<u8>,
}

impl Sent {
    async fn read(mut multipart: Multipart) -> Result<Sent, Refusal> {
        let broken = |error: MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
            _ => Refusal::Foreign,
        };
        let mut sent = Sent {
            token: String::new(),
            bytes: Vec::new(),
            pasted: Vec::new(),
        };
        while let Some(part) = multipart.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(broken)?.to_vec();
            match name.as_str() {
                "form" => sent.token = String::from_utf8_lossy(&bytes).into_owned(),
                "file" => sent.bytes = bytes,
                "text" => sent.pasted = bytes,
                _ => {}
            }
        }
        if sent.bytes.is_empty() {
            sent.bytes.clone_from(&sent.pasted);
        }
        Ok(sent)
    }
}

/// A submission, or a text that is to be the body of one: HTML, or Markdown without a head.
fn submission(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    let text = std::str::from_utf8(bytes)
        .map(str::trim_start)
        .unwrap_or_default();
    if text.trim().is_empty() && std::str::from_utf8(bytes).is_ok() {
        return Err("there is no text; choose a file, or paste something".to_owned());
    }
    let is_submission = bytes.len() > source::MAX_BYTES
        || text.is_empty()
        || text.starts_with("---")
        || text.starts_with('{');
    if is_submission {
        return source::parse(bytes).map_err(|error| error.to_string());
    }
    let text = text.trim_start_matches('\u{feff}');
    let (headline, body, format) = match text.starts_with('<') {
        true => (title_of_html(text), text.to_owned(), "html"),
        false => {
            let (headline, body) = title_of_markdown(text);
            (headline, body, "markdown")
        }
    };
    let mut submission = Map::new();
    submission.extend(headline.map(|headline| ("headline".to_owned(), json!(headline))));
    submission.insert("body".to_owned(), json!(body));
    submission.insert("body_format".to_owned(), json!(format));
    Ok(submission)
}

/// `# Headline`, and what follows it.
fn title_of_markdown(text: &str) -> (Option<String>, String) {
    match text.strip_prefix("# ") {
        Some(rest) => {
            let (headline, body) = rest.split_once('\n').unwrap_or((rest, ""));
            (
                Some(headline.trim().to_owned()),
                body.trim_start().to_owned(),
            )
        }
        None => (None, text.to_owned()),
    }
}

/// What stands in the first heading, as text; the body keeps it, for a machine cannot be sure.
fn title_of_html(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let start = lower.find("<h1")?;
    let open = start + lower[start..].find('>')? + 1;
    let end = open + lower[open..].find("</h1")?;
    let title = release::model::Body::Html(text[open..end].to_owned())
        .render()
        .text;
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_text_becomes_a_submission() {
        let check = |text: &str, expect: Value| {
            let submission = submission(text.as_bytes()).expect("it can be read");
            assert_eq!(Value::Object(submission), expect, "{text}");
        };

        check(
            "---\nheadline: A\n---\nBody",
            json!({ "headline": "A", "body": "Body" }),
        );
        check("{\"headline\": \"A\"}", json!({ "headline": "A" }));
        check(
            "# A mine opens\n\nToday.",
            json!({ "headline": "A mine opens", "body": "Today.", "body_format": "markdown" }),
        );
        check(
            "Today.",
            json!({ "body": "Today.", "body_format": "markdown" }),
        );
        check(
            "<h1>A <b>mine</b> opens</h1><p>Today.</p>",
            json!({ "headline": "A mine opens", "body": "<h1>A <b>mine</b> opens</h1><p>Today.</p>", "body_format": "html" }),
        );
    }

    #[test]
    fn what_is_no_text_is_said() {
        assert!(submission(b"  ").unwrap_err().contains("no text"));
        assert!(
            submission(b"PK\x03\x04\xff\xfe")
                .unwrap_err()
                .contains("UTF-8")
        );
        assert!(submission(b"{\"a\": ").unwrap_err().contains("JSON"));
    }
}
