//! What a reader wants to hear of, as a form: topics by search and by list, issuers, words, places, languages, and a
//! filter's text for all else.

mod show;

pub(super) use show::meaning;

use super::fields::{Errors, Fields};
use super::words::Issuers;
use crate::Newsroom;
use release::filter::{Filter, Phrase, Plain, TooManySteps};
use release::language::LanguageRange;
use release::place::Place;
use release::topic::{Topic, TopicSlug};

/// Topics that a search offers.
const FOUND: usize = 8;

/// The form as it is filled in; texts as they were typed.
#[derive(Debug, Default, Clone)]
pub(super) struct Wants {
    topics: Vec<String>,
    find: String,
    sources: String,
    words: String,
    places: String,
    languages: String,
    rest: String,
}

impl Wants {
    pub(super) fn of_fields(fields: &Fields) -> Wants {
        let mut topics: Vec<String> = Vec::new();
        for slug in fields.all("topics").take(300) {
            if !topics.iter().any(|other| other == slug) {
                topics.push(slug.to_owned());
            }
        }
        Wants {
            topics,
            find: fields.one("find").to_owned(),
            sources: fields.one("sources").to_owned(),
            words: fields.one("words").to_owned(),
            places: fields.one("places").to_owned(),
            languages: fields.one("languages").to_owned(),
            rest: fields.one("rest").to_owned(),
        }
    }

    pub(super) fn of_filter(filter: &Filter) -> Wants {
        let plain = Plain::of(filter);
        let texts = |texts: Vec<String>| texts.join(", ");
        Wants {
            topics: plain.topics.iter().map(TopicSlug::to_string).collect(),
            find: String::new(),
            sources: plain.sources.join(", "),
            words: texts(
                plain
                    .words
                    .iter()
                    .map(|phrase| phrase.text().to_owned())
                    .collect(),
            ),
            places: texts(plain.places.iter().map(Place::to_string).collect()),
            languages: texts(
                plain
                    .languages
                    .iter()
                    .map(LanguageRange::to_string)
                    .collect(),
            ),
            rest: plain.rest.map_or(String::new(), |rest| rest.to_string()),
        }
    }

    /// A filter's text from a link; what cannot be read stands where it can be mended.
    pub(super) fn of_text(text: &str, errors: &mut Errors) -> Wants {
        match Filter::parse(text) {
            Ok(filter) => Wants::of_filter(&filter),
            Err(error) => {
                errors.value("rest", text, error.to_string());
                Wants {
                    rest: text.chars().take(8192).collect(),
                    ..Wants::default()
                }
            }
        }
    }

    /// The filter that the form means; what is wrong goes to the errors.
    pub(super) fn filter(
        &mut self,
        newsroom: &Newsroom,
        issuers: &Issuers,
        errors: &mut Errors,
    ) -> Option<Filter> {
        self.take_found(newsroom, errors);
        let plain = Plain {
            topics: self.read_topics(newsroom, errors),
            sources: read(&self.sources, "sources", errors, |text| {
                issuer(issuers, text)
            }),
            places: read(&self.places, "places", errors, |text| {
                let place = Place::parse(text).map_err(|error| error.to_string())?;
                match place.is_area() {
                    true => Err("name countries or their parts: US, DE, US-CA".to_owned()),
                    false => Ok(place),
                }
            }),
            languages: read(&self.languages, "languages", errors, |text| {
                LanguageRange::parse(text).map_err(|error| error.to_string())
            }),
            words: read(&self.words, "words", errors, |text| {
                Phrase::parse(text).map_err(|error| error.to_string())
            }),
            rest: self.read_rest(newsroom, errors),
        };
        if !errors.is_empty() {
            return None;
        }
        match plain.filter() {
            Ok(filter) => match filter.check_steps() {
                Ok(()) => Some(filter),
                Err(error) => {
                    errors.add("rest", format!("{error}; {}", TooManySteps::MEND));
                    None
                }
            },
            Err(_) if plain == Plain::default() => {
                errors.add(
                    "find",
                    "Say what you want to hear of: a topic, an issuer, words. For every release, write “everything” as filter text.",
                );
                None
            }
            Err(error) => {
                errors.add("rest", error.to_string());
                None
            }
        }
    }

    /// What was typed into the search is taken at its word where it names a topic.
    fn take_found(&mut self, newsroom: &Newsroom, errors: &mut Errors) {
        if self.find.is_empty() {
            return;
        }
        match newsroom.taxonomy.resolve(&self.find) {
            Some(topic) => {
                let slug = topic.slug.to_string();
                if !self.topics.contains(&slug) {
                    self.topics.push(slug);
                }
                self.find.clear();
            }
            None => {
                let near: Vec<&str> = self
                    .found(newsroom)
                    .iter()
                    .take(3)
                    .map(|topic| topic.name.as_str())
                    .collect();
                let mend = format!(
                    "there is no such topic; near are {}. To look for a word, use the field for words.",
                    near.join(", ")
                );
                errors.value("find", &self.find, mend);
            }
        }
    }

    /// Topics whose name holds what is looked for, then those nearest to it.
    fn found<'a>(&self, newsroom: &'a Newsroom) -> Vec<&'a Topic> {
        if self.find.is_empty() {
            return Vec::new();
        }
        let folded = self.find.to_lowercase();
        let holds = |name: &String| name.to_lowercase().contains(&folded);
        let mut found: Vec<&Topic> = newsroom
            .taxonomy
            .iter()
            .filter(|topic| holds(&topic.name) || topic.aliases.iter().any(holds))
            .take(FOUND)
            .collect();
        for topic in newsroom.taxonomy.nearest(&self.find, 3) {
            if found.len() < FOUND && !found.iter().any(|other| other.slug == topic.slug) {
                found.push(topic);
            }
        }
        found
    }

    fn read_topics(&self, newsroom: &Newsroom, errors: &mut Errors) -> Vec<TopicSlug> {
        let mut topics = Vec::new();
        for text in &self.topics {
            match newsroom.taxonomy.resolve(text) {
                Some(topic) => topics.push(topic.slug.clone()),
                None => errors.value("find", text, "there is no such topic any more"),
            }
        }
        topics
    }

    fn read_rest(&self, newsroom: &Newsroom, errors: &mut Errors) -> Option<Filter> {
        if self.rest.is_empty() {
            return None;
        }
        match Filter::parse_part(&self.rest) {
            Ok(filter) => {
                if let Some((topic, nearest)) = filter.unknown_topic(&newsroom.taxonomy) {
                    let says = format!("there is no such topic; near are {}", nearest.join(", "));
                    errors.value("rest", topic.as_str(), says);
                }
                Some(filter)
            }
            Err(error) => {
                errors.value("rest", &self.rest, error.to_string());
                None
            }
        }
    }
}

fn issuer(issuers: &Issuers, text: &str) -> Result<String, String> {
    let lower = text.to_lowercase();
    if issuers.contains_key(&lower) {
        return Ok(lower);
    }
    let by_name = issuers
        .iter()
        .find(|(_, name)| name.to_lowercase() == lower);
    by_name
        .map(|(slug, _)| slug.clone())
        .ok_or_else(|| "no such issuer is known here; choose one of the list".to_owned())
}

/// Reads a list of texts between commas.
fn read<T>(
    text: &str,
    field: &'static str,
    errors: &mut Errors,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Vec<T> {
    // Names of companies hold commas: what is known as a whole is not taken apart.
    if !text.is_empty()
        && let Ok(whole) = parse(text)
        && field == "sources"
    {
        return vec![whole];
    }
    let mut all = Vec::new();
    for part in text
        .split([',', ';', '\n', '、', '，'])
        .map(|part| part.trim().trim_matches(['"', '“', '”']))
        .filter(|part| !part.is_empty())
        .take(300)
    {
        match parse(part) {
            Ok(value) => all.push(value),
            Err(says) if says.contains(part) => errors.add(field, says),
            Err(says) => errors.value(field, part, says),
        }
    }
    all
}
