//! What the operator may set, in one struct.
//!
//! Reads four layers, each over the one before: the text compiled in (`dateline.toml` of the source tree), one file,
//! the `DATELINE_*` variables, and `--set key=value` flags. Everything is checked before anything starts, and all that
//! is wrong is told at once, with the layer it stands in. Nothing is written, and neither the process's environment
//! nor its current directory is read here: both come in as [`Sources`].

mod known;
mod layer;
mod problem;
mod rules;
mod secret;
mod sections;
mod sources;
#[cfg(test)]
mod tests;
mod texts;
mod together;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use delivery::email::DkimKey;
use serde::Deserialize;

pub use problem::{Layer, Problem, SettingsError};
pub use secret::Secret;
pub use sections::{
    BatchSettings, BlastSettings, BounceSettings, HttpSettings, LogFormat, LogSettings,
    MailSettings, MailTls, PagesSettings, QueueSettings, RetrySettings, ReviewSettings,
    SecuritySettings, ShutdownSettings, SignupSettings, StoreSettings, SweepSettings,
    TopicsSettings, WebhookSettings,
};
pub use sources::Sources;
pub use texts::{Relay, RelaySecurity};

use known::Known;
use layer::Layers;

/// Every setting, checked. The fields are the keys of `dateline.toml`, which documents them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder of database, key and mail folder, as given; see [`Settings::data_dir`].
    pub data: PathBuf,
    /// What links start with, without a slash at the end.
    pub public_url: String,
    /// The wire's name.
    pub name: String,
    /// The listener.
    pub http: HttpSettings,
    /// Who sees a release before it goes.
    pub review: ReviewSettings,
    /// The guard against a reach far above the usual.
    pub blast: BlastSettings,
    /// Readers who sign up by themselves.
    pub signup: SignupSettings,
    /// The database.
    pub store: StoreSettings,
    /// The queue.
    pub queue: QueueSettings,
    /// The taxonomy.
    pub topics: TopicsSettings,
    /// The operator's own pages.
    pub pages: PagesSettings,
    /// Whom to tell of a hole.
    pub security: SecuritySettings,
    /// Alerts by email.
    pub mail: MailSettings,
    /// Mail that comes back.
    pub bounces: BounceSettings,
    /// Alerts by webhook.
    pub webhook: WebhookSettings,
    /// Waits between attempts.
    pub retry: RetrySettings,
    /// Units of sending.
    pub batch: BatchSettings,
    /// The search for what is due.
    pub sweep: SweepSettings,
    /// The end of a process.
    pub shutdown: ShutdownSettings,
    /// Logs.
    pub log: LogSettings,
    /// What was set otherwise than compiled in, as `key = value` without passwords, in the order of the keys.
    #[serde(skip)]
    pub given: Vec<String>,
    /// What relative paths start from.
    #[serde(skip)]
    directory: PathBuf,
}

/// As `dateline.toml` has it.
const DEFAULT_PUBLIC_URL: &str = "http://127.0.0.1:8080";

impl Settings {
    /// The compiled-in `dateline.toml`: every key, its default, and what it does.
    pub fn default_text() -> &'static str {
        include_str!("../../../dateline.toml")
    }

    /// Reads all layers of `sources`.
    ///
    /// # Errors
    ///
    /// All problems of all layers: unknown keys, wrong types, values out of range, secrets given
    /// twice. Only when each value is right by itself are those checked that depend on each other.
    pub fn load(sources: Sources) -> Result<Settings, SettingsError> {
        let known = Known::compiled_in();
        let mut layers = Layers::over(&known);
        sources.read_into(&mut layers);
        layers.check_values();
        secret::given_once(&mut layers);
        let mut settings = layers.into_settings()?;

        settings.directory = sources.directory;
        settings
            .public_url
            .truncate(settings.public_url.trim_end_matches('/').len());
        match together::problems(&settings) {
            problems if problems.is_empty() => Ok(settings),
            problems => Err(SettingsError { problems }),
        }
    }

    /// Tells which port the system chose, where `http.listen` left that to it: links then start with that address,
    /// unless `public_url` names another one than the default.
    pub fn listens_on(&mut self, address: SocketAddr) {
        if self.http.listen.port() == 0 && self.public_url == DEFAULT_PUBLIC_URL {
            self.public_url = format!("http://{address}");
        }
    }

    /// The data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.resolve(&self.data)
    }

    /// The store's URL; that of an SQLite file names its whole path, that of a database its password.
    ///
    /// # Errors
    /// If the password's file cannot be read.
    pub fn store_url(&self) -> std::io::Result<String> {
        match self.store_path() {
            Some(path) => Ok(format!("sqlite:{}", path.display())),
            None => self.database_url(),
        }
    }

    /// The database's URL with the password of its file.
    fn database_url(&self) -> std::io::Result<String> {
        if self.store.password_file.is_empty() {
            return Ok(self.store.url.clone());
        }
        let password = std::fs::read_to_string(self.resolve(&self.store.password_file))?;
        let mut url = url::Url::parse(&self.store.url).map_err(std::io::Error::other)?;
        let _ = url.set_password(Some(password.trim_end_matches(['\r', '\n'])));
        Ok(url.to_string())
    }

    /// The password of a relay's user; empty where there is none.
    ///
    /// # Errors
    /// If its file cannot be read, with its name.
    pub fn relay_password(&self, relay: &Relay) -> std::io::Result<Secret> {
        let file = match (&relay.password_file, self.mail.password_file.as_str()) {
            (Some(file), _) => file,
            (None, "") => return Ok(self.mail.password.clone()),
            (None, file) => file,
        };
        secret::read(&self.resolve(file))
            .map_err(|error| std::io::Error::new(error.kind(), format!("{file}: {error}")))
    }

    /// The keys that sign mail.
    ///
    /// # Errors
    /// What is wrong with a file, with its name and the mend.
    pub fn dkim_keys(&self) -> Result<Vec<DkimKey>, String> {
        let key = |(selector, file): (&str, &str)| {
            let pem = std::fs::read(self.resolve(file)).map_err(|error| {
                format!("mail.dkim: cannot read {file}: {error}; correct its path or permissions")
            })?;
            DkimKey::from_pem(selector, &pem).map_err(|error| {
                format!("mail.dkim: {file}: {error}; docs/mail.md says how to make one")
            })
        };
        self.mail.dkim_keys().into_iter().map(key).collect()
    }

    /// How the broker is reached; none where the queue is embedded.
    pub fn broker(&self) -> Option<queue::RabbitMqConfig> {
        let QueueSettings {
            url,
            password_file,
            prefix,
        } = &self.queue;
        texts::is_amqp(url).then(|| queue::RabbitMqConfig {
            password_file: (!password_file.is_empty()).then(|| self.resolve(password_file)),
            prefix: prefix.clone(),
            ..queue::RabbitMqConfig::new(url.clone())
        })
    }

    /// The SQLite file; none where the store is PostgreSQL.
    pub fn store_path(&self) -> Option<PathBuf> {
        match (texts::sqlite_path(&self.store.url), self.store.url.as_str()) {
            (Some(path), _) => Some(self.resolve(path)),
            (None, "") => Some(self.data_dir().join("dateline.db")),
            (None, _) => None,
        }
    }

    /// The folder for `.eml` files when there is no relay.
    pub fn mail_folder(&self) -> PathBuf {
        match self.mail.folder.as_str() {
            "" => self.data_dir().join("mail"),
            folder => self.resolve(folder),
        }
    }

    /// The operator's own taxonomy, if there is one.
    pub fn topics_file(&self) -> Option<PathBuf> {
        match self.topics.file.as_str() {
            "" => None,
            file => Some(self.resolve(file)),
        }
    }

    /// The folder of the operator's own pages, if there is one.
    pub fn pages_folder(&self) -> Option<PathBuf> {
        match self.pages.folder.as_str() {
            "" => None,
            folder => Some(self.resolve(folder)),
        }
    }

    fn resolve(&self, path: impl AsRef<Path>) -> PathBuf {
        self.directory.join(path)
    }
}
