//! What a form offers to choose from.

use super::Refusal;
use super::session::Signed;
use super::shapes::{Issuer, Issuers};
use crate::Newsroom;
use maud::{Markup, html};
use release::topic::{Taxonomy, Topic, TopicKind};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Zones of the places where most releases come from; the whole list follows them.
const COMMON: [&str; 10] = [
    "UTC",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Australia/Sydney",
];

/// Every zone named after a place.
static ZONES: LazyLock<Vec<String>> = LazyLock::new(|| {
    const AREAS: [&str; 10] = [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ];
    let names = jiff::tz::db().available().map(|name| name.to_string());
    let is_place = |name: &String| {
        name.split_once('/')
            .is_some_and(|(area, _)| AREAS.contains(&area))
    };
    let mut zones: Vec<String> = names.filter(is_place).collect();
    zones.sort();
    zones.dedup();
    zones
});

/// The options of a select of zones; a zone that is not in the list is kept as it was typed.
pub(crate) fn zones(selected: &str) -> Markup {
    let is_known = COMMON.contains(&selected) || ZONES.iter().any(|zone| zone == selected);
    html! {
        @if selected.is_empty() { option value="" selected { "Choose a zone" } }
        @if !is_known && !selected.is_empty() { option value=(selected) selected { (selected) } }
        optgroup label="Common" { @for zone in COMMON { option value=(zone) selected[zone == selected] { (zone) } } }
        optgroup label="All" { @for zone in ZONES.iter().filter(|zone| !COMMON.contains(&zone.as_str())) {
            option value=(zone) selected[zone == selected] { (zone) }
        } }
    }
}

/// The options of a select of topics, by industry, each once; what the taxonomy does not know is kept as it was typed.
pub(crate) fn topics(taxonomy: &Taxonomy, selected: &[String]) -> Markup {
    let chosen: HashSet<&str> = selected
        .iter()
        .map(|text| {
            taxonomy
                .resolve(text)
                .map_or(text.as_str(), |topic| topic.slug.as_str())
        })
        .collect();
    let unknown: Vec<&String> = selected
        .iter()
        .filter(|text| taxonomy.resolve(text).is_none())
        .collect();
    let option = |topic: &Topic| {
        html! {
            option value=(topic.slug) selected[chosen.contains(topic.slug.as_str())] { (topic.name) }
        }
    };
    let mut told: HashSet<&str> = HashSet::new();
    let groups: Vec<(&Topic, Vec<&Topic>)> = taxonomy
        .iter()
        .filter(|topic| topic.kind == TopicKind::Industry)
        .map(|industry| {
            let below = taxonomy.descendants(&industry.slug);
            let below = below.iter().filter_map(|slug| taxonomy.get(slug));
            (
                industry,
                below
                    .filter(|topic| told.insert(topic.slug.as_str()))
                    .collect(),
            )
        })
        .collect();
    html! {
        @if !unknown.is_empty() { optgroup label="Not in the list" { @for text in unknown { option value=(text) selected { (text) } } } }
        @for (industry, below) in &groups {
            optgroup label=(industry.name) { (option(industry)) @for topic in below { (option(topic)) } }
        }
        optgroup label="Whole sections" { @for topic in taxonomy.iter().filter(|topic| topic.kind == TopicKind::Section) { (option(topic)) } }
    }
}

/// The issuers that this person may speak for.
pub(crate) async fn issuers(signed: &Signed) -> Result<Vec<Issuer>, Refusal> {
    let (mut issuers, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/issuers?limit=500&after={after}");
        let page: Issuers = signed.api.get(&path).await?;
        issuers.extend(page.issuers);
        match page.next_after {
            Some(next) => after = next,
            None => break,
        }
    }
    let own = &signed.me.issuers;
    issuers.retain(|issuer| own.is_empty() || own.contains(&issuer.slug));
    Ok(issuers)
}

/// The names of issuers, as printed.
pub(crate) async fn names(newsroom: &Newsroom, slugs: &[String]) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::with_capacity(slugs.len());
    for slug in slugs {
        let issuer = newsroom.store.issuer(slug).await?;
        names.push(issuer.map_or_else(|| slug.clone(), |issuer| issuer.name));
    }
    Ok(names)
}
