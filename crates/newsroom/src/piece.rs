//! An item as pages show it, read and parsed once: what has cleared never changes, so it can be kept.

use crate::entries::{IssuerNames, name_of};
use crate::{Newsroom, Trouble};
use release::body::RenderedBody;
use release::model::Release;
use release::render::Item;
use release::subject::{Subject, SubjectParts};
use release::time::ClearTime;
use release::topic::Taxonomy;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use store::{ItemRow, Store, StoreError};

/// Pieces kept at most; a generation of as many may stand beside it until it is full.
const KEPT: usize = 512;
/// Characters of a lead.
const LEAD_CHARS: usize = 300;

/// A release that is out on the wire.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) seq: i64,
    /// `rel_…`.
    pub(crate) id: String,
    pub(crate) story_id: i64,
    story: String,
    accepted_ms: i64,
    pub(crate) revision: i64,
    /// In its own zone.
    pub(crate) cleared: ClearTime,
    pub(crate) release: Release,
    body: OnceLock<RenderedBody>,
    lead: OnceLock<String>,
}

impl Piece {
    pub(crate) fn of(row: ItemRow) -> Result<Piece, StoreError> {
        let release: Release = serde_json::from_str(&row.content)
            .map_err(|error| StoreError::Unreadable(format!("{}: {error}", row.public_id)))?;
        Ok(Piece {
            seq: row.seq,
            id: row.public_id,
            story_id: row.story_id,
            story: row.story_public_id,
            accepted_ms: row.accepted_ms,
            revision: row.revision,
            cleared: release.in_zone(row.cleared_ms),
            release,
            body: OnceLock::new(),
            lead: OnceLock::new(),
        })
    }

    /// The body without the wire's opening.
    pub(crate) fn body(&self) -> &RenderedBody {
        self.body.get_or_init(|| self.release.body.render())
    }

    /// The summary, or the first words of the body.
    pub(crate) fn lead(&self) -> &str {
        self.lead.get_or_init(|| match &self.release.summary {
            Some(_) => self.release.summary_or_lead("", LEAD_CHARS),
            None => self.release.summary_or_lead(&self.body().text, LEAD_CHARS),
        })
    }

    /// As the wire's forms take it.
    pub(crate) fn item(&self, newsroom: &Newsroom, issuers: &IssuerNames) -> Item {
        let slugs = self.release.issuers.iter();
        Item {
            release_id: self.id.clone(),
            story_id: self.story.clone(),
            revision: self.revision,
            seq: self.seq,
            accepted_ms: self.accepted_ms,
            cleared_ms: self.cleared.at_ms,
            url: format!("{}{}", newsroom.public_url, self.path()),
            issuer_names: slugs
                .map(|slug| name_of(issuers, slug).to_owned())
                .collect(),
            release: self.release.clone(),
            body: self.body().clone(),
            wire_name: newsroom.name.clone(),
        }
    }

    pub(crate) fn path(&self) -> String {
        format!("/releases/{}", self.id)
    }

    pub(crate) fn language(&self) -> &str {
        self.release.edition.language.as_str()
    }

    pub(crate) fn direction(&self) -> &'static str {
        match self.release.edition.language.is_rtl() {
            true => "rtl",
            false => "ltr",
        }
    }

    /// Which telling of which story.
    pub(crate) fn telling(&self) -> (i64, i64) {
        (self.story_id, self.revision)
    }

    /// What it offers to filters.
    pub(crate) fn subject(&self, taxonomy: &Taxonomy) -> Subject {
        Subject::new(SubjectParts::of(&self.release, &self.body().text, taxonomy))
    }
}

/// Pieces read lately. Losing it loses nothing.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// The younger and the older generation.
    kept: Mutex<[HashMap<i64, Arc<Piece>>; 2]>,
}

impl Desk {
    /// The items with these places, in the order asked for. One that cannot be read is left out and logged, so that it
    /// takes no list down with it.
    pub(crate) async fn pieces(
        &self,
        store: &Store,
        seqs: &[i64],
    ) -> Result<Vec<Arc<Piece>>, Trouble> {
        let mut found: HashMap<i64, Arc<Piece>> = seqs
            .iter()
            .filter_map(|&seq| Some((seq, self.get(seq)?)))
            .collect();
        let missing: Vec<i64> = seqs
            .iter()
            .copied()
            .filter(|seq| !found.contains_key(seq))
            .collect();
        if !missing.is_empty() {
            for row in store.items(&missing).await? {
                let seq = row.seq;
                match Piece::of(row) {
                    Ok(piece) => drop(found.insert(seq, self.keep(Arc::new(piece)))),
                    Err(error) => {
                        tracing::error!(%error, worker = "newsroom", "item {seq} cannot be shown: {error}")
                    }
                }
            }
        }
        Ok(seqs
            .iter()
            .filter_map(|seq| found.get(seq).cloned())
            .collect())
    }

    /// The item that a release became; none if it has not cleared.
    pub(crate) async fn piece_of(
        &self,
        store: &Store,
        public_id: &str,
    ) -> Result<Option<Arc<Piece>>, Trouble> {
        let Some(row) = store.item_of(public_id).await? else {
            return Ok(None);
        };
        if let Some(piece) = self.get(row.seq) {
            return Ok(Some(piece));
        }
        Ok(Some(self.keep(Arc::new(Piece::of(row)?))))
    }

    fn get(&self, seq: i64) -> Option<Arc<Piece>> {
        let kept = self.kept.lock().expect("no holder panics");
        kept.iter()
            .find_map(|generation| generation.get(&seq))
            .cloned()
    }

    fn keep(&self, piece: Arc<Piece>) -> Arc<Piece> {
        let mut kept = self.kept.lock().expect("no holder panics");
        if kept[0].len() >= KEPT {
            kept[1] = std::mem::take(&mut kept[0]);
        }
        kept[0].insert(piece.seq, piece.clone());
        piece
    }
}
