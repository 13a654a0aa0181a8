//! Who is signed in: the cookie, and the person behind it.

use super::Refusal;
use super::api::Api;
use super::shapes::Me;
use crate::Newsroom;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use release::capability::SESSION_PREFIX;
use release::ids::base32;
use release::time::ClearTime;

/// How long a session is open.
pub(crate) const OPEN_MS: i64 = 12 * 3_600_000;
/// The cookie that holds the zone in which a person reads times.
pub(crate) const ZONE: &str = "dateline-zone";
/// The cookie that holds where a person wanted to go when they were asked to sign in.
pub(crate) const WANTED: &str = "dateline-to";

/// A signed-in person.
pub(crate) struct Signed {
    pub(crate) me: Me,
    pub(crate) api: Api,
    /// Of the session; stands in no page.
    pub(crate) secret: String,
    /// What every form of theirs carries.
    pub(crate) form_token: String,
    /// An IANA zone.
    pub(crate) zone: String,
    pub(crate) now_ms: i64,
}

impl FromRequestParts<Newsroom> for Signed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, newsroom: &Newsroom) -> Result<Signed, Refusal> {
        let signed_out = || match parts.method {
            Method::GET | Method::HEAD => Refusal::SignIn(parts.uri.to_string()),
            _ => Refusal::SignedOut,
        };
        let secret = cookie(&parts.headers, name(newsroom))
            .filter(|secret| secret.starts_with(SESSION_PREFIX));
        let secret = secret.ok_or_else(signed_out)?;
        let api = Api::new(newsroom.api.clone(), secret).ok_or_else(signed_out)?;
        let me = match api.get::<Me>("/v1/me").await {
            Err(Refusal::SignedOut) => return Err(signed_out()),
            me => me?,
        };
        let zone = cookie(&parts.headers, ZONE).map(|zone| zone.replace("%2F", "/"));
        Ok(Signed {
            me,
            api,
            secret: secret.to_owned(),
            form_token: newsroom.link_key.form_token(secret),
            zone: zone
                .filter(|zone| is_zone(zone))
                .unwrap_or_else(|| "UTC".to_owned()),
            now_ms: newsroom.clock.now_ms(),
        })
    }
}

/// A new session's secret.
pub(crate) fn new_secret() -> String {
    format!("{SESSION_PREFIX}{}", base32(&rand::random::<[u8; 32]>()))
}

/// The session's cookie. Over HTTPS its name lets no other host and no plain page set it (RFC 6265bis, 4.1.3.2).
pub(crate) fn name(newsroom: &Newsroom) -> &'static str {
    match is_secure(newsroom) {
        true => "__Host-dateline",
        false => "dateline",
    }
}

fn is_secure(newsroom: &Newsroom) -> bool {
    newsroom.public_url.starts_with("https:")
}

/// A `Set-Cookie` that scripts cannot read; one of no seconds removes it.
pub(crate) fn set_cookie(
    newsroom: &Newsroom,
    name: &str,
    value: &str,
    seconds: i64,
) -> HeaderValue {
    let secure = if is_secure(newsroom) { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).expect("names, secrets and encoded values are visible ASCII")
}

/// A cookie's value as it came.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(other, value)| (other == name).then_some(value))
}

pub(crate) fn is_zone(zone: &str) -> bool {
    zone.len() <= 64 && ClearTime::parse("2026-01-01T00:00:00Z", Some(zone)).is_ok()
}

/// Where somebody may be sent after signing in: a page of the desk, and nothing that a browser could read as another host.
pub(crate) fn local(path: &str) -> Option<&str> {
    let is_desk = path == "/desk" || path.starts_with("/desk/") || path.starts_with("/desk?");
    let is_plain = path.len() <= 512
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_desk && is_plain && !path.starts_with("/desk/sign-")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_desk_are_gone_to() {
        let check = |path: &str, expect: bool| assert_eq!(local(path).is_some(), expect, "{path}");

        check("/desk", true);
        check("/desk/releases/rel_1?x=1", true);
        check("/desk?done=1", true);
        check("//evil.example/desk", false);
        check("/desk\\@evil.example", false);
        check("https://evil.example/desk", false);
        check("/deskevil", false);
        check("/desk/a\r\nset-cookie: a=b", false);
        check("/desk/sign-in", false);
        check("/desk/sign-out", false);
        check("", false);
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("a=b; dateline=dls_1"),
        );
        headers.append(header::COOKIE, HeaderValue::from_static("c=d"));

        assert_eq!(cookie(&headers, "dateline"), Some("dls_1"));
        assert_eq!(cookie(&headers, "c"), Some("d"));
        assert_eq!(cookie(&headers, "line"), None);
    }
}
