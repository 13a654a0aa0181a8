//! People who sign in: added, changed and removed by operators; everybody may ask who they are.

use super::{Id, PageQuery, last_of, page};
use crate::auth::{AnyCaller, Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use release::address::{MailAddress, printable};
use release::ids::{Kind, PublicId};
use release::model::Right;
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use store::{NewPerson, PersonRow, StoreError};
use utoipa::ToSchema;

/// A person to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddPerson {
    /// As shown in history
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Where links to sign in go
    email: String,
    /// submitter, approver, editor, operator
    #[schema(min_items = 1)]
    rights: Vec<String>,
    /// Slugs of the issuers they act for; submitters and approvers need one or more
    #[serde(default)]
    issuers: Vec<String>,
}

/// What to change of a person; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePerson {
    name: Option<String>,
    rights: Option<Vec<String>>,
    issuers: Option<Vec<String>>,
}

/// A person who signs in.
#[derive(Serialize, ToSchema)]
pub(super) struct PersonShape {
    /// `per_…`
    id: String,
    name: String,
    email: String,
    rights: Vec<String>,
    issuers: Vec<String>,
    created_at: String,
}

/// A page of those who may sign in.
#[derive(Serialize, ToSchema)]
pub(super) struct PeopleShape {
    /// By address
    people: Vec<PersonShape>,
    /// `after` for the next page; null on the last
    next_after: Option<String>,
}

impl PersonShape {
    fn of(row: &PersonRow) -> PersonShape {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        PersonShape {
            id: row.public_id.clone(),
            name: row.name.clone(),
            email: row.address.clone(),
            rights: words(&row.rights),
            issuers: words(&row.issuers),
            created_at: rfc3339(row.created_ms),
        }
    }
}

/// Add a person
#[utoipa::path(post, path = "/v1/people", tag = "people", request_body = AddPerson,
    responses((status = 201, body = PersonShape), Problem))]
pub(super) async fn add(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<AddPerson>, JsonRejection>,
) -> Result<(StatusCode, Json<PersonShape>), Problem> {
    caller.must(Scope::Operator)?;
    let Json(add) = body?;
    let address = MailAddress::parse(&add.email).map_err(|error| Problem::Invalid {
        pointer: "/email".into(),
        detail: error.to_string(),
        mend: "write `name@example.com`".into(),
    })?;
    check(&intake, &add.name, &add.rights, &add.issuers).await?;
    let public_id = PublicId::from_random(Kind::Person, rand::random());
    let new = NewPerson {
        public_id: public_id.as_str(),
        name: add.name.trim(),
        address: address.as_str(),
        rights: &add.rights.join(" "),
        issuers: &add.issuers.join(" "),
    };
    let given = may(&new);
    let act = intake.act(&caller, "person.add", new.public_id, &given);
    match intake.store.add_person(&new, act).await {
        Err(StoreError::Conflict(_)) => Err(Problem::Conflict(format!(
            "somebody with the address {} is there already: change them instead",
            address.masked()
        ))),
        Err(error) => Err(error.into()),
        Ok(()) => {
            let row = find(&intake, public_id.as_str()).await?;
            Ok((StatusCode::CREATED, Json(PersonShape::of(&row))))
        }
    }
}

/// What a person may do, for whom, as the audit log keeps it.
fn may(person: &NewPerson<'_>) -> String {
    match person.issuers {
        "" => person.rights.to_owned(),
        issuers => format!("{} for {issuers}", person.rights),
    }
}

async fn check(
    intake: &Intake,
    name: &str,
    rights: &[String],
    issuers: &[String],
) -> Result<(), Problem> {
    let invalid = |pointer: String, detail: String, mend: String| {
        Err(Problem::Invalid {
            pointer,
            detail,
            mend,
        })
    };
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        let detail = format!("`{}` is not a name", printable(name));
        let mend = "give one line of 1 to 200 characters".to_owned();
        return invalid("/name".into(), detail, mend);
    }
    let known: Vec<&str> = Right::ALL.iter().map(|right| right.as_str()).collect();
    if rights.is_empty() {
        let mend = format!("give one or more of {}", known.join(", "));
        return invalid("/rights".into(), "no rights".to_owned(), mend);
    }
    for (at, right) in rights.iter().enumerate() {
        if Right::parse(right).is_none() {
            let detail = format!("no right `{}`", printable(right));
            let mend = format!("use one of {}", known.join(", "));
            return invalid(format!("/rights/{at}"), detail, mend);
        }
    }
    for (at, slug) in issuers.iter().enumerate() {
        if intake.store.issuer(slug).await?.is_none() {
            let detail = format!("no issuer `{}`", printable(slug));
            let mend = "add it first with `dateline issuer add`".to_owned();
            return invalid(format!("/issuers/{at}"), detail, mend);
        }
    }
    let acts_for_issuers = |right: &String| {
        matches!(
            Right::parse(right),
            Some(Right::Submitter | Right::Approver)
        )
    };
    if issuers.is_empty() && rights.iter().all(acts_for_issuers) {
        let detail = "a submitter or approver acts for issuers, and none is given".to_owned();
        let mend = "name the issuers by slug".to_owned();
        return invalid("/issuers".into(), detail, mend);
    }
    Ok(())
}

/// Everybody who may sign in, by address
#[utoipa::path(get, path = "/v1/people", tag = "people", params(PageQuery),
    responses((status = 200, body = PeopleShape), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<PeopleShape>, Problem> {
    caller.must(Scope::Operator)?;
    let Query(PageQuery { after, limit }) = query?;
    let limit = page(limit)?;
    let after = after.unwrap_or_default();
    let people = intake.store.people(&after, limit).await?;
    if people.is_empty() && !after.is_empty() {
        // The last page may be empty; a cursor that names nobody is a mistake.
        find(&intake, &after).await?;
    }
    Ok(Json(PeopleShape {
        next_after: last_of(&people, limit).map(|row| row.public_id.clone()),
        people: people.iter().map(PersonShape::of).collect(),
    }))
}

/// Change a person's name, rights or issuers
#[utoipa::path(patch, path = "/v1/people/{id}", tag = "people", params(("id" = String, Path, description = "`per_…`")),
    request_body = ChangePerson, responses((status = 200, body = PersonShape), Problem))]
pub(super) async fn change(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    body: Result<Json<ChangePerson>, JsonRejection>,
) -> Result<Json<PersonShape>, Problem> {
    caller.must(Scope::Operator)?;
    let Json(change) = body?;
    let row = find(&intake, &id).await?;
    let shape = PersonShape::of(&row);
    let (name, rights, issuers) = (
        change.name.unwrap_or(shape.name),
        change.rights.unwrap_or(shape.rights),
        change.issuers.unwrap_or(shape.issuers),
    );
    check(&intake, &name, &rights, &issuers).await?;
    let new = NewPerson {
        public_id: &id,
        name: name.trim(),
        address: &row.address,
        rights: &rights.join(" "),
        issuers: &issuers.join(" "),
    };
    let given = may(&new);
    let act = intake.act(&caller, "person.change", &id, &given);
    intake.store.change_person(&new, act).await?;
    Ok(Json(PersonShape::of(&find(&intake, &id).await?)))
}

/// Remove a person; their sessions end at once
#[utoipa::path(delete, path = "/v1/people/{id}", tag = "people", params(("id" = String, Path, description = "`per_…`")),
    responses((status = 204), Problem))]
pub(super) async fn remove(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    caller.must(Scope::Operator)?;
    let act = intake.act(&caller, "person.remove", &id, "");
    match intake.store.remove_person(&id, act).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::NotFound { what: "person", id }),
    }
}

async fn find(intake: &Intake, id: &str) -> Result<PersonRow, Problem> {
    let found = intake.store.person(id).await?;
    found.ok_or_else(|| Problem::NotFound {
        what: "person",
        id: id.to_owned(),
    })
}

/// Who is asking.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    /// `tok_…`, `per_…`, or `local`
    id: String,
    name: String,
    /// Where notices go; empty for nowhere
    email: String,
    scopes: Vec<String>,
    /// Slugs; empty means all
    issuers: Vec<String>,
}

/// Who you are, and what you may do
#[utoipa::path(get, path = "/v1/me", tag = "people", responses((status = 200, body = Me), Problem))]
pub(super) async fn me(AnyCaller(caller): AnyCaller) -> Json<Me> {
    let scopes = Scope::ALL.into_iter().filter(|scope| caller.may(*scope));
    Json(Me {
        scopes: scopes.map(|scope| scope.as_str().to_owned()).collect(),
        id: caller.actor,
        name: caller.name,
        email: caller.email,
        issuers: caller.issuers,
    })
}
