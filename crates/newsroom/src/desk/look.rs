//! How a release will look: the page and the mail, each a document of its own, shown in frames that run nothing and
//! belong to no site of ours.

use super::Refusal;
use crate::piece::Piece;
use crate::{Newsroom, entries, release_page};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use release::model::{Extent, Release, ReleaseState};
use release::render::{Recipient, story_mail};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::ItemRow;

/// A release in the forms in which readers get it.
pub(crate) struct Look {
    page: String,
    subject: String,
    mail: String,
    mail_text: String,
}

impl Look {
    /// The forms of a text that would clear at `at_ms`.
    pub(crate) async fn of(
        newsroom: &Newsroom,
        id: &str,
        release: &Release,
        at_ms: i64,
    ) -> Result<Look, Refusal> {
        let content =
            serde_json::to_string(release).map_err(|error| Refusal::Internal(error.to_string()))?;
        let piece = Arc::new(Piece::of(ItemRow {
            seq: 0,
            public_id: id.to_owned(),
            story_id: 0,
            story_public_id: String::new(),
            revision: 0,
            edition: release.edition.to_string(),
            state: ReleaseState::Cleared,
            content,
            accepted_ms: at_ms,
            cleared_ms: at_ms,
        })?);
        let issuers = entries::issuer_names(newsroom, std::iter::once(&*piece)).await?;
        let item = piece.item(newsroom, &issuers);
        let template = story_mail(&item, Extent::Full);
        let recipient = Recipient {
            reasons: &["what they asked for".to_owned()],
            why_url: Some(&format!("{}/", newsroom.public_url)),
            unsubscribe_url: &format!("{}/", newsroom.public_url),
        };
        Ok(Look {
            page: release_page::proof(newsroom, piece, &issuers),
            mail: format!(
                "{}{}{}",
                template.html_open,
                template.html_footer(&recipient),
                template.html_close
            ),
            mail_text: format!("{}{}", template.text, template.text_footer(&recipient)),
            subject: template.subject,
        })
    }

    /// The frames, wide or narrow as the reader chooses.
    pub(crate) fn frames(&self) -> Markup {
        html! {
            div.looks {
                fieldset.width { legend { "Width" }
                    input type="radio" name="width" id="wide" checked; label for="wide" { "Wide" }
                    input type="radio" name="width" id="phone"; label for="phone" { "Phone" }
                }
                section aria-labelledby="look-page" {
                    h2 id="look-page" { "The page" }
                    iframe sandbox="" srcdoc=(self.page) title="The page as readers will see it" {}
                }
                section aria-labelledby="look-mail" {
                    h2 id="look-mail" { "The mail" }
                    p { span.soft { "Subject: " } bdi { (self.subject) } }
                    iframe sandbox="" srcdoc=(self.mail) title="The mail as readers will see it" {}
                    details { summary { "The mail as plain text" } pre.text dir="auto" { (self.mail_text) } }
                }
            }
        }
    }

    /// A page that holds the frames. They inherit its policy, so it allows pictures, and the styles of ours that these
    /// documents bring, by their hashes.
    pub(crate) fn answer(&self, page: Html<String>) -> Response {
        let hashes: Vec<String> = styles(&self.page).chain(styles(&self.mail)).collect();
        let policy = format!(
            "default-src 'none'; img-src 'self' https: data:; style-src 'self' {}; script-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            hashes.join(" ")
        );
        let policy = HeaderValue::from_str(&policy).expect("hashes are visible ASCII");
        ([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response()
    }
}

/// The hash of each style element. Only ours can be there: what is submitted is escaped or cleaned of styles.
fn styles(document: &str) -> impl Iterator<Item = String> {
    let texts = document
        .split("<style>")
        .skip(1)
        .filter_map(|rest| rest.split("</style>").next());
    texts.map(|text| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text))))
}
