//! One field of the form: a label, what helps to fill it in, what was found, and the input.

use super::Sheet;
use crate::desk::findings::{class, field_of, id_of, one};
use maud::{Markup, html};
use release::finding::{Finding, Severity};

/// A field: its name, what it is called, and what helps to fill it in.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    label: &'a str,
    hint: &'a str,
}

pub(super) fn field<'a>(name: &'a str, label: &'a str, hint: &'a str) -> Field<'a> {
    Field { name, label, hint }
}

impl Sheet<'_> {
    /// Whether one of these fields says something, or is found fault with.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        names
            .iter()
            .any(|name| !self.typed.get(name).is_empty() || self.found(name).next().is_some())
    }

    pub(super) fn found<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Finding> {
        self.findings
            .iter()
            .filter(move |finding| field_of(&finding.pointer) == name)
    }

    pub(super) fn is_wrong(&self, name: &str) -> bool {
        self.found(name)
            .any(|finding| finding.severity == Severity::Error)
    }

    /// The ids of what describes a field.
    pub(super) fn described(&self, field: &Field<'_>) -> Option<String> {
        let id = id_of(field.name);
        let hint = (!field.hint.is_empty()).then(|| format!("{id}-hint"));
        let found = self
            .found(field.name)
            .next()
            .is_some()
            .then(|| format!("{id}-found"));
        let ids: Vec<String> = hint.into_iter().chain(found).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// A label, hint and findings around an input.
    pub(super) fn around(&self, field: &Field<'_>, input: &Markup) -> Markup {
        let id = id_of(field.name);
        html! {
            div.field {
                label for=(id) { (field.label) }
                @if !field.hint.is_empty() { span.hint id={ (id) "-hint" } { (field.hint) } }
                (self.found_list(field.name))
                (input)
            }
        }
    }

    pub(super) fn found_list(&self, name: &str) -> Markup {
        html! {
            @if self.found(name).next().is_some() {
                ul.findings id={ (id_of(name)) "-found" } { @for finding in self.found(name) { li class=(class(finding)) { (one(finding)) } } }
            }
        }
    }

    pub(super) fn line(&self, field: &Field<'_>) -> Markup {
        self.around(field, &html! {
            input type="text" id=(id_of(field.name)) name=(field.name) value=(self.typed.get(field.name)) dir="auto"
                aria-describedby=[self.described(field)] aria-invalid=[self.is_wrong(field.name).then_some("true")];
        })
    }

    pub(super) fn area(&self, field: &Field<'_>, rows: u8) -> Markup {
        // A first line end inside a textarea is dropped by browsers, so one is always given.
        self.around(field, &html! {
            textarea id=(id_of(field.name)) name=(field.name) rows=(rows) dir="auto" spellcheck="true"
                aria-describedby=[self.described(field)] aria-invalid=[self.is_wrong(field.name).then_some("true")]
                { "\n" (self.typed.get(field.name)) }
        })
    }

    pub(super) fn select(&self, field: &Field<'_>, options: &Markup) -> Markup {
        self.around(field, &html! {
            select id=(id_of(field.name)) name=(field.name)
                aria-describedby=[self.described(field)] aria-invalid=[self.is_wrong(field.name).then_some("true")] { (options) }
        })
    }
}
