//! Particles of Korean, which are written at the end of the word that they belong to.

/// Particles, of which up to [`IN_A_ROW`] may end a word.
const PARTICLES: &[&str] = &[
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "에서",
    "에게",
    "에게서",
    "께",
    "께서",
    "한테",
    "한테서",
    "로",
    "으로",
    "로서",
    "으로서",
    "로써",
    "으로써",
    "로부터",
    "으로부터",
    "부터",
    "까지",
    "와",
    "과",
    "랑",
    "이랑",
    "하고",
    "도",
    "만",
    "뿐",
    "조차",
    "마저",
    "밖에",
    "보다",
    "처럼",
    "같이",
    "만큼",
    "마다",
    "이나",
    "나",
    "이며",
    "이고",
    "이라",
    "이라고",
    "라고",
    "라는",
    "이라는",
    "이란",
    "란",
    "인",
    "이다",
    "입니다",
    "들",
    "씩",
    "대로",
    "치고",
    "커녕",
];

/// Particles at the end of a word, at most.
const IN_A_ROW: usize = 3;

/// What a word is without particles at its end: each form, the longest first, none of them empty.
pub(super) fn stems<'a>(word: &'a str, mut each: impl FnMut(&'a str)) {
    if !word.ends_with(is_syllable) {
        return;
    }
    let mut found = Vec::new();
    collect(word, IN_A_ROW, &mut found);
    found.sort_unstable_by_key(|stem: &&str| std::cmp::Reverse(stem.len()));
    found.dedup();
    found.into_iter().for_each(&mut each);
}

/// Whether a word is the stem, with particles or nothing after it.
pub(super) fn is_stem_of(stem: &str, word: &str) -> bool {
    word.strip_prefix(stem)
        .is_some_and(|rest| is_particles(rest, IN_A_ROW))
}

fn is_particles(text: &str, most: usize) -> bool {
    text.is_empty()
        || most > 0
            && PARTICLES
                .iter()
                .filter_map(|particle| text.strip_prefix(particle))
                .any(|rest| is_particles(rest, most - 1))
}

fn collect<'a>(word: &'a str, most: usize, found: &mut Vec<&'a str>) {
    if most == 0 {
        return;
    }
    for particle in PARTICLES {
        if let Some(stem) = word.strip_suffix(particle)
            && !stem.is_empty()
        {
            found.push(stem);
            collect(stem, most - 1, found);
        }
    }
}

fn is_syllable(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}
