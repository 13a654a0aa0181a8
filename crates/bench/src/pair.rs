//! The pair of engines under the wire: embedded ones in a fresh folder, or a database and queues of its own on a private
//! PostgreSQL and a private RabbitMQ. Both are gone at the end.

use crate::publishing;
use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use lapin::{Connection, ConnectionProperties};
use serde::{Serialize, Serializer};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Which engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// SQLite and channels in memory; one process
    Embedded,
    /// PostgreSQL and RabbitMQ, as DATELINE_POSTGRES and DATELINE_AMQP name them, else started for the run; a process a role
    #[value(name = "rabbitmq+postgres")]
    Shared,
}

impl Engine {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::Embedded => "embedded",
            Engine::Shared => "rabbitmq+postgres",
        }
    }

    /// The roles of each process.
    pub(crate) fn processes(self) -> &'static [&'static str] {
        match self {
            Engine::Embedded => &["all"],
            Engine::Shared => &["intake", "router", "email", "webhook", "sweep"],
        }
    }
}

impl Serialize for Engine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A pair made ready for one run.
pub(crate) struct Pair {
    pub(crate) engine: Engine,
    folder: TempDir,
    shared: Option<Shared>,
}

/// What is ours on shared services.
struct Shared {
    server: String,
    amqp: String,
    name: String,
    started: Option<PathBuf>,
}

impl Pair {
    pub(crate) async fn make(engine: Engine) -> Result<Pair> {
        let folder = tempfile::Builder::new()
            .prefix("dateline-bench-")
            .tempdir()
            .context("no temporary folder")?;
        let shared = match engine {
            Engine::Embedded => None,
            Engine::Shared => Some(Shared::make().await?),
        };
        Ok(Pair {
            engine,
            folder,
            shared,
        })
    }

    /// Where processes have their data folders and logs.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The store's URL.
    pub(crate) fn store_url(&self) -> String {
        match &self.shared {
            Some(shared) => shared.database(),
            None => format!("sqlite:{}", self.folder().join("wire.db").display()),
        }
    }

    /// A second, empty database of the same engine, for a bare client: an SQLite file, or the URL of a PostgreSQL one.
    pub(crate) fn bare_url(&self) -> String {
        match &self.shared {
            Some(shared) => shared.database(),
            None => format!("sqlite:{}", self.folder().join("bare.db").display()),
        }
    }

    /// The broker's URL; none where there is no broker.
    pub(crate) fn amqp(&self) -> Option<&str> {
        self.shared.as_ref().map(|shared| shared.amqp.as_str())
    }

    /// What the processes are told.
    pub(crate) fn settings(&self) -> Vec<String> {
        let mut settings = vec![format!("store.url={}", self.store_url())];
        if let Some(shared) = &self.shared {
            settings.push(format!("queue.url={}", shared.amqp));
            settings.push(format!("queue.prefix={}", shared.name));
        }
        settings
    }

    /// Drops what was made, and ends what was started.
    pub(crate) async fn end(self) -> Result<()> {
        match self.shared {
            Some(shared) => shared.end().await,
            None => Ok(()),
        }
    }
}

impl Shared {
    async fn make() -> Result<Shared> {
        let given = |name: &str| std::env::var(name).ok().filter(|url| !url.is_empty());
        let (server, amqp, started) = match (given("DATELINE_POSTGRES"), given("DATELINE_AMQP")) {
            (Some(server), Some(amqp)) => (server, amqp, None),
            _ => {
                let folder = root().join("target/services-bench");
                services(&folder, "up")?;
                let text = std::fs::read_to_string(folder.join("env"))?;
                let url = |name: &str| {
                    let line = text.lines().find_map(|line| line.strip_prefix(name));
                    line.map(str::to_owned)
                        .with_context(|| format!("the services did not say {name}"))
                };
                let (server, amqp) = (url("DATELINE_POSTGRES=")?, url("DATELINE_AMQP=")?);
                (server, amqp, Some(folder))
            }
        };
        let shared = Shared {
            name: format!("bench_{}", std::process::id()),
            server,
            amqp,
            started,
        };
        shared
            .on_server(&format!("create database {}", shared.name))
            .await?;
        Ok(shared)
    }

    fn database(&self) -> String {
        let base = self.server.rsplit_once('/').map_or("", |(base, _)| base);
        format!("{base}/{}", self.name)
    }

    async fn on_server(&self, text: &str) -> Result<()> {
        let mut connection = PgConnection::connect(&self.server).await?;
        sqlx::raw_sql(AssertSqlSafe(text.to_owned()))
            .execute(&mut connection)
            .await?;
        Ok(connection.close().await?)
    }

    async fn end(self) -> Result<()> {
        let connection = Connection::connect(&self.amqp, ConnectionProperties::default()).await?;
        publishing::remove(&connection.create_channel().await?, &self.name).await?;
        self.on_server(&format!("drop database {} with (force)", self.name))
            .await?;
        match &self.started {
            Some(folder) => services(folder, "wipe"),
            None => Ok(()),
        }
    }
}

/// `deploy/services` of this checkout, on services of the bench's own.
fn services(folder: &Path, command: &str) -> Result<()> {
    let status = Command::new(root().join("deploy/services"))
        .arg("--in")
        .arg(folder)
        .arg(command)
        .env_remove("DATELINE_POSTGRES")
        .env_remove("DATELINE_AMQP")
        .stdout(std::process::Stdio::null())
        .status()
        .context("deploy/services cannot be run")?;
    ensure!(status.success(), "deploy/services {command} failed");
    Ok(())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
