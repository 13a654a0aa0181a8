//! Parts of a translation, as text of the filter language.

/// A translated part of a query, or nothing where all of it was lost.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    text: Option<String>,
    /// Whether it can stand beside NEAR: the words, phrases and beginnings that it offers.
    choice: Vec<String>,
}

impl Node {
    /// A word, phrase or beginning.
    pub(super) fn phrase(text: String) -> Node {
        Node {
            choice: vec![text.clone()],
            text: Some(text),
        }
    }

    /// What stands beside nothing but AND, OR and NOT.
    pub(super) fn whole(text: String) -> Node {
        Node {
            text: Some(format!("({text})")),
            choice: Vec::new(),
        }
    }

    pub(super) fn text(&self) -> Option<String> {
        self.text.clone()
    }

    pub(super) fn choice(&self) -> &[String] {
        &self.choice
    }

    pub(super) fn any(nodes: Vec<Node>) -> Node {
        let mut kept: Vec<Node> = nodes
            .into_iter()
            .filter(|node| node.text.is_some())
            .collect();
        if kept.len() < 2 {
            return kept.pop().unwrap_or_default();
        }
        let texts: Vec<&str> = kept
            .iter()
            .filter_map(|node| node.text.as_deref())
            .collect();
        let is_choice = kept.iter().all(|node| !node.choice.is_empty());
        Node {
            text: Some(format!("({})", texts.join(" OR "))),
            choice: match is_choice {
                true => kept
                    .iter()
                    .flat_map(|node| node.choice.iter().cloned())
                    .collect(),
                false => Vec::new(),
            },
        }
    }

    /// All of them; those with a `NOT` before them must not hold.
    pub(super) fn all(nodes: Vec<(bool, Node)>) -> Node {
        let mut kept: Vec<(bool, Node)> = nodes
            .into_iter()
            .filter(|(_, node)| node.text.is_some())
            .collect();
        if let [(false, _)] = kept.as_slice() {
            return kept.pop().map(|(_, node)| node).unwrap_or_default();
        }
        if kept.is_empty() {
            return Node::default();
        }
        let texts: Vec<String> = kept
            .iter()
            .filter_map(|(not, node)| {
                let text = node.text.as_deref()?;
                Some(if *not {
                    format!("NOT {text}")
                } else {
                    text.to_owned()
                })
            })
            .collect();
        Node::whole(texts.join(" AND "))
    }

    /// Inside of a bracket that asks for more, such as `title:(`.
    pub(super) fn within(&self, open: &str) -> Node {
        match &self.text {
            Some(text) => Node {
                text: Some(format!("{open}{text})")),
                choice: Vec::new(),
            },
            None => Node::default(),
        }
    }

    /// Near to another; none if one of them cannot be.
    pub(super) fn near(&self, operator: &str, other: &Node) -> Option<Node> {
        if self.choice.is_empty() || other.choice.is_empty() {
            return None;
        }
        let beside = |choice: &[String]| format!("({})", choice.join(" OR "));
        let text = format!(
            "{} {operator} {}",
            beside(&self.choice),
            beside(&other.choice)
        );
        Some(Node::whole(text))
    }
}
