//! The newsroom's lists and pages, as a reader without scripts sees them.

mod conditional;
mod hostile;
mod lists;
mod operator;
mod page;
mod search;

use serde_json::{Value, json};
use tests::{Answer, Ask, TestApp, release};

/// What a reader's GET answers.
async fn read(app: &TestApp, path: &str) -> Answer {
    reading(app, path).send().await
}

/// A reader's GET.
fn reading(app: &TestApp, path: &str) -> Ask {
    app.ask(http::Method::GET, path).without_token()
}

/// A page that is there.
#[track_caller]
fn text(answer: &Answer) -> &str {
    assert_eq!(answer.status, 200, "{}", answer.text);
    &answer.text
}

/// The headlines of a list, in its order.
fn headlines(answer: &Answer) -> Vec<String> {
    let lines = text(answer).split("<div class=\"what\"><h").skip(1);
    lines
        .map(|line| {
            let link = line.split("<a ").nth(1).unwrap();
            let name = link.split_once('>').unwrap().1;
            name.split("</a>").next().unwrap().to_owned()
        })
        .collect()
}

/// A link whose text is this, without the entities of its address.
fn link(answer: &Answer, name: &str) -> Option<String> {
    let (before, _) = answer.text.split_once(&format!(">{name}</a>"))?;
    let tag = before.rsplit("<a ").next()?;
    let href = tag.split("href=\"").nth(1)?.split('"').next()?;
    Some(href.replace("&amp;", "&"))
}

/// A release about these topics.
fn about(headline: &str, topics: &[&str]) -> Value {
    let mut release = release(headline);
    release["topics"] = json!(topics);
    release
}

/// An edition of a story.
fn edition(story: &str, region: &str, language: &str, headline: &str) -> Value {
    let mut edition = release(headline);
    edition["story"] = json!(story);
    edition["edition"] = json!({ "region": region, "language": language });
    edition
}

/// The id of what was accepted.
fn id(accepted: &Value) -> &str {
    accepted["id"].as_str().unwrap()
}
