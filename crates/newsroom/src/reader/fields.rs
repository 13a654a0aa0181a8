//! What a form sent, and what is wrong with it.

use maud::{Markup, html};
use release::address::printable;

/// The fields of a form in their order; a name may stand several times.
#[derive(Debug, Default, Clone)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`, or a query.
    pub(super) fn parse(bytes: &[u8]) -> Fields {
        Fields(
            form_urlencoded::parse(bytes)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The first value, trimmed; empty where there is none.
    pub(super) fn one(&self, name: &str) -> &str {
        let first = self.0.iter().find(|(other, _)| other == name);
        first.map_or("", |(_, value)| value.trim())
    }

    /// Every value.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every value's parts between commas, semicolons and line ends, trimmed; at most a few hundred.
    pub(super) fn listed<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.all(name)
            .flat_map(|value| value.split([',', ';', '\n', '、', '，']))
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .take(300)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }
}

/// What is wrong with a field: its name in the form, the value, the mend.
#[derive(Debug, Clone)]
pub(super) struct FormError {
    pub(super) field: &'static str,
    pub(super) says: String,
}

/// Everything that is wrong with a form.
#[derive(Debug, Default)]
pub(super) struct Errors(Vec<FormError>);

impl Errors {
    pub(super) fn add(&mut self, field: &'static str, says: impl Into<String>) {
        let says = says.into();
        self.0.push(FormError { field, says });
    }

    /// With the value that was given.
    pub(super) fn value(&mut self, field: &'static str, value: &str, says: impl AsRef<str>) {
        let value = printable(value);
        self.add(field, format!("“{value}”: {}", says.as_ref()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn of(&self, field: &str) -> Option<&FormError> {
        self.0.iter().find(|error| error.field == field)
    }

    /// All of them, each a link to its field; read out first.
    pub(super) fn summary(&self) -> Markup {
        html! {
            @if !self.0.is_empty() {
                div.errors role="alert" tabindex="-1" aria-labelledby="errors" {
                    h2 id="errors" { "Please look at this again" }
                    ul { @for error in &self.0 { li { a href={ "#f-" (error.field) } { (error.says) } } } }
                }
            }
        }
    }

    /// What is wrong with one field, beside it.
    pub(super) fn beside(&self, field: &str) -> Markup {
        html! {
            @if let Some(error) = self.of(field) {
                p.error id={ "e-" (field) } { (error.says) }
            }
        }
    }

    pub(super) fn invalid(&self, field: &str) -> Option<&'static str> {
        self.of(field).map(|_| "true")
    }

    /// What explains a field: its hint, and its error if there is one.
    pub(super) fn described_by(&self, field: &str) -> String {
        match self.of(field) {
            Some(_) => format!("e-{field} h-{field}"),
            None => format!("h-{field}"),
        }
    }
}

/// A line of text with its label, hint and error.
pub(super) struct Line<'a> {
    pub(super) field: &'static str,
    pub(super) label: &'a str,
    pub(super) hint: &'a str,
    pub(super) value: &'a str,
    pub(super) kind: &'a str,
    pub(super) autocomplete: &'a str,
}

impl Line<'_> {
    pub(super) fn show(&self, errors: &Errors) -> Markup {
        let Line {
            field,
            label,
            hint,
            value,
            kind,
            autocomplete,
        } = self;
        let list = match *field {
            "sources" => Some("issuers"),
            "digest_zone" => Some("digest_zones"),
            _ => None,
        };
        html! {
            div.field {
                label for={ "f-" (field) } { (label) }
                p.hint id={ "h-" (field) } { (hint) }
                (errors.beside(field))
                input id={ "f-" (field) } name=(field) type=(kind) value=(value) autocomplete=(autocomplete) list=[list]
                    spellcheck="false" aria-describedby=(errors.described_by(field)) aria-invalid=[errors.invalid(field)];
            }
        }
    }
}
