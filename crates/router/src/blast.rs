//! The blast guard: a reach far above the usual asks first.
//!
//! A wrong topic, a list imported twice, a story submitted by mistake to everybody: none of it can be taken back once it was
//! mailed. So before anything of a story is planned, the reach that was just counted is compared with what the last stories
//! reached; beyond the limit the alert is set aside (`Store::ask_blast`) until an operator says a word. The release itself has
//! cleared: it stands in the newsroom and its feeds, in time for those who have to publish at a moment.
//!
//! Both lanes are asked about, as haste makes no mail less. What is about an earlier telling (a correction, a kill) is not: it must
//! not wait, and mostly goes to those who were told. An edition that joins later is counted by those whom it alone
//! reaches; where the story was stopped, or is being asked about, it is asked about however few they are.

use crate::{RouteError, Router};
use release::model::AlertKind;
use store::AlertRow;
use tracing::warn;

/// Stories whose reach says what is usual.
const STORIES: i64 = 100;
/// Of ten of them, how many reached at most the usual: one extraordinary story in ten does not make it usual.
const OF_TEN: usize = 9;

/// When a reach is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlastGuard {
    /// How many times the usual a reach may be; 0 asks about none.
    pub factor: i64,
    /// A reach that is never asked about, whatever is usual.
    pub at_least: i64,
}

impl BlastGuard {
    /// Asks about nothing.
    pub const OFF: BlastGuard = BlastGuard {
        factor: 0,
        at_least: 0,
    };

    /// The largest reach that goes by itself.
    fn limit(self, usual: i64) -> i64 {
        self.at_least.max(usual.saturating_mul(self.factor))
    }

    /// Whether an alert of this kind is looked at; 0 is a story's first telling.
    fn watches(self, alert: &AlertRow) -> bool {
        self.factor > 0 && alert.kind == AlertKind::Story && alert.revision == Some(0)
    }
}

/// What nine of ten stories reached at most; 0 where there are none.
fn usual(mut reaches: Vec<i64>) -> i64 {
    reaches.sort_unstable();
    let rank = (reaches.len() * OF_TEN).div_ceil(10);
    match rank {
        0 => 0,
        rank => reaches[rank - 1],
    }
}

/// Whether an alert that would tell `reach` more endpoints has to wait for an operator's word; it is set aside then.
pub(crate) async fn waits(
    router: &Router,
    alert: &AlertRow,
    reach: usize,
) -> Result<bool, RouteError> {
    let guard = router.guard;
    let reach = i64::try_from(reach).unwrap_or(i64::MAX);
    let is_plain = reach <= guard.at_least && alert.generation == 0;
    if !guard.watches(alert) || reach == 0 || is_plain {
        return Ok(false);
    }
    let asked = router.store.blast(alert.id).await?;
    if let Some(row) = &asked
        && row.generation == alert.generation
        && row.word == "go"
    {
        return Ok(false);
    }
    let usual = usual(router.store.last_reaches(STORIES).await?);
    let unsettled = asked.is_some_and(|row| row.word != "go");
    if !unsettled && reach <= guard.limit(usual) {
        return Ok(false);
    }
    ask(router, alert, reach, usual).await?;
    Ok(true)
}

async fn ask(router: &Router, alert: &AlertRow, reach: i64, usual: i64) -> Result<(), RouteError> {
    let now_ms = router.clock.now_ms();
    let is_new = router.store.ask_blast(alert, reach, usual, now_ms).await?;
    if is_new {
        let AlertRow {
            public_id,
            lane,
            request_id,
            ..
        } = alert;
        warn!(worker = "router", alert = public_id, %lane, reach, usual, request_id, outcome = "asked",
            "{public_id} would be told to {reach} endpoints, usually at most {usual} are: nobody is told before an operator says \
             `dateline blast go {public_id}` or `stop`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_is_what_nine_of_ten_stories_reached_at_most() {
        let check = |reaches: &[i64], expect| assert_eq!(usual(reaches.to_vec()), expect);

        check(&[], 0);
        check(&[7], 7);
        check(&[1, 9], 9);
        check(&[5, 1, 1, 1, 1, 1, 1, 1, 1, 1_000_000], 5);
        check(&[1_000_000, 1_000_000, 1, 1, 1, 1, 1, 1, 1, 1], 1_000_000);
    }

    #[test]
    fn limit_is_a_multiple_of_the_usual_and_never_below_the_least() {
        let guard = BlastGuard {
            factor: 5,
            at_least: 1000,
        };

        assert_eq!(guard.limit(0), 1000);
        assert_eq!(guard.limit(200), 1000);
        assert_eq!(guard.limit(300), 1500);
        assert_eq!(guard.limit(i64::MAX), i64::MAX);
    }
}
