//! Looking for a text wherever the store could hold it.

use crate::TestApp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};

impl TestApp {
    /// Every `table.column` in which one of these texts stands, whatever the letter case.
    pub async fn traces(&self, texts: &[&str]) -> Vec<String> {
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .read_only(true);
        let mut connection = SqliteConnection::connect_with(&options)
            .await
            .expect("the store can be read");
        let columns: Vec<(String, String)> = sqlx::query_as(
            "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'",
        )
        .fetch_all(&mut connection)
        .await
        .expect("the schema can be read");
        let mut found = Vec::new();
        for (table, column) in columns {
            for text in texts {
                let sql = format!(
                    "select count(*) from \"{table}\" where instr(lower(cast(\"{column}\" as text)), lower($1)) > 0"
                );
                let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
                    .bind(text)
                    .fetch_one(&mut connection)
                    .await
                    .expect("the column can be read");
                if count > 0 {
                    found.push(format!("{table}.{column}: {text}"));
                }
            }
        }
        found
    }
}
