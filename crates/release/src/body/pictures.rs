//! Bodies for mails, which load nothing: to load a picture would tell its server who reads, and when.

use super::RenderedBody;
use super::pieces::{Piece, characters, pieces};
use maud::html;

impl RenderedBody {
    /// The same with links instead of pictures; the text names them already.
    pub fn without_pictures(&self) -> RenderedBody {
        let mut out = String::with_capacity(self.html.len());
        let mut in_link = false;
        for piece in pieces(&self.html) {
            match piece {
                Piece::Tag(tag) if tag.starts_with("<img") => out.push_str(&instead(tag, in_link)),
                Piece::Tag(tag) => {
                    in_link = in_link && tag != "</a>" || tag.starts_with("<a ");
                    out.push_str(tag);
                }
                Piece::Space(text) | Piece::Word(text) => out.push_str(text),
            }
        }
        RenderedBody {
            html: out,
            ..self.clone()
        }
    }
}

/// What is told of a picture; a link holds no other link.
fn instead(tag: &str, in_link: bool) -> String {
    let url = attribute(tag, "src").unwrap_or_default();
    let shown = attribute(tag, "alt").filter(|alt| !alt.trim().is_empty());
    let shown = shown.unwrap_or_else(|| url.clone());
    match in_link || url.is_empty() {
        true => html! { (shown) },
        false => html! { a href=(url) rel="noopener nofollow" { (shown) } },
    }
    .into_string()
}

/// An attribute's value, as it is shown.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(characters(value).map(|(shown, _)| shown).collect())
}

#[cfg(test)]
mod tests {
    use crate::model::Body;

    #[test]
    fn pictures_become_links() {
        let check = |source: &str, expect: &str| {
            let body = Body::Html(source.to_owned()).render().without_pictures();
            assert_eq!(body.html, expect);
        };

        check(
            r#"<p>x <img src="https://a.example/p.jpg?a=1&amp;b" alt="A &quot;<plant>&quot;"> y</p>"#,
            r#"<p>x <a href="https://a.example/p.jpg?a=1&amp;b" rel="noopener nofollow">A &quot;&lt;plant&gt;&quot;</a> y</p>"#,
        );
        check(
            r#"<p><a href="https://a.example/"><img src="https://a.example/p.jpg" alt=""></a></p>"#,
            r#"<p><a href="https://a.example/" rel="noopener nofollow">https://a.example/p.jpg</a></p>"#,
        );
    }
}
