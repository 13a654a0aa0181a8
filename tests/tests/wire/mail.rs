//! What readers of mail see.

use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tests::{Letter, TestApp, release};

/// The letter with everything that differs from run to run named instead.
fn shown(letter: &Letter, redact: &[(&str, &str)]) -> String {
    let headers = letter.headers.iter().map(|(name, value)| {
        let value = match name.as_str() {
            "Content-Type" => value.split(';').next().unwrap_or_default(),
            _ => value,
        };
        format!("{name}: {value}\n")
    });
    let mut text = format!("{}\n{}", headers.collect::<String>(), letter.text);
    for (value, name) in redact {
        text = text.replace(value, name);
    }
    text
}

fn delivery_id(letter: &Letter) -> String {
    let id = letter.header("Message-ID").trim_start_matches('<');
    id.split('@').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn mail_carries_the_whole_release_and_the_headers_of_a_list() {
    let app = TestApp::start().await;
    let ana =
        json!({ "filter": "topic:earnings", "name": "Earnings", "email": "ana@reader.example" });
    app.subscribe(ana).await;

    let accepted = app.submit(&release("Acme opens a plant in Zürich")).await;
    app.settle().await;

    let letter = app.the_mail_to("ana@reader.example");
    let [stop, why] = ["/unsubscribe/", "/why/"].map(|part| letter.link(part).replace(part, ""));
    let redact = [
        (stop.as_str(), "TOKEN"),
        (&why, "WHY"),
        (accepted["id"].as_str().unwrap(), "RELEASE"),
        (&delivery_id(&letter), "DELIVERY"),
    ];
    insta::assert_snapshot!("full_mail", shown(&letter, &redact));
}

#[tokio::test]
async fn mail_of_a_reader_who_wants_links_has_summary_and_link_only() {
    let app = TestApp::start().await;
    let ana = json!({ "filter": "everything", "name": "All news", "email": "ana@reader.example", "extent": "link" });
    app.subscribe(ana).await;

    let accepted = app.submit(&release("Acme opens a plant")).await;
    app.settle().await;

    let letter = app.the_mail_to("ana@reader.example");
    let [stop, why] = ["/unsubscribe/", "/why/"].map(|part| letter.link(part).replace(part, ""));
    let redact = [
        (stop.as_str(), "TOKEN"),
        (&why, "WHY"),
        (accepted["id"].as_str().unwrap(), "RELEASE"),
        (&delivery_id(&letter), "DELIVERY"),
    ];
    insta::assert_snapshot!("link_mail", shown(&letter, &redact));
}

#[tokio::test]
async fn one_click_header_and_footer_name_the_same_link() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;

    app.submit(&release("Acme opens a plant")).await;
    app.settle().await;

    let letter = app.the_mail_to("ana@reader.example");
    let link = format!(
        "<https://news.wire.example{}>",
        letter.link("/unsubscribe/")
    );
    assert_eq!(letter.header("List-Unsubscribe"), link);
    assert_eq!(
        letter.header("List-Unsubscribe-Post"),
        "List-Unsubscribe=One-Click"
    );
}

#[tokio::test]
async fn contact_for_media_only_is_printed_nowhere() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.hook("/ok/ana").await;
    let mut secret = release("Acme opens a plant");
    secret["contacts"] =
        json!([{ "name": "Desk", "email": "secret@acme.example", "visibility": "media" }]);

    let accepted = app.submit(&secret).await;
    app.settle().await;

    let letter = app.the_mail_to("ana@reader.example");
    let page = app
        .get(&format!("/releases/{}", accepted["id"].as_str().unwrap()))
        .await;
    let call = String::from_utf8(app.http.calls()[0].body.clone().unwrap().to_vec()).unwrap();
    assert_eq!(letter.header("Reply-To"), "");
    for text in [&letter.raw, &letter.text, &page.text, &call] {
        assert!(!text.contains("secret@"), "{text}");
    }
    page.expect(200);
}

/// Until releases can be corrected, the store is told that one is.
async fn correct(app: &TestApp, release: &str) {
    let path = app.app.settings.store_path().unwrap();
    let options = SqliteConnectOptions::new().filename(path);
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    for update in [
        "update stories set revision = revision + 1 where id = (select story_id from releases where public_id = $1)",
        "update releases set revision = (select revision from stories s where s.id = story_id) where public_id = $1",
    ] {
        sqlx::query(update)
            .bind(release)
            .execute(&mut conn)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn what_corrects_a_story_answers_the_mails_that_told_it() {
    let app = TestApp::start().await;
    for email in ["ana@reader.example", "ben@reader.example"] {
        app.reader(email).await;
    }
    let mut telling = release("Acme opens a plant");
    telling["story"] = json!("plant");
    app.submit(&telling).await;
    app.settle().await;
    for language in ["es", "fr"] {
        telling["edition"]["language"] = json!(language);
        telling["clear_at"] = json!(app.time_in(60));
        let accepted = app.submit(&telling).await;
        correct(&app, accepted["id"].as_str().unwrap()).await;
        app.advance(std::time::Duration::from_secs(60));
        app.settle().await;
    }

    for email in ["ana@reader.example", "ben@reader.example"] {
        let mails = app.mails_to(email);
        let ids: Vec<&str> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
        assert_eq!(mails[0].header("References"), "");
        assert_eq!(mails[1].header("In-Reply-To"), ids[0]);
        assert_eq!(mails[2].header("In-Reply-To"), ids[1]);
        assert_eq!(mails[2].header("References"), ids[..2].join(" "));
    }
}
