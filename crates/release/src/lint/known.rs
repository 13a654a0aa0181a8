//! Checks that need what the wire knows: its issuers, what they sent lately, the other editions of a story.
//!
//! Intake brings the facts from the store; here is nothing but the judgement.

mod doubles;
mod names;
#[cfg(test)]
mod tests;

pub use doubles::NEAR;

use super::text::{mentions_original, mixed_word, translation_mend};
use crate::address::MailAddress;
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;
use crate::language::LanguageTag;
use crate::model::Release;
use crate::text::word_places;

/// What the wire knows that bears on one release.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Its issuers, in its order; those that the wire does not know are left out.
    pub issuers: Vec<IssuerFacts>,
    /// What its first issuer sent lately, this release not among it.
    pub recent: Vec<RecentRelease>,
    /// The languages of the story's other editions.
    pub other_editions: Vec<LanguageTag>,
}

/// What the wire knows about an issuer.
#[derive(Debug, Clone)]
pub struct IssuerFacts {
    /// As releases name it.
    pub slug: String,
    /// As readers see it.
    pub name: String,
    /// The URL of its site.
    pub site: Option<String>,
    /// Whether a boilerplate is stored, which then stands in for an absent one.
    pub has_boilerplate: bool,
}

/// A release that an issuer sent before; those that share little need not be told of.
#[derive(Debug, Clone)]
pub struct RecentRelease {
    /// `rel_…`.
    pub id: String,
    /// One line.
    pub headline: String,
    /// How much of its text is that of the release under judgement, from 0 to 1; see [`fingerprint_of`].
    pub share: f64,
    /// Texts of two languages are no doubles of each other.
    pub edition_language: LanguageTag,
}

/// The fingerprint that is kept and compared: of headline and body.
pub fn fingerprint_of(release: &Release) -> Fingerprint {
    Fingerprint::of(&format!(
        "{}\n\n{}",
        release.headline,
        release.body.source()
    ))
}

/// Everything that can be said with those facts; warnings only.
pub fn check(release: &Release, known: &Known) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(names::headline(release, known));
    findings.extend(names::spoofed(release, known));
    findings.extend(contact_domains(release, known));
    findings.extend(boilerplates(release, known));
    findings.extend(doubles::check(release, known));
    findings.extend(translation(release, known));
    findings
}

fn contact_domains(release: &Release, known: &Known) -> Vec<Finding> {
    let hosts = known
        .issuers
        .iter()
        .filter_map(|issuer| host(issuer.site.as_deref()?));
    let mut at_home: Vec<String> = hosts.collect();
    // Nothing to compare with, or an agent who may use any address of theirs.
    if at_home.is_empty()
        || release
            .agent
            .as_ref()
            .is_some_and(|agent| agent.email.is_none())
    {
        return Vec::new();
    }
    let agent = release
        .agent
        .as_ref()
        .and_then(|agent| agent.email.as_ref());
    at_home.extend(agent.map(|address| domain(address).to_owned()));
    let homes: Vec<&str> = at_home.iter().map(|host| organisation(host)).collect();
    let contacts = release.contacts.iter().enumerate();
    let strangers = contacts.filter_map(|(at, contact)| {
        let address = contact.email.as_ref()?;
        (!homes.contains(&organisation(domain(address)))).then_some((at, domain(address)))
    });
    strangers
        .map(|(at, domain)| {
            let message = format!("a contact writes from `{domain}`, which is neither an issuer's domain nor the agent's: {}", homes.join(", "));
            let mend = "check the address; name an agency as `agent`, or correct the issuer's site";
            Finding::warning("contact-domain", &format!("/contacts/{at}/email"), message, mend)
        })
        .collect()
}

fn domain(address: &MailAddress) -> &str {
    address.as_str().rsplit('@').next().unwrap_or_default()
}

fn host(site: &str) -> Option<String> {
    let url = url::Url::parse(site).ok()?;
    url.host_str().map(str::to_owned)
}

/// The part of a host name that an organisation registers: two labels, or three below `co.uk` and its like.
///
/// The list of public suffixes would know better and changes weekly; a warning can live with this.
fn organisation(host: &str) -> &str {
    let host = host.trim_end_matches('.');
    let labels: Vec<&str> = host.rsplit('.').collect();
    let is_shared = matches!(labels.as_slice(), [country, second, _, ..]
        if country.len() == 2 && matches!(*second, "co" | "com" | "org" | "net" | "gov" | "gob" | "ac" | "edu" | "or" | "ne" | "go"));
    let count = if is_shared { 3 } else { 2 };
    let length: usize = labels.iter().take(count).map(|label| label.len() + 1).sum();
    &host[(host.len() + 1).saturating_sub(length)..]
}

fn boilerplates(release: &Release, known: &Known) -> Vec<Finding> {
    if release
        .boilerplates
        .iter()
        .any(|given| given.issuer.is_none())
    {
        return Vec::new();
    }
    let says_nothing = |issuer: &&IssuerFacts| {
        let is_given = release
            .boilerplates
            .iter()
            .any(|given| given.issuer.as_ref() == Some(&issuer.slug));
        !issuer.has_boilerplate && !is_given
    };
    known
        .issuers
        .iter()
        .filter(says_nothing)
        .map(|issuer| {
            let message = format!("nothing says who {} is", issuer.name);
            let mend = "add `boilerplate`, or store one with the issuer";
            Finding::warning("no-boilerplate", "/boilerplate", message, mend)
        })
        .collect()
}

/// An edition beside others in another language is taken for a translation.
fn translation(release: &Release, known: &Known) -> Option<Finding> {
    let own = release.edition.language.primary();
    let other = known
        .other_editions
        .iter()
        .find(|other| other.primary() != own)?;
    let says = |text: &str| mentions_original(text, own);
    let is_said =
        says(release.body.source()) || release.boilerplates.iter().any(|about| says(&about.text));
    (!is_said).then(|| {
        let message = format!("the story has an edition in `{other}`, and this text does not say which language prevails");
        let mend = format!("if this is the translation, {}", translation_mend(own));
        Finding::warning("no-original", "/body", message, mend)
    })
}

/// Whether a word of a name mixes scripts, as names do that pretend to be another's.
pub fn has_mixed_script(name: &str) -> bool {
    mixed(name).is_some()
}

/// The word of a name that mixes scripts.
fn mixed(name: &str) -> Option<(&str, char, &'static str)> {
    word_places(name).into_iter().find_map(|(start, end)| {
        let word = &name[start..end];
        mixed_word(word).map(|(letter, scripts)| (word, letter, scripts))
    })
}
