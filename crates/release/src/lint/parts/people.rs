//! The people of a release: who speaks, who acts for them, whom to ask.

use super::Fields;
use crate::address::{MailAddress, printable};
use crate::model::{Agent, Boilerplate, Contact, Visibility};
use serde_json::Value;

pub(in crate::lint) fn agent(fields: &mut Fields<'_>) -> Option<Agent> {
    let mut nested = fields.object("agent")?;
    nested.refuse_unknown(&["name", "email", "phone"]);
    let name = nested.required_line("name", 200);
    let email = mail_address(&mut nested);
    let phone = nested.line("phone", 60);
    fields.absorb(nested);
    Some(Agent {
        name: name?,
        email,
        phone,
    })
}

/// Text that stands for all issuers, or a list with one for each.
pub(in crate::lint) fn boilerplates(
    fields: &mut Fields<'_>,
    issuers: &[String],
) -> Vec<Boilerplate> {
    if !matches!(
        fields.value("boilerplate"),
        Some(Value::Array(_) | Value::Object(_))
    ) {
        let text = fields.paragraph("boilerplate", 10_000);
        return text
            .map(|text| Boilerplate { issuer: None, text })
            .into_iter()
            .collect();
    }
    let mut boilerplates: Vec<Boilerplate> = Vec::new();
    for mut nested in fields.objects("boilerplate") {
        nested.refuse_unknown(&["issuer", "text"]);
        let issuer = nested.line("issuer", 80);
        let text = nested.required_paragraph("text", 10_000);
        let pointer = nested.pointer("issuer");
        if let Some(slug) = issuer.as_ref().filter(|slug| !issuers.contains(slug)) {
            let message = format!("`{}` is not an issuer of this release", printable(slug));
            let mend = format!("use one of `issuers`: {}", issuers.join(", "));
            nested.error("boilerplate-issuer", &pointer, message, mend);
        } else if issuer.is_some() && boilerplates.iter().any(|given| given.issuer == issuer) {
            let message = "this issuer has a boilerplate already";
            nested.warn("duplicate", &pointer, message, "give it once");
        }
        fields.absorb(nested);
        boilerplates.extend(text.map(|text| Boilerplate { issuer, text }));
    }
    boilerplates
}

pub(in crate::lint) fn contacts(fields: &mut Fields<'_>) -> Vec<Contact> {
    let mut contacts = Vec::new();
    for mut nested in fields.objects("contacts") {
        nested.refuse_unknown(&["name", "role", "email", "phone", "visibility"]);
        let name = nested.required_line("name", 200);
        let contact = Contact {
            role: nested.line("role", 200),
            email: mail_address(&mut nested),
            phone: nested.line("phone", 60),
            visibility: visibility(&mut nested),
            name: name.clone().unwrap_or_default(),
        };
        fields.absorb(nested);
        if name.is_some() {
            contacts.push(contact);
        }
    }
    contacts
}

fn mail_address(fields: &mut Fields<'_>) -> Option<MailAddress> {
    let text = fields.line("email", 320)?;
    match MailAddress::parse(&text) {
        Ok(address) => Some(address),
        Err(error) => {
            let pointer = fields.pointer("email");
            fields.error(
                "contact-address",
                &pointer,
                error.to_string(),
                "write `name@example.com`",
            );
            None
        }
    }
}

fn visibility(fields: &mut Fields<'_>) -> Visibility {
    match fields.line("visibility", 20).as_deref() {
        None | Some("public") => Visibility::Public,
        Some("media") => Visibility::Media,
        Some(other) => {
            let pointer = fields.pointer("visibility");
            let message = format!("no visibility `{}`", printable(other));
            fields.error("wrong-type", &pointer, message, "use `public` or `media`");
            Visibility::Media
        }
    }
}
