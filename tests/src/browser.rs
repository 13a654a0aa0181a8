//! A real browser, driven over WebDriver (W3C): Chromium, without a window, with a profile of its own.
//!
//! A step that fails says what was looked for and on which page. The browser and its driver end with the value, also when
//! a test panics.

mod driver;

use crate::DEADLINE;
use base64::Engine as _;
use driver::Driver;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// How often a page is looked at again while something is waited for.
const LOOK: Duration = Duration::from_millis(30);
/// The name under which WebDriver hands elements around.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one window.
#[derive(Debug)]
pub struct Browser {
    driver: Driver,
    session: String,
}

/// Something on the page.
#[derive(Debug, Clone)]
pub struct Element(String);

/// How a browser looks at pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Element {
    /// What a script gets it as.
    pub fn argument(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

impl Browser {
    /// Starts Chromium; scripts run.
    pub async fn start() -> Browser {
        Browser::start_with(&json!({})).await
    }

    /// Starts Chromium with scripts forbidden.
    pub async fn start_without_scripts() -> Browser {
        let forbidden = json!({ "profile.managed_default_content_settings.javascript": 2 });
        Browser::start_with(&forbidden).await
    }

    async fn start_with(preferences: &Value) -> Browser {
        let driver = Driver::start().await;
        let arguments = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            // Nothing but this machine: a picture in a release is not fetched from its issuer.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1".to_owned(),
            format!("--user-data-dir={}", driver.profile().display()),
        ];
        let options = json!({ "args": arguments, "prefs": preferences });
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "unhandledPromptBehavior": "dismiss",
        } } });
        let made = driver.post("/session", &wanted).await;
        let session = made["sessionId"].as_str().expect("a session has an id");
        Browser {
            session: session.to_owned(),
            driver,
        }
    }

    /// Opens an address, and waits until it is loaded.
    pub async fn go(&self, url: &str) {
        self.post("url", &json!({ "url": url })).await;
    }

    /// The address of the page.
    pub async fn url(&self) -> String {
        text(self.get("url").await)
    }

    /// The title of the page.
    pub async fn title(&self) -> String {
        text(self.get("title").await)
    }

    /// The first element by a CSS selector, as soon as there is one.
    pub async fn find(&self, css: &str) -> Element {
        let found = async {
            loop {
                if let Some(element) = self.all(css).await.into_iter().next() {
                    return element;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        match tokio::time::timeout(DEADLINE, found).await {
            Ok(element) => element,
            Err(_) => panic!("no `{css}` on {}", self.url().await),
        }
    }

    /// All elements by a CSS selector, as the page is now.
    pub async fn all(&self, css: &str) -> Vec<Element> {
        let using = json!({ "using": "css selector", "value": css });
        let found = self.post("elements", &using).await;
        let found = found.as_array().cloned().unwrap_or_default();
        found
            .iter()
            .map(|element| Element(text(element[ELEMENT].clone())))
            .collect()
    }

    /// The field with this label (or accessible name).
    pub async fn field(&self, label: &str) -> Element {
        let script = "const wanted = arguments[0]; \
            const named = (e) => [...(e.labels || [])].some((l) => l.textContent.trim().startsWith(wanted)) \
                || e.getAttribute('aria-label') === wanted; \
            return [...document.querySelectorAll('input, select, textarea')].find(named) || null;";
        self.by_script(script, label, "field").await
    }

    /// The first link or button with this text.
    pub async fn named(&self, name: &str) -> Element {
        let script = "const wanted = arguments[0]; \
            return [...document.querySelectorAll('a, button')].find((e) => e.textContent.trim() === wanted) || null;";
        self.by_script(script, name, "link or button").await
    }

    async fn by_script(&self, script: &str, name: &str, kind: &str) -> Element {
        let found = async {
            loop {
                let found = self.script(script, &[json!(name)]).await;
                if let Some(id) = found[ELEMENT].as_str() {
                    return Element(id.to_owned());
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        match tokio::time::timeout(DEADLINE, found).await {
            Ok(element) => element,
            Err(_) => panic!("no {kind} `{name}` on {}", self.url().await),
        }
    }

    /// Waits until the page shows these words: after a click that opens another page, until that one is there.
    pub async fn shows(&self, words: &str) {
        let script = json!({ "script": "return document.body.innerText", "args": [] });
        let path = self.path("execute/sync");
        let shown = async {
            // Between two pages there is nothing to ask.
            while !self
                .driver
                .try_post(&path, &script)
                .await
                .is_ok_and(|text| text.as_str().is_some_and(|text| text.contains(words)))
            {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(DEADLINE, shown).await.is_err() {
            panic!("`{words}` is not shown on {}", self.url().await);
        }
    }

    /// What an element shows.
    pub async fn text(&self, element: &Element) -> String {
        text(self.get(&format!("element/{}/text", element.0)).await)
    }

    /// A property such as `value` or `checked`.
    pub async fn property(&self, element: &Element, name: &str) -> Value {
        self.get(&format!("element/{}/property/{name}", element.0))
            .await
    }

    /// Clicks; a page that this opens is waited for.
    pub async fn click(&self, element: &Element) {
        self.post(&format!("element/{}/click", element.0), &json!({}))
            .await;
    }

    /// Types into a field, after what stands in it.
    pub async fn type_into(&self, element: &Element, keys: &str) {
        let path = format!("element/{}/value", element.0);
        self.post(&path, &json!({ "text": keys })).await;
    }

    /// Empties a field.
    pub async fn clear(&self, element: &Element) {
        self.post(&format!("element/{}/clear", element.0), &json!({}))
            .await;
    }

    /// Types keys to whatever has the focus; special ones are those of WebDriver, such as `\u{e004}` for Tab.
    pub async fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })))
            .collect();
        let actions =
            json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        self.post("actions", &actions).await;
    }

    /// Runs a script as the body of a function, unhindered by the page's content security policy; gives what it returns.
    pub async fn script(&self, script: &str, arguments: &[Value]) -> Value {
        let body = json!({ "script": script, "args": arguments });
        self.post("execute/sync", &body).await
    }

    /// The same of a script that ends by calling its last argument.
    pub async fn script_async(&self, script: &str, arguments: &[Value]) -> Value {
        let body = json!({ "script": script, "args": arguments });
        self.post("execute/async", &body).await
    }

    /// The size of the page's window, in CSS pixels, whatever the window's own least size.
    pub async fn resize(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size)
            .await;
    }

    /// Light or dark.
    pub async fn prefer(&self, scheme: Scheme) {
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", &features).await;
    }

    /// The cookies that the page has.
    pub async fn cookies(&self) -> Vec<Value> {
        let cookies = self.get("cookie").await;
        cookies.as_array().cloned().unwrap_or_default()
    }

    /// A picture of the whole page, as PNG, into a file.
    pub async fn screenshot(&self, file: &Path) {
        let height = self
            .script("return document.documentElement.scrollHeight", &[])
            .await;
        let width = self.script("return window.innerWidth", &[]).await;
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let asked = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let picture = self.devtools("Page.captureScreenshot", &asked).await;
        let picture = base64::engine::general_purpose::STANDARD
            .decode(picture["data"].as_str().unwrap_or_default())
            .expect("the driver sends base64");
        std::fs::write(file, picture).expect("the picture can be written");
    }

    async fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.post("goog/cdp/execute", &body).await
    }

    async fn get(&self, path: &str) -> Value {
        self.driver.get(&self.path(path)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        self.driver.post(&self.path(path), body).await
    }

    fn path(&self, path: &str) -> String {
        format!("/session/{}/{path}", self.session)
    }
}

fn text(value: Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
