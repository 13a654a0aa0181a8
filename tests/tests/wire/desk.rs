//! The desk, as a browser sees it: cookies by hand, forms as they stand in the pages.

mod changes;
mod door;
mod forms;
mod hostile;
mod proofs;
mod stops;
mod way;

use http::Method;
use serde_json::json;
use tests::{Answer, DEADLINE, TestApp};

/// A person at the desk: their cookie.
pub(crate) struct Seat<'a> {
    app: &'a TestApp,
    pub(crate) cookie: String,
}

/// Adds a person; gives their id.
pub(crate) async fn person(
    app: &TestApp,
    email: &str,
    rights: &[&str],
    issuers: &[&str],
) -> String {
    let person = json!({ "name": email.split('@').next(), "email": email, "rights": rights, "issuers": issuers });
    let made = app.post("/v1/people", &person).await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

/// Asks for a link as a browser would.
pub(crate) async fn ask_for_link(app: &TestApp, email: &str) -> Answer {
    let form = app.ask(Method::POST, "/desk/sign-in").without_token();
    form.header("content-type", "application/x-www-form-urlencoded")
        .bytes(encoded(&[("email", email)]))
        .send()
        .await
}

/// The path of the newest link that was mailed there. The mail is made beside the answer, so it is waited for.
pub(crate) async fn mailed_link(app: &TestApp, email: &str, nth: usize) -> String {
    let arrived = async {
        while app.mails_to(email).len() < nth {
            app.settle().await;
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, arrived)
        .await
        .expect("the mail arrives");
    app.mails_to(email)[nth - 1].link("/desk/sign-in/")
}

/// Presses the button behind a link.
pub(crate) async fn press(app: &TestApp, path: &str) -> Answer {
    app.ask(Method::POST, path).without_token().send().await
}

/// The pair that an answer's cookie is sent back as.
pub(crate) fn cookie_of(answer: &Answer) -> String {
    answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Signs somebody in by mail.
pub(crate) async fn sign_in<'a>(app: &'a TestApp, email: &str) -> Seat<'a> {
    let before = app.mails_to(email).len();
    ask_for_link(app, email).await.expect(200);
    let link = mailed_link(app, email, before + 1).await;
    let opened = press(app, &link).await;
    opened.expect(303);
    Seat {
        app,
        cookie: cookie_of(&opened),
    }
}

impl Seat<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.app
            .ask(Method::GET, path)
            .without_token()
            .header("cookie", self.cookie.clone())
            .send()
            .await
    }

    /// Sends these fields with the form token of the desk's first page.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("form", self.token().await)];
        all.extend(
            fields
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let all: Vec<(&str, &str)> = all
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.post_as_is(path, &all, &[]).await
    }

    /// Sends these fields and no others.
    pub(crate) async fn post_as_is(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let ask = self.app.ask(Method::POST, path).without_token();
        let ask = ask
            .header("cookie", self.cookie.clone())
            .header("content-type", "application/x-www-form-urlencoded");
        let ask = headers
            .iter()
            .fold(ask, |ask, (name, value)| ask.header(name, *value));
        // A dry run asks the router.
        self.app.answering(ask.bytes(encoded(fields)).send()).await
    }

    /// The token of this session's forms.
    pub(crate) async fn token(&self) -> String {
        value_of(&self.get("/desk").await.text, "form")
    }
}

/// The value of the first hidden field of this name.
pub(crate) fn value_of(page: &str, name: &str) -> String {
    let start = page
        .find(&format!("name=\"{name}\" value=\""))
        .expect("the field is in the page");
    let rest = &page[start..];
    rest.split("value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_default()
        .to_owned()
}

pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// The fields of a release that passes lint.
pub(crate) fn release_fields(headline: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("issuers/0", "acme"),
        ("edition/region", "US"),
        ("edition/language", "en"),
        ("headline", headline),
        (
            "summary",
            "Acme opened a plant for loading machines in Austin.",
        ),
        ("dateline/city", "AUSTIN"),
        ("dateline/region", "Texas"),
        ("dateline/country", "US"),
        ("topics", "earnings"),
        ("places", "US-TX"),
        ("contacts/0/name", "Ana Ruiz"),
        ("contacts/0/email", "press@acme.example"),
        ("contacts/0/visibility", "public"),
        (
            "body",
            "Acme Robotics today opened a plant in Austin, Texas.\r\n\r\nIt employs *120* people.",
        ),
        ("body_format", "markdown"),
        ("when", "now"),
        ("zone", "America/Chicago"),
    ]
}

/// The id of the release that an answer leads to.
pub(crate) fn led_to(answer: &Answer) -> String {
    answer.expect(303);
    let id = answer
        .header("location")
        .split('/')
        .find(|part| part.starts_with("rel_"));
    id.expect("it leads to a release")
        .split('?')
        .next()
        .unwrap_or_default()
        .to_owned()
}
