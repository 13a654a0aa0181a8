//! People of issuers and of the wire, and how they sign in: by a link mailed to them, for a session of some hours.

use crate::{NewAct, Result, Store};
use sha2::{Digest, Sha256};

/// A person as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PersonRow {
    /// Their key.
    pub id: i64,
    /// `per_…`.
    pub public_id: String,
    /// As shown in history.
    pub name: String,
    /// Where links to sign in go, and notices.
    pub address: String,
    /// `submitter`, `approver`, `editor`, `operator`, space-separated.
    pub rights: String,
    /// Slugs of the issuers they act for, space-separated; empty means all.
    pub issuers: String,
    /// Unix milliseconds.
    pub created_ms: i64,
}

/// A person to be stored, or to be changed into.
#[derive(Debug, Clone)]
pub struct NewPerson<'a> {
    /// `per_…`.
    pub public_id: &'a str,
    /// As shown in history.
    pub name: &'a str,
    /// A mail address.
    pub address: &'a str,
    /// Space-separated.
    pub rights: &'a str,
    /// Slugs, space-separated; empty means all.
    pub issuers: &'a str,
}

/// Every query for people selects these.
macro_rules! select_person {
    ($rest:literal) => {
        concat!(
            "select p.id, p.public_id, p.name, p.address, p.rights, p.issuers, p.created_ms from people p ",
            $rest
        )
    };
}

impl Store {
    /// Stores a person.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] if somebody has the address, in whichever case; somebody removed before is taken up again.
    pub async fn add_person(&self, new: &NewPerson<'_>, act: NewAct<'_>) -> Result<()> {
        writing_in_turn!(self, Readers, |conn| {
            let id = next_ids!(conn, "person", 1);
            let again = sqlx::query(
                "update people set public_id = $1, name = $2, rights = $3, issuers = $4, created_ms = $5, removed_ms = null \
                 where address_key = $6 and removed_ms is not null",
            )
            .bind(new.public_id)
            .bind(new.name)
            .bind(new.rights)
            .bind(new.issuers)
            .bind(act.at_ms)
            .bind(new.address.to_lowercase())
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if again == 0 {
                sqlx::query(
                    "insert into people (id, public_id, name, address, address_key, rights, issuers, created_ms) \
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(id)
                .bind(new.public_id)
                .bind(new.name)
                .bind(new.address)
                .bind(new.address.to_lowercase())
                .bind(new.rights)
                .bind(new.issuers)
                .bind(act.at_ms)
                .execute(&mut *conn)
                .await?;
            }
            add_act!(conn, act);
        });
        Ok(())
    }

    /// Those who have not been removed, by address, after the person with this public id; an empty one begins.
    pub async fn people(&self, after: &str, limit: i64) -> Result<Vec<PersonRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_person!(
                "where p.removed_ms is null and ($1 = '' or p.address_key > \
                 (select b.address_key from people b where b.public_id = $1)) order by p.address_key limit $2"
            ))
            .bind(after)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// The person with this public id, unless removed.
    pub async fn person(&self, public_id: &str) -> Result<Option<PersonRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_person!(
                "where p.public_id = $1 and p.removed_ms is null"
            ))
            .bind(public_id)
            .fetch_optional(conn)
            .await?
        }))
    }

    /// The person with this address, in whichever case, unless removed.
    pub async fn person_by_address(&self, address: &str) -> Result<Option<PersonRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_person!(
                "where p.address_key = $1 and p.removed_ms is null"
            ))
            .bind(address.to_lowercase())
            .fetch_optional(conn)
            .await?
        }))
    }

    /// Changes a person's name, rights and issuers; false if there is none with this public id.
    pub async fn change_person(&self, new: &NewPerson<'_>, act: NewAct<'_>) -> Result<bool> {
        Ok(writing_in_turn!(self, Readers, |conn| {
            let done = sqlx::query(
                "update people set name = $1, rights = $2, issuers = $3 where public_id = $4 and removed_ms is null",
            )
            .bind(new.name)
            .bind(new.rights)
            .bind(new.issuers)
            .bind(new.public_id)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if done > 0 {
                add_act!(conn, act);
            }
            done > 0
        }))
    }

    /// Removes a person and ends their sessions; false if there is none with this public id.
    pub async fn remove_person(&self, public_id: &str, act: NewAct<'_>) -> Result<bool> {
        Ok(writing_in_turn!(self, Readers, |conn| {
            sqlx::query(
                "update sessions set ended_ms = $1 where ended_ms is null \
                 and person_id = (select id from people where public_id = $2)",
            )
            .bind(act.at_ms)
            .bind(public_id)
            .execute(&mut *conn)
            .await?;
            let done = sqlx::query(
                "update people set removed_ms = $1 where public_id = $2 and removed_ms is null",
            )
            .bind(act.at_ms)
            .bind(public_id)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if done > 0 {
                add_act!(conn, act);
            }
            done > 0
        }))
    }

    /// Begins to sign somebody in; the key goes into a signed link that opens one session until `expires_ms`. None if as
    /// many as `most_open` links to this person are unused and still open.
    pub async fn begin_sign_in(
        &self,
        person_id: i64,
        expires_ms: i64,
        most_open: i64,
        now_ms: i64,
    ) -> Result<Option<i64>> {
        Ok(writing_in_turn!(self, Readers, |conn| {
            let open: i64 = sqlx::query_scalar(
                "select count(*) from sign_ins where person_id = $1 and used_ms is null and expires_ms > $2",
            )
            .bind(person_id)
            .bind(now_ms)
            .fetch_one(&mut *conn)
            .await?;
            if open >= most_open {
                None
            } else {
                let id = next_ids!(conn, "sign_in", 1);
                sqlx::query("insert into sign_ins (id, person_id, expires_ms) values ($1, $2, $3)")
                    .bind(id)
                    .bind(person_id)
                    .bind(expires_ms)
                    .execute(&mut *conn)
                    .await?;
                Some(id)
            }
        }))
    }

    /// Uses a sign-in up and opens a session under this secret, of which only the digest is stored; false if the sign-in
    /// was used, has expired, or its person is gone.
    pub async fn open_session(
        &self,
        sign_in: i64,
        secret: &str,
        expires_ms: i64,
        now_ms: i64,
    ) -> Result<bool> {
        Ok(writing_in_turn!(self, Readers, |conn| {
            let person_id: Option<i64> = sqlx::query_scalar(
                "update sign_ins set used_ms = $1 where id = $2 and used_ms is null and expires_ms > $1 \
                 and exists (select 1 from people p where p.id = person_id and p.removed_ms is null) returning person_id",
            )
            .bind(now_ms)
            .bind(sign_in)
            .fetch_optional(&mut *conn)
            .await?;
            match person_id {
                None => false,
                Some(person_id) => {
                    let id = next_ids!(conn, "session", 1);
                    sqlx::query(
                        "insert into sessions (id, person_id, digest, created_ms, seen_ms, expires_ms) \
                         values ($1, $2, $3, $4, $4, $5)",
                    )
                    .bind(id)
                    .bind(person_id)
                    .bind(Sha256::digest(secret.as_bytes()).to_vec())
                    .bind(now_ms)
                    .bind(expires_ms)
                    .execute(&mut *conn)
                    .await?;
                    true
                }
            }
        }))
    }

    /// Whose session this secret opens, if it is open.
    pub async fn session(&self, secret: &str, now_ms: i64) -> Result<Option<PersonRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(select_person!(
                "join sessions s on s.person_id = p.id \
                 where s.digest = $1 and s.ended_ms is null and s.expires_ms > $2 and p.removed_ms is null"
            ))
            .bind(Sha256::digest(secret.as_bytes()).to_vec())
            .bind(now_ms)
            .fetch_optional(conn)
            .await?
        }))
    }

    /// Ends the session of this secret.
    pub async fn end_session(&self, secret: &str, now_ms: i64) -> Result<()> {
        writing_in_turn!(self, Readers, |conn| {
            sqlx::query("update sessions set ended_ms = $1 where digest = $2 and ended_ms is null")
                .bind(now_ms)
                .bind(Sha256::digest(secret.as_bytes()).to_vec())
                .execute(&mut *conn)
                .await?;
        });
        Ok(())
    }
}
