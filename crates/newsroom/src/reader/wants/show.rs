//! The form as it is shown: every part of it works without a script.

use super::Wants;
use crate::Newsroom;
use crate::reader::fields::{Errors, Line};
use crate::reader::words::{Issuers, in_words};
use maud::{Markup, html};
use release::filter::Filter;
use release::topic::{Topic, TopicKind};

impl Wants {
    /// The fields of what is wanted.
    pub(in crate::reader) fn show(
        &self,
        newsroom: &Newsroom,
        issuers: &Issuers,
        errors: &Errors,
    ) -> Markup {
        let narrowed = [&self.places, &self.languages, &self.rest];
        let open = narrowed.iter().any(|text| !text.is_empty());
        html! {
            fieldset {
                legend { "What do you want to hear of?" }
                p.hint { "Within a field one is enough; fields that are filled in must all hold." }
                (self.show_topics(newsroom, errors))
                (Line {
                    field: "sources", label: "Issuers", kind: "text", autocomplete: "off", value: &self.sources,
                    hint: "Names, with commas between them.",
                }.show(errors))
                datalist id="issuers" { @for name in sorted(issuers) { option value=(name) {} } }
                (Line {
                    field: "words", label: "Words", kind: "text", autocomplete: "off", value: &self.words,
                    hint: "Words or phrases, with commas between them: lithium, rare earths. Case does not matter; accents do where you write them.",
                }.show(errors))
                details open[open] {
                    summary { "Narrow it: places, languages, filter text" }
                    (Line {
                        field: "places", label: "Places the news is about", kind: "text", autocomplete: "off",
                        value: &self.places, hint: "Codes of countries or their parts: US, DE, US-CA.",
                    }.show(errors))
                    (Line {
                        field: "languages", label: "Only releases in", kind: "text", autocomplete: "off",
                        value: &self.languages, hint: "Codes of languages: en, de, pt-BR.",
                    }.show(errors))
                    (Line {
                        field: "rest", label: "Anything else, as filter text", kind: "text", autocomplete: "off",
                        value: &self.rest, hint: "Must hold as well: NOT \"gold price\", ticker:XNYS:KYN, (a OR b).",
                    }.show(errors))
                }
            }
        }
    }

    fn show_topics(&self, newsroom: &Newsroom, errors: &Errors) -> Markup {
        let found = self.found(newsroom);
        let chosen: Vec<&Topic> = self
            .topics
            .iter()
            .filter_map(|slug| newsroom.taxonomy.resolve(slug))
            .collect();
        html! {
            div.field {
                label for="f-find" { "Topics" }
                p.hint id="h-find" { "Look for a topic, then tick it. A topic includes all that stands under it." }
                (errors.beside("find"))
                div.beside {
                    input id="f-find" name="find" type="search" value=(self.find) autocomplete="off" list="topics"
                        aria-describedby=(errors.described_by("find")) aria-invalid=[errors.invalid("find")];
                    button.quiet type="submit" name="step" value="find" { "Find" }
                }
                datalist id="topics" { @for topic in newsroom.taxonomy.iter() { option value=(topic.name) {} } }
            }
            @if !chosen.is_empty() || !found.is_empty() {
                ul.ticks aria-label="Topics chosen and found" {
                    @for topic in &chosen { li { (tick(topic, true)) } }
                    @for topic in found.iter().filter(|topic| !self.has(topic)) { li { (tick(topic, false)) } }
                }
            }
            details {
                summary { "All topics" }
                @for section in newsroom.taxonomy.iter().filter(|topic| topic.kind == TopicKind::Section) {
                    @if !self.has(section) { p.section { (tick(section, false)) } }
                    @else { p.section { (section.name) } }
                    ul.tree { @for topic in newsroom.taxonomy.children(&section.slug) { (self.branch(newsroom, topic)) } }
                }
            }
        }
    }

    /// A topic with those under it; one that is chosen already stands above.
    fn branch(&self, newsroom: &Newsroom, topic: &Topic) -> Markup {
        let children = newsroom.taxonomy.children(&topic.slug);
        html! {
            li {
                @if self.has(topic) { (topic.name) } @else { (tick(topic, false)) }
                @if !children.is_empty() {
                    details {
                        summary { "Under " (topic.name) }
                        ul.tree { @for child in children { (self.branch(newsroom, child)) } }
                    }
                }
            }
        }
    }

    fn has(&self, topic: &Topic) -> bool {
        self.topics.iter().any(|slug| slug == topic.slug.as_str())
    }
}

fn tick(topic: &Topic, chosen: bool) -> Markup {
    html! {
        label.tick {
            input type="checkbox" name="topics" value=(topic.slug) checked[chosen];
            " " (topic.name)
        }
    }
}

fn sorted(issuers: &Issuers) -> Vec<&String> {
    let mut names: Vec<&String> = issuers.values().collect();
    names.sort();
    names.truncate(500);
    names
}

/// What a form means, in words and as filter text.
pub(in crate::reader) fn meaning(
    newsroom: &Newsroom,
    issuers: &Issuers,
    filter: &Filter,
) -> Markup {
    html! {
        div.meaning {
            p { strong { (in_words(newsroom, issuers, filter)) "." } }
            p.hint { "As filter text: " code { (filter) } }
        }
    }
}
