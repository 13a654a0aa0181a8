//! As text.

use super::{Item, Phrases, opened_body, public_contacts, source_line, wrapped};
use crate::body::paragraphs;
use crate::model::{Contact, Media, Release};

/// The whole release as text, without the wire's own footer.
pub fn wire_text(item: &Item) -> String {
    let release = &item.release;
    let phrases = Phrases::of(&release.edition.language);
    let mut parts = vec![wrapped(&release.headline)];
    parts.extend(release.subheadline.as_deref().map(wrapped));
    parts.push(opened_body(item).text.trim().to_owned());
    let about = release.boilerplates.iter();
    parts.extend(about.map(|about| paragraphs(&about.text).text.trim().to_owned()));
    parts.extend(headed(
        phrases.contact,
        phrases,
        public_contacts(release).map(contact),
    ));
    parts.extend(agent(release, phrases));
    let links = release.links.iter().map(|link| match &link.title {
        Some(title) => format!("{title}{}{}", phrases.colon(), link.url),
        None => link.url.clone(),
    });
    parts.extend(headed(phrases.links, phrases, links));
    let media = release.media.iter().map(|media| medium(media, phrases));
    parts.extend(headed(phrases.media, phrases, media));
    parts.push(source_line(&item.issuer_names, phrases));
    parts.join("\n\n")
}

/// Lines below a word that heads them, or nothing without lines.
fn headed(head: &str, phrases: &Phrases, lines: impl Iterator<Item = String>) -> Option<String> {
    let lines: Vec<String> = lines.collect();
    let colon = phrases.colon().trim_end();
    (!lines.is_empty()).then(|| format!("{head}{colon}\n{}", lines.join("\n")))
}

fn contact(contact: &Contact) -> String {
    let email = contact.email.as_ref().map(ToString::to_string);
    let parts = [
        Some(contact.name.clone()),
        contact.role.clone(),
        email,
        contact.phone.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn agent(release: &Release, phrases: &Phrases) -> Option<String> {
    let agent = release.agent.as_ref()?;
    let email = agent.email.as_ref().map(ToString::to_string);
    let parts = [Some(agent.name.clone()), email, agent.phone.clone()];
    let who = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    Some(format!("{}{}{who}", phrases.agent, phrases.colon()))
}

/// What it shows, where it is, who made it and what others may do with it.
fn medium(media: &Media, phrases: &Phrases) -> String {
    let said = media.caption.as_ref().or(media.alt.as_ref());
    let rights = rights(media, phrases);
    let mut line = said.map_or_else(String::new, |said| format!("{said} "));
    line += &media.url;
    if !rights.is_empty() {
        line += &format!(" ({})", rights.join("; "));
    }
    line
}

/// Credit and licence as printed.
pub(super) fn rights(media: &Media, phrases: &Phrases) -> Vec<String> {
    let colon = phrases.colon();
    let credit = media
        .credit
        .iter()
        .map(|credit| format!("{}{colon}{credit}", phrases.credit));
    let licence = media
        .licence
        .iter()
        .map(|licence| format!("{}{colon}{licence}", phrases.licence));
    credit.chain(licence).collect()
}
