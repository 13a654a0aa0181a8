//! Readers who wish to be told once of stories alike: what was told by another story is withheld.
//!
//! Judged when it is sent, as all that may have changed, and by what was delivered: a story is withheld only for one that the
//! reader has. Two that leave in the same moment may both be told; of two, one is told at least.

use super::Work;
use super::direct::later;
use crate::SendError;
use std::collections::{BTreeSet, HashMap};
use store::{AlertRow, BatchRow, DigestMember, LeftOut, Result, Store, Verdict, told_by};

/// By what each endpoint of a batch was told of a story like this one, of those that are told once.
pub(super) async fn told(
    store: &Store,
    alert: &AlertRow,
    batch: &BatchRow,
) -> Result<HashMap<i64, String>> {
    match (alert.story_id, alert.revision) {
        (Some(story_id), Some(revision)) => {
            let range = (batch.first_endpoint_id, batch.last_endpoint_id);
            store.told_elsewhere(story_id, revision, range).await
        }
        _ => Ok(HashMap::new()),
    }
}

/// Which stories of a digest its reader was told of, or is told of by the digest itself.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    /// Stories that are alike, from both sides.
    pairs: BTreeSet<(i64, i64)>,
    /// By what each was told before.
    told: HashMap<i64, String>,
    /// What this digest tells: story and release.
    kept: Vec<(i64, String)>,
}

impl Repeated {
    /// What there is to know of the members; nothing for a reader who is told of each.
    pub(super) async fn of(
        work: &Work,
        endpoint_id: i64,
        members: &[DigestMember],
    ) -> Result<Repeated, SendError> {
        let store = &work.inner.store;
        if later(store.told_once(&[endpoint_id]).await)?.is_empty() {
            return Ok(Repeated::default());
        }
        let (mut stories, mut told) = (Vec::new(), HashMap::new());
        for member in members {
            let range = (endpoint_id, endpoint_id);
            let elsewhere = store.told_elsewhere(member.story_id, member.revision, range);
            let by = later(elsewhere.await)?.remove(&endpoint_id);
            told.extend(by.map(|by| (member.story_id, by)));
            stories.push(member.story_id);
        }
        Ok(Repeated {
            pairs: later(store.alike_among(&stories).await)?,
            told,
            kept: Vec::new(),
        })
    }

    /// What a member was told by before, if it was.
    pub(super) fn before(&self, member: &DigestMember) -> Option<Verdict> {
        let reason = self.told.get(&member.story_id)?.clone();
        Some(Verdict::Suppressed { reason })
    }

    /// What becomes of a member once the digest is delivered, if an earlier one tells the same.
    pub(super) fn beside(&self, member: &DigestMember) -> Option<LeftOut> {
        let is_alike =
            |(story, _): &&(i64, String)| self.pairs.contains(&(*story, member.story_id));
        let (_, release) = self.kept.iter().find(is_alike)?;
        let reason = told_by(release);
        Some(LeftOut {
            alert_id: member.alert_id,
            verdict: Verdict::Suppressed { reason },
        })
    }

    /// The digest tells this one.
    pub(super) fn keep(&mut self, member: &DigestMember, release: &str) {
        self.kept.push((member.story_id, release.to_owned()));
    }
}
