//! Which stages a process runs. One process of an embedded wire runs all; on shared engines any number runs each.

use std::fmt;

/// A stage, or the stages that belong together, as a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The API.
    Intake,
    /// Matches and plans.
    Router,
    /// Sends mail.
    Email,
    /// Calls webhooks.
    Webhook,
    /// The public pages, the desk, and the archive's indexer.
    Newsroom,
    /// Clears, retries, recovers.
    Sweep,
}

impl Role {
    /// Every role, in the order of a release's way.
    pub const ALL: [Role; 6] = [
        Role::Intake,
        Role::Router,
        Role::Email,
        Role::Webhook,
        Role::Newsroom,
        Role::Sweep,
    ];

    /// As `--role` and `status` call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Intake => "intake",
            Role::Router => "router",
            Role::Email => "email",
            Role::Webhook => "webhook",
            Role::Newsroom => "newsroom",
            Role::Sweep => "sweep",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The roles of one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// Every role.
    pub fn all() -> Roles {
        Roles(Role::ALL.to_vec())
    }

    /// No role: a command that only asks.
    pub fn none() -> Roles {
        Roles(Vec::new())
    }

    /// Reads `all`, or roles with commas between them.
    ///
    /// # Errors
    /// A word that is no role, with those that are.
    pub fn parse(text: &str) -> Result<Roles, String> {
        if text == "all" {
            return Ok(Roles::all());
        }
        let mut roles = Vec::new();
        for word in text.split(',').map(str::trim) {
            let role = Role::ALL.into_iter().find(|role| role.as_str() == word);
            roles.push(role.ok_or_else(|| {
                let names = Role::ALL.map(Role::as_str).join(", ");
                format!("no role `{word}`; use all, or some of {names} with commas between them")
            })?);
        }
        roles.sort_unstable();
        roles.dedup();
        Ok(Roles(roles))
    }

    /// Whether the process runs this one.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether the process runs every one.
    pub fn is_all(&self) -> bool {
        self.0.len() == Role::ALL.len()
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_all() {
            true => f.pad("all"),
            false => f.pad(
                &self
                    .0
                    .iter()
                    .map(|role| role.as_str())
                    .collect::<Vec<_>>()
                    .join(","),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_and_printed() {
        for (text, printed) in [
            ("all", "all"),
            ("router", "router"),
            ("webhook, email,email", "email,webhook"),
            ("intake,router,email,webhook,newsroom,sweep", "all"),
        ] {
            assert_eq!(Roles::parse(text).unwrap().to_string(), printed);
        }
        let refused = Roles::parse("router,mailer").unwrap_err();
        assert!(
            refused.starts_with("no role `mailer`; use all, or some of intake, router"),
            "{refused}"
        );
        assert!(Roles::parse("").is_err());
    }
}
