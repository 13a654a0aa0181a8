//! The sheet that every mail is written on: what stands around the content of its HTML.
//!
//! It loads nothing, and reads well without its styles, which some programs drop. Colours go in pairs that keep their contrast
//! when a program inverts them; those for the dark have a style element of their own, for a program that does not know
//! `@media` drops the element whole.

use crate::language::LanguageTag;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = ":root{color-scheme:light dark}\
body{margin:0;padding:24px 20px;background:#fff;color:#1c1c1c;font:17px/1.6 Georgia,serif;overflow-wrap:break-word;\
-webkit-text-size-adjust:100%}\
[dir=rtl] main,section[dir=rtl]{line-height:1.8}main:lang(ja),main:lang(ko),main:lang(zh),.meta,.button,h1.what,table,footer{font-family:Helvetica,Arial,sans-serif}\
main{max-width:38em;margin:0 auto}h1,h2,h3,h4{line-height:1.3;margin:1.5em 0 .4em}h1{font-size:1.55em;margin-top:.3em}\
h2{font-size:1.2em}h3,h4,h1.what{font-size:1.05em}p{margin:0 0 1em}.sub{font-size:1.1em;line-height:1.45}\
.meta,footer{font-size:14px;color:#595959}.meta,footer p{margin-bottom:.5em}a{color:#0b57a4}h1 a{color:inherit}h1 a,h2 a{text-decoration:none}\
.button{display:inline-block;padding:9px 18px;border:1px solid;border-radius:4px;font-weight:bold;font-size:16px;text-decoration:none}\
ul,ol{padding-inline-start:1.4em}blockquote{margin:1em 0;padding-inline-start:1em;border-inline-start:3px solid #8a8a8a}\
.table,pre{overflow-x:auto;margin:1em 0}pre{font-size:14px;line-height:1.45}table{border-collapse:collapse;font-size:15px;line-height:1.4}\
td,th{border:1px solid #8a8a8a;padding:6px 10px;vertical-align:top}th:not([align]){text-align:start}\
section.item,footer{border-top:1px solid #8a8a8a;margin-top:28px;padding-top:14px}section.item h2{margin-top:.3em}\
.preheader{display:none}";

const DARK: &str = "@media (prefers-color-scheme:dark){body{background:#161616;color:#ececec}.meta,footer{color:#b4b4b4}a{color:#8fc1f2}}";

/// Also where styles are dropped.
const HIDDEN: &str = "display:none;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all";

/// A mail's HTML but for its content.
pub(super) struct Sheet<'a> {
    pub(super) language: &'a LanguageTag,
    pub(super) title: &'a str,
    /// What a list of mails shows behind the subject; the mail itself does not show it.
    pub(super) preheader: &'a str,
}

impl Sheet<'_> {
    /// Up to the content.
    pub(super) fn open(&self) -> String {
        let head = html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                title { (self.title) }
                style { (PreEscaped(STYLE)) }
                style { (PreEscaped(DARK)) }
            }
        };
        let preheader = html! {
            @if !self.preheader.is_empty() { div.preheader style=(HIDDEN) { (self.preheader) } }
        };
        format!(
            r#"{}<html lang="{}" dir="{}">{}<body>{}<main>"#,
            DOCTYPE.into_string(),
            self.language,
            direction(self.language),
            head.into_string(),
            preheader.into_string()
        )
    }

    /// The whole of a mail that has no part of its recipient's own.
    pub(super) fn around(&self, content: &Markup) -> String {
        self.open() + &content.0 + CLOSE
    }
}

/// What follows the content.
pub(super) const CLOSE: &str = "</main></body></html>\n";

/// As HTML's `dir` has it.
pub(super) fn direction(language: &LanguageTag) -> &'static str {
    match language.is_rtl() {
        true => "rtl",
        false => "ltr",
    }
}

/// What mails about the wire itself are written in.
pub(super) fn english() -> LanguageTag {
    LanguageTag::parse("en").expect("en is a language")
}
