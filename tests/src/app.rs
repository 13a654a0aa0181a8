//! The wire in this process, moved by hand.

use crate::{Answer, Ask, DEADLINE, Letter};
use axum::Router;
use dateline::app::App;
use dateline::settings::{Settings, Sources};
use http::Method;
use queue::Telling;
use release::time::{parse_rfc3339, rfc3339};
use serde_json::{Value, json};
use sinks::{HttpSink, Keep, SmtpSink};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{Clock, Status, Store, TracedDelivery};
use tempfile::TempDir;

/// When the clock of every test begins to stand still.
const BEGIN: &str = "2026-12-01T09:00:00Z";
/// What links start with in tests.
pub(crate) const PUBLIC_URL: &str = "https://news.wire.example";

/// A wire with one issuer (`acme`), an SMTP and an HTTP sink, and a clock that stands still.
pub struct TestApp {
    /// The wire itself, for tests that take single steps.
    pub app: App,
    /// Where mail goes.
    pub smtp: SmtpSink,
    /// Where webhooks go.
    pub http: HttpSink,
    routes: Router,
    leaves_unfinished: AtomicBool,
    pub(crate) path: PathBuf,
    _folder: TempDir,
}

impl TestApp {
    /// With the settings of tests: retries after 10, 60 and 600 s, without chance.
    pub async fn start() -> TestApp {
        TestApp::start_with(&[]).await
    }

    /// With more settings, each `key=value`.
    pub async fn start_with(set: &[&str]) -> TestApp {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let smtp = SmtpSink::start_keeping(loopback, Keep::Bodies).expect("a free port");
        let http = HttpSink::start_keeping(loopback, Keep::Bodies).expect("a free port");
        let mut all = vec![
            format!("data={}", folder.path().join("data").display()),
            format!("public_url={PUBLIC_URL}"),
            format!("mail.relay=smtp://{}", smtp.addr()),
            "mail.from=Dateline <alerts@wire.example>".to_owned(),
            "webhook.allow=127.0.0.0/8".to_owned(),
            "review.default=none".to_owned(),
            "review.late_editions=follow".to_owned(),
            "retry.webhook_s=[10, 60, 600]".to_owned(),
            "retry.email_s=[10, 60, 600]".to_owned(),
            "retry.jitter=0.0".to_owned(),
        ];
        all.extend(set.iter().map(|text| (*text).to_owned()));
        let settings = Settings::load(Sources {
            directory: folder.path().to_owned(),
            set: all,
            ..Sources::default()
        })
        .expect("the settings are right");
        let path = settings.store_path().expect("tests use the embedded store");
        let clock = Clock::stepped(parse_rfc3339(BEGIN).expect("a time"));
        let app = App::open(settings, clock, None)
            .await
            .expect("the wire opens");
        let app = TestApp {
            routes: app.http(),
            app,
            smtp,
            http,
            leaves_unfinished: AtomicBool::new(false),
            path,
            _folder: folder,
        };
        app.add_issuer("acme", "Acme Robotics, Inc.").await;
        app
    }

    /// Listens on loopback until the test ends, and answers questions to the router; gives the address that a browser opens.
    pub async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let routes = self.routes.clone();
        tokio::spawn(self.answers());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        format!("http://{address}")
    }

    /// A request as the operator, unless it says otherwise.
    pub fn ask(&self, method: Method, path: &str) -> Ask {
        Ask::new(self.routes.clone(), method, path, &self.app.local_token)
    }

    /// What a GET as the operator answers.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path).send().await
    }

    /// What a POST of JSON as the operator answers.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path).json(body).send().await
    }

    /// Adds an issuer.
    pub async fn add_issuer(&self, slug: &str, name: &str) {
        let issuer = json!({ "slug": slug, "name": name });
        self.post("/v1/issuers", &issuer).await.expect(201);
    }

    /// Makes a token with these scopes for these issuers (none: all); gives its secret.
    pub async fn token(&self, scopes: &[&str], issuers: &[&str]) -> String {
        let token = json!({ "name": "test", "scopes": scopes, "issuers": issuers });
        let made = self.post("/v1/tokens", &token).await.expect(201);
        made["token"].as_str().expect("a secret").to_owned()
    }

    /// Submits a release that is accepted; gives what was answered.
    pub async fn submit(&self, release: &Value) -> Value {
        self.post("/v1/releases", release).await.expect(202)
    }

    /// Adds a subscription whose reader is known to want it; gives what was answered.
    pub async fn subscribe(&self, mut subscription: Value) -> Value {
        subscription["consent"] = json!("a test");
        if subscription.get("webhook").is_some() && subscription.get("owner").is_none() {
            subscription["owner"] = json!("owner@reader.example");
        }
        let answer = self.post("/v1/subscriptions", &subscription).await;
        // 200: the endpoint has the same filter already.
        match answer.status.as_u16() {
            200 => answer.json(),
            _ => answer.expect(201),
        }
    }

    /// A subscription by email, to everything.
    pub async fn reader(&self, email: &str) -> Value {
        self.subscribe(json!({ "filter": "everything", "email": email }))
            .await
    }

    /// A subscription by webhook at this path of the sink, to everything.
    pub async fn hook(&self, path: &str) -> Value {
        self.subscribe(json!({ "filter": "everything", "webhook": self.http.url(path) }))
            .await
    }

    /// Waits for something that asks the router, which answers whenever it is told to.
    pub async fn answering<T>(&self, asking: impl Future<Output = T>) -> T {
        tokio::select! {
            answer = asking => answer,
            () = self.answers() => unreachable!("the router answers for ever"),
        }
    }

    /// The router at work on questions, which are no step of a release's way.
    fn answers(&self) -> impl Future<Output = ()> + use<> {
        let (router, mut tellings) = (self.app.router.clone(), self.app.queue.listen());
        async move {
            while let Ok(telling) = tellings.recv().await {
                if telling == Telling::Asked {
                    router.answer_all().await.expect("the router answers");
                }
            }
        }
    }

    /// Does all work that is due now.
    pub async fn settle(&self) {
        let settled = tokio::time::timeout(DEADLINE, self.app.settle()).await;
        settled
            .expect("settling ends")
            .expect("no stage fails while settling");
    }

    /// Moves the clock on; nothing is done before the next step.
    pub fn advance(&self, by: Duration) {
        self.app.clock.advance(by);
    }

    /// The clock's time, RFC 3339, moved by so many seconds.
    pub fn time_in(&self, seconds: i64) -> String {
        rfc3339(self.app.clock.now_ms() + seconds * 1000)
    }

    /// A release's report: its counts.
    pub async fn report(&self, release: &Value) -> Value {
        let id = release["id"].as_str().expect("an id");
        let shown = self.get(&format!("/v1/releases/{id}/report")).await;
        shown.expect(200)["report"].clone()
    }

    /// How the wire stands.
    pub async fn status(&self) -> Status {
        let now_ms = self.app.clock.now_ms();
        self.app.store.status(now_ms).await.expect("a status")
    }

    /// The whole ledger.
    pub async fn ledger(&self) -> Vec<TracedDelivery> {
        let page = self.app.store.ledger((0, 0), 10_000).await;
        page.expect("a ledger")
            .into_iter()
            .map(|(_, row)| row)
            .collect()
    }

    /// How often each delivery was taken, by the sinks' own record: `alr_…_ep_…` to a count.
    pub fn taken(&self) -> BTreeMap<String, u32> {
        let mails = self.smtp.ids().into_iter();
        mails
            .map(|(id, n)| (id.split('@').next().unwrap_or_default().to_owned(), n))
            .chain(self.http.ids())
            .collect()
    }

    /// The only mail that this recipient has got.
    pub fn the_mail_to(&self, recipient: &str) -> Letter {
        let mails = self.mails_to(recipient);
        assert_eq!(mails.len(), 1, "mails to {recipient}");
        mails.into_iter().next().expect("there is one")
    }

    /// All mails that this recipient has got.
    pub fn mails_to(&self, recipient: &str) -> Vec<Letter> {
        let mails = self.smtp.mails();
        let own = mails.iter().filter(|mail| mail.recipient == recipient);
        own.map(Letter::of).collect()
    }

    /// Says that this test ends with work overdue, on purpose.
    pub fn leave_unfinished(&self) {
        self.leaves_unfinished.store(true, Ordering::SeqCst);
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() || self.leaves_unfinished.load(Ordering::SeqCst) {
            return;
        }
        let (path, now_ms) = (self.path.clone(), self.app.clock.now_ms());
        // A thread of its own, for a drop cannot await; a store of its own, for the test's runtime stands still.
        let status = std::thread::spawn(move || status_of(path, now_ms)).join();
        let status = status.expect("the store can be read");
        assert!(
            status.oldest_due_ms.is_none() && status.poisoned == 0,
            "the test ends with work overdue: {status:?}"
        );
    }
}

fn status_of(path: PathBuf, now_ms: i64) -> Status {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(&format!("sqlite:{}", path.display()), now_ms)
            .await
            .expect("the store opens");
        let status = store.status(now_ms).await.expect("a status");
        store.close().await;
        status
    })
}
