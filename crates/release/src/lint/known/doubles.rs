//! Near-doubles: a release sent twice, or last quarter's text sent again.

use super::Known;
use crate::finding::Finding;
use crate::model::Release;

/// Texts of which about so much is the same are doubles.
pub const NEAR: f64 = 0.7;

pub(super) fn check(release: &Release, known: &Known) -> Option<Finding> {
    let language = release.edition.language.primary();
    let alike = known
        .recent
        .iter()
        .filter(|recent| recent.edition_language.primary() == language);
    let nearest = alike
        .max_by(|a, b| a.share.total_cmp(&b.share))
        .filter(|nearest| nearest.share >= NEAR)?;
    let message = format!(
        "about {:.0} % of this text is that of {}, \"{}\"",
        nearest.share * 100.0,
        nearest.id,
        nearest.headline
    );
    let mend = "if it is the same news, do not send it again; if it was a template, check every figure and date";
    Some(Finding::warning("near-double", "/body", message, mend))
}
