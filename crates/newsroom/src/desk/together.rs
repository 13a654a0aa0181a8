//! Submitting several drafts as one bundle: all or none, with one clear time.

use super::posted::Posted;
use super::shapes::{Stopped, Whole};
use super::{Refusal, api};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) async fn submit(posted: Posted) -> Result<Response, Refusal> {
    let signed = posted.signed;
    let ids: Vec<&str> = posted.fields.all("release").collect();
    if ids.len() < 2 {
        return Err(Refusal::Link(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Choose two or more",
            "A bundle is the editions of one story. Tick those that belong together, or submit one by itself from its form.",
        ));
    }
    let mut submissions = Vec::with_capacity(ids.len());
    for id in &ids {
        let whole: Whole = signed.api.get(&api::release(id, "")?).await?;
        if whole.shown.state != "draft" {
            return Err(Refusal::Link(
                StatusCode::CONFLICT,
                "One of them is no draft any more",
                "Nothing was submitted. Go back to the desk and choose again.",
            ));
        }
        submissions.push(Value::Object(whole.source));
    }
    let bundle = Value::Array(submissions);
    // The same drafts with the same texts are one bundle, however often the button is pressed.
    let key = format!(
        "desk-{}",
        release::ids::base32(&Sha256::digest(format!("{ids:?}{bundle}")))
    );
    signed
        .api
        .post_once::<IgnoredAny>("/v1/releases", &bundle, &key)
        .await?;
    for id in &ids {
        // The bundle stands; a draft that cannot be put away is only left over.
        let _ = signed
            .api
            .post::<Stopped>(&api::release(id, "/cancel")?, &json!({}))
            .await;
    }
    Ok(Redirect::to("/desk?done=together").into_response())
}
