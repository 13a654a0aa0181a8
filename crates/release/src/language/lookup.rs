use super::{LanguageTag, begins_with};

/// The best of `available` for a reader who prefers `priority`, the dearest first; an index into `available`.
///
/// Lookup as RFC 4647, 3.4: each preferred tag is shortened subtag by subtag until one is there. If none is, a longer
/// tag serves, so that `pt-BR` gets `pt-PT`, unless both name scripts and differ in them. Only then the next preferred
/// tag is tried.
pub fn lookup(priority: &[LanguageTag], available: &[LanguageTag]) -> Option<usize> {
    priority.iter().find_map(|wanted| {
        let exact = || {
            truncations(wanted.as_str())
                .find_map(|text| position(available, |tag| tag.0.eq_ignore_ascii_case(text)))
        };
        let longer = || {
            truncations(wanted.as_str()).find_map(|text| {
                position(available, |tag| {
                    begins_with(&tag.0, text) && same_script(tag, wanted)
                })
            })
        };
        exact().or_else(longer)
    })
}

fn position(available: &[LanguageTag], found: impl Fn(&LanguageTag) -> bool) -> Option<usize> {
    available.iter().position(found)
}

fn same_script(a: &LanguageTag, b: &LanguageTag) -> bool {
    a.script().zip(b.script()).is_none_or(|(a, b)| a == b)
}

/// `zh-Hant-x-a`, `zh-Hant`, `zh`: a single letter or digit never stands last.
fn truncations(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |tag| {
        let (shorter, _) = tag.rsplit_once('-')?;
        match shorter.rsplit_once('-') {
            Some((head, single)) if single.len() == 1 => Some(head),
            _ => Some(shorter),
        }
    })
}
