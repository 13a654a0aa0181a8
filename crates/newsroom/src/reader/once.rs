//! Whether a reader is told of stories alike once: the choice, and whether it can be kept now.

use super::Newsroom;
use super::fields::Errors;
use maud::{Markup, html};
use release::model::Repeats;
use store::StoreError;

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

/// Finds an error where the choice cannot be kept: the store's schema is of the version before.
pub(super) async fn can_keep(
    newsroom: &Newsroom,
    chosen: Repeats,
    errors: &mut Errors,
) -> Result<(), StoreError> {
    if chosen == Repeats::Once && !newsroom.store.keeps_alike().await? {
        let says = "The wire is being renewed and cannot keep this yet. Choose it again later.";
        errors.add("repeats", says.to_owned());
    }
    Ok(())
}
