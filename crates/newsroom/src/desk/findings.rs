//! Findings as the desk shows them: beside their fields, and together at the top with links to these.

use maud::{Markup, html};
use release::finding::{Finding, Severity};

/// The name of the form's field that a finding's pointer means; what no field shows is among the `rest`.
pub(crate) fn field_of(pointer: &str) -> String {
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    let inside = |name: &str, columns: &[&str], rest: &[&str]| match rest {
        [column, ..] if columns.contains(column) => format!("{name}/{column}"),
        _ => format!("{name}/{}", columns[0]),
    };
    match parts.as_slice() {
        ["edition", rest @ ..] => inside("edition", &["region", "language", "audience"], rest),
        ["dateline", rest @ ..] => inside("dateline", &["city", "region", "country"], rest),
        ["agent", rest @ ..] => inside("agent", &["name", "email", "phone"], rest),
        ["issuers"] => "issuers/0".to_owned(),
        ["issuers", n, ..] => format!("issuers/{n}"),
        ["contacts", n, rest @ ..] => inside(
            &format!("contacts/{n}"),
            &["name", "role", "email", "phone", "visibility"],
            rest,
        ),
        ["links", n, rest @ ..] => inside(&format!("links/{n}"), &["url", "title"], rest),
        ["media", n, rest @ ..] => inside(
            &format!("media/{n}"),
            &["url", "type", "caption", "alt", "credit", "licence"],
            rest,
        ),
        [
            name @ ("headline" | "subheadline" | "summary" | "clear_at" | "zone" | "lane"
            | "topics" | "places" | "tickers" | "contacts" | "links" | "media"
            | "boilerplate" | "story" | "body" | "body_format"),
            ..,
        ] => (*name).to_owned(),
        _ => "rest".to_owned(),
    }
}

/// The id of a field's element.
pub(crate) fn id_of(field: &str) -> String {
    format!("f-{}", field.replace('/', "-"))
}

pub(crate) fn errors(findings: &[Finding]) -> usize {
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count()
}

/// `2 errors and 1 warning`.
pub(crate) fn counted(findings: &[Finding]) -> String {
    let errors = errors(findings);
    let warnings = findings.len() - errors;
    let several = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => "Nothing found".to_owned(),
        (_, 0) => several(errors, "error"),
        (0, _) => several(warnings, "warning"),
        _ => format!(
            "{} and {}",
            several(errors, "error"),
            several(warnings, "warning")
        ),
    }
}

/// One finding: what is wrong and what to do, the severity in words, for colour alone tells nobody.
pub(crate) fn one(finding: &Finding) -> Markup {
    html! {
        strong { (severity_word(finding)) ": " } (finding.message)
        @if !finding.mend.is_empty() { " — " (finding.mend) }
    }
}

fn severity_word(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    }
}

pub(crate) fn class(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Error => "finding error",
        Severity::Warning => "finding warning",
    }
}

/// Each with a link to its field, errors first.
pub(crate) fn linked_list(findings: &[Finding]) -> Markup {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    html! {
        @if !sorted.is_empty() { ul.findings { @for finding in sorted {
            li class=(class(finding)) {
                a href={ "#" (id_of(&field_of(&finding.pointer))) } { (label_of(&finding.pointer)) }
                " " (one(finding))
            }
        } } }
    }
}

/// Each with its place, for pages without the form.
pub(crate) fn plain_list(findings: &[Finding]) -> Markup {
    html! {
        @if !findings.is_empty() { ul.findings { @for finding in findings {
            li class=(class(finding)) { span.soft { (label_of(&finding.pointer)) } " " (one(finding)) }
        } } }
    }
}

/// A pointer for people: `/contacts/0/email` is `contacts 1, email`.
pub(crate) fn label_of(pointer: &str) -> String {
    let mut label = String::new();
    for part in pointer.split('/').skip(1) {
        match part.parse::<usize>() {
            Ok(n) => label.push_str(&format!(" {}", n + 1)),
            Err(_) if label.is_empty() => label.push_str(&part.replace('_', " ")),
            Err(_) => label.push_str(&format!(", {}", part.replace('_', " "))),
        }
    }
    if label.is_empty() {
        "the whole".to_owned()
    } else {
        label.trim_start().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pointer_has_a_field() {
        let check = |pointer: &str, field: &str| assert_eq!(field_of(pointer), field, "{pointer}");

        check("/headline", "headline");
        check("/edition", "edition/region");
        check("/edition/language", "edition/language");
        check("/issuers", "issuers/0");
        check("/issuers/1", "issuers/1");
        check("/contacts", "contacts");
        check("/contacts/2/email", "contacts/2/email");
        check("/contacts/2", "contacts/2/name");
        check("/contacts/2/shoe", "contacts/2/name");
        check("/topics/3", "topics");
        check("/tickers/0/isin", "tickers");
        check("/foo", "rest");
        check("", "rest");
    }

    #[test]
    fn pointers_are_said_as_people_say_them() {
        let check = |pointer: &str, label: &str| assert_eq!(label_of(pointer), label);

        check("/contacts/0/email", "contacts 1, email");
        check("/clear_at", "clear at");
        check("", "the whole");
    }
}
