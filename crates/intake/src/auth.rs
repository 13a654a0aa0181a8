//! Who is asking, and what they may do: the bearer of a token, or of a signed-in person's session.

mod whose;

pub(crate) use whose::Whose;

use crate::request_id::RequestId;
use crate::{Intake, Problem};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use release::capability::SESSION_PREFIX;
use release::model::Right;
use sha2::{Digest, Sha256};
use store::Store;

/// What a token may do. `operator` may do all but use the flash lane, which is always granted by name, and own nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Write drafts, submit, hold, cancel, reschedule.
    ReleasesWrite,
    /// See releases and reports.
    ReleasesRead,
    /// Approve for an issuer what others submitted.
    ReleasesApprove,
    /// Review for the wire.
    ReleasesReview,
    /// Make, pause and delete subscriptions.
    SubscriptionsWrite,
    /// See subscriptions.
    SubscriptionsRead,
    /// Submit to the flash lane.
    Flash,
    /// Tell of mail that came back.
    BouncesWrite,
    /// Read the metrics page: it tells of releases that have not cleared, if only by counting.
    Metrics,
    /// Run the wire.
    Operator,
    /// Look after what the token's owner owns: a subscriber's, which has no other scope.
    Own,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 11] = [
        Scope::ReleasesWrite,
        Scope::ReleasesRead,
        Scope::ReleasesApprove,
        Scope::ReleasesReview,
        Scope::SubscriptionsWrite,
        Scope::SubscriptionsRead,
        Scope::Flash,
        Scope::BouncesWrite,
        Scope::Metrics,
        Scope::Operator,
        Scope::Own,
    ];

    /// Its name in tokens.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::ReleasesWrite => "releases:write",
            Scope::ReleasesRead => "releases:read",
            Scope::ReleasesApprove => "releases:approve",
            Scope::ReleasesReview => "releases:review",
            Scope::SubscriptionsWrite => "subscriptions:write",
            Scope::SubscriptionsRead => "subscriptions:read",
            Scope::Flash => "flash",
            Scope::BouncesWrite => "bounces:write",
            Scope::Metrics => "metrics:read",
            Scope::Operator => "operator",
            Scope::Own => store::OWN_SCOPE,
        }
    }

    /// What a right lets its person do.
    fn of_right(right: Right) -> &'static [Scope] {
        match right {
            Right::Submitter => &[Scope::ReleasesWrite, Scope::ReleasesRead],
            Right::Approver => &[
                Scope::ReleasesWrite,
                Scope::ReleasesRead,
                Scope::ReleasesApprove,
            ],
            Right::Editor => &[
                Scope::ReleasesWrite,
                Scope::ReleasesRead,
                Scope::ReleasesReview,
            ],
            Right::Operator => &[Scope::Operator],
        }
    }
}

/// The secret of one run, kept in the data folder for commands on the same machine.
#[derive(Clone)]
pub struct Local {
    digest: [u8; 32],
}

impl Local {
    /// Keeps the digest of the secret.
    pub fn new(secret: &str) -> Local {
        Local {
            digest: Sha256::digest(secret.as_bytes()).into(),
        }
    }

    /// Digests are compared, so the time taken tells nothing of the secret.
    pub(crate) fn is(&self, secret: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        digest == self.digest
    }
}

/// The bearer of a valid token or session.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// `tok_…`, `per_…`, or `local` for commands on the same machine.
    pub(crate) actor: String,
    /// As shown to people.
    pub(crate) name: String,
    /// Where notices about its releases go; empty for nowhere.
    pub(crate) email: String,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) issuers: Vec<String>,
    /// The mail address whose endpoints and subscriptions it may look after, and nothing else, if it is a subscriber.
    pub(crate) owner: Option<String>,
    /// The request that it makes.
    pub(crate) request_id: String,
}

impl Caller {
    fn local() -> Caller {
        Caller {
            actor: "local".to_owned(),
            name: "this machine".to_owned(),
            email: String::new(),
            scopes: vec![Scope::Operator, Scope::Flash],
            issuers: Vec::new(),
            owner: None,
            request_id: String::new(),
        }
    }

    fn of_token(token: store::TokenRow) -> Caller {
        let known = |name: &str| Scope::ALL.into_iter().find(|scope| scope.as_str() == name);
        Caller {
            actor: token.public_id,
            name: token.name,
            email: token.email,
            scopes: token.scopes.split_whitespace().filter_map(known).collect(),
            issuers: words(&token.issuers),
            owner: None,
            request_id: String::new(),
        }
    }

    fn of_person(person: store::PersonRow) -> Caller {
        let rights = person.rights.split_whitespace().filter_map(Right::parse);
        Caller {
            actor: person.public_id,
            name: person.name,
            email: person.address,
            scopes: rights
                .flat_map(|right| Scope::of_right(right).iter().copied())
                .collect(),
            issuers: words(&person.issuers),
            owner: None,
            request_id: String::new(),
        }
    }

    /// Whether the caller has this scope.
    pub(crate) fn may(&self, scope: Scope) -> bool {
        let has = |scope: Scope| self.scopes.contains(&scope);
        let by_name = matches!(scope, Scope::Flash | Scope::Own);
        has(scope) || (!by_name && has(Scope::Operator))
    }

    /// Refuses unless the caller has this scope.
    pub(crate) fn must(&self, scope: Scope) -> Result<(), Problem> {
        match self.may(scope) {
            true => Ok(()),
            false => Err(Problem::Forbidden(format!(
                "this needs the scope `{}`",
                scope.as_str()
            ))),
        }
    }

    /// Whether the caller may speak for this issuer.
    pub(crate) fn may_speak_for(&self, slug: &str) -> bool {
        self.issuers.is_empty() || self.issuers.iter().any(|issuer| issuer == slug)
    }

    /// Whether the caller may see a release: its own, or one of its issuers. A draft is its writer's, and its issuers'.
    pub(crate) fn may_see(&self, release: &store::ReleaseRow) -> bool {
        self.issuers.is_empty()
            || release.submitted_by == self.actor
            || release
                .issuers
                .split_whitespace()
                .any(|slug| self.may_speak_for(slug))
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// A bearer who may be a subscriber, for what subscribers may ask for: there is no way in anywhere else.
pub(crate) struct AnyCaller(pub(crate) Caller);

impl FromRequestParts<Intake> for AnyCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, intake: &Intake) -> Result<AnyCaller, Problem> {
        let mut caller = bearer_of(parts, intake).await?;
        let request = parts.extensions.get::<RequestId>();
        caller.request_id = request.map_or_else(String::new, |id| id.0.clone());
        Ok(AnyCaller(caller))
    }
}

impl FromRequestParts<Intake> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, intake: &Intake) -> Result<Caller, Problem> {
        let AnyCaller(caller) = AnyCaller::from_request_parts(parts, intake).await?;
        match caller.may(Scope::Own) {
            true => Err(Problem::Forbidden(
                "this token is good for endpoints and subscriptions of its owner, and for nothing else"
                    .into(),
            )),
            false => Ok(caller),
        }
    }
}

async fn bearer_of(parts: &Parts, intake: &Intake) -> Result<Caller, Problem> {
    let secret = bearer(parts).ok_or(Problem::Unauthorised)?;
    if intake.local.as_ref().is_some_and(|local| local.is(secret)) {
        return Ok(Caller::local());
    }
    let store = &intake.store;
    let caller = match secret.starts_with(SESSION_PREFIX) {
        true => store
            .session(secret, intake.clock.now_ms())
            .await?
            .map(Caller::of_person),
        false => match store.token(secret).await? {
            Some(token) => Some(subscriber_or_other(store, token).await?),
            None => None,
        },
    };
    caller.ok_or(Problem::Unauthorised)
}

/// Only a subscriber's token has an owner: no other costs a look for one.
async fn subscriber_or_other(store: &Store, token: store::TokenRow) -> Result<Caller, Problem> {
    let id = token.id;
    let mut caller = Caller::of_token(token);
    if caller.may(Scope::Own) {
        caller.owner = store.token_owners(id, id).await?.remove(&id);
    }
    Ok(caller)
}

/// The secret of `Authorization: Bearer …`.
pub(crate) fn bearer(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    Some(header.strip_prefix("Bearer ")?.trim())
}
