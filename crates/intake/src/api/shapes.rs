//! What the API answers about releases, as types: the OpenAPI document is made from them.

use crate::Intake;
use release::finding::Finding;
use release::model::{Release, ReleaseState};
use release::time::rfc3339;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use store::{AlikeRow, BounceCounts, ChannelReport, EventRow, Latencies, ReleaseRow, Report};
use utoipa::ToSchema;

/// A release as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleaseShape {
    /// `rel_…`
    pub(crate) id: String,
    /// `sty_…`: shared by all editions that tell the same news
    story: String,
    /// 0 for the first telling of the story
    revision: i64,
    /// `US/en`; empty for a draft
    edition: String,
    headline: Option<String>,
    /// Slugs, in order
    issuers: Vec<String>,
    /// draft, submitted, held, scheduled, cleared, refused, cancelled
    pub(crate) state: String,
    /// Whose word is missing: `approver`, `editor`
    awaits: Vec<String>,
    /// `bun_…`: shared by editions that were submitted together, and clear together
    pub(crate) bundle: Option<String>,
    /// flash or regular
    lane: String,
    /// When it leaves
    clear_at: Option<String>,
    accepted_at: String,
    cleared_at: Option<String>,
    /// Its place on the wire, once cleared
    seq: Option<i64>,
    /// `tok_…`, `per_…`, or `local`
    submitted_by: String,
    /// What an approval is about: it changes with the text
    content_hash: String,
    /// Who holds it, while it is held
    hold: Option<HoldShape>,
    /// Its page, once cleared
    url: String,
}

/// Who holds a release, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoldShape {
    /// `tok_…`, `per_…`, or `local`
    by: String,
    /// submitter, or editor: then only an editor or operator lets it go on
    right: String,
    /// In their words; may be empty
    note: String,
}

impl ReleaseShape {
    pub(crate) fn of(intake: &Intake, row: &ReleaseRow) -> ReleaseShape {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let source: Option<Value> = serde_json::from_str(&row.source).ok();
        let content: Option<Release> = serde_json::from_str(&row.content).ok();
        let drafted = source.and_then(|source| Some(source.get("headline")?.as_str()?.to_owned()));
        ReleaseShape {
            id: row.public_id.clone(),
            story: row.story_public_id.clone(),
            revision: row.revision,
            edition: row.edition.clone(),
            headline: content.map(|content| content.headline).or(drafted),
            issuers: words(&row.issuers),
            state: row.state.to_string(),
            awaits: words(&row.awaits),
            bundle: row.bundle.clone(),
            lane: row.lane.to_string(),
            clear_at: (!row.edition.is_empty()).then(|| rfc3339(row.clear_at_ms)),
            accepted_at: rfc3339(row.accepted_ms),
            cleared_at: row.cleared_ms.map(rfc3339),
            seq: row.seq,
            submitted_by: row.submitted_by.clone(),
            content_hash: row.content_hash.clone(),
            hold: (row.state == ReleaseState::Held).then(|| HoldShape {
                by: row.held_by.clone(),
                right: row.held_as.clone(),
                note: row.held_note.clone(),
            }),
            url: format!("{}/releases/{}", intake.public_url, row.public_id),
        }
    }
}

/// A release with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleaseWhole {
    #[serde(flatten)]
    pub(crate) release: ReleaseShape,
    /// The text as it leaves, every field read
    #[schema(value_type = Object)]
    pub(crate) content: Value,
    /// The submission as it was sent
    #[schema(value_type = Object)]
    pub(crate) source: Value,
    /// Releases of other stories whose text is near identical, once this one has cleared
    pub(crate) alike: Vec<AlikeShape>,
}

/// A release of another story whose text is near identical.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlikeShape {
    /// `rel_…`
    release: String,
    /// Slugs, in order
    issuers: Vec<String>,
    cleared_at: String,
    /// How much of the text is the same, in percent
    share: i64,
    /// Whether its figures are the same, too: with others it is other news, and told to everybody
    same_figures: bool,
}

impl AlikeShape {
    pub(crate) fn of(row: &AlikeRow) -> AlikeShape {
        AlikeShape {
            release: row.public_id.clone(),
            issuers: row.issuers.split_whitespace().map(str::to_owned).collect(),
            cleared_at: rfc3339(row.cleared_ms),
            share: row.share,
            same_figures: row.same_figures,
        }
    }
}

/// A release that stands, with what lint says of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcceptedShape {
    #[serde(flatten)]
    pub(crate) release: ReleaseShape,
    /// Warnings; a draft may have errors too
    #[schema(value_type = Vec<FindingShape>)]
    pub(crate) findings: Vec<Finding>,
    /// Whether the same request made it before
    pub(crate) repeated: bool,
}

/// Editions that were accepted together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BundleShape {
    pub(crate) releases: Vec<AcceptedShape>,
    /// `bun_…`
    pub(crate) bundle: Option<String>,
    /// Whether the same request made them before
    pub(crate) repeated: bool,
}

/// One release, or the editions of a bundle.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Accepted {
    One(Box<AcceptedShape>),
    Many(BundleShape),
}

/// One thing that lint has to say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingShape {
    /// Stable: see the reference of lint's codes
    code: String,
    /// error or warning
    severity: String,
    /// A JSON pointer into the submission
    pointer: String,
    /// Bytes of the submission as it was sent, where they are known
    span: Option<SpanShape>,
    message: String,
    /// What to do about it
    mend: String,
}

/// From byte to byte.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpanShape {
    start: usize,
    end: usize,
}

/// What somebody did with a release.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventShape {
    at: String,
    /// `tok_…`, `per_…`, or `local`
    actor: String,
    /// submitted, changed, approved, queried, refused, held, cancelled, rescheduled, cleared
    act: String,
    /// Where the release stood afterwards
    state: String,
    /// In their words
    note: String,
    /// The text it was about
    pub(crate) content_hash: String,
}

impl EventShape {
    pub(crate) fn of(event: &EventRow) -> EventShape {
        EventShape {
            at: rfc3339(event.at_ms),
            actor: event.actor.clone(),
            act: event.act.clone(),
            state: event.state.clone(),
            note: event.note.clone(),
            content_hash: event.content_hash.clone(),
        }
    }

    /// What stands in the release's own row.
    pub(crate) fn own(row: &ReleaseRow, act: &str, at_ms: i64) -> EventShape {
        let actor = if act == "cleared" {
            "wire"
        } else {
            &row.submitted_by
        };
        EventShape {
            at: rfc3339(at_ms),
            actor: actor.to_owned(),
            act: act.to_owned(),
            state: if act == "cleared" { act } else { "" }.to_owned(),
            note: String::new(),
            content_hash: if act == "cleared" {
                &row.content_hash
            } else {
                ""
            }
            .to_owned(),
        }
    }
}

/// A release with whom it reached.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportedShape {
    #[serde(flatten)]
    pub(crate) release: ReleaseShape,
    pub(crate) report: ReportShape,
    pub(crate) bounces: BouncesShape,
    /// It would reach far more than usual: nobody is told before an operator says a word
    pub(crate) waits_for_word: bool,
}

/// How much mail came back. It is delivered all the same where a relay had taken it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BouncesShape {
    /// There is no such mailbox
    hard: i64,
    /// It may be otherwise another day
    soft: i64,
    /// Readers who called it spam
    complaints: i64,
}

impl BouncesShape {
    pub(crate) fn of(counts: BounceCounts) -> BouncesShape {
        let BounceCounts {
            hard,
            soft,
            complaints,
        } = counts;
        BouncesShape {
            hard,
            soft,
            complaints,
        }
    }
}

/// Whom a release reached.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportShape {
    /// Nothing is due any more
    complete: bool,
    /// Everybody was tried at least once
    tried: bool,
    untried: i64,
    /// Due to be tried again
    waiting: i64,
    #[serde(flatten)]
    counts: CountsShape,
    channels: BTreeMap<String, ChannelShape>,
}

#[derive(Debug, Serialize, ToSchema)]
struct CountsShape {
    matched: i64,
    delivered: i64,
    /// Given up, with a reason
    dead: i64,
    /// Unsubscribed, paused or suppressed meanwhile
    suppressed: i64,
    /// The story had a newer revision
    superseded: i64,
    due: i64,
    retried: i64,
    /// Milliseconds from acceptance or clear time to the receiver's yes
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
    p99_ms: Option<f64>,
}

/// Whom a release reached on one channel.
#[derive(Debug, Serialize, ToSchema)]
struct ChannelShape {
    untried: i64,
    waiting: i64,
    #[serde(flatten)]
    counts: CountsShape,
}

impl CountsShape {
    fn of(channels: &[ChannelReport]) -> CountsShape {
        let total = |count: fn(&ChannelReport) -> i64| channels.iter().map(count).sum::<i64>();
        let mut all = Latencies::default();
        channels
            .iter()
            .for_each(|channel| all.merge(&channel.latencies));
        CountsShape {
            matched: total(|c| c.matched),
            delivered: total(|c| c.delivered),
            dead: total(|c| c.dead),
            suppressed: total(|c| c.suppressed),
            superseded: total(|c| c.superseded),
            due: total(ChannelReport::due),
            retried: total(|c| c.retried),
            p50_ms: all.percentile_ms(0.5),
            p95_ms: all.percentile_ms(0.95),
            p99_ms: all.percentile_ms(0.99),
        }
    }
}

impl ReportShape {
    pub(crate) fn of(row: &ReleaseRow, report: &Report) -> ReportShape {
        let counts = CountsShape::of(&report.channels);
        let untried = report.channels.iter().map(|channel| channel.untried).sum();
        let is_planned = row.cleared_ms.is_some() && report.routed;
        ReportShape {
            complete: is_planned && counts.due == 0,
            tried: is_planned && untried == 0,
            untried,
            waiting: counts.due - untried,
            channels: report
                .channels
                .iter()
                .map(|channel| (channel.channel.to_string(), ChannelShape::of(channel)))
                .collect(),
            counts,
        }
    }
}

impl ChannelShape {
    fn of(channel: &ChannelReport) -> ChannelShape {
        ChannelShape {
            untried: channel.untried,
            waiting: channel.due() - channel.untried,
            counts: CountsShape::of(std::slice::from_ref(channel)),
        }
    }
}
