//! Topics: what a release is about, as nodes of a taxonomy of sections, industries and subjects.
//!
//! The built-in taxonomy ([`Taxonomy::builtin`], from `topics.json`, compiled in) has 5 sections, 16 industries and
//! 196 subjects; an operator may bring another as a file of the same form ([`Taxonomy::from_json`]). Slugs are what
//! filters, tables and addresses hold and never change; names are for people and may.
//!
//! Newswire menus repeat and misspell themselves. The built-in taxonomy settles it so:
//!
//! - What bears the same name in several menus is one node with several parents: `earnings` stands under two
//!   industries, `entertainment-media` under two sections. Who follows a parent hears of it once.
//! - Two spellings of one subject are one node, the other spelling an alias: `aerospace-defense` ("Aerospace, Defense"
//!   among transport, "Aerospace & Defense" among heavy industry), `computer-electronics` ("Computer & Electronics",
//!   "Computer Electronics").
//! - Namesakes on different levels are different nodes. The wider one has the plain slug, and a name alone means the
//!   wider one: `travel` is the industry, `travel-transportation` the subject under transport;
//!   `policy-public-interest` and `people-culture` are sections, `public-interest` and `people-communities` the one
//!   industry in each.
//! - "Mining" and "Mining & Metals", "Telecommunications" and "Telecommunications Industry" differ and stay apart.
//! - Aliases such as "AI" or "M&A" are Dateline's own; each names one topic.
//!
//! Nothing here knows where files are: the taxonomy is text in, and what is compiled in cannot be lost.

mod nearest;
mod slug;
mod taxonomy;

pub use slug::{TopicSlug, TopicSlugError};
pub use taxonomy::{Taxonomy, TaxonomyError};

use serde::{Deserialize, Serialize};
use std::fmt;

/// A node of the taxonomy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its stable name.
    pub slug: TopicSlug,
    /// Its name for readers, in English.
    pub name: String,
    /// Its level.
    pub kind: TopicKind,
    /// The wider topics it belongs to, in no order of rank; none for a section.
    #[serde(default)]
    pub parents: Vec<TopicSlug>,
    /// Other names it is found by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// The level of a topic, widest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TopicKind {
    /// A top node, such as "Science & Tech".
    Section,
    /// Stands under sections or wider industries.
    Industry,
    /// Stands under industries, wider subjects or, in an operator's own file, straight under a section.
    Subject,
}

impl TopicKind {
    /// Every kind, widest first.
    pub const ALL: [TopicKind; 3] = [TopicKind::Section, TopicKind::Industry, TopicKind::Subject];

    /// The name as written in a taxonomy file.
    pub fn as_str(self) -> &'static str {
        match self {
            TopicKind::Section => "section",
            TopicKind::Industry => "industry",
            TopicKind::Subject => "subject",
        }
    }
}

impl fmt::Display for TopicKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
