//! HTML as people have it, made plain before it is sanitised: what word processors paste, and what no release needs.
//!
//! One pass over the tokens of the HTML, which is neither a tree nor recursive, so that neither depth nor size can hurt:
//! nesting beyond what text needs is left out, and with it everything that makes parsers slow. Word, LibreOffice and
//! Google Docs write bold as styled spans, lists as paragraphs with typed bullets, and wrap all of it in markup of their
//! own; what means something becomes plain elements, the rest goes without a word. What a writer may miss (scripts, forms,
//! frames) is reported. Nothing here makes HTML safe: that is the sanitiser's work, which comes after.

mod element;
mod flow;
mod lists;
mod style;
#[cfg(test)]
mod tests;
mod writer;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;
use writer::Writer;

/// HTML made plain, not yet safe.
pub(super) struct Plain {
    pub(super) html: String,
    /// Whether something was left out that a writer may miss.
    pub(super) removed: bool,
}

/// Makes HTML plain.
pub(super) fn plain(html: &str) -> Plain {
    let writer = Writer::new(is_paste(html));
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Sink(RefCell::new(writer)), TokenizerOpts::default());
    while !input.is_empty() {
        // Scripts and encodings interrupt the tokenizer, which then goes on.
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let writer = tokenizer.sink.0.into_inner();
    let (html, removed) = writer.finish();
    Plain { html, removed }
}

/// Whether a word processor or a mail program wrote it.
fn is_paste(html: &str) -> bool {
    let marks = [
        "mso-",
        "MsoNormal",
        "MsoList",
        "schemas-microsoft-com",
        "<o:p",
        "docs-internal-guid",
        "LibreOffice",
        "OpenOffice",
    ];
    marks.iter().any(|mark| html.contains(mark))
}

struct Sink(RefCell<Writer>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut writer = self.0.borrow_mut();
        if let Token::CharacterTokens(text) = token {
            if writer.dropping.is_none() {
                writer.pending.push_str(&text);
            }
            return TokenSinkResult::Continue;
        }
        if !matches!(token, Token::ParseError(_) | Token::NullCharacterToken) {
            let text = std::mem::take(&mut writer.pending);
            writer.text(&text);
        }
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return writer.start(&tag),
            Token::TagToken(tag) => writer.end(&tag.name),
            Token::CommentToken(comment) => writer.comment(&comment),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
