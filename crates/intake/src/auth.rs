//! Who is asking, and what they may do.

use crate::{Intake, Problem};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

/// What a token may do. `operator` may do all but use the flash lane, which is always granted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Submit, hold, cancel, reschedule.
    ReleasesWrite,
    /// See releases and reports.
    ReleasesRead,
    /// Make, pause and delete subscriptions.
    SubscriptionsWrite,
    /// See subscriptions.
    SubscriptionsRead,
    /// Submit to the flash lane.
    Flash,
    /// Read the metrics page: it tells of releases that have not cleared, if only by counting.
    Metrics,
    /// Run the wire.
    Operator,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 7] = [
        Scope::ReleasesWrite,
        Scope::ReleasesRead,
        Scope::SubscriptionsWrite,
        Scope::SubscriptionsRead,
        Scope::Flash,
        Scope::Metrics,
        Scope::Operator,
    ];

    /// Its name in tokens.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::ReleasesWrite => "releases:write",
            Scope::ReleasesRead => "releases:read",
            Scope::SubscriptionsWrite => "subscriptions:write",
            Scope::SubscriptionsRead => "subscriptions:read",
            Scope::Flash => "flash",
            Scope::Metrics => "metrics:read",
            Scope::Operator => "operator",
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
    fn is(&self, secret: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        digest == self.digest
    }
}

/// The bearer of a valid token.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// `tok_…`, or `local` for commands on the same machine.
    pub(crate) actor: String,
    /// Where notices about its releases go; empty for nowhere.
    pub(crate) email: String,
    scopes: Vec<String>,
    issuers: Vec<String>,
}

impl Caller {
    fn local() -> Caller {
        let scopes = [Scope::Operator, Scope::Flash]
            .map(|scope| scope.as_str().to_owned())
            .to_vec();
        Caller {
            actor: "local".to_owned(),
            email: String::new(),
            scopes,
            issuers: Vec::new(),
        }
    }

    /// Whether the token has this scope.
    pub(crate) fn may(&self, scope: Scope) -> bool {
        let has = |scope: Scope| self.scopes.iter().any(|name| name == scope.as_str());
        has(scope) || (scope != Scope::Flash && has(Scope::Operator))
    }

    /// Refuses unless the token has this scope.
    pub(crate) fn must(&self, scope: Scope) -> Result<(), Problem> {
        match self.may(scope) {
            true => Ok(()),
            false => Err(Problem::Forbidden(format!(
                "this needs the scope `{}`",
                scope.as_str()
            ))),
        }
    }

    /// Whether the token may speak for this issuer.
    pub(crate) fn may_speak_for(&self, slug: &str) -> bool {
        self.issuers.is_empty() || self.issuers.iter().any(|issuer| issuer == slug)
    }

    /// Whether the token may see a release of its own or of its issuers.
    pub(crate) fn may_see(&self, release: &store::ReleaseRow) -> bool {
        if self.issuers.is_empty() || release.submitted_by == self.actor {
            return true;
        }
        let content: Result<release::model::Release, _> = serde_json::from_str(&release.content);
        content.is_ok_and(|content| content.issuers.iter().any(|slug| self.may_speak_for(slug)))
    }
}

impl FromRequestParts<Intake> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, intake: &Intake) -> Result<Caller, Problem> {
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let secret = header
            .and_then(|text| text.strip_prefix("Bearer "))
            .ok_or(Problem::Unauthorised)?
            .trim();
        if intake.local.as_ref().is_some_and(|local| local.is(secret)) {
            return Ok(Caller::local());
        }
        let token = intake
            .store
            .token(secret)
            .await?
            .ok_or(Problem::Unauthorised)?;
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Ok(Caller {
            actor: token.public_id,
            email: token.email,
            scopes: words(&token.scopes),
            issuers: words(&token.issuers),
        })
    }
}
