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
    /// `none`, `first-release` or `always`: whether an editor sees its releases before they go.
    pub review: String,
    /// `none` or `required`: whether an approver of its own does.
    pub approval: String,
    /// Unix milliseconds: when the first release that speaks for it cleared.
    pub first_cleared_ms: Option<i64>,
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
    /// `none`, `first-release` or `always`.
    pub review: &'a str,
    /// `none` or `required`.
    pub approval: &'a str,
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
                "insert into issuers (id, public_id, slug, name, site, boilerplate, review, approval, created_ms) \
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(id)
            .bind(new.public_id)
            .bind(new.slug)
            .bind(new.name)
            .bind(new.site)
            .bind(new.boilerplate)
            .bind(new.review)
            .bind(new.approval)
            .bind(now_ms)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// Changes the issuer with this slug into what is given; its slug and public id stay. False if there is none.
    pub async fn change_issuer(&self, new: &NewIssuer<'_>) -> Result<bool> {
        let done = writing!(self, |conn| {
            sqlx::query(
                "update issuers set name = $1, site = $2, boilerplate = $3, review = $4, approval = $5 where slug = $6",
            )
            .bind(new.name)
            .bind(new.site)
            .bind(new.boilerplate)
            .bind(new.review)
            .bind(new.approval)
            .bind(new.slug)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done > 0)
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
