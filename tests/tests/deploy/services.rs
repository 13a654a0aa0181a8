//! The database and the broker that `deploy/services` starts, and a database of its own for each test.

use crate::files::root;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// The URL of a variable, else of what `deploy/services up` wrote.
fn given(variable: &str) -> String {
    if let Ok(url) = std::env::var(variable) {
        return url;
    }
    let lines = std::fs::read_to_string(root().join("target/services/env")).unwrap_or_default();
    let prefix = format!("{variable}=");
    let url = lines.lines().find_map(|line| line.strip_prefix(&prefix));
    url.unwrap_or_else(|| panic!("nothing to test with: run deploy/services up, or set {variable}"))
        .to_owned()
}

/// The broker's URL.
pub(crate) fn broker() -> String {
    given("DATELINE_AMQP")
}

/// The URL without its password, and the password.
pub(crate) fn parted(url: &str) -> (String, String) {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (user, place) = rest.rsplit_once('@').unwrap();
    let (user, password) = user.split_once(':').unwrap();
    (format!("{scheme}://{user}@{place}"), password.to_owned())
}

/// Runs a test with the URL of an empty database, which is dropped however the test ends.
pub(crate) async fn with_database<F>(test: impl FnOnce(String) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let url = given("DATELINE_POSTGRES");
    let (server, _) = url.rsplit_once('/').unwrap();
    let name = format!("doctor_{:08x}_{:08x}", std::process::id(), turn());
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let create = AssertSqlSafe(format!("create database {name}"));
    connection.execute(create).await.unwrap();

    let ended = tokio::spawn(test(format!("{server}/{name}"))).await;

    let drop = AssertSqlSafe(format!("drop database {name} with (force)"));
    connection.execute(drop).await.unwrap();
    if let Err(failure) = ended {
        std::panic::resume_unwind(failure.into_panic());
    }
}

/// Tells two tests of one process apart.
fn turn() -> u32 {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::SeqCst)
}
