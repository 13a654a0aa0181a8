//! Where each engine keeps the store of one test.

/// One file in a folder of its own.
pub(crate) mod sqlite {
    use store::{Result, Store};
    use tempfile::TempDir;

    pub(crate) struct Place(TempDir);

    impl Place {
        pub(crate) fn new() -> Place {
            Place(TempDir::new().unwrap())
        }

        pub(crate) fn file(&self) -> std::path::PathBuf {
            self.0.path().join("dateline.db")
        }

        pub(crate) async fn open(&self) -> Result<Store> {
            let url = format!("sqlite:{}", self.file().display());
            Store::open(&url, crate::fixtures::NOW).await
        }
    }
}

/// A schema of its own in the database that `deploy/services` started, or that is named; dropped with the place.
pub(crate) mod postgres {
    use sqlx::{Connection, PgConnection};
    use store::{Result, Store};

    /// What makes the schema of the version before, and its number.
    const BEFORE: &[&str] = &[
        include_str!("../../schema/postgres-0003.sql"),
        include_str!("../../schema/postgres-0004.sql"),
        include_str!("../../schema/postgres-0005.sql"),
    ];
    const BEFORE_VERSION: i64 = 5;

    pub(crate) struct Place {
        server: String,
        schema: String,
    }

    impl Place {
        pub(crate) fn new() -> Place {
            Place {
                server: server(),
                schema: format!("test_{:016x}", rand::random::<u64>()),
            }
        }

        /// Its URL, under which each connection sees its own schema only.
        pub(crate) fn url(&self) -> String {
            let Place { server, schema } = self;
            let join = if server.contains('?') { '&' } else { '?' };
            format!("{server}{join}options[search_path]={schema}&application_name={schema}")
        }

        /// Of the schema, and of each connection to it.
        pub(crate) fn name(&self) -> &str {
            &self.schema
        }

        /// The same server, another database.
        pub(crate) fn in_database(&self, name: &str) -> String {
            let (server, _) = self.server.rsplit_once('/').unwrap();
            format!("{server}/{name}")
        }

        pub(crate) async fn open(&self) -> Result<Store> {
            self.run("create schema if not exists").await;
            Store::open(&self.url(), crate::fixtures::NOW).await
        }

        /// Makes the place, and nothing in it.
        pub(crate) async fn make_empty(&self) {
            self.run("create schema if not exists").await;
        }

        /// Makes the schema of the version before, as its processes left it.
        pub(crate) async fn make_before(&self) {
            self.run("create schema if not exists").await;
            let mut connection = PgConnection::connect(&self.url()).await.unwrap();
            for text in BEFORE {
                sqlx::raw_sql(*text).execute(&mut connection).await.unwrap();
            }
            sqlx::query("insert into schema_version (version) values ($1)")
                .bind(BEFORE_VERSION)
                .execute(&mut connection)
                .await
                .unwrap();
            sqlx::query(
                "insert into keys (id, secret, created_ms) values (1, decode(repeat('07', 32), 'hex'), 0)",
            )
            .execute(&mut connection)
            .await
            .unwrap();
        }

        /// Until so many of its connections wait for another, or `otherwise` is true.
        pub(crate) async fn wait_for_waiters(&self, count: i64, otherwise: impl Fn() -> bool) {
            let mut connection = PgConnection::connect(&self.server).await.unwrap();
            let waiting = async {
                loop {
                    let found: i64 = sqlx::query_scalar(
                        "select count(*) from pg_stat_activity \
                         where application_name = $1 and wait_event_type = 'Lock'",
                    )
                    .bind(&self.schema)
                    .fetch_one(&mut connection)
                    .await
                    .unwrap();
                    if found >= count || otherwise() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            };
            let waiting = tokio::time::timeout(std::time::Duration::from_secs(20), waiting);
            waiting.await.expect("connections wait for each other");
        }

        async fn run(&self, act: &str) {
            let mut connection = PgConnection::connect(&self.server).await.unwrap();
            let text = format!("{act} {}", self.schema);
            sqlx::raw_sql(sqlx::AssertSqlSafe(text))
                .execute(&mut connection)
                .await
                .unwrap();
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let text = format!("drop schema if exists {} cascade", self.schema);
            let server = self.server.clone();
            let dropped = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(async {
                    let mut connection = PgConnection::connect(&server).await.unwrap();
                    sqlx::raw_sql(sqlx::AssertSqlSafe(text))
                        .execute(&mut connection)
                        .await
                        .unwrap();
                });
            });
            let _ = dropped.join();
        }
    }

    fn server() -> String {
        std::env::var("DATELINE_POSTGRES")
            .ok()
            .or_else(started)
            .expect(
                "a PostgreSQL server: run `deploy/services up`, or name one in DATELINE_POSTGRES",
            )
    }

    /// What `deploy/services` wrote down.
    fn started() -> Option<String> {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/services/env");
        let text = std::fs::read_to_string(file).ok()?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("DATELINE_POSTGRES="))?;
        Some(line.to_owned())
    }
}
