//! A dry run: what would be said of a submission, what would become of it, and how many it would reach.
//!
//! How many is a question to the index, which a router holds: it goes there as a row of the store, announced by telling.

use crate::accept::{judge_all, prepare};
use crate::auth::{Caller, Scope};
use crate::judge::Judged;
use crate::{Intake, Problem};
use queue::Telling;
use release::finding::Finding;
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use utoipa::ToSchema;

/// How long a router may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the store is looked at while no telling comes.
const LOOK: Duration = Duration::from_millis(100);
/// Fewer endpoints than this are not told apart, unless to an operator.
const FEWEST: i64 = 10;

/// What would become of a submission.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trial {
    /// One an edition
    releases: Vec<TrialOfOne>,
}

/// What would become of one edition.
#[derive(Debug, Serialize, ToSchema)]
struct TrialOfOne {
    /// Warnings; errors are the answer 422
    #[schema(value_type = Vec<super::api::shapes::FindingShape>)]
    findings: Vec<Finding>,
    /// scheduled, or submitted where it would be reviewed first
    state: String,
    /// Whose word it would need
    awaits: Vec<String>,
    clear_at: String,
    /// The text as it would leave
    #[schema(value_type = Object)]
    content: Value,
    reach: Option<Reach>,
}

/// How many endpoints would hear of a release now.
#[derive(Debug, Serialize, ToSchema)]
struct Reach {
    /// Whether the numbers are exact; else they are rounded down to 0, 10, 20 … 100, 200 …, so that nobody can find out who
    /// watches what
    exact: bool,
    endpoints: i64,
    /// `email`, `webhook`
    channels: BTreeMap<String, i64>,
    /// For each topic: endpoints that asked for it, or for one above it
    topics: BTreeMap<String, i64>,
}

/// What a router answers.
#[derive(Debug, Deserialize)]
struct Counted {
    channels: BTreeMap<String, i64>,
    topics: BTreeMap<String, i64>,
}

/// Looks a submission over; stores nothing of it.
pub(crate) async fn trial(intake: &Intake, caller: &Caller, body: &[u8]) -> Result<Trial, Problem> {
    caller.must(Scope::ReleasesWrite)?;
    let judged = judge_all(intake, caller, body).await?;
    let mut releases = Vec::with_capacity(judged.len());
    for judged in judged {
        releases.push(trial_of_one(intake, caller, judged).await?);
    }
    Ok(Trial { releases })
}

async fn trial_of_one(
    intake: &Intake,
    caller: &Caller,
    judged: Judged,
) -> Result<TrialOfOne, Problem> {
    let prepared = prepare(intake, caller, &judged, None).await?;
    let content = serde_json::to_value(judged.accepted()?)
        .map_err(|error| Problem::Internal(error.to_string()))?;
    let counted = ask(intake, &content).await?;
    let is_exact = caller.may(Scope::Operator);
    Ok(TrialOfOne {
        state: prepared.state.to_string(),
        awaits: prepared
            .awaits
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        clear_at: rfc3339(prepared.clear_at_ms),
        reach: counted.map(|counted| reach(counted, is_exact)),
        content,
        findings: judged.findings,
    })
}

/// Asks the index; none if no router answers in time.
async fn ask(intake: &Intake, content: &Value) -> Result<Option<Counted>, Problem> {
    let mut tellings = intake.queue.listen();
    let now_ms = intake.clock.now_ms();
    let question = intake
        .store
        .ask("reach", &content.to_string(), now_ms)
        .await?;
    intake.queue.tell(Telling::Asked);
    let answer = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(answer) = intake.store.answer_to(question).await? {
                return Ok::<_, store::StoreError>(answer);
            }
            let told =
                async { while !matches!(tellings.recv().await, Ok(Telling::Answered) | Err(_)) {} };
            let _ = tokio::time::timeout(LOOK, told).await;
        }
    });
    match answer.await {
        Ok(answer) => Ok(serde_json::from_str(&answer?).ok()),
        Err(_) => Ok(None),
    }
}

fn reach(counted: Counted, is_exact: bool) -> Reach {
    let shown = |n: i64| if is_exact { n } else { rounded(n) };
    let all = |counts: BTreeMap<String, i64>| {
        let each = counts.into_iter().map(|(name, n)| (name, shown(n)));
        // A name that stands there with a 0 would tell of somebody.
        each.filter(|(_, n)| *n > 0).collect::<BTreeMap<_, _>>()
    };
    Reach {
        exact: is_exact,
        endpoints: shown(counted.channels.values().sum()),
        channels: all(counted.channels),
        topics: all(counted.topics),
    }
}

/// Down to one significant digit; to nothing below [`FEWEST`].
fn rounded(n: i64) -> i64 {
    if n < FEWEST {
        return 0;
    }
    let unit = 10_i64.pow(n.ilog10());
    n / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_not_told_apart_and_many_are_rounded_down() {
        let check = |n: i64, expect: i64| assert_eq!(rounded(n), expect, "{n}");

        check(0, 0);
        check(9, 0);
        check(10, 10);
        check(19, 10);
        check(99, 90);
        check(1_234, 1_000);
        check(987_654, 900_000);
    }
}
