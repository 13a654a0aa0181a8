//! Nothing of a release that has not cleared is reachable, by any address that a reader can think of.

use http::Method;
use release::ids::{Kind, PublicId};
use release::model::{Lane, ReleaseState};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use store::NewRelease;
use tests::{Answer, TestApp, release};

/// A word that stands in no public text, in each of the secret ones.
const SECRET: &str = "zyxquorl";

/// An answer in every part that a reader can see.
type Seen = (u16, BTreeMap<String, String>, String);

fn seen(answer: &Answer) -> Seen {
    // A request's own number is made by chance.
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id");
    let headers = headers.map(|(name, value)| {
        (
            name.to_string(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    (
        answer.status.as_u16(),
        headers.collect(),
        answer.text.clone(),
    )
}

async fn read(app: &TestApp, path: &str) -> Seen {
    seen(&app.ask(Method::GET, path).without_token().send().await)
}

/// Every public page that links lead to, from the front page, the maps and the feeds on.
async fn crawl(app: &TestApp) -> BTreeMap<String, Seen> {
    let starts = [
        "/",
        "/robots.txt",
        "/sitemap.xml",
        "/sitemaps/news.xml",
        "/sitemaps/1.xml",
        "/search/suggest?q=acme",
        "/v1/topics",
        "/healthz",
    ];
    let mut open: VecDeque<String> = starts.map(str::to_owned).into();
    let mut found = BTreeMap::new();
    while let Some(path) = open.pop_front() {
        if found.contains_key(&path) {
            continue;
        }
        let answer = read(app, &path).await;
        open.extend(links(&answer.2).filter(|link| !link.starts_with("/alerts/")));
        found.insert(path, answer);
    }
    found
}

/// The paths on our site that a text leads to.
fn links(text: &str) -> impl Iterator<Item = String> + '_ {
    let after = ["href=\"", "src=\"", "<loc>", "<link>"]
        .into_iter()
        .flat_map(move |begin| text.split(begin).skip(1));
    after.filter_map(|rest| {
        let url = rest.split(['"', '<', '#']).next()?.replace("&amp;", "&");
        let path = url
            .strip_prefix("https://news.wire.example")
            .unwrap_or(&url);
        path.starts_with('/').then(|| path.to_owned())
    })
}

/// A release full of what nobody may know yet: words, issuer, topic, place, ticker, edition, story.
fn secret() -> Value {
    let mut secret = release(&format!("{SECRET} to be bought"));
    secret["issuers"] = json!(["acme", "silent"]);
    secret["summary"] = json!(format!("{SECRET} is for sale"));
    secret["body"] = json!(format!("{SECRET}, said {SECRET}."));
    secret["edition"] = json!({ "region": "IS", "language": "is" });
    secret["topics"] = json!(["acquisitions-mergers-takeovers"]);
    secret["places"] = json!(["IS-1"]);
    secret["tickers"] = json!(["XICE:ZYXQ"]);
    secret
}

/// Puts a secret into the store in a state that the API does not lead to by itself.
async fn put(app: &TestApp, state: ReleaseState, like: &str) -> String {
    let content = app.app.store.release(like).await.unwrap().unwrap().content;
    let id = PublicId::from_random(Kind::Release, [state as u8; 10]);
    let new = NewRelease {
        public_id: id.as_str(),
        story_public_id: &format!("sty_{state}"),
        story_owner: "acme",
        story_key: None,
        edition: "IS/is",
        state,
        lane: Lane::Regular,
        clear_at_ms: app.app.clock.now_ms() - 1000,
        content: &content,
        content_hash: "c0ffee",
        source: "{}",
        issuers: "acme silent",
        bundle: None,
        awaits: "",
        submitted_by: "local",
        notify: "",
        fingerprint: "",
        request_id: "req_1",
    };
    let now_ms = app.app.clock.now_ms();
    app.app.store.accept(&[new], None, now_ms).await.unwrap();
    id.as_str().to_owned()
}

/// One secret in each state that is not out; gives their ids.
async fn secrets(app: &TestApp) -> Vec<String> {
    let mut scheduled = secret();
    scheduled["clear_at"] = json!(app.time_in(3600));
    let mut ids = Vec::new();
    for act in [None, Some("hold"), Some("cancel")] {
        let accepted = app.submit(&scheduled).await;
        let id = accepted["id"].as_str().unwrap().to_owned();
        if let Some(act) = act {
            let path = format!("/v1/releases/{id}/{act}");
            app.post(&path, &json!({})).await.expect(200);
        }
        ids.push(id);
    }
    for state in [
        ReleaseState::Draft,
        ReleaseState::Submitted,
        ReleaseState::Held,
        ReleaseState::Refused,
    ] {
        ids.push(put(app, state, &ids[0]).await);
    }
    ids
}

/// Some releases that are out, so that there is something to be compared with.
async fn public_wire() -> TestApp {
    let app = TestApp::start().await;
    app.add_issuer("silent", "Silent Partner Ltd").await;
    for n in 0..30 {
        let mut release = release(&format!("Acme opens plant {n}"));
        release["topics"] = json!(["acquisitions-mergers-takeovers", "mining"]);
        app.submit(&release).await;
    }
    let mut edition = release("Acme eröffnet");
    edition["edition"] = json!({ "region": "DE", "language": "de" });
    app.submit(&edition).await;
    app.settle().await;
    app
}

#[tokio::test]
async fn no_page_changes_by_a_release_that_has_not_cleared() {
    let app = public_wire().await;
    let before = crawl(&app).await;

    secrets(&app).await;
    app.settle().await;
    let after = crawl(&app).await;

    assert!(before.len() > 400, "only {} pages were found", before.len());
    let paths = |pages: &BTreeMap<String, Seen>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&before), paths(&after));
    for (path, answer) in &before {
        assert_eq!(answer, &after[path], "{path} has changed");
    }
}

#[tokio::test]
async fn its_address_answers_like_one_that_never_existed() {
    let app = public_wire().await;
    let ids = secrets(&app).await;
    app.settle().await;

    let check = async |path: &str, like: &str| {
        assert_eq!(read(&app, path).await, read(&app, like).await, "{path}");
    };

    for id in &ids {
        check(&format!("/releases/{id}"), "/releases/rel_0000000000000000").await;
        check(
            &format!("/releases/{id}.rss"),
            "/releases/rel_0000000000000000.rss",
        )
        .await;
    }
    check("/issuers/silent", "/issuers/nobody").await;
    check("/issuers/silent.rss", "/issuers/nobody.rss").await;
    check("/editions/IS/is", "/editions/FO/fo").await;
    check("/editions/IS/is.atom", "/editions/FO/fo.atom").await;
    check("/search/suggest?q=silent", "/search/suggest?q=nobody").await;
    check("/search/suggest?q=zyxq", "/search/suggest?q=qqqq").await;
    check("/search/suggest?q=XICE:", "/search/suggest?q=XFOO:").await;
    check("/issuers?letter=S", "/issuers?letter=Q").await;
}

#[tokio::test]
async fn no_search_tells_it_from_what_nobody_wrote() {
    let app = public_wire().await;
    secrets(&app).await;
    app.settle().await;

    // What a search for something that does not exist answers, with the one word in the place of the other.
    let check = async |query: &str, other: &str| {
        for path in ["/search?q=", "/search.rss?q=", "/search.atom?q="] {
            let (status, mut headers, text) = read(&app, &format!("{path}{query}")).await;
            let (like_status, mut like_headers, like_text) =
                read(&app, &format!("{path}{other}")).await;
            // The tag is a hash of the text, which names what was searched for.
            headers.remove("etag");
            like_headers.remove("etag");
            let word = |query: &str| query.rsplit('+').next().unwrap_or_default().to_owned();
            let text = text.replace(&word(query), &word(other));
            assert_eq!(
                (status, headers),
                (like_status, like_headers),
                "{path}{query}"
            );
            assert!(
                text == like_text,
                "{path}{query} differs: {text}\n{like_text}"
            );
        }
    };

    check(SECRET, "zyxquorm").await;
    check("ZYXQ", "ZYXR").await;
    check("silent", "silenx").await;
    check(
        &format!("everything NOT {SECRET}").replace(' ', "+"),
        "everything+NOT+zyxquorm",
    )
    .await;
}

#[tokio::test]
async fn all_of_it_is_there_once_it_clears() {
    let app = public_wire().await;
    let ids = secrets(&app).await;
    app.settle().await;

    app.advance(std::time::Duration::from_secs(3600));
    app.settle().await;

    for path in [
        format!("/releases/{}", ids[0]),
        "/releases".to_owned(),
        "/releases.rss".to_owned(),
        "/issuers/silent".to_owned(),
        "/editions/IS/is.atom".to_owned(),
        format!("/search?q={SECRET}"),
        "/search?q=ticker:ZYXQ".to_owned(),
        "/sitemaps/news.xml".to_owned(),
    ] {
        let (status, _, text) = read(&app, &path).await;
        assert_eq!(status, 200, "{path}");
        assert!(
            text.contains(SECRET),
            "{path}: the test looks for the wrong thing"
        );
    }
    assert_eq!(
        read(&app, &format!("/releases/{}", ids[1])).await.0,
        404,
        "held"
    );
}
