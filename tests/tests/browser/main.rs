//! The newsroom in a real browser: reachable by everybody, with and without scripts. Needs what `tests/tools` installs.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

mod accessible;
mod desk;
mod journey;
mod mails;
mod typing;

use serde_json::{Value, json};
use tests::{TestApp, refusing, release};

/// A wire with a release of every kind, listening; its address, and the pages to look at, by kind.
struct Site {
    app: TestApp,
    url: String,
    pages: Vec<(&'static str, String)>,
}

/// A release with all that a page can show.
fn full() -> Value {
    let mut full = release("Acme opens a plant for loading machines in Austin, Texas");
    full["story"] = json!("plant");
    full["topics"] = json!(["earnings", "mining", "machinery"]);
    full["media"] = json!([
        { "url": "https://acme.example/plant.jpg", "type": "image/jpeg", "alt": "A plant", "caption": "The plant", "credit": "Acme" },
        { "url": "https://acme.example/film.mp4", "type": "video/mp4", "alt": "A film of the plant" },
    ]);
    full["links"] = json!([{ "url": "https://acme.example/report", "title": "The report" }]);
    full["boilerplate"] = json!("About Acme\n\nAcme makes machines.");
    full["body"] = json!(
        "Acme **today** opened a plant, as [its report](https://acme.example/r) says.\n\n\
        ## Figures\n\n| Quarter | Revenue | Profit | Staff |\n|---|--:|--:|--:|\n| Q3 2026 | 41.2 | 3.1 | 120 |\n\n\
        > It is a good day, said Ana Ruiz.\n\n1. One\n2. Two\n\n```\ncode that is rather long and does not wrap by itself at all, not even on a wide page\n```"
    );
    full
}

/// The same news from right to left.
fn arabic() -> Value {
    let mut arabic = release("أكمي تفتتح مصنعا لآلات التحميل في أوستن");
    arabic["story"] = json!("plant");
    arabic["subheadline"] = json!("ثاني مصانع الشركة");
    arabic["summary"] = json!("افتتحت أكمي اليوم مصنعا في أوستن.");
    arabic["edition"] = json!({ "region": "145", "language": "ar" });
    arabic["body"] = json!(
        "افتتحت شركة أكمي اليوم مصنعا جديدا في أوستن.\n\n| ربع | إيراد |\n|---|---|\n| 3 | 41 |"
    );
    arabic
}

/// A webhook whose receiver fails, and its owner's token: the path of its page, as mailed.
async fn looked_after(app: &TestApp) -> String {
    let words = "<h1>Down for maintenance</h1> ".repeat(40);
    let owner = "ana@reader.example";
    let hook = json!({ "filter": "everything", "webhook": refusing(words).await, "owner": owner });
    app.subscribe(hook).await;
    let token = json!({ "name": "The newsroom's bot", "owner": owner });
    app.post("/v1/tokens", &token).await.expect(201);
    let asked = [("address", owner)];
    app.send_form("/alerts/manage", &asked).await.expect(200);
    app.settle().await;
    let letters = app.mails_to(owner);
    letters.last().unwrap().link("/alerts/preferences/")
}

impl Site {
    async fn open() -> Site {
        let app = TestApp::start().await;
        for n in 0..30 {
            let mut other = release(&format!("Acme opens plant number {n}"));
            other["topics"] = json!(["earnings", "mining"]);
            app.submit(&other).await;
        }
        let hook = looked_after(&app).await;
        let wishes = [
            (
                "en@reader.example",
                "en",
                "title:texas AND (gold OR \"as its report\" OR profit)",
            ),
            ("ar@reader.example", "ar", "أكمي AND lang:ar"),
        ];
        for (email, language, filter) in wishes {
            app.subscribe(json!({ "filter": filter, "email": email, "languages": [language] }))
                .await;
        }
        let full = app.submit(&full()).await;
        let arabic = app.submit(&arabic()).await;
        app.settle().await;
        let hook = format!("{hook}?done=drain");
        let delivery = app.page(&hook).await.text;
        let delivery = delivery.split('"').find(|link| link.contains("/delivery/"));
        let delivery = delivery.unwrap().to_owned();
        let page = |accepted: &Value| format!("/releases/{}", accepted["id"].as_str().unwrap());
        let why = |email| app.the_mail_to(email).link("/why/");
        let (why, why_arabic) = (why("en@reader.example"), why("ar@reader.example"));
        app.send_form("/alerts/manage", &[("address", "en@reader.example")])
            .await;
        app.settle().await;
        let mails = app.mails_to("en@reader.example");
        let preferences = mails[1].link("/alerts/preferences/");
        let pages = vec![
            ("front", "/".to_owned()),
            ("releases", "/releases".to_owned()),
            ("older", "/releases?before=20".to_owned()),
            ("release", page(&full)),
            ("arabic", page(&arabic)),
            ("topics", "/topics".to_owned()),
            ("section", "/topics/science-tech".to_owned()),
            ("subject", "/topics/mining".to_owned()),
            ("issuers", "/issuers".to_owned()),
            ("issuer", "/issuers/acme".to_owned()),
            ("editions", "/editions".to_owned()),
            ("edition", "/editions/145/ar".to_owned()),
            ("public", "/public-companies".to_owned()),
            ("search", "/search".to_owned()),
            ("found", "/search?q=plant".to_owned()),
            ("nothing", "/search?q=minning".to_owned()),
            ("mistake", "/search?q=gold+country:US".to_owned()),
            ("feeds", "/feeds".to_owned()),
            ("api", "/api".to_owned()),
            ("desk", "/desk/sign-in".to_owned()),
            ("alerts", "/alerts/new?filter=topic:mining".to_owned()),
            ("webhook", "/alerts/webhook".to_owned()),
            ("manage", "/alerts/manage".to_owned()),
            ("hook", hook),
            ("delivery", delivery),
            ("why", why),
            ("why-arabic", why_arabic),
            (
                "explained",
                format!("{preferences}/why?release={}", page(&full)),
            ),
            ("unexplained", format!("{preferences}/why?release=x")),
            ("preferences", preferences),
            ("terms", "/pages/terms".to_owned()),
            ("missing", "/nowhere".to_owned()),
        ];
        let url = app.listen().await;
        Site { app, url, pages }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}
