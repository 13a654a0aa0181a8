//! Every kind of mail as programs show it: light, dark and with colours inverted, on a telephone and on a desk.

use super::accessible::{RUN, axe};
use super::{arabic, full};
use ::release::render::{Mail, Notice, manage_mail, notice_mail};
use ::release::time::ClearTime;
use base64::Engine as _;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tests::{Browser, Scheme, TestApp, release};

/// Gmail shows no more of a mail than some 102 kB.
const MOST_BYTES: usize = 100_000;

/// Mails by what they are.
type Mails = Vec<(&'static str, Mail)>;

/// The same news in Japanese.
fn japanese() -> Value {
    let mut japanese = release("青嶺センサー、電池1本で10年動く土砂災害検知センサーを発売");
    japanese["story"] = json!("plant");
    japanese["subheadline"] = json!("長野県内の斜面60カ所での実証を経て、2027年4月に出荷開始");
    japanese["summary"] =
        json!("青嶺センサーは、地中のわずかな傾きと水分の変化を捉えるセンサーを発売します。");
    japanese["dateline"] = json!({ "city": "長野", "country": "JP" });
    japanese["edition"] = json!({ "region": "JP", "language": "ja" });
    japanese["body"] = json!(
        "青嶺センサー株式会社（本社・長野市、社長・高梨修一）は、斜面の動きをいち早く捉える土砂災害検知センサー「ヤマモリ」を2027年4月に発売します。電池1本で約10年間動作し、電源や通信線の工事は必要ありません。\n\n\
        | 項目 | 値 |\n|---|---|\n| 長さ | 80センチ |\n| 価格 | 4万8000円 |"
    );
    japanese
}

async fn read_in(app: &TestApp, email: &str, language: &str, frequency: &str) {
    let wish = json!({
        "filter": "topic:earnings OR title:plant", "name": "Earnings", "email": email, "languages": [language], "frequency": frequency,
    });
    app.subscribe(wish).await;
}

async fn mails() -> Mails {
    let app = TestApp::start().await;
    for language in ["en", "ar", "ja"] {
        read_in(
            &app,
            &format!("{language}@reader.example"),
            language,
            "at-once",
        )
        .await;
        read_in(
            &app,
            &format!("day-{language}@reader.example"),
            language,
            "daily",
        )
        .await;
    }
    app.subscribe(
        json!({ "filter": "everything", "email": "link@reader.example", "extent": "link" }),
    )
    .await;
    let person = json!({ "name": "Ana", "email": "ana@acme.example", "rights": ["submitter"], "issuers": ["acme"] });
    app.post("/v1/people", &person).await.expect(201);
    app.send_form("/desk/sign-in", &[("email", "ana@acme.example")])
        .await;
    let ask = [
        ("topics", "earnings"),
        ("address", "new@reader.example"),
        ("step", "ask"),
    ];
    app.send_form("/alerts/new", &ask).await.expect(200);
    app.submit(&release("Acme hires forty people in Zürich"))
        .await;
    app.settle().await;
    let mut english = full();
    let body = english["body"].as_str().unwrap().to_owned();
    english["body"] = json!(body + "\n\n![A map of the plant](https://acme.example/map.png)");
    for edition in [english, arabic(), japanese()] {
        app.submit(&edition).await;
    }
    app.settle().await;
    app.advance(Duration::from_secs(24 * 3600));
    app.settle().await;
    let mut mails = vec![("notice", notice()), ("manage", manage())];
    for (name, email) in [
        ("english", "en@reader.example"),
        ("arabic", "ar@reader.example"),
        ("japanese", "ja@reader.example"),
        ("link", "link@reader.example"),
        ("digest", "day-en@reader.example"),
        ("digest-arabic", "day-ar@reader.example"),
        ("confirm", "new@reader.example"),
        ("sign-in", "ana@acme.example"),
    ] {
        let letter = app.mails_to(email).pop().unwrap();
        let mail = Mail {
            subject: letter.header("Subject").to_owned(),
            text: letter.text,
            html: letter.html,
        };
        mails.push((name, mail));
    }
    mails
}

fn notice() -> Mail {
    notice_mail(&Notice {
        wire_name: "Dateline",
        headline: "Acme opens a plant for loading machines in Austin, Texas",
        release_id: "rel_4whetnb77pmgy3sv",
        state: "reported",
        clear_at: ClearTime {
            at_ms: 1_798_770_600_000,
            zone: "America/Chicago".to_owned(),
        },
        note: Some("Is the figure right?"),
        page_url: "https://news.wire.example/releases/rel_4whetnb77pmgy3sv",
        desk_url: "https://news.wire.example/desk/releases/rel_4whetnb77pmgy3sv",
        editions: &["US/en".to_owned(), "US/es".to_owned()],
        counts: &["US/en, email: 1200 of 1204 delivered; 4 given up, 0 to come".to_owned()],
    })
}

fn manage() -> Mail {
    let link = |what: &str| {
        let url = format!(
            "https://news.wire.example/alerts/preferences/{}",
            "AbC9".repeat(11)
        );
        (what.to_owned(), url)
    };
    manage_mail(
        "Dateline",
        &[
            link("Alerts to this address"),
            link("The webhook at https://hooks.reader.example/…"),
        ],
    )
}

/// What is wrong with the mail that the page shows, beside what axe finds: what is loaded, what does not fit, what is hard to
/// read as it is or with its colours inverted, and what of the preheader is seen.
const LOOK: &str = r#"
    const [dark] = arguments;
    const wrong = [];
    const loaded = performance.getEntriesByType('resource').map((entry) => entry.name);
    if (loaded.length) wrong.push('loads ' + loaded);
    const page = document.documentElement;
    if (page.scrollWidth > innerWidth) wrong.push('scrolls sideways: ' + page.scrollWidth);
    const channels = (color) => color.match(/[\d.]+/g).map(Number);
    const linear = (value) => { const v = value / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const contrast = (a, b) => {
        const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
        return (high + 0.05) / (low + 0.05);
    };
    const behind = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const color = channels(getComputedStyle(e).backgroundColor);
            if (color.length < 4 || color[3] > 0) return color;
        }
        return dark ? [0, 0, 0] : [255, 255, 255];
    };
    const invert = (color) => color.slice(0, 3).map((value) => 255 - value);
    for (const e of document.body.querySelectorAll('*')) {
        const own = [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || !e.getClientRects().length) continue;
        const [ink, paper] = [channels(getComputedStyle(e).color), behind(e)];
        for (const [how, ratio] of [['', contrast(ink, paper)], [' inverted', contrast(invert(ink), invert(paper))]]) {
            if (ratio < 4.5) wrong.push(`contrast${how} ${ratio.toFixed(2)}: ${e.outerHTML.slice(0, 80)}`);
        }
    }
    if (luminance(behind(document.body)) < 0.2 !== dark) wrong.push('the paper is not ' + (dark ? 'dark' : 'light'));
    const preheader = document.body.firstElementChild;
    if (!preheader.matches('.preheader') || !preheader.textContent || preheader.getClientRects().length) {
        wrong.push('no hidden preheader');
    }
    document.querySelectorAll('style').forEach((style) => style.remove());
    if (preheader.getClientRects().length) wrong.push('without styles the preheader is seen');
    return wrong;"#;

#[tokio::test]
async fn mails_are_good_to_read_wherever_they_are_read() {
    let mails = mails().await;
    let browser = Browser::start().await;
    let axe = axe();
    let mut wrong = Vec::new();

    for (name, mail) in &mails {
        keep(&format!("mail-{name}.html"), &mail.html);
        keep(&format!("mail-{name}.txt"), &mail.text);
        if mail.html.len() > MOST_BYTES {
            wrong.push(format!("{name}: {} bytes", mail.html.len()));
        }
        let page = base64::engine::general_purpose::STANDARD.encode(&mail.html);
        let page = format!("data:text/html;base64,{page}");
        for (scheme, width) in [
            (Scheme::Light, 800),
            (Scheme::Dark, 800),
            (Scheme::Light, 360),
            (Scheme::Dark, 360),
        ] {
            browser.prefer(scheme).await;
            browser.resize(width, 800).await;
            browser.go(&page).await;
            if let Some(folder) = std::env::var_os("DATELINE_SCREENSHOTS") {
                let file = format!("mail-{name}-{width}-{scheme:?}.png");
                browser.screenshot(&Path::new(&folder).join(file)).await;
            }
            browser.script(&axe, &[]).await;
            let axe = browser.script_async(RUN, &[]).await;
            let look = browser.script(LOOK, &[json!(scheme == Scheme::Dark)]).await;
            let found = [axe, look]
                .into_iter()
                .flat_map(|found| found.as_array().unwrap().clone());
            wrong.extend(found.map(|text| format!("{name} {scheme:?} {width}: {text}")));
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Keeps a text where somebody asked for pictures.
fn keep(name: &str, text: &str) {
    if let Some(folder) = std::env::var_os("DATELINE_SCREENSHOTS") {
        std::fs::write(Path::new(&folder).join(name), text).unwrap();
    }
}

#[tokio::test]
async fn mail_is_written_in_the_direction_of_its_language() {
    for (name, mail) in mails().await {
        let (language, direction) = match name {
            "arabic" | "digest-arabic" => ("ar", "rtl"),
            "japanese" => ("ja", "ltr"),
            _ => ("en", "ltr"),
        };
        let open = format!("<html lang=\"{language}\" dir=\"{direction}\">");
        assert!(mail.html.contains(&open), "{name}: {}", mail.html);
    }
}
