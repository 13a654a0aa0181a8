//! From `log.level` to the directives of an `EnvFilter`.

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// Crates of this workspace; other targets are libraries.
const OUR_CRATES: [&str; 10] = [
    "dateline", "release", "store", "queue", "intake", "router", "delivery", "newsroom", "sinks",
    "bench",
];

/// Expands `log.level`: a level alone is for our crates, and libraries are told at warn or worse. The error is the mend.
pub(crate) fn directives(text: &str) -> Result<String, String> {
    // `EnvFilter` too parts at every comma, so a directive for a span can name one field only.
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let (levels, targets): (Vec<_>, Vec<_>) = parts.partition(|part| !part.contains(['=', '[']));
    let level = match levels.as_slice() {
        [] => LevelFilter::INFO,
        [level] => level_of(level)?,
        _ => return Err("give one level alone; the others as target=level".to_owned()),
    };
    let mut directives = vec![level.min(LevelFilter::WARN).to_string()];
    directives.extend(OUR_CRATES.map(|ours| format!("{ours}={level}")));
    // Later directives win over earlier ones for the same target, longer targets over shorter ones.
    directives.extend(targets.iter().map(|target| (*target).to_owned()));
    let directives = directives.join(",");
    match EnvFilter::try_new(&directives) {
        Ok(_) => Ok(directives),
        Err(_) => Err("write it like info, or info,delivery=debug,hyper=warn".to_owned()),
    }
}

/// Whether the target is one of our crates or a module in it.
pub(super) fn is_ours(target: &str) -> bool {
    let name = target.split_once("::").map_or(target, |(name, _)| name);
    OUR_CRATES.contains(&name)
}

/// A level by name. `EnvFilter` would take any other word as a target at trace: a slip such as "inof" would open all
/// of nothing.
fn level_of(word: &str) -> Result<LevelFilter, String> {
    if word.eq_ignore_ascii_case("off") {
        return Ok(LevelFilter::OFF);
    }
    match word.parse::<Level>() {
        Ok(level) if word.chars().all(char::is_alphabetic) => Ok(level.into()),
        _ => Err(format!(
            "\"{word}\" is no level; use error, warn, info, debug, trace or off"
        )),
    }
}
