//! The plain form of a filter: lists of topics, issuers, places, languages and words, as a page offers them.
//!
//! Within a list one is enough; between lists all must hold. Whatever does not fit into lists stands as text beside
//! them, so every filter has a plain form, and no form loses anything of a filter.

use super::{Filter, FilterError, Phrase};
use crate::language::LanguageRange;
use crate::place::Place;
use crate::topic::TopicSlug;

/// A filter as lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plain {
    /// About one of these topics.
    pub topics: Vec<TopicSlug>,
    /// By one of these issuers, by slug.
    pub sources: Vec<String>,
    /// About one of these places.
    pub places: Vec<Place>,
    /// In one of these languages.
    pub languages: Vec<LanguageRange>,
    /// With one of these words or phrases.
    pub words: Vec<Phrase>,
    /// What does not fit into the lists; may hold by absence, as it only narrows them.
    pub rest: Option<Filter>,
}

impl Plain {
    /// The plain form of a filter.
    pub fn of(filter: &Filter) -> Plain {
        let mut plain = Plain::default();
        let mut rest = Vec::new();
        let parts = match filter {
            Filter::All(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        for part in parts {
            if !plain.take(part) {
                rest.push(part.clone());
            }
        }
        plain.rest = all(rest);
        plain
    }

    /// The filter that the lists mean.
    ///
    /// # Errors
    /// If they ask for nothing, or for more than a filter may hold.
    pub fn filter(&self) -> Result<Filter, FilterError> {
        let lists = [
            any(self.topics.iter().cloned().map(Filter::Topic)),
            any(self.sources.iter().cloned().map(Filter::Source)),
            any(self.places.iter().cloned().map(Filter::Place)),
            any(self.languages.iter().cloned().map(Filter::Language)),
            any(self.words.iter().cloned().map(Filter::words)),
        ];
        let mut parts: Vec<Filter> = lists.into_iter().flatten().collect();
        match &self.rest {
            Some(Filter::All(more)) => parts.extend(more.iter().cloned()),
            Some(one) => parts.push(one.clone()),
            None => {}
        }
        // Through its text, so that what a form makes obeys every rule of what a person writes.
        Filter::parse(&all(parts).map_or(String::new(), |filter| filter.to_string()))
    }

    /// This filter less what a part of it says: `filter AND NOT part`.
    ///
    /// # Errors
    /// If that is more than a filter may hold.
    pub fn without(filter: &Filter, part: &Filter) -> Result<Filter, FilterError> {
        let mut parts = match filter {
            Filter::All(parts) => parts.clone(),
            one => vec![one.clone()],
        };
        parts.push(Filter::Not(Box::new(part.clone())));
        Filter::parse(&Filter::All(parts).to_string())
    }

    /// Takes a part into an empty list of its kind; false if it does not fit.
    fn take(&mut self, part: &Filter) -> bool {
        let terms = match part {
            Filter::Any(terms) => terms.as_slice(),
            one => std::slice::from_ref(one),
        };
        let list = |of: fn(&Filter) -> Option<&Filter>| terms.iter().all(|term| of(term).is_some());
        macro_rules! into {
            ($list:ident, $variant:ident) => {
                if self.$list.is_empty()
                    && list(|term| matches!(term, Filter::$variant(_)).then_some(term))
                {
                    self.$list = terms
                        .iter()
                        .filter_map(|term| match term {
                            Filter::$variant(value) => Some(value.clone()),
                            _ => None,
                        })
                        .collect();
                    return true;
                }
            };
        }
        into!(topics, Topic);
        into!(sources, Source);
        into!(places, Place);
        into!(languages, Language);
        self.take_words(terms)
    }
    fn take_words(&mut self, terms: &[Filter]) -> bool {
        let phrases = terms.iter().map(|term| match term {
            Filter::Text(text) => text
                .plain()
                .filter(|phrase| !phrase.is_exact() && !phrase.is_prefix()),
            _ => None,
        });
        let Some(phrases) = phrases.collect::<Option<Vec<_>>>() else {
            return false;
        };
        if !self.words.is_empty() {
            return false;
        }
        self.words = phrases.into_iter().cloned().collect();
        true
    }
}

fn any(terms: impl Iterator<Item = Filter>) -> Option<Filter> {
    let mut terms: Vec<Filter> = terms.collect();
    match terms.len() {
        0 | 1 => terms.pop(),
        _ => Some(Filter::Any(terms)),
    }
}

fn all(mut parts: Vec<Filter>) -> Option<Filter> {
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(Filter::All(parts)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_has_a_plain_form_that_means_the_same() {
        let check = |text: &str, rest: Option<&str>| {
            let filter = Filter::parse(text).unwrap();

            let plain = Plain::of(&filter);

            let left = plain.rest.as_ref().map(Filter::to_string);
            assert_eq!(left.as_deref(), rest, "{text}");
            let again = plain.filter().unwrap();
            assert_eq!(Plain::of(&again), plain, "{text} became {again}");
        };

        check("topic:mining", None);
        check(
            "(topic:mining OR topic:oil-energy) AND geo:US AND lang:de",
            None,
        );
        check("source:acme AND (lithium OR \"rare earths\")", None);
        check("everything", Some("everything"));
        check("topic:mining AND NOT gold", Some("NOT gold"));
        check(
            "topic:mining AND topic:steel AND NOT gold",
            Some("topic:steel AND NOT gold"),
        );
        check("topic:mining OR geo:US", Some("topic:mining OR geo:US"));
        check("ticker:KYN lang:en", Some("ticker:KYN"));
    }

    #[test]
    fn lists_that_ask_for_nothing_or_by_absence_alone_are_refused() {
        let absent = Plain {
            rest: Some(Filter::parse_part("NOT gold").unwrap()),
            ..Plain::default()
        };

        assert!(Plain::default().filter().is_err());
        assert!(absent.filter().is_err());
    }

    #[test]
    fn narrowing_adds_what_must_not_hold() {
        let check = |filter: &str, part: &str, expect: &str| {
            let (filter, part) = (Filter::parse(filter).unwrap(), Filter::parse(part).unwrap());
            let narrowed = Plain::without(&filter, &part).unwrap();
            assert_eq!(narrowed.to_string(), expect);
        };

        check(
            "topic:mining",
            "source:acme",
            "topic:mining AND NOT source:acme",
        );
        check("a OR b", "c", "(a OR b) AND NOT c");
        check("a b", "c OR d", "a AND b AND NOT (c OR d)");
    }
}
