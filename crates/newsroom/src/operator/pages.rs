//! The operator's own pages, read once at start: Markdown files in a folder, over those that are compiled in.

use release::model::Body;
use std::path::{Path, PathBuf};

/// A page, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// Its place in the address.
    pub(crate) name: String,
    /// Its first line.
    pub(crate) title: String,
    /// Sanitised.
    pub(crate) html: String,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Pages(Vec<Page>);

/// Why a folder of pages cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// The folder or a file of it.
    #[error("{} cannot be read: {source}", .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file without a heading.
    #[error("{} needs a title: begin it with a line such as `# Terms of use`", .0.display())]
    NoTitle(PathBuf),
    /// A name that no address can have.
    #[error("{} cannot be an address: use small letters, digits and hyphens, as in imprint.md", .0.display())]
    BadName(PathBuf),
}

/// The pages that every wire needs, written so that they name what only the operator can say.
const COMPILED_IN: [(&str, &str); 4] = [
    (
        "accessibility",
        include_str!("../../pages/accessibility.md"),
    ),
    ("terms", include_str!("../../pages/terms.md")),
    ("privacy", include_str!("../../pages/privacy.md")),
    ("contact", include_str!("../../pages/contact.md")),
];

impl Pages {
    /// The compiled-in pages of the wire with this name.
    pub fn compiled_in(wire_name: &str) -> Pages {
        let page = |(name, text): (&str, &str)| {
            parse(name, &text.replace("{wire}", wire_name)).expect("a test reads these pages")
        };
        Pages(COMPILED_IN.map(page).into())
    }

    /// The same with every `NAME.md` of a folder in the place of its namesake, or added; `{wire}` stands for the wire's
    /// name.
    ///
    /// # Errors
    /// What cannot be read, or cannot be a page, with the mend.
    pub fn read(folder: &Path, wire_name: &str) -> Result<Pages, PagesError> {
        let mut pages = Pages::compiled_in(wire_name);
        for path in markdown_files(folder)? {
            let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
            let name = path.file_stem().and_then(|name| name.to_str());
            let name = name.filter(|name| is_name(name));
            let name = name.ok_or_else(|| PagesError::BadName(path.clone()))?;
            let page = parse(name, &text.replace("{wire}", wire_name));
            pages.put(page.ok_or_else(|| PagesError::NoTitle(path.clone()))?);
        }
        Ok(pages)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Page> {
        self.0.iter().find(|page| page.name == name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Page> {
        self.0.iter()
    }

    fn put(&mut self, page: Page) {
        match self.0.iter_mut().find(|other| other.name == page.name) {
            Some(other) => *other = page,
            None => self.0.push(page),
        }
    }
}

fn markdown_files(folder: &Path) -> Result<Vec<PathBuf>, PagesError> {
    let entries = std::fs::read_dir(folder).map_err(unreadable(folder))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> PagesError {
    let path = path.to_owned();
    |source| PagesError::Unreadable { path, source }
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=60).contains(&name.len()) && name.chars().all(fits)
}

/// The heading is the title, the rest the text.
fn parse(name: &str, text: &str) -> Option<Page> {
    let text = text.trim_start();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let title = first.strip_prefix("# ")?.trim();
    (!title.is_empty()).then(|| Page {
        name: name.to_owned(),
        title: title.to_owned(),
        html: Body::Markdown(rest.to_owned()).render().html,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_in_pages_say_the_wires_name_and_what_is_to_be_filled_in() {
        let pages = Pages::compiled_in("Acme Wire");

        for (name, _) in COMPILED_IN {
            let page = pages.get(name).unwrap();
            assert!(page.html.contains("Acme Wire"), "{name}");
            assert!(!page.html.contains("{wire}"), "{name}");
            assert!(page.html.contains("operator"), "{name}");
        }
    }

    #[test]
    fn files_of_a_folder_replace_and_add() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("terms.md", "# Our terms\n\nOf {wire}. <script>x</script>");
        write("imprint.md", "# Imprint\n\nUs.");
        write("notes.txt", "not a page");

        let pages = Pages::read(folder.path(), "Acme Wire").unwrap();

        let terms = pages.get("terms").unwrap();
        assert_eq!(terms.title, "Our terms");
        assert!(terms.html.contains("Of Acme Wire."));
        assert!(!terms.html.contains("script"));
        assert_eq!(pages.get("imprint").unwrap().title, "Imprint");
        assert_eq!(pages.iter().count(), 5);
    }

    #[test]
    fn what_cannot_be_a_page_is_told_with_the_mend() {
        let check = |name: &str, text: &str, expect: &str| {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
            let error = Pages::read(folder.path(), "W").unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };

        check("terms.md", "no heading", "needs a title");
        check("Terms Of Use.md", "# T", "use small letters");
        let gone = Pages::read(Path::new("/nowhere/pages"), "W").unwrap_err();
        assert!(
            gone.to_string()
                .starts_with("/nowhere/pages cannot be read")
        );
    }
}
