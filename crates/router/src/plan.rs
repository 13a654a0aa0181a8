//! From an alert to the deliveries it causes.

use crate::index::{Match, Matches};
use crate::{RouteError, Router, alike};
use release::model::{AlertKind, Channel, Release};
use release::subject::{Subject, SubjectParts};
use release::topic::Taxonomy;
use std::collections::HashSet;
use store::{AlertRow, GatheredUntil, PlannedDelivery, ReleaseRow};

/// What an alert causes.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    whom: Whom,
    /// The releases that are told: (key, public id).
    pub(crate) releases: Vec<(i64, String)>,
}

/// Everybody who is to hear of an alert, each once.
#[derive(Debug, Default)]
enum Whom {
    /// Nobody.
    #[default]
    Nobody,
    /// One endpoint.
    One(PlannedDelivery),
    /// All who want a story, as it was at a moment.
    All { matches: Matches, now_ms: i64 },
}

impl Plan {
    /// How many are to hear of it, without those who are planned already.
    pub(crate) fn count(&self, planned: &HashSet<i64>) -> usize {
        let new = |endpoint_id: &i64| !planned.contains(endpoint_id);
        match &self.whom {
            Whom::Nobody => 0,
            Whom::One(delivery) => usize::from(new(&delivery.endpoint_id)),
            Whom::All { matches, .. } => matches.endpoints().filter(new).count(),
        }
    }

    /// Their deliveries, by endpoint, made one after another: there may be a million.
    pub(crate) fn deliveries(
        &self,
        planned: &HashSet<i64>,
    ) -> impl Iterator<Item = PlannedDelivery> {
        let (one, all) = match &self.whom {
            Whom::Nobody => (None, None),
            Whom::One(delivery) => (Some(delivery.clone()), None),
            Whom::All { matches, now_ms } => (None, Some((matches, *now_ms))),
        };
        let all = all.into_iter().flat_map(move |(matches, now_ms)| {
            matches
                .iter()
                .map(move |found| self.delivery(found, now_ms))
        });
        let new = |delivery: &PlannedDelivery| !planned.contains(&delivery.endpoint_id);
        one.into_iter().chain(all).filter(new)
    }

    fn delivery(&self, found: Match, now_ms: i64) -> PlannedDelivery {
        PlannedDelivery {
            endpoint_id: found.endpoint_id,
            channel: found.channel,
            release_id: Some(self.releases[found.edition].0),
            gathered: gathered(&found, now_ms),
            reasons: found.reasons,
        }
    }
}

/// Everybody who is to hear of an alert.
pub(crate) async fn make(router: &Router, alert: &AlertRow) -> Result<Plan, RouteError> {
    match alert.kind {
        AlertKind::Story => story(router, alert).await,
        AlertKind::Confirm
        | AlertKind::Challenge
        | AlertKind::SignIn
        | AlertKind::Notice
        | AlertKind::Test
        | AlertKind::Manage => direct(router, alert).await,
        // Written with its deliveries.
        AlertKind::Digest => Ok(Plan::default()),
    }
}

/// All but stories go to their one endpoint.
async fn direct(router: &Router, alert: &AlertRow) -> Result<Plan, RouteError> {
    let Some(endpoint_id) = alert.endpoint_id else {
        return Ok(Plan::default());
    };
    let Some(endpoint) = router.store.endpoint(endpoint_id).await? else {
        return Ok(Plan::default());
    };
    let delivery = PlannedDelivery {
        endpoint_id,
        channel: endpoint.channel,
        release_id: None,
        reasons: Vec::new(),
        gathered: None,
    };
    Ok(Plan {
        whom: Whom::One(delivery),
        releases: Vec::new(),
    })
}

async fn story(router: &Router, alert: &AlertRow) -> Result<Plan, RouteError> {
    let (Some(story_id), Some(revision)) = (alert.story_id, alert.revision) else {
        return Ok(Plan::default());
    };
    let now_ms = router.clock.now_ms();
    let mut editions = router.store.cleared_editions(story_id, revision).await?;
    // Nothing of a release leaves before its time: the router checks what intake and sweep have decided.
    editions.retain(|edition| edition.clear_at_ms <= now_ms);
    alike::link(router, alert, &editions).await?;
    let mut subjects = Vec::with_capacity(editions.len());
    for edition in &editions {
        subjects.push(subject(edition, &router.taxonomy).map_err(|reason| {
            RouteError::Unreadable {
                alert_id: alert.id,
                reason,
            }
        })?);
    }
    let index = router.index();
    // Matching is pure computing: it must not hold up the tasks of this thread.
    let matches = tokio::task::spawn_blocking(move || {
        subjects.iter().for_each(|subject| index.observe(subject));
        index.matches(&subjects)
    })
    .await
    .map_err(|error| RouteError::Unreadable {
        alert_id: alert.id,
        reason: error.to_string(),
    })?;
    let releases = editions
        .into_iter()
        .map(|edition| (edition.id, edition.public_id))
        .collect();
    Ok(Plan {
        whom: Whom::All { matches, now_ms },
        releases,
    })
}

/// The digest that a match waits for, if its reader asked for one. Programs are told at once.
fn gathered(found: &Match, now_ms: i64) -> Option<GatheredUntil> {
    let why = found.frequency.gathered()?;
    let due_ms = found.digest_at.next_ms(found.frequency, now_ms)?;
    (found.channel == Channel::Email).then_some(GatheredUntil { due_ms, why })
}

/// What a stored release offers to filters.
fn subject(row: &ReleaseRow, taxonomy: &Taxonomy) -> Result<Subject, String> {
    subject_of(&row.content, taxonomy).map_err(|reason| format!("{}: {reason}", row.public_id))
}

/// What a release, given as JSON, offers to filters.
pub(crate) fn subject_of(content: &str, taxonomy: &Taxonomy) -> Result<Subject, String> {
    let release: Release = serde_json::from_str(content).map_err(|error| error.to_string())?;
    let body = release.body.render();
    Ok(Subject::new(SubjectParts::of(
        &release, &body.text, taxonomy,
    )))
}
