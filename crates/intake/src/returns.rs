//! Mail that comes back, however it is brought: posted over HTTP, handed over by LMTP or SMTP, or through a pipe.
//!
//! Reads a message and believes one thing of it, a signed return path: who has none of these cannot suppress anybody. It is known to
//! the relay, the receiving server and the reader, who may unsubscribe anyhow. A Message-ID is not believed: issuers see it in their
//! reports. Writes what came back with what follows from it, in one transaction, before it is acknowledged; what could not be written
//! is refused for now, and whoever brought it keeps it and comes again.

mod dialogue;
mod listener;
mod unstuffing;

use crate::Intake;
use metrics::counter;
use release::bounce::{self, Bounce};
use store::{Followed, StoreError};
use tracing::info;

/// What was made of mail that came back.
#[derive(Debug)]
pub(crate) struct Taken {
    /// The delivery: the webhook-id of others, the left part of a Message-ID.
    pub(crate) delivery: String,
    /// What it says; none if nothing follows from it.
    pub(crate) bounce: Option<Bounce>,
    /// What followed.
    pub(crate) followed: Followed,
}

impl Intake {
    /// Takes a message that came back to `recipient`, as the envelope names it; none if no return path of ours is in it.
    pub(crate) async fn take_returned(
        &self,
        recipient: Option<&str>,
        message: &[u8],
    ) -> Result<Option<Taken>, StoreError> {
        let returned = bounce::read(message);
        let paths = returned.paths.iter().map(String::as_str);
        let mut paths = recipient.map(local).into_iter().chain(paths);
        let Some((alert_id, endpoint_id)) =
            paths.find_map(|path| self.link_key.read_verp(path).ok())
        else {
            return Ok(None);
        };
        let followed = match &returned.bounce {
            None => Followed::Nothing,
            Some(bounce) => {
                let now_ms = self.clock.now_ms();
                let recorded = self
                    .store
                    .record_bounce(alert_id, endpoint_id, bounce, now_ms);
                recorded.await?
            }
        };
        let alert = self.store.alert(alert_id).await?;
        let endpoint = self.store.endpoint(endpoint_id).await?;
        let delivery = format!(
            "{}_{}",
            alert.map_or_else(String::new, |alert| alert.public_id),
            endpoint.map_or_else(String::new, |endpoint| endpoint.public_id)
        );
        if followed == Followed::Paused {
            self.tell_filters();
        }
        let taken = Taken {
            delivery,
            bounce: returned.bounce,
            followed,
        };
        taken.tell();
        Ok(Some(taken))
    }
}

impl Taken {
    /// One line in the log and one in the metrics, for what was new.
    fn tell(&self) {
        let (Some(bounce), delivery) = (&self.bounce, &self.delivery) else {
            return;
        };
        if self.followed == Followed::Nothing {
            return;
        }
        let (kind, status, followed) = (bounce.kind, &bounce.status, self.followed.as_str());
        counter!("dateline_bounces_total", "kind" => kind.as_str()).increment(1);
        info!(delivery, %kind, status, outcome = followed, "mail {delivery} came back ({kind} {status}): {followed}");
    }
}

/// The part of an address before `@`.
fn local(address: &str) -> &str {
    let address = address.trim().trim_start_matches('<');
    address.rsplit_once('@').map_or(address, |(local, _)| local)
}
