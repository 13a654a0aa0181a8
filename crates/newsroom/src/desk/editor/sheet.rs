//! The form: every field of a submission, with what was found beside it.

mod field;

use super::typed::{ROWS, Typed};
use crate::desk::choices;
use crate::desk::findings::id_of;
use crate::desk::shapes::Issuer;
use field::field;
use maud::{Markup, html};
use release::finding::Finding;
use release::topic::Taxonomy;

/// What the form is made of.
pub(super) struct Sheet<'a> {
    pub(super) typed: &'a Typed,
    pub(super) findings: &'a [Finding],
    pub(super) issuers: &'a [Issuer],
    pub(super) taxonomy: &'a Taxonomy,
    pub(super) may_flash: bool,
    /// The list that is to have one more empty row.
    pub(super) more: Option<&'a str>,
}

impl Sheet<'_> {
    pub(super) fn render(&self) -> Markup {
        html! {
            fieldset { legend { "Who says it" }
                (self.issuers())
                details open[self.has(&["agent/name", "agent/email", "agent/phone"])] { summary { "An agency or person acts for them" }
                    div.row {
                        (self.line(&field("agent/name", "Name of the agency", "")))
                        (self.line(&field("agent/email", "Its mail address", "")))
                        (self.line(&field("agent/phone", "Its phone", "")))
                    }
                }
            }
            fieldset { legend { "Edition" }
                div.row {
                    (self.line(&field("edition/region", "Region", "A country such as US, or an area such as 145")))
                    (self.line(&field("edition/language", "Language", "Such as en, es, pt-BR")))
                    (self.line(&field("edition/audience", "Audience", "Empty for everybody; else such as investors")))
                    (self.line(&field("story", "Story key", "Editions with the same key tell one story")))
                }
            }
            fieldset { legend { "The text" }
                (self.line(&field("headline", "Headline", "One line, best under 100 characters")))
                (self.line(&field("subheadline", "Subheadline", "")))
                (self.area(&field("summary", "Summary", "One or two sentences: what alerts show"), 3))
                div.row {
                    (self.line(&field("dateline/city", "Dateline: city", "As printed: AUSTIN")))
                    (self.line(&field("dateline/region", "State or province", "As printed: Texas")))
                    (self.line(&field("dateline/country", "Country", "A code such as US")))
                }
                (self.area(&field("body", "Body", "The wire adds dateline, contacts and SOURCE"), 22))
                (self.body_format())
                (self.area(&field("boilerplate", "About the issuer", "Empty takes what the wire knows of the issuer"), 4))
            }
            (self.rows("contacts", "Contacts", "Whom to ask"))
            fieldset { legend { "What it is about" }
                (self.topics())
                div.row {
                    (self.line(&field("places", "Places", "Where it happens: US-TX, MX")))
                    (self.area(&field("tickers", "Tickers", "One a line, with its ISIN if you like: XNYS:KYN US4866061066"), 2))
                }
            }
            (self.rows("media", "Pictures, films, documents", "By their address; the type is such as image/jpeg"))
            (self.rows("links", "Related links", ""))
            (self.clear_time())
            @if self.may_flash || self.has(&["lane"]) { fieldset { legend { "Lane" } (self.lane()) } }
            (self.rest())
        }
    }

    /// One select an issuer, in order, and one more to add to them.
    fn issuers(&self) -> Markup {
        let count = self.typed.rows("issuers").max(1);
        let shown = count + usize::from(self.more == Some("issuers"));
        html! {
            @for n in 0..shown {
                @let name = format!("issuers/{n}");
                @let label = if n == 0 { "Issuer".to_owned() } else { format!("Issuer {}", n + 1) };
                (self.select(&field(&name, &label, if n == 0 { "As in the SOURCE line" } else { "" }), &self.issuer_options(self.typed.get(&name))))
            }
            @if self.issuers.len() > 1 { (add("issuers", "Add another issuer")) }
        }
    }

    fn issuer_options(&self, selected: &str) -> Markup {
        let is_known = self.issuers.iter().any(|issuer| issuer.slug == selected);
        html! {
            option value="" { "None" }
            @if !is_known && !selected.is_empty() { option value=(selected) selected { (selected) } }
            @for issuer in self.issuers { option value=(issuer.slug) selected[issuer.slug == selected] { (issuer.name) " (" (issuer.slug) ")" } }
        }
    }

    fn body_format(&self) -> Markup {
        let is_html = self.typed.get("body_format") == "html";
        html! {
            div.choice role="group" aria-labelledby="f-body_format-label" id="f-body_format" {
                span id="f-body_format-label" { "The body is" }
                label { input type="radio" name="body_format" value="markdown" checked[!is_html]; " Markdown" }
                label { input type="radio" name="body_format" value="html" checked[is_html]; " HTML" }
                (self.found_list("body_format"))
            }
        }
    }

    fn topics(&self) -> Markup {
        let selected: Vec<String> = self.typed.all("topics").map(str::to_owned).collect();
        let field = field("topics", "Topics", "Hold Ctrl or ⌘ to choose several");
        self.around(&field, &html! {
            select multiple size="10" id="f-topics" name="topics" data-find="Find a topic"
                aria-describedby=[self.described(&field)] aria-invalid=[self.is_wrong("topics").then_some("true")]
                { (choices::topics(self.taxonomy, &selected)) }
        })
    }

    fn clear_time(&self) -> Markup {
        let is_timed = self.typed.get("when") == "at";
        let at = field("clear_at", "Day and time", "In the zone beside it");
        let is_doubtful = self
            .found("clear_at")
            .any(|finding| matches!(finding.code.as_str(), "time-ambiguous" | "time-nonexistent"));
        html! {
            fieldset { legend { "When it leaves" }
                div.choice {
                    label { input type="radio" name="when" value="now" checked[!is_timed]; " As soon as it may" }
                    label { input type="radio" name="when" value="at" checked[is_timed]; " At a time:" }
                }
                div.row {
                    (self.around(&at, &html! {
                        input type=(if is_local_time(self.typed.get("clear_at")) { "datetime-local" } else { "text" })
                            id="f-clear_at" name="clear_at" value=(self.typed.get("clear_at")) step="60"
                            aria-describedby=[self.described(&at)] aria-invalid=[self.is_wrong("clear_at").then_some("true")];
                    }))
                    (self.select(&field("zone", "Zone", "A place whose clocks count"), &choices::zones(self.typed.get("zone"))))
                    @if is_doubtful || !self.typed.get("clear_offset").is_empty() {
                        (self.line(&field("clear_offset", "Offset", "Which of the two is meant: -04:00")))
                    }
                }
            }
        }
    }

    fn lane(&self) -> Markup {
        let lane = self.typed.get("lane");
        self.select(
            &field(
                "lane",
                "Lane",
                "Flash never waits: for market-moving news and corrections",
            ),
            &html! {
                option value="" { "Regular" }
                option value="flash" selected[lane == "flash"] { "Flash" }
                @if !["", "flash"].contains(&lane) { option value=(lane) selected { (lane) } }
            },
        )
    }

    fn rows(&self, list: &'static str, legend: &str, hint: &str) -> Markup {
        let columns = ROWS
            .iter()
            .find(|(name, _)| *name == list)
            .map_or(&[][..], |(_, columns)| columns);
        let count = self.typed.rows(list);
        let shown = count + usize::from(count == 0 || self.more == Some(list));
        html! {
            fieldset id=(id_of(list)) tabindex="-1" { legend { (legend) }
                @if !hint.is_empty() { span.hint { (hint) } }
                (self.found_list(list))
                @for n in 0..shown {
                    div.row role="group" aria-label={ (legend) " " (n + 1) } { @for column in columns { (self.cell(list, n, column)) } }
                }
                (add(list, "Add another row"))
            }
        }
    }

    fn cell(&self, list: &str, n: usize, column: &str) -> Markup {
        let name = format!("{list}/{n}/{column}");
        let label = match column {
            "url" => "Address".to_owned(),
            "alt" => "For those who do not see it".to_owned(),
            "email" => "Mail address".to_owned(),
            "visibility" => "Who sees it".to_owned(),
            other => other[..1].to_uppercase() + &other[1..],
        };
        let field = field(&name, &label, "");
        if column != "visibility" {
            return self.line(&field);
        }
        let seen_by = self.typed.get(&name);
        self.select(
            &field,
            &html! {
                option value="public" { "Everybody" }
                option value="media" selected[seen_by == "media"] { "Media only" }
                @if !["", "public", "media"].contains(&seen_by) { option value=(seen_by) selected { (seen_by) } }
            },
        )
    }

    /// Fields of an imported submission that have no place here: carried along, and shown where they are wrong.
    fn rest(&self) -> Markup {
        let rest = self.typed.rest();
        html! {
            @if !rest.is_empty() || self.found("rest").next().is_some() {
                fieldset id="f-rest" tabindex="-1" { legend { "Other fields" }
                    (self.found_list("rest"))
                    @if !rest.is_empty() { input type="hidden" name="rest" value=(serde_json::Value::Object(rest.clone())); }
                    @for (name, value) in &rest {
                        p { label { input type="checkbox" name="drop" value=(name); " Remove " code { (name) } } }
                        pre dir="auto" { (value) }
                    }
                }
            }
        }
    }
}

/// Adds a row without a script: the form comes back with one more.
fn add(list: &str, label: &str) -> Markup {
    html! { button.quiet type="submit" name="act" value={ "add:" (list) } formnovalidate { (label) } }
}

/// Whether a browser's field for local times can show it; it would show others as empty.
fn is_local_time(text: &str) -> bool {
    text.is_empty()
        || text
            .parse::<jiff::civil::DateTime>()
            .is_ok_and(|_| text.len() >= 16 && text.as_bytes()[10] == b'T')
}
