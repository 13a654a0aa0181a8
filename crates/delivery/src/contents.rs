//! What a batch tells, rendered once and shared by its deliveries.

use crate::batch::Clauses;
use crate::email::StoryMails;
use release::body::RenderedBody;
use release::capability::LinkKey;
use release::model::Release;
use release::render::{DigestEntry, Item, StoryPayload};
use release::subject::{Subject, SubjectParts};
use release::topic::Taxonomy;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use store::{ReleaseRow, Result, Store, StoreError};

/// Rendered items that are kept for the next batch of the same release, and for the digests of an hour.
const KEPT: usize = 64;

/// What the wire calls itself, where it lives, what it speaks of, and the key of its links.
#[derive(Debug, Clone)]
pub struct Wire {
    /// The wire's name.
    pub name: String,
    /// What links start with, without a slash at the end.
    pub public_url: String,
    /// Signs links.
    pub link_key: LinkKey,
    /// Its topics.
    pub taxonomy: Arc<Taxonomy>,
}

/// A release as it leaves, in every form.
#[derive(Debug)]
pub(crate) struct StoryContent {
    pub(crate) row: ReleaseRow,
    pub(crate) payload: StoryPayload,
    pub(crate) mails: StoryMails,
    /// What it offers to filters, to say why a reader is told.
    pub(crate) subject: Subject,
    /// What was said of filters before.
    pub(crate) clauses: Clauses,
    /// Its line in a digest.
    pub(crate) entry: DigestEntry,
}

/// A small cache of rendered items.
#[derive(Debug)]
pub(crate) struct Contents {
    store: Store,
    wire: Arc<Wire>,
    kept: Mutex<VecDeque<(i64, Arc<StoryContent>)>>,
}

impl Contents {
    pub(crate) fn new(store: Store, wire: Arc<Wire>) -> Contents {
        Contents {
            store,
            wire,
            kept: Mutex::default(),
        }
    }

    /// The release with this key, rendered. A cleared text never changes, so the cache cannot be stale.
    pub(crate) async fn story(&self, release_id: i64) -> Result<Arc<StoryContent>> {
        let kept = self
            .kept
            .lock()
            .expect("no holder panics")
            .iter()
            .find(|(id, _)| *id == release_id)
            .cloned();
        if let Some((_, content)) = kept {
            return Ok(content);
        }
        let content = Arc::new(self.render(release_id).await?);
        let mut kept = self.kept.lock().expect("no holder panics");
        kept.push_front((release_id, content.clone()));
        kept.truncate(KEPT);
        Ok(content)
    }

    async fn render(&self, release_id: i64) -> Result<StoryContent> {
        let unreadable =
            |reason: String| StoreError::Unreadable(format!("release {release_id}: {reason}"));
        let row = self
            .store
            .release_by_id(release_id)
            .await?
            .ok_or_else(|| unreadable("not there".into()))?;
        let release: Release =
            serde_json::from_str(&row.content).map_err(|error| unreadable(error.to_string()))?;
        let body: RenderedBody = release.body.render();
        let subject = Subject::new(SubjectParts::of(&release, &body.text, &self.wire.taxonomy));
        let mut issuer_names = Vec::with_capacity(release.issuers.len());
        for slug in &release.issuers {
            let issuer = self.store.issuer(slug).await?;
            issuer_names.push(issuer.map_or_else(|| slug.clone(), |issuer| issuer.name));
        }
        let item = Item {
            release_id: row.public_id.clone(),
            story_id: row.story_public_id.clone(),
            revision: row.revision,
            seq: row.seq.ok_or_else(|| unreadable("not cleared".into()))?,
            accepted_ms: row.accepted_ms,
            cleared_ms: row
                .cleared_ms
                .ok_or_else(|| unreadable("not cleared".into()))?,
            url: format!("{}/releases/{}", self.wire.public_url, row.public_id),
            issuer_names,
            release,
            body,
            wire_name: self.wire.name.clone(),
        };
        Ok(StoryContent {
            payload: StoryPayload::new(&item),
            mails: StoryMails::new(&item),
            entry: DigestEntry::new(&item),
            subject,
            clauses: Clauses::default(),
            row,
        })
    }
}
