mod check;

#[cfg(test)]
mod tests;

pub use check::TaxonomyError;

use super::nearest::nearest;
use super::{Topic, TopicKind, TopicSlug};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// A checked set of topics: every parent exists, nothing is its own ancestor, every slug is there once.
#[derive(Clone, Debug)]
pub struct Taxonomy {
    topics: Vec<Topic>,
    by_slug: HashMap<TopicSlug, usize>,
    /// Slugs, names and aliases, folded.
    by_text: HashMap<String, usize>,
    /// For each topic its children, in file order.
    children: Vec<Vec<usize>>,
    /// For each topic its parents, as named.
    parents: Vec<Vec<usize>>,
}

static BUILTIN: LazyLock<Taxonomy> = LazyLock::new(|| {
    Taxonomy::from_json(include_str!("../topics.json"))
        .expect("a test reads the compiled-in taxonomy")
});

impl Taxonomy {
    /// The taxonomy that Dateline brings along.
    pub fn builtin() -> &'static Taxonomy {
        &BUILTIN
    }

    /// Reads an operator's own file: a JSON array of topics as [`Topic`] describes them, in any order.
    ///
    /// Gives the first thing wrong with it, with the node and the mend.
    pub fn from_json(text: &str) -> Result<Taxonomy, TaxonomyError> {
        let topics: Vec<Topic> = serde_json::from_str(text)?;
        let by_slug = check::slugs(&topics)?;
        let parents = check::parents(&topics, &by_slug)?;
        let mut children = vec![Vec::new(); topics.len()];
        for (at, above) in parents.iter().enumerate() {
            for &parent in above {
                children[parent].push(at);
            }
        }
        check::no_cycle(&topics, &parents, &children)?;
        let by_text = index_texts(&topics)?;
        Ok(Taxonomy {
            topics,
            by_slug,
            by_text,
            children,
            parents,
        })
    }

    /// The topic of that slug.
    pub fn get(&self, slug: &TopicSlug) -> Option<&Topic> {
        self.by_slug.get(slug).map(|&at| &self.topics[at])
    }

    /// The topic of that slug, name or alias, in this order, whatever the case and the spaces.
    ///
    /// Of namesakes it gives the widest ("Travel" is the industry), and of those the first in the file.
    pub fn resolve(&self, text: &str) -> Option<&Topic> {
        self.by_text.get(&fold(text)).map(|&at| &self.topics[at])
    }

    /// Everything above a topic, each once, nearest first, without itself. Empty for an unknown slug.
    pub fn ancestors(&self, slug: &TopicSlug) -> Vec<TopicSlug> {
        self.reachable(slug, &self.parents)
    }

    /// Everything below a topic, each once, nearest first, without itself. Empty for an unknown slug.
    pub fn descendants(&self, slug: &TopicSlug) -> Vec<TopicSlug> {
        self.reachable(slug, &self.children)
    }

    /// The topics straight below one, in file order. Empty for an unknown slug.
    pub fn children(&self, slug: &TopicSlug) -> Vec<&Topic> {
        let children = self
            .by_slug
            .get(slug)
            .map_or(&[][..], |&at| &self.children[at]);
        children.iter().map(|&at| &self.topics[at]).collect()
    }

    /// At most `n` topics that the text may have meant, the likeliest first; none when nothing is like it.
    pub fn nearest(&self, text: &str, n: usize) -> Vec<&Topic> {
        nearest(&self.topics, text, n)
    }

    /// Every topic, in file order.
    pub fn iter(&self) -> impl Iterator<Item = &Topic> {
        self.topics.iter()
    }

    fn reachable(&self, slug: &TopicSlug, edges: &[Vec<usize>]) -> Vec<TopicSlug> {
        let Some(&start) = self.by_slug.get(slug) else {
            return Vec::new();
        };
        let mut seen = HashSet::from([start]);
        let mut open = VecDeque::from([start]);
        let mut found = Vec::new();
        while let Some(at) = open.pop_front() {
            for &next in &edges[at] {
                if seen.insert(next) {
                    found.push(self.topics[next].slug.clone());
                    open.push_back(next);
                }
            }
        }
        found
    }
}

/// Case-folded (Unicode), compatibility-composed, spaces made single.
pub(super) fn fold(text: &str) -> String {
    let composed: String = text.nfkc().collect();
    let folded = caseless::default_case_fold_str(&composed);
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Slugs win over names, names over aliases, and of namesakes the widest kind wins.
fn index_texts(topics: &[Topic]) -> Result<HashMap<String, usize>, TaxonomyError> {
    let mut by_text = HashMap::new();
    for (at, topic) in topics.iter().enumerate() {
        by_text.insert(topic.slug.to_string(), at);
    }
    for kind in TopicKind::ALL {
        for (at, topic) in topics
            .iter()
            .enumerate()
            .filter(|(_, topic)| topic.kind == kind)
        {
            by_text.entry(fold(&topic.name)).or_insert(at);
        }
    }
    for (at, topic) in topics.iter().enumerate() {
        for alias in &topic.aliases {
            let owner = *by_text.entry(fold(alias)).or_insert(at);
            if owner != at {
                return Err(TaxonomyError::AmbiguousAlias {
                    slug: topic.slug.clone(),
                    alias: alias.clone(),
                    owner: topics[owner].slug.clone(),
                });
            }
        }
    }
    Ok(by_text)
}
