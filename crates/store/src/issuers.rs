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

/// How an issuer is named, to machines and to readers.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IssuerName {
    /// How releases name it.
    pub slug: String,
    /// As printed in the SOURCE line.
    pub name: String,
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

    /// Issuers by slug, after this one; an empty one begins.
    pub async fn issuers_after(&self, slug: &str, limit: i64) -> Result<Vec<IssuerRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as("select * from issuers where slug > $1 order by slug limit $2")
                .bind(slug)
                .bind(limit)
                .fetch_all(conn)
                .await?
        }))
    }

    /// The names of the issuers with these slugs.
    pub async fn issuer_names(&self, slugs: &[&str]) -> Result<Vec<IssuerName>> {
        let slugs = serde_json::to_string(slugs).expect("texts are always JSON");
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select slug, name from issuers where slug in (select value from json_each($1)) order by slug",
            )
            .bind(slugs)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Those for whom a release has cleared, by name; one who has only been set up is nobody's news.
    pub async fn heard_issuers(&self) -> Result<Vec<IssuerName>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
            "select slug, name from issuers where first_cleared_ms is not null order by lower(name), slug"
        )
        .fetch_all(conn)
        .await?
        }))
    }

    /// Of those for whom a release has cleared, some whose slug begins with, or whose name has, this text in lower case.
    pub async fn heard_issuers_like(&self, text: &str, limit: i64) -> Result<Vec<IssuerName>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select slug, name from issuers where first_cleared_ms is not null \
                 and (substr(slug, 1, length($1)) = $1 or instr(lower(name), $1) > 0) \
                 order by instr(lower(name), $1), lower(name), slug limit $2",
            )
            .bind(text)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }
}
