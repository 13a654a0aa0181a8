//! Signing in by a mailed link, and out again.
//!
//! Whoever asks gets the same answer, at once: whether an address is known is found out after it. The link only shows a
//! button, for scanners follow links; the button uses it up.

use super::posted::{self, Posted};
use super::{Refusal, frame, session};
use crate::Newsroom;
use crate::origin::is_same_site;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use queue::{Message, RouteAlert};
use release::address::MailAddress;
use release::capability::Capability;
use release::model::{AlertKind, Lane};
use release::time::human_duration;
use serde::Deserialize;
use store::StoreError;
use tracing::{error, info};

/// How long a mailed link works.
const LINK_MS: i64 = 15 * 60_000;
/// Unused links of one person at a time: more are not mailed.
const MOST_OPEN: i64 = 5;
/// How long it is remembered where somebody wanted to go.
const WANTED_S: i64 = 3600;

#[derive(Deserialize)]
pub(crate) struct To {
    #[serde(default)]
    to: String,
}

/// Asks for the address.
pub(crate) async fn ask(State(newsroom): State<Newsroom>, Query(to): Query<To>) -> Response {
    let page = Html(frame::bare("Sign in", &form("", None)));
    let Some(to) = session::local(&to.to) else {
        return page.into_response();
    };
    let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
    let cookie = session::set_cookie(&newsroom, session::WANTED, &to, WANTED_S);
    ([(header::SET_COOKIE, cookie)], page).into_response()
}

fn form(typed: &str, wrong: Option<&str>) -> Markup {
    html! {
        h1 { "Sign in to the desk" }
        p { "Write your address, and you get a mail with a link that opens the desk once. There is no password." }
        form.narrow method="post" action="/desk/sign-in" {
            div.field {
                label for="email" { "Mail address" }
                @if let Some(wrong) = wrong { p.finding.error id="email-wrong" { (wrong) } }
                input id="email" type="email" name="email" value=(typed) required autocomplete="email" autofocus
                    aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "email-wrong")];
            }
            button type="submit" { "Send me a link" }
        }
    }
}

/// Mails a link to whom it may concern.
pub(crate) async fn send(
    State(newsroom): State<Newsroom>,
    request: Request,
) -> Result<Response, Refusal> {
    if !is_same_site(request.headers(), &newsroom.public_url) {
        return Err(Refusal::Foreign);
    }
    let (parts, body) = request.into_parts();
    let client = newsroom.readers.proxies.client(&parts);
    let fields = posted::fields(Request::from_parts(parts, body), &newsroom).await?;
    let typed = fields.get("email").trim();
    if let Err(wait_ms) = newsroom
        .readers
        .sign_ins
        .take(client, newsroom.clock.now_ms())
    {
        return Ok(too_many(typed, wait_ms));
    }
    let Ok(address) = MailAddress::parse(typed) else {
        let wrong = "This is not a mail address: write it like name@example.com.";
        let page = frame::bare("Error: sign in", &form(typed, Some(wrong)));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response());
    };
    // Not waited for: else the time taken would tell who is known here.
    tokio::spawn(async move {
        if let Err(error) = mail(&newsroom, &address).await {
            error!(%error, worker = "newsroom", "a link to sign in could not be mailed: {error}");
        }
    });
    let main = html! {
        h1 { "Look into your mailbox" }
        p { "If somebody with this address works at this desk, a mail with a link is on its way. The link works once, for \
             15 minutes." }
        p { "Nothing there? Look at the spelling, and into the spam folder, then " a href="/desk/sign-in" { "ask again" } "." }
    };
    Ok(Html(frame::bare("Look into your mailbox", &main)).into_response())
}

/// 429: more links than one client may ask for; what was typed stays.
fn too_many(typed: &str, wait_ms: i64) -> Response {
    let wrong = format!(
        "Many links were asked for from your network in the last hour, so no mail was sent. Try again in {}.",
        human_duration(wait_ms)
    );
    let page = frame::bare("Error: sign in", &form(typed, Some(&wrong)));
    let retry_after = HeaderValue::from(wait_ms.max(0).div_euclid(1000) + 1);
    let headers = [(header::RETRY_AFTER, retry_after)];
    (StatusCode::TOO_MANY_REQUESTS, headers, Html(page)).into_response()
}

async fn mail(newsroom: &Newsroom, address: &MailAddress) -> Result<(), StoreError> {
    let (store, now_ms) = (&newsroom.store, newsroom.clock.now_ms());
    let Some(person) = store.person_by_address(address.as_str()).await? else {
        return Ok(());
    };
    let sign_in = store
        .begin_sign_in(person.id, now_ms + LINK_MS, MOST_OPEN, now_ms)
        .await?;
    let Some(sign_in) = sign_in else {
        info!(
            worker = "newsroom",
            person = person.public_id,
            outcome = "flood",
            "too many links to sign in are open for {}",
            person.public_id
        );
        return Ok(());
    };
    let about = serde_json::json!({ "sign_in": sign_in }).to_string();
    let (kind, address) = (AlertKind::SignIn, &person.address);
    let alert_id = store
        .add_alert_to_address(kind, address, &about, "", now_ms)
        .await?;
    let message = Message::RouteAlert(RouteAlert {
        alert_id,
        lane: Lane::Regular,
        request_id: String::new(),
    });
    // The store has it already: a hint that finds no room is left to the sweep.
    let _ = newsroom.queue.offer(message).await;
    Ok(())
}

/// The page behind the mailed link: a button.
pub(crate) async fn button(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
) -> Result<Html<String>, Refusal> {
    sign_in_of(&newsroom, &token)?;
    let main = html! {
        h1 { "Sign in to the desk" }
        p { "Press the button to open the desk in this browser. The link works once." }
        form method="post" action={ "/desk/sign-in/" (token) } { button type="submit" autofocus { "Sign in" } }
    };
    Ok(Html(frame::bare("Sign in", &main)))
}

/// Uses the link up and opens a session.
pub(crate) async fn open(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if !is_same_site(&headers, &newsroom.public_url) {
        return Err(Refusal::Foreign);
    }
    let sign_in = sign_in_of(&newsroom, &token)?;
    let (secret, now_ms) = (session::new_secret(), newsroom.clock.now_ms());
    let is_open = newsroom
        .store
        .open_session(sign_in, &secret, now_ms + session::OPEN_MS, now_ms)
        .await?;
    if !is_open {
        return Err(Refusal::Link(
            StatusCode::GONE,
            "This link no longer works",
            "It was used before, or is older than 15 minutes. Ask for another one at the desk's door: it takes a few seconds.",
        ));
    }
    info!(
        worker = "newsroom",
        outcome = "signed-in",
        "a session was opened"
    );
    let wanted = session::cookie(&headers, session::WANTED);
    let wanted = wanted.map(|to| {
        form_urlencoded::parse(format!("to={to}").as_bytes())
            .map(|(_, to)| to.into_owned())
            .collect::<String>()
    });
    let to = wanted
        .as_deref()
        .and_then(session::local)
        .unwrap_or("/desk");
    let cookies = [
        session::set_cookie(
            &newsroom,
            session::name(&newsroom),
            &secret,
            session::OPEN_MS / 1000,
        ),
        session::set_cookie(&newsroom, session::WANTED, "", 0),
    ];
    Ok(with_cookies(Redirect::to(to).into_response(), cookies))
}

fn with_cookies<const N: usize>(mut response: Response, cookies: [HeaderValue; N]) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn sign_in_of(newsroom: &Newsroom, token: &str) -> Result<i64, Refusal> {
    match newsroom.link_key.verify(token) {
        Ok(Capability::SignIn { sign_in }) => Ok(sign_in),
        _ => Err(Refusal::Link(
            StatusCode::NOT_FOUND,
            "This link does not work",
            "It was cut short or changed on its way. Open it from the mail once more, or copy it whole.",
        )),
    }
}

/// Ends the session.
pub(crate) async fn out(
    State(newsroom): State<Newsroom>,
    posted: Posted,
) -> Result<Response, Refusal> {
    newsroom
        .store
        .end_session(&posted.signed.secret, newsroom.clock.now_ms())
        .await?;
    let gone = session::set_cookie(&newsroom, session::name(&newsroom), "", 0);
    Ok(with_cookies(
        Redirect::to("/desk/sign-in").into_response(),
        [gone],
    ))
}
