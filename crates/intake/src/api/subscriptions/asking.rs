//! Asking whoever a subscription would reach: a mail to confirm, a challenge. They leave by the same way as alerts.

use super::check::Checked;
use crate::{Intake, Problem};
use release::ids::{Kind, PublicId};
use release::model::{AlertKind, Channel, Lane};
use store::NewAsk;

/// Asks the reader of a pending endpoint, from `leaves_ms` on. A mailbox is asked a few times a day at most: the link of
/// an earlier mail confirms as well.
pub(super) async fn ask(
    intake: &Intake,
    checked: &Checked,
    endpoint_id: i64,
    leaves_ms: i64,
    request_id: &str,
) -> Result<bool, Problem> {
    let now_ms = intake.clock.now_ms();
    let alert_id = match checked.channel {
        Channel::Email => {
            let ask = NewAsk {
                kind: AlertKind::Confirm,
                address: &checked.address,
                about: "",
                limits: intake.ask_limits,
                request_id,
                leaves_ms,
            };
            intake.store.ask_by_mail(&ask, now_ms).await?
        }
        Channel::Webhook => {
            let public_id = PublicId::from_random(Kind::Alert, rand::random());
            let (id, kind) = (public_id.as_str(), AlertKind::Challenge);
            let store = &intake.store;
            Some(
                store
                    .add_direct_alert(id, kind, endpoint_id, request_id, now_ms)
                    .await?,
            )
        }
    };
    if let Some(alert_id) = alert_id
        && leaves_ms <= now_ms
    {
        intake.hint_route(alert_id, Lane::Regular, request_id).await;
    }
    Ok(alert_id.is_some())
}
