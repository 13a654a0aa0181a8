//! The page behind the link that every alert carries.

use crate::{Newsroom, Trouble, page};
use axum::extract::{Path, State};
use axum::response::Html;
use queue::Telling;
use release::capability::Capability;
use tracing::info;

pub(super) async fn ask(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
) -> Result<Html<String>, Trouble> {
    let (endpoint_id, _) = unsubscription(&newsroom, &token)?;
    let names = newsroom
        .store
        .endpoint_subscription_names(endpoint_id)
        .await?;
    let text = match names.is_empty() {
        true => "There is nothing left to stop: no alerts go to this address.".to_owned(),
        false => {
            "Press the button, and the alerts that this mail was sent for stop at once.".to_owned()
        }
    };
    let button = (!names.is_empty()).then_some("Stop these alerts");
    Ok(Html(page::ask("Stop these alerts?", &text, button)))
}

/// One click by RFC 8058: no cookies, no sign-in, nothing but the POST.
pub(super) async fn unsubscribe(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
) -> Result<Html<String>, Trouble> {
    let (endpoint_id, subscriptions) = unsubscription(&newsroom, &token)?;
    let stopped = newsroom
        .store
        .unsubscribe(endpoint_id, &subscriptions)
        .await?;
    newsroom.queue.tell(Telling::FiltersChanged);
    info!(
        worker = "newsroom",
        endpoint = endpoint_id,
        stopped,
        outcome = "unsubscribed",
        "{stopped} subscriptions stopped by their reader"
    );
    Ok(Html(page::notice(
        "Stopped",
        "These alerts have stopped. You need do nothing else.",
    )))
}

fn unsubscription(newsroom: &Newsroom, token: &str) -> Result<(i64, Vec<i64>), Trouble> {
    match newsroom.link_key.verify(token) {
        Ok(Capability::Unsubscribe {
            endpoint_id,
            subscriptions,
        }) => Ok((endpoint_id, subscriptions)),
        _ => Err(Trouble::BadLink),
    }
}
