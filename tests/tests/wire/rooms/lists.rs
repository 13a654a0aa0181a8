//! Lists: what stands in which, and paging.

use super::{about, edition, headlines, id, link, read, text};
use serde_json::json;
use tests::{TestApp, release};

#[tokio::test]
async fn a_release_stands_in_every_list_that_it_belongs_to() {
    let app = TestApp::start().await;
    app.submit(&about("Acme opens a mine", &["mining"])).await;
    app.submit(&about("Acme sings", &["music"])).await;
    app.settle().await;

    let check = async |path: &str, expect: &[&str]| {
        assert_eq!(headlines(&read(&app, path).await), expect, "{path}");
    };

    check("/", &["Acme sings", "Acme opens a mine"]).await;
    check("/releases", &["Acme sings", "Acme opens a mine"]).await;
    check("/topics/mining", &["Acme opens a mine"]).await;
    check(
        "/topics/heavy-industry-manufacturing",
        &["Acme opens a mine"],
    )
    .await;
    check("/topics/science-tech", &["Acme opens a mine"]).await;
    check("/topics/science-tech/all", &["Acme opens a mine"]).await;
    check("/topics/precious-metals", &[]).await;
    check("/issuers/acme", &["Acme sings", "Acme opens a mine"]).await;
    check("/editions/US/en", &["Acme sings", "Acme opens a mine"]).await;
    check("/public-companies", &["Acme sings", "Acme opens a mine"]).await;
}

#[tokio::test]
async fn without_tickers_it_is_not_among_public_companies() {
    let app = TestApp::start().await;
    let mut private = release("Acme opens");
    private["tickers"] = json!([]);
    app.submit(&private).await;
    app.settle().await;

    assert!(headlines(&read(&app, "/public-companies").await).is_empty());
}

#[tokio::test]
async fn pages_do_not_move_under_new_items() {
    let app = TestApp::start().await;
    let mut expect = Vec::new();
    for n in 0..60 {
        app.submit(&about(&format!("Acme opens plant {n}"), &["mining"]))
            .await;
        expect.insert(0, format!("Acme opens plant {n}"));
    }
    app.settle().await;

    for path in ["/releases", "/topics/mining", "/issuers/acme"] {
        let mut seen = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = read(&app, &path).await;
            seen.extend(headlines(&page));
            next = link(&page, "Older releases");
            app.submit(&about("Acme interrupts", &["mining"])).await;
            app.settle().await;
        }
        seen.retain(|headline| headline != "Acme interrupts");
        assert_eq!(seen, expect, "{path}");
    }
}

#[tokio::test]
async fn editions_of_a_story_are_one_entry_with_links_to_the_others() {
    let app = TestApp::start().await;
    app.submit(&edition("plant", "US", "en", "In English"))
        .await;
    let german = app
        .submit(&edition("plant", "DE", "de", "Auf Deutsch"))
        .await;
    let arabic = app.submit(&edition("plant", "145", "ar", "بالعربية")).await;
    app.settle().await;

    let all = read(&app, "/releases").await;
    let of_germany = read(&app, "/editions/DE/de").await;

    assert_eq!(headlines(&all), ["In English"]);
    for (accepted, name) in [
        (&german, "Germany - Deutsch"),
        (&arabic, "Middle East - العربية"),
    ] {
        let expect = format!("/releases/{}", id(accepted));
        assert_eq!(link(&all, &format!("<bdi>{name}</bdi>")), Some(expect));
    }
    assert_eq!(headlines(&of_germany), ["Auf Deutsch"]);
    assert!(link(&of_germany, "<bdi>USA - English</bdi>").is_some());
}

#[tokio::test]
async fn indexes_name_what_has_cleared_and_nothing_else() {
    let app = TestApp::start().await;
    app.add_issuer("silent", "Silent Partner Ltd").await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    let issuers = read(&app, "/issuers").await;
    let editions = read(&app, "/editions").await;
    let letter = read(&app, "/issuers?letter=Z").await;

    assert!(text(&issuers).contains("Acme Robotics, Inc."));
    assert!(!issuers.text.contains("Silent"));
    assert!(text(&editions).contains("/editions/US/en"));
    assert!(!editions.text.contains("/editions/DE/de"));
    assert!(!text(&letter).contains("/issuers/acme\""));
    for path in [
        "/issuers/silent",
        "/issuers/nobody",
        "/editions/DE/de",
        "/topics/nothing",
    ] {
        assert_eq!(read(&app, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn every_list_offers_an_alert_and_its_feeds() {
    let app = TestApp::start().await;
    app.submit(&about("Acme opens a mine", &["mining"])).await;
    app.settle().await;

    let check = async |path: &str, filter: &str| {
        let page = read(&app, path).await;
        let alert = link(&page, "Alert me");
        assert_eq!(
            alert,
            Some(format!("/alerts/new?filter={filter}")),
            "{path}"
        );
        for (ending, kind) in [("rss", "rss+xml"), ("atom", "atom+xml")] {
            let href = format!("href=\"{path}.{ending}\"");
            let discovered = page.text.split("<link rel=\"alternate\"").skip(1);
            let discovered = discovered.filter_map(|tag| tag.split('>').next());
            assert!(
                discovered
                    .clone()
                    .any(|tag| tag.contains(&href) && tag.contains(kind)),
                "{path} {ending}"
            );
            assert_eq!(read(&app, &format!("{path}.{ending}")).await.status, 200);
        }
    };

    check("/releases", "everything").await;
    check("/topics/mining", "topic%3Amining").await;
    check("/topics/science-tech", "topic%3Ascience-tech").await;
    check("/issuers/acme", "source%3Aacme").await;
    check("/editions/US/en", "lang%3Aen").await;
}

#[tokio::test]
async fn items_from_before_the_index_are_indexed_by_steps() {
    let app = TestApp::start().await;
    for n in 0..5 {
        app.submit(&about(&format!("Acme opens plant {n}"), &["mining"]))
            .await;
    }
    app.leave_unfinished();
    let before = headlines(&read(&app, "/topics/mining").await);

    let first = app.app.archive.step().await.unwrap();
    let second = app.app.archive.step().await.unwrap();

    assert!(before.is_empty());
    assert!(first && !second);
    assert_eq!(headlines(&read(&app, "/topics/mining").await).len(), 5);
}
