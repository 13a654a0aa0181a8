//! Organisations that releases speak for.

use crate::{Result, Store};

/// An issuer as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct IssuerRow {
    /// Its key.
    pub id: i64,
    /// `iss_…`.
    pub public_id: String,
    /// How releases name it.
    pub slug: String,
    /// As printed in the SOURCE line.
    pub name: String,
    /// Its own site.
    pub site: Option<String>,
    /// Its "About" paragraph.
    pub boilerplate: Option<String>,
    /// Unix milliseconds.
    pub created_ms: i64,
}

/// An issuer to be stored.
#[derive(Debug, Clone)]
pub struct NewIssuer<'a> {
    /// `iss_…`.
    pub public_id: &'a str,
    /// Unique.
    pub slug: &'a str,
    /// As printed.
    pub name: &'a str,
    /// Its own site.
    pub site: Option<&'a str>,
    /// Its "About" paragraph.
    pub boilerplate: Option<&'a str>,
}

impl Store {
    /// Stores an issuer.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] if the slug is taken.
    pub async fn add_issuer(&self, new: &NewIssuer<'_>, now_ms: i64) -> Result<()> {
        writing!(self, |conn| {
            let id = next_ids!(conn, "issuer", 1);
            sqlx::query(
                "insert into issuers (id, public_id, slug, name, site, boilerplate, created_ms) \
                 values ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(id)
            .bind(new.public_id)
            .bind(new.slug)
            .bind(new.name)
            .bind(new.site)
            .bind(new.boilerplate)
            .bind(now_ms)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// The issuer with this slug.
    pub async fn issuer(&self, slug: &str) -> Result<Option<IssuerRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as("select * from issuers where slug = $1")
                .bind(slug)
                .fetch_optional(conn)
                .await?
        }))
    }

    /// All issuers by slug.
    pub async fn issuers(&self) -> Result<Vec<IssuerRow>> {
        Ok(reading!(self, |conn| sqlx::query_as(
            "select * from issuers order by slug"
        )
        .fetch_all(conn)
        .await?))
    }
}
