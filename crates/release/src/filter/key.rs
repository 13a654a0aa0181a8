/// What the dictionary of a release is looked up by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WordKey {
    /// A word with this key.
    Word(Box<str>),
    /// A word whose key begins so.
    Prefix(Box<str>),
}

impl WordKey {
    /// The key, or its beginning.
    pub fn text(&self) -> &str {
        match self {
            WordKey::Word(text) | WordKey::Prefix(text) => text,
        }
    }
}
