//! Filters by themselves: read, translated from other services, and held against a release.

use super::subscriptions::check::{Asked, read_filter};
use crate::auth::{AnyCaller, Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use release::explain::{explain, highlights, satisfied_by_within};
use release::filter::import::{Dialect, Imported, import};
use release::filter::{Filter, GRAMMAR_VERSION, MAX_COST, MAX_STEPS};
use release::model::Release;
use release::subject::{Subject, SubjectParts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// What a short clause may have, in bytes.
const CLAUSE_BYTES: usize = 1024;

/// A filter to look at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadFilter {
    filter: Asked,
}

/// A filter in both its forms.
#[derive(Serialize, ToSchema)]
pub(super) struct FilterShape {
    /// In the filter language, in its canonical form
    filter: String,
    /// The same as a tree
    #[schema(value_type = Object)]
    tree: Value,
    /// What it may cost to match, in looked-up words
    cost: u32,
    most_cost: u32,
    /// About how many looks at a term it takes while others are matched, a release
    steps: u32,
    most_steps: u32,
    /// The version of the filter language
    grammar: u32,
}

/// Read a filter, as text or as a tree, and give it in both forms
#[utoipa::path(post, path = "/v1/filters/read", tag = "subscriptions", request_body = ReadFilter,
    responses((status = 200, body = FilterShape), Problem))]
pub(super) async fn read(
    State(intake): State<Intake>,
    _caller: AnyCaller,
    body: Result<Json<ReadFilter>, JsonRejection>,
) -> Result<Json<FilterShape>, Problem> {
    let Json(ReadFilter { filter }) = body?;
    let filter = read_filter(&intake, &filter).map_err(|error| Problem::Fields(vec![error]))?;
    Ok(Json(FilterShape {
        filter: filter.to_string(),
        tree: filter.to_json(),
        cost: filter.cost(),
        most_cost: MAX_COST,
        steps: filter.steps(),
        most_steps: MAX_STEPS,
        grammar: GRAMMAR_VERSION,
    }))
}

/// A query of another service.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportFilter {
    /// `meltwater`, `factiva` or `cision`
    from: String,
    /// The query as it stands there
    query: String,
}

/// What became of a query.
#[derive(Serialize, ToSchema)]
pub(super) struct ImportedShape {
    /// In the filter language; null if nothing is left that may stand alone
    #[schema(value_type = Option<String>)]
    filter: Option<Filter>,
    /// What is said otherwise here: `at` (in bytes), `text`, `says`
    #[schema(value_type = Vec<Object>)]
    translated: Value,
    /// What was left out or widened, in the same form
    #[schema(value_type = Vec<Object>)]
    lost: Value,
}

/// Translate a query of a press monitor into a filter; nothing is stored
#[utoipa::path(post, path = "/v1/filters/import", tag = "subscriptions", request_body = ImportFilter,
    responses((status = 200, body = ImportedShape), Problem))]
pub(super) async fn import_query(
    _caller: AnyCaller,
    body: Result<Json<ImportFilter>, JsonRejection>,
) -> Result<Json<ImportedShape>, Problem> {
    let Json(ImportFilter { from, query }) = body?;
    let names: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
    let dialect = Dialect::parse(&from).ok_or_else(|| Problem::Invalid {
        pointer: "/from".into(),
        detail: "no such language of queries is known".into(),
        mend: format!("use one of {}", names.join(", ")),
    })?;
    let Imported {
        filter,
        translated,
        lost,
    } = import(dialect, &query);
    Ok(Json(ImportedShape {
        filter,
        translated: json!(translated),
        lost: json!(lost),
    }))
}

/// Why a subscription matches a release, or does not.
#[derive(Serialize, ToSchema)]
pub(super) struct MatchShape {
    release: String,
    subscription: String,
    filter: String,
    matches: bool,
    /// By which clause, in at most 1 KiB; null if it does not match
    clause: Option<String>,
    /// The clauses that decide: those that failed, if it does not match
    decisive: Vec<String>,
    /// Every clause: `clause`, `held`, `joins`, `found`, `why_not`, `parts`
    #[schema(value_type = Object)]
    explanation: Value,
    /// Where the words stand: `section` (headline, subheadline, summary, body as plain text), `from`, `to` in bytes
    #[schema(value_type = Vec<Object>)]
    highlights: Value,
    /// The body as plain text, which the places count in
    body: String,
}

/// Why a subscription matches a release, or does not, clause by clause
///
/// The filter is judged as it stands now. A release that has not cleared is only held against subscriptions for operators.
#[utoipa::path(get, path = "/v1/releases/{id}/matches/{subscription}", tag = "subscriptions",
    params(("id" = String, Path, description = "`rel_…`"), ("subscription" = String, Path, description = "`sub_…`")),
    responses((status = 200, body = MatchShape), Problem))]
pub(super) async fn matches(
    State(intake): State<Intake>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Json<MatchShape>, Problem> {
    caller.must(Scope::SubscriptionsRead)?;
    let Ok(Path((release_id, subscription_id))) = path else {
        let (what, id) = ("path", String::new());
        return Err(Problem::NotFound { what, id });
    };
    let row = intake.store.release(&release_id).await?;
    // To all others, what has not cleared does not exist.
    let row = row.filter(|row| row.cleared_ms.is_some() || caller.may(Scope::Operator));
    let Some(row) = row else {
        return Err(Problem::NotFound {
            what: "release",
            id: release_id,
        });
    };
    let Some(subscription) = intake.store.subscription(&subscription_id).await? else {
        return Err(Problem::NotFound {
            what: "subscription",
            id: subscription_id,
        });
    };
    let unreadable = |what: String| store::StoreError::Unreadable(what);
    let release: Release = serde_json::from_str(&row.content)
        .map_err(|error| unreadable(format!("{release_id}: {error}")))?;
    let filter = Filter::parse_stored(&subscription.filter, subscription.grammar)
        .map_err(|error| unreadable(format!("{subscription_id}: {error}")))?;
    let body = release.body.render().text;
    let subject = Subject::new(SubjectParts::of(&release, &body, &intake.taxonomy));
    let explanation = explain(&filter, &subject);
    Ok(Json(MatchShape {
        release: release_id,
        subscription: subscription_id,
        filter: subscription.filter,
        matches: explanation.held,
        clause: satisfied_by_within(&filter, &subject, CLAUSE_BYTES),
        decisive: explanation
            .decisive()
            .iter()
            .map(|part| part.clause.clone())
            .collect(),
        highlights: json!(highlights(&filter, &subject)),
        explanation: json!(explanation),
        body,
    }))
}
