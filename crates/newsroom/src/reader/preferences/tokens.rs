//! Tokens of a reader's own, for programs that look after their alerts: made, shown once, revoked.

use super::path;
use crate::reader::fields::Fields;
use crate::reader::refusal::Refusal;
use crate::reader::words::{moment, shortened};
use crate::reader::{Newsroom, page};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use release::address::masked;
use release::ids::{Kind, PublicId, token_secret};
use store::{EndpointRow, NewAct, NewToken, OWN_SCOPE, TokenRow};

/// Tokens that one owner may have at a time.
const MOST_TOKENS: usize = 20;
/// The longest name, in characters.
const NAME_CHARS: usize = 100;

/// Makes a token and shows its secret, this once; none if the owner has all that they may have.
pub(super) async fn make(
    newsroom: &Newsroom,
    token: &str,
    endpoint: &EndpointRow,
    fields: &Fields,
) -> Result<Option<Response>, Refusal> {
    let own = newsroom.store.tokens_of_owner(&endpoint.owner).await?;
    if own.len() >= MOST_TOKENS {
        return Ok(None);
    }
    let secret = token_secret(rand::random());
    let public_id = PublicId::from_random(Kind::Token, rand::random());
    let name = match fields.one("name") {
        "" => "my program",
        name => name,
    };
    let name: String = shortened(name, NAME_CHARS)
        .chars()
        .filter(|char| !char.is_control())
        .collect();
    let new = NewToken {
        public_id: public_id.as_str(),
        secret: &secret,
        name: &name,
        scopes: OWN_SCOPE,
        issuers: "",
        email: "",
        owner: Some(&endpoint.owner),
    };
    let act = act(newsroom, "token.add", public_id.as_str());
    newsroom.store.add_token(&new, act).await?;
    let main = html! {
        h1 { "Your token" }
        p { "It is shown " strong { "this once" } ": keep it now." }
        p.secret { code { (secret) } }
        p { "Whoever has it can see and change your alerts. Send it as " code { "Authorization: Bearer …" } "; " a href="/api" { "the API" } " says what it can be asked." }
        p { a.button href=(path(token)) { "Go back" } }
    };
    Ok(Some(made(newsroom, &main).into_response()))
}

fn made(newsroom: &Newsroom, main: &Markup) -> Html<String> {
    page(newsroom, "Your token", main)
}

/// Revokes one of the owner's tokens; false if they have no such.
pub(super) async fn revoke(
    newsroom: &Newsroom,
    endpoint: &EndpointRow,
    fields: &Fields,
) -> Result<bool, Refusal> {
    let id = fields.one("token");
    let act = act(newsroom, "token.revoke", id);
    let store = &newsroom.store;
    Ok(store.revoke_own_token(&endpoint.owner, id, act).await?)
}

fn act<'a>(newsroom: &Newsroom, act: &'a str, subject: &'a str) -> NewAct<'a> {
    NewAct {
        at_ms: newsroom.clock.now_ms(),
        actor: "reader",
        act,
        subject,
        note: "",
        request_id: "",
    }
}

/// The tokens, and a way to another.
pub(super) fn listed(token: &str, endpoint: &EndpointRow, tokens: &[TokenRow]) -> Markup {
    html! {
        h2 { "For programs of yours" }
        p { "A token lets a program see and change all alerts that " strong { (masked(&endpoint.owner)) } " looks after, and nothing else." }
        @if !tokens.is_empty() {
            ul.told {
                @for own in tokens {
                    li {
                        (own.name) p.hint { "made " (moment(own.created_ms)) }
                        form method="post" action=(path(token)) {
                            input type="hidden" name="token" value=(own.public_id);
                            button.quiet type="submit" name="act" value="revoke-token" { "Revoke" span.away { ": " (own.name) } }
                        }
                    }
                }
            }
        }
        form method="post" action=(path(token)) {
            div.field {
                label for="f-name" { "What it is for" }
                input id="f-name" name="name" type="text" maxlength=(NAME_CHARS) autocomplete="off";
            }
            div.acts { button.quiet type="submit" name="act" value="make-token" { "Make a token" } }
        }
    }
}
