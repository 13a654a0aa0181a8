//! Whether a reader is told of stories alike once: the choice.

use super::fields::Errors;
use maud::{Markup, html};
use release::model::Repeats;

/// The choice, one of two.
pub(super) fn repeats_field(chosen: Repeats, errors: &Errors) -> Markup {
    html! {
        div.field role="radiogroup" aria-labelledby="l-repeats" aria-describedby=(errors.described_by("repeats")) {
            span.label id="l-repeats" { "The same text again" }
            p.hint id="h-repeats" { "Sent twice, or by an agency and by its client. With other figures it is other news, and told." }
            (errors.beside("repeats"))
            @for repeats in Repeats::ALL {
                label.tick {
                    input type="radio" name="repeats" value=(repeats) checked[*repeats == chosen];
                    " " (in_words(*repeats))
                }
            }
        }
    }
}

fn in_words(repeats: Repeats) -> &'static str {
    match repeats {
        Repeats::Each => "tell me each time",
        Repeats::Once => "tell me once",
    }
}
