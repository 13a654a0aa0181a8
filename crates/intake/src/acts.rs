//! The audit log, as handlers write it.

use crate::Intake;
use crate::auth::Caller;
use store::NewAct;
use tracing::error;

impl Intake {
    /// An act of this caller, for the transaction that does it. The subject is a public id or a slug, never an address.
    pub(crate) fn act<'a>(
        &self,
        caller: &'a Caller,
        act: &'a str,
        subject: &'a str,
        note: &'a str,
    ) -> NewAct<'a> {
        NewAct {
            at_ms: self.clock.now_ms(),
            actor: &caller.actor,
            act,
            subject,
            note,
            request_id: &caller.request_id,
        }
    }

    /// Writes down what was just done. It is done: where the store fails now, the log keeps it, and the answer stays.
    pub(crate) async fn record(&self, act: NewAct<'_>) {
        if let Err(error) = self.store.record_act(act).await {
            let NewAct {
                actor,
                act,
                subject,
                request_id,
                ..
            } = act;
            error!(%error, actor, act, subject, request_id, "{actor} did `{act}` to {subject}, which could not be recorded: {error}");
        }
    }
}
