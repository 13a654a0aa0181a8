//! Whose word a release needs before it may leave.

use crate::Intake;
use crate::auth::{Caller, Scope};
use crate::judge::Judged;
use release::model::{Approval, LateEditions, Release, Review};
use store::{IssuerRow, StoreError, Told};

/// The side of the wire's own.
pub(crate) const EDITOR: &str = "editor";
/// The side of the issuer's own.
pub(crate) const APPROVER: &str = "approver";

/// The sides whose word is missing, space-separated; empty if it may go. Who may give a word has given it by submitting.
pub(crate) async fn awaits(
    intake: &Intake,
    caller: &Caller,
    judged: &Judged,
    release: &Release,
) -> Result<String, StoreError> {
    let told = match (&release.story, release.issuers.first()) {
        (Some(key), Some(owner)) => intake.store.told_before(owner, key).await?,
        _ => None,
    };
    let mut sides = Vec::new();
    if !caller.may(Scope::ReleasesApprove) && judged.issuers.iter().any(needs_approver) {
        sides.push(APPROVER);
    }
    let is_late = told.is_some_and(|Told { cleared, .. }| cleared)
        && intake.late_editions == LateEditions::Wait;
    if !caller.may(Scope::ReleasesReview) && (is_late || judged.issuers.iter().any(needs_editor)) {
        sides.push(EDITOR);
    }
    Ok(sides.join(" "))
}

fn needs_approver(issuer: &IssuerRow) -> bool {
    Approval::parse(&issuer.approval) != Some(Approval::None)
}

fn needs_editor(issuer: &IssuerRow) -> bool {
    match Review::parse(&issuer.review) {
        Some(Review::None) => false,
        Some(Review::FirstRelease) => issuer.first_cleared_ms.is_none(),
        Some(Review::Always) | None => true,
    }
}
