//! Pages and forms, as a browser without scripts uses them.

use crate::{Answer, TestApp};
use http::Method;

impl TestApp {
    /// What a page shows to somebody without a token.
    pub async fn page(&self, path: &str) -> Answer {
        self.ask(Method::GET, path).without_token().send().await
    }

    /// Sends a form from a page of this site.
    pub async fn send_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.form(path, fields, "same-origin").await
    }

    /// Sends a form as a browser does from a page of another site.
    pub async fn send_form_from_elsewhere(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.form(path, fields, "cross-site").await
    }

    async fn form(&self, path: &str, fields: &[(&str, &str)], site: &str) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let ask = self.ask(Method::POST, path).without_token();
        let ask = ask.header("content-type", "application/x-www-form-urlencoded");
        ask.header("sec-fetch-site", site).bytes(body).send().await
    }
}
