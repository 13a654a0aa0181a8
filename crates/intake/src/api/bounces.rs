//! Bounces: mail that came back, from relays that post it, and from `dateline bounce`.

use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use release::address::printable;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Envelope {
    /// The envelope's recipient, `b+…@…`; the message's own headers are asked where it is absent or no return path
    recipient: Option<String>,
}

/// What was made of it.
#[derive(Serialize, ToSchema)]
pub(super) struct BounceShape {
    /// `alr_…_ep_…`, as in the Message-ID
    delivery: String,
    /// hard, soft, complaint; null if nothing follows from it: a delay, a success, somebody's holiday
    kind: Option<&'static str>,
    /// RFC 3463, `5.1.1`; null where none was given
    status: Option<String>,
    /// suppressed, paused, counted, nothing
    followed: &'static str,
}

/// Tell of mail that came back
///
/// A report by RFC 3464, a complaint by RFC 5965 or a plain bounce. It is believed only with a return path that this wire signed. The
/// first 256 KiB are read, so a long message may be cut there.
#[utoipa::path(post, path = "/v1/bounces", tag = "operators", params(Envelope),
    request_body(content = String, content_type = "application/octet-stream",
        description = "The message, byte for byte as it came (message/rfc822)"),
    responses((status = 200, body = BounceShape), Problem))]
pub(super) async fn take(
    State(intake): State<Intake>,
    caller: Caller,
    envelope: Result<Query<Envelope>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<BounceShape>, Problem> {
    caller.must(Scope::BouncesWrite)?;
    let (Query(Envelope { recipient }), message) = (envelope?, body?);
    let recipient = recipient.as_deref();
    let taken = intake.take_returned(recipient, &message).await?;
    let taken = taken.ok_or_else(|| Problem::Invalid {
        pointer: "/recipient".into(),
        detail: match recipient {
            Some(recipient) => format!(
                "neither `{}` nor the message names a return path of this wire",
                printable(recipient)
            ),
            None => "the message names no return path of this wire".to_owned(),
        },
        mend: "give the envelope's recipient, `b+…@…`, as it came".into(),
    })?;
    let status = taken.bounce.as_ref().map(|bounce| bounce.status.clone());
    Ok(Json(BounceShape {
        delivery: taken.delivery,
        kind: taken.bounce.map(|bounce| bounce.kind.as_str()),
        status: status.filter(|status| !status.is_empty()),
        followed: taken.followed.as_str(),
    }))
}
