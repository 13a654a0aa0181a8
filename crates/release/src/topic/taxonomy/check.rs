use super::{Topic, TopicKind, TopicSlug};
use std::collections::HashMap;
use thiserror::Error;

/// Why a file is no taxonomy. Each message names the node and the mend.
#[derive(Debug, Error)]
pub enum TaxonomyError {
    /// Not JSON, or not an array of topics; the place is in the message.
    #[error(
        "not a taxonomy: {0}; a taxonomy is an array of {{\"slug\", \"name\", \"kind\", \"parents\", \"aliases\"}}"
    )]
    Json(#[from] serde_json::Error),
    /// An array of nothing.
    #[error("the taxonomy has no topics; add a section first")]
    Empty,
    /// Two nodes of one slug.
    #[error(
        "topic `{slug}` is there twice; merge the two (a topic may have several parents) or rename one"
    )]
    DuplicateSlug {
        /// The slug of both.
        slug: TopicSlug,
    },
    /// A name or an alias without a letter or digit.
    #[error("topic `{slug}` has an empty name or alias; fill it in or remove the alias")]
    EmptyName {
        /// The topic.
        slug: TopicSlug,
    },
    /// A parent that the file does not have.
    #[error(
        "topic `{slug}` names the unknown parent `{parent}`; add that topic or correct the name"
    )]
    UnknownParent {
        /// The topic.
        slug: TopicSlug,
        /// What it names.
        parent: TopicSlug,
    },
    /// A parent named twice.
    #[error("topic `{slug}` names the parent `{parent}` twice; name it once")]
    DuplicateParent {
        /// The topic.
        slug: TopicSlug,
        /// What it names twice.
        parent: TopicSlug,
    },
    /// A section under something.
    #[error(
        "section `{slug}` has the parent `{parent}`; a section stands at the top: remove it or change the kind"
    )]
    SectionWithParent {
        /// The section.
        slug: TopicSlug,
        /// What it names.
        parent: TopicSlug,
    },
    /// An industry or subject under nothing.
    #[error("{kind} `{slug}` has no parent; name at least one in \"parents\"")]
    NoParent {
        /// The topic.
        slug: TopicSlug,
        /// Its kind.
        kind: TopicKind,
    },
    /// A narrow topic above a wide one.
    #[error(
        "{kind} `{slug}` stands under the {parent_kind} `{parent}`, which is narrower; name a wider parent or change a kind"
    )]
    NarrowParent {
        /// The topic.
        slug: TopicSlug,
        /// Its kind.
        kind: TopicKind,
        /// What it names.
        parent: TopicSlug,
        /// That one's kind.
        parent_kind: TopicKind,
    },
    /// Topics that are their own ancestors.
    #[error("topics stand above themselves: {}; remove one of these parents", path(.slugs))]
    Cycle {
        /// The way round, each the child of the next, the first again at the end.
        slugs: Vec<TopicSlug>,
    },
    /// An alias that means another topic.
    #[error(
        "alias {alias:?} of topic `{slug}` already means `{owner}`; remove it from one of the two"
    )]
    AmbiguousAlias {
        /// The topic.
        slug: TopicSlug,
        /// Its alias.
        alias: String,
        /// The topic that has the text as slug, name or alias.
        owner: TopicSlug,
    },
}

fn path(slugs: &[TopicSlug]) -> String {
    slugs
        .iter()
        .map(|slug| format!("`{slug}`"))
        .collect::<Vec<_>>()
        .join(" under ")
}

/// Where each slug stands; every slug once, every name filled in.
pub(super) fn slugs(topics: &[Topic]) -> Result<HashMap<TopicSlug, usize>, TaxonomyError> {
    if topics.is_empty() {
        return Err(TaxonomyError::Empty);
    }
    let mut by_slug = HashMap::with_capacity(topics.len());
    for (at, topic) in topics.iter().enumerate() {
        let slug = topic.slug.clone();
        let nameless = |name: &String| !name.contains(char::is_alphanumeric);
        if std::iter::once(&topic.name)
            .chain(&topic.aliases)
            .any(nameless)
        {
            return Err(TaxonomyError::EmptyName { slug });
        }
        if by_slug.insert(slug.clone(), at).is_some() {
            return Err(TaxonomyError::DuplicateSlug { slug });
        }
    }
    Ok(by_slug)
}

/// For each topic where its parents stand; every one exists and is as wide or wider.
pub(super) fn parents(
    topics: &[Topic],
    by_slug: &HashMap<TopicSlug, usize>,
) -> Result<Vec<Vec<usize>>, TaxonomyError> {
    topics
        .iter()
        .map(|topic| parents_of(topic, topics, by_slug))
        .collect()
}

fn parents_of(
    topic: &Topic,
    topics: &[Topic],
    by_slug: &HashMap<TopicSlug, usize>,
) -> Result<Vec<usize>, TaxonomyError> {
    let (slug, kind) = (topic.slug.clone(), topic.kind);
    if kind != TopicKind::Section && topic.parents.is_empty() {
        return Err(TaxonomyError::NoParent { slug, kind });
    }
    let mut above = Vec::with_capacity(topic.parents.len());
    for parent in topic.parents.iter().cloned() {
        if kind == TopicKind::Section {
            return Err(TaxonomyError::SectionWithParent { slug, parent });
        }
        let Some(&at) = by_slug.get(&parent) else {
            return Err(TaxonomyError::UnknownParent { slug, parent });
        };
        if above.contains(&at) {
            return Err(TaxonomyError::DuplicateParent { slug, parent });
        }
        let parent_kind = topics[at].kind;
        if parent_kind > kind {
            return Err(TaxonomyError::NarrowParent {
                slug,
                kind,
                parent,
                parent_kind,
            });
        }
        above.push(at);
    }
    Ok(above)
}

/// Takes away topics without parents until none is left; what stays hangs on a cycle.
pub(super) fn no_cycle(
    topics: &[Topic],
    parents: &[Vec<usize>],
    children: &[Vec<usize>],
) -> Result<(), TaxonomyError> {
    let mut waiting: Vec<usize> = parents.iter().map(Vec::len).collect();
    let mut free: Vec<usize> = (0..topics.len()).filter(|&at| waiting[at] == 0).collect();
    while let Some(at) = free.pop() {
        for &child in &children[at] {
            waiting[child] -= 1;
            if waiting[child] == 0 {
                free.push(child);
            }
        }
    }
    let Some(start) = waiting.iter().position(|&parents| parents > 0) else {
        return Ok(());
    };
    let around = walk_up(start, parents, &waiting);
    Err(TaxonomyError::Cycle {
        slugs: around
            .into_iter()
            .map(|at| topics[at].slug.clone())
            .collect(),
    })
}

/// Walks from parent to parent among the topics left over until one comes again, and gives that round.
fn walk_up(start: usize, parents: &[Vec<usize>], waiting: &[usize]) -> Vec<usize> {
    let mut way = vec![start];
    let mut step = vec![None; parents.len()];
    loop {
        let at = way[way.len() - 1];
        if let Some(first) = step[at].replace(way.len() - 1) {
            return way.split_off(first);
        }
        let up = parents[at].iter().find(|&&parent| waiting[parent] > 0);
        way.push(*up.expect("a topic is left over only while one of its parents is"));
    }
}
