//! Questions to the index: a stage writes one, a router answers it. Neither calls the other.

use crate::{Result, Store};

/// A question that nobody has answered.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct QuestionRow {
    /// Its key.
    pub id: i64,
    /// What is asked: `reach`.
    pub kind: String,
    /// What it is asked about, as JSON.
    pub body: String,
}

impl Store {
    /// Writes a question down; gives its key.
    pub async fn ask(&self, kind: &str, body: &str, now_ms: i64) -> Result<i64> {
        Ok(writing!(self, |conn| {
            let id = next_ids!(conn, "question", 1);
            sqlx::query("insert into questions (id, kind, body, asked_ms) values ($1, $2, $3, $4)")
                .bind(id)
                .bind(kind)
                .bind(body)
                .bind(now_ms)
                .execute(&mut *conn)
                .await?;
            id
        }))
    }

    /// Questions asked since then that nobody has answered, oldest first.
    pub async fn open_questions(&self, since_ms: i64) -> Result<Vec<QuestionRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select id, kind, body from questions where answer is null and asked_ms >= $1 order by id limit 100",
            )
            .bind(since_ms)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Answers a question, unless another was faster; forgets those asked before `before_ms`.
    pub async fn answer(&self, id: i64, answer: &str, before_ms: i64) -> Result<()> {
        writing!(self, |conn| {
            sqlx::query("update questions set answer = $1 where id = $2 and answer is null")
                .bind(answer)
                .bind(id)
                .execute(&mut *conn)
                .await?;
            sqlx::query("delete from questions where asked_ms < $1")
                .bind(before_ms)
                .execute(&mut *conn)
                .await?;
        });
        Ok(())
    }

    /// The answer to a question, once there is one.
    pub async fn answer_to(&self, id: i64) -> Result<Option<String>> {
        let answer: Option<Option<String>> = reading!(self, |conn| {
            sqlx::query_scalar("select answer from questions where id = $1")
                .bind(id)
                .fetch_optional(conn)
                .await?
        });
        Ok(answer.flatten())
    }
}
