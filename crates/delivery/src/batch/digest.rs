//! A digest on its way to one reader: all that waited, less what may not or need not be told any more.

use super::Work;
use super::attempt::unsent_outcome;
use super::checks::live_reasons;
use super::direct::later;
use super::once::Repeated;
use super::why;
use crate::contents::StoryContent;
use crate::email::{DigestMail, Letter};
use crate::{Failure, SendError, Sender, Sent};
use release::frequency::Gathered;
use release::render::{DigestEntry, Reason, digest_mail};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{ActiveSubscription, DigestMember, DueDelivery, LeftOut, Outcome, Verdict};

/// What a digest tells, and what it leaves out.
#[derive(Default)]
pub(super) struct Prepared<'a> {
    entries: Vec<DigestEntry>,
    why: Vec<Gathered>,
    /// The names of the subscriptions behind it, by key.
    reasons: BTreeMap<i64, &'a str>,
    /// Slugs of all issuers that it speaks for, with spaces between them.
    pub(super) issuers: String,
    pub(super) left_out: Vec<LeftOut>,
    /// Left out for another member that tells the same: only once that one was delivered, for until then the other may fall.
    pub(super) beside: Vec<LeftOut>,
}

/// Checks each member as an alert by itself would be checked.
pub(super) async fn prepare<'a>(
    work: &'a Work,
    delivery: &DueDelivery,
) -> Result<Prepared<'a>, SendError> {
    let (store, endpoint_id) = (&work.inner.store, delivery.endpoint_id);
    let members = later(store.digest_members(work.alert.id, endpoint_id).await)?;
    let mut repeated = Repeated::of(work, endpoint_id, &members).await?;
    let mut prepared = Prepared::default();
    for member in &members {
        let reasons: Vec<_> = live_reasons(work, &member.reasons).collect();
        if let Some(verdict) = left_out(member, &reasons, &repeated) {
            let alert_id = member.alert_id;
            prepared.left_out.push(LeftOut { alert_id, verdict });
        } else if let Some(beside) = repeated.beside(member) {
            prepared.beside.push(beside);
        } else {
            let story = story(work, member).await?;
            repeated.keep(member, &story.row.public_id);
            let why_url = why::url(work, endpoint_id, &story, &reasons);
            prepared.tell(member, &reasons, &story, why_url);
        }
    }
    // The newest first.
    prepared.entries.reverse();
    prepared.why.sort_unstable();
    prepared.why.dedup();
    Ok(prepared)
}

/// Why a member is not told, if so.
fn left_out(
    member: &DigestMember,
    reasons: &[&ActiveSubscription],
    repeated: &Repeated,
) -> Option<Verdict> {
    if member.superseded {
        return Some(Verdict::Superseded);
    }
    if reasons.is_empty() {
        return Some(Verdict::Suppressed {
            reason: "unsubscribed".to_owned(),
        });
    }
    repeated.before(member)
}

impl<'a> Prepared<'a> {
    fn tell(
        &mut self,
        member: &DigestMember,
        reasons: &[&'a ActiveSubscription],
        story: &StoryContent,
        why_url: String,
    ) {
        self.issuers.push_str(&story.row.issuers);
        self.issuers.push(' ');
        let because = why::reasons(reasons, story);
        let because = because.into_iter().map(|reason| reason.text).collect();
        self.entries
            .push(story.entry.clone().because(because, why_url));
        self.why.push(member.gathered);
        let named = reasons
            .iter()
            .map(|&reason| (reason.id, reason.name.as_str()));
        self.reasons.extend(named);
    }
}

impl Prepared<'_> {
    /// The outcome of a digest that has nothing left to tell.
    pub(super) fn empty(&self, work: &Work, delivery: &DueDelivery) -> Option<Outcome> {
        let reason = "nothing is left to tell".to_owned();
        self.entries.is_empty().then(|| Outcome {
            left_out: self.left_out.clone(),
            ..unsent_outcome(work, delivery, Verdict::Suppressed { reason })
        })
    }

    pub(super) async fn send(
        &self,
        work: &Work,
        delivery: &DueDelivery,
        id: &str,
    ) -> Result<Sent, SendError> {
        let Sender::Email(mailer) = &work.inner.sender else {
            let error = "no alert of kind digest goes by webhook".to_owned();
            return Err(SendError::Fail(Failure::unanswered(error)));
        };
        let letter = Letter {
            id,
            delivery: (work.alert.id, delivery.endpoint_id),
            to: &delivery.address,
            now_ms: work.inner.clock.now_ms(),
            answers: &[],
        };
        let template = digest_mail(&self.entries, &self.why);
        let language = self.entries[0].language().to_string();
        let mail = DigestMail::new(template, language);
        let named = self.reasons.iter().map(|(id, name)| Reason {
            id: *id,
            text: (*name).to_owned(),
        });
        let reasons: Vec<Reason> = named.collect();
        mailer
            .send_digest(&letter, &work.inner.wire, &mail, delivery, &reasons)
            .await
    }
}

async fn story(work: &Work, member: &DigestMember) -> Result<Arc<StoryContent>, SendError> {
    let story = later(work.inner.contents.story(member.release_id).await)?;
    // Nothing of a release leaves before its time, whatever made this digest.
    if story.row.clear_at_ms > work.inner.clock.now_ms() {
        let error = "it would tell a release before its clear time";
        return Err(Failure::unanswered(error.to_owned()).retry());
    }
    Ok(story)
}
