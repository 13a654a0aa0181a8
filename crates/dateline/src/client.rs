//! How commands reach the wire: always through its API. A server that runs on the data folder is asked over HTTP; when
//! none runs, the same routes are called in this process.

use crate::app::{App, Patience, Roles};
use crate::folder;
use crate::settings::Settings;
use anyhow::{Context, Result, anyhow, bail};
use axum::body::Body;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use store::Clock;
use tower::ServiceExt;

/// A way to the API.
pub struct Client {
    way: Way,
    token: String,
}

enum Way {
    Http {
        base: String,
        http: Http<HttpsConnector<HttpConnector>, Full<Bytes>>,
    },
    InProcess(Box<App>),
}

/// What the API answered.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body: JSON, or null if it was not.
    pub body: Value,
}

impl Client {
    /// A client of the server at a URL.
    pub fn remote(url: &str, token: &str) -> Result<Client> {
        let https = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_http1()
            .build();
        let http = Http::builder(TokioExecutor::new()).build(https);
        let base = url.trim_end_matches('/').to_owned();
        Ok(Client {
            way: Way::Http { base, http },
            token: token.to_owned(),
        })
    }

    /// The server that runs on the data folder, else the folder itself.
    ///
    /// # Errors
    /// If there is no wire in the folder: only `dateline serve` makes one.
    pub async fn of_folder(settings: Settings) -> Result<Client> {
        let path = settings.data_dir();
        if settings.store_path().is_some_and(|store| !store.exists()) {
            bail!(
                "there is no wire in {}: `dateline serve` makes one, or name another folder with `--data`",
                path.display()
            );
        }
        if let Some(run) = folder::running(&path).filter(|_| folder::is_locked(&path)) {
            return Client::remote(&run.url, &run.token);
        }
        let app =
            App::open_as(Roles::none(), Patience::None, settings, Clock::System, None).await?;
        let token = app.local_token.clone();
        if app.store.is_shared() {
            tokio::spawn(app.keep_following());
        }
        Ok(Client {
            way: Way::InProcess(Box::new(app)),
            token,
        })
    }

    /// Whether a server works on what is submitted.
    pub fn is_served(&self) -> bool {
        match &self.way {
            Way::Http { .. } => true,
            // Whoever serves a shared store, `status` tells whether they live.
            Way::InProcess(app) => app.store.is_shared(),
        }
    }

    /// Asks, and fails with the API's own words unless it agrees.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let bytes = body.map(|body| body.to_string().into_bytes());
        let answer = self
            .send(
                method,
                path,
                "application/json",
                bytes.unwrap_or_default(),
                &[],
            )
            .await?;
        match answer.status.is_success() {
            true => Ok(answer.body),
            false => bail!("{}", refusal(&answer)),
        }
    }

    /// All entries of a list that is read page by page: `list` is its name in the answer.
    pub async fn all(&self, path: &str, list: &str) -> Result<Value> {
        let (mut entries, mut after) = (Vec::new(), String::new());
        loop {
            let page = format!("{path}?limit=500{after}");
            let mut shown = self.ask(Method::GET, &page, None).await?;
            if let Some(page) = shown[list].as_array_mut() {
                entries.append(page);
            }
            let Some(next) = shown["next_after"].as_str() else {
                return Ok(Value::Array(entries));
            };
            after = format!("&after={next}");
        }
    }

    /// Sends a request as it is.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> Result<Answer> {
        let response = self
            .exchange(method, path, content_type, body, headers)
            .await?;
        let status = response.status();
        let bytes = response
            .into_body()
            .collect()
            .await
            .map_err(|error| anyhow!("the answer broke off: {error}"))?;
        let body = serde_json::from_slice(&bytes.to_bytes()).unwrap_or(Value::Null);
        Ok(Answer { status, body })
    }

    /// Sends a request and gives the answer as it comes in: for streams.
    pub async fn exchange(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> Result<Response<Body>> {
        let mut request = Request::builder()
            .method(method)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, content_type);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match &self.way {
            Way::Http { base, http } => {
                let request = request
                    .uri(format!("{base}{path}"))
                    .body(Full::new(Bytes::from(body)))?;
                let response = http
                    .request(request)
                    .await
                    .with_context(|| format!("no answer from {base}: is the server running?"))?;
                Ok(response.map(Body::new))
            }
            Way::InProcess(app) => {
                let request = request.uri(path).body(Body::from(body))?;
                Ok(app.api().oneshot(request).await?)
            }
        }
    }
}

/// A refusal in the API's own words.
pub fn refusal(answer: &Answer) -> String {
    let text = |name: &str| answer.body[name].as_str().unwrap_or_default().to_owned();
    let mut lines = vec![
        format!("{} ({})", text("title"), answer.status.as_u16()),
        text("detail"),
    ];
    for finding in answer.body["findings"].as_array().into_iter().flatten() {
        if let Ok(finding) = serde_json::from_value::<release::finding::Finding>(finding.clone()) {
            lines.push(finding.to_string());
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}
