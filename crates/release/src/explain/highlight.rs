//! Where in its texts a release has what a filter asks for.

use crate::filter::Filter;
use crate::matching::{matches, spans};
use crate::subject::{Section, Subject};
use serde::Serialize;

/// A place in one of the texts that a subject was made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Highlight {
    /// Which text.
    pub section: Section,
    /// Its first byte; between two characters.
    pub from: usize,
    /// The byte after its last one; between two characters.
    pub to: usize,
}

/// Where the words stand that make a filter hold; nowhere if it does not. What a filter excludes has no place. In the order of
/// the texts, without overlaps.
pub fn highlights(filter: &Filter, subject: &Subject) -> Vec<Highlight> {
    let mut places = Vec::new();
    gather(filter, subject, &mut places);
    places.sort_unstable();
    let mut apart: Vec<Highlight> = Vec::with_capacity(places.len());
    for place in places {
        match apart.last_mut() {
            Some(last) if last.section == place.section && place.from < last.to => {
                last.to = last.to.max(place.to);
            }
            _ => apart.push(place),
        }
    }
    apart
}

fn gather(filter: &Filter, subject: &Subject, places: &mut Vec<Highlight>) {
    match filter {
        Filter::All(parts) | Filter::Any(parts) if matches(filter, subject) => {
            parts.iter().for_each(|part| gather(part, subject, places));
        }
        Filter::Text(text) => {
            for span in spans(text, subject) {
                let stretch = subject.words.stretch(&span);
                places.extend(stretch.map(|(section, place)| Highlight {
                    section,
                    from: place.start,
                    to: place.end,
                }));
            }
        }
        _ => {}
    }
}
