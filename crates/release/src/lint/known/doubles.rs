//! Near-doubles: a release sent twice, or last quarter's text sent again.

use super::{Known, fingerprint_text};
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;
use crate::model::Release;

/// Texts of which about so much is the same are doubles.
const NEAR: f64 = 0.7;

pub(super) fn check(release: &Release, known: &Known) -> Option<Finding> {
    if known.recent.is_empty() {
        return None;
    }
    let own = Fingerprint::of(&fingerprint_text(release));
    let language = release.edition.language.primary();
    let alike = known
        .recent
        .iter()
        .filter(|recent| recent.edition_language.primary() == language);
    let scored = alike.map(|recent| (own.similarity(&recent.fingerprint), recent));
    let (share, nearest) = scored
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .filter(|(share, _)| *share >= NEAR)?;
    let message = format!(
        "about {:.0} % of this text is that of {}, \"{}\"",
        share * 100.0,
        nearest.id,
        nearest.headline
    );
    let mend = "if it is the same news, do not send it again; if it was a template, check every figure and date";
    Some(Finding::warning("near-double", "/body", message, mend))
}
