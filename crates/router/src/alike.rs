//! Links a story to others whose texts are near, before it is planned: whoever sends it then knows who was told of it already.
//!
//! What a link means to a reader is judged when an alert leaves (`store::alike`); here nobody is left out. A crash leaves the links
//! or none, and the next router makes the rest.

use crate::{RouteError, Router};
use release::fingerprint::figures;
use release::lint::known::fingerprint_of;
use release::model::Release;
use store::{AlertRow, Likeness, Linked, ReleaseRow};
use tracing::info;

/// Links the editions of a story that have cleared.
pub(crate) async fn link(
    router: &Router,
    alert: &AlertRow,
    editions: &[ReleaseRow],
) -> Result<(), RouteError> {
    let Some(story_id) = alert.story_id else {
        return Ok(());
    };
    let alike: Vec<Likeness> = editions.iter().filter_map(likeness).collect();
    let now_ms = router.clock.now_ms();
    for linked in router.store.link_alike(story_id, &alike, now_ms).await? {
        let of = editions.iter().find(|one| one.id == linked.release_id);
        report(alert, of.map_or("", |one| one.public_id.as_str()), &linked);
    }
    Ok(())
}

/// None of a release that cannot be read: it is refused where it is matched.
fn likeness(row: &ReleaseRow) -> Option<Likeness> {
    let release: Release = serde_json::from_str(&row.content).ok()?;
    Some(Likeness {
        release_id: row.id,
        fingerprint: fingerprint_of(&release),
        figures: figures(&release),
    })
}

fn report(alert: &AlertRow, release: &str, linked: &Linked) {
    let Linked {
        other,
        share,
        same_figures,
        ..
    } = linked;
    let request_id = &alert.request_id;
    info!(
        worker = "router",
        release,
        other,
        share,
        same_figures,
        request_id,
        outcome = "linked",
        "{share} % of release {release} is the text of {other}"
    );
}
