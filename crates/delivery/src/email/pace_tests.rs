use super::*;
use std::time::Duration;

const NOW: i64 = 1_800_000_000_000;
const ANA: &str = "ana@big.example";

fn pace(connections: u32, per_second: u32) -> (Pace, Clock) {
    let clock = Clock::stepped(NOW);
    let settings = PaceSettings {
        connections,
        per_second,
    };
    (Pace::new(settings, clock.clone()), clock)
}

/// How many mails may begin now.
fn room<'a>(pace: &'a Pace, lane: Lane) -> Vec<Pass<'a>> {
    std::iter::from_fn(|| pace.enter(ANA, lane).ok()).collect()
}

fn step(clock: &Clock, ms: u64) {
    clock.advance(Duration::from_millis(ms));
}

#[test]
fn so_many_are_on_their_way_at_once_and_a_tenth_is_flash_alone() {
    let (pace, _) = pace(20, 1000);

    let regular = room(&pace, Lane::Regular);
    let flash = room(&pace, Lane::Flash);
    assert_eq!((regular.len(), flash.len()), (18, 2));
    assert!(pace.enter("ana@small.example", Lane::Regular).is_ok());

    drop(regular);
    assert_eq!(room(&pace, Lane::Regular).len(), 16);
}

#[test]
fn domains_are_one_in_any_letter_case() {
    let (pace, _) = pace(1, 1000);

    let _pass = pace.enter("ana@Big.Example", Lane::Regular).unwrap();

    assert!(pace.enter(ANA, Lane::Regular).is_err());
}

#[test]
fn so_many_leave_in_a_second_and_the_rest_comes_one_after_the_other() {
    let (pace, clock) = pace(1000, 5);

    assert_eq!(room(&pace, Lane::Regular).len(), 5);
    let due: Vec<i64> = (0..3)
        .map(|_| pace.enter(ANA, Lane::Regular).unwrap_err() - NOW)
        .collect();
    // The first asked to see that there is no room.
    assert_eq!(due, [1400, 1600, 1800]);
    assert_eq!(pace.enter(ANA, Lane::Flash).unwrap_err() - NOW, 250);

    step(&clock, 400);
    assert_eq!(room(&pace, Lane::Regular).len(), 2);
    step(&clock, 60_000);
    assert_eq!(
        room(&pace, Lane::Regular).len(),
        5,
        "a second's worth at most"
    );
}

#[test]
fn line_is_as_long_as_mails_take() {
    let (pace, clock) = pace(2, 1000);
    for _ in 0..100 {
        let pass = pace.enter(ANA, Lane::Regular).unwrap();
        step(&clock, 800);
        drop(pass);
    }
    let _on_their_way = room(&pace, Lane::Regular);
    let now_ms = clock.now_ms();

    let first = pace.enter(ANA, Lane::Regular).unwrap_err();
    let second = pace.enter(ANA, Lane::Regular).unwrap_err();

    // Two at once, of 800 ms each.
    assert!(
        (399..=401).contains(&(second - first)),
        "{}",
        second - first
    );
    assert!(first >= now_ms + REGULAR_WAIT_MS);
}

#[test]
fn who_asks_for_less_gets_half_and_has_it_back_after_a_time() {
    let (pace, clock) = pace(20, 1000);
    // In between, one that asks for room asks for all that there is.
    let now = |pace: &Pace| room(pace, Lane::Flash).len();

    assert_eq!(now(&pace), 20);
    for _ in 0..20 {
        pace.slow_down(ANA);
    }
    assert_eq!(now(&pace), 10, "twenty answers of one moment are one wish");
    step(&clock, 1000);
    pace.slow_down("ANA@BIG.EXAMPLE");
    assert_eq!(now(&pace), 5);
    for _ in 0..20 {
        step(&clock, 2000);
        pace.slow_down(ANA);
    }
    step(&clock, 2000);
    assert_eq!(now(&pace), 1, "never nothing");

    step(&clock, 60_000 * u64::from(MOST_HALVINGS - 2) - 2000);
    assert_eq!(now(&pace), 5);
    step(&clock, 59_999);
    assert_eq!(now(&pace), 5);
    step(&clock, 1);
    assert_eq!(now(&pace), 10);
    step(&clock, 60_000);
    assert_eq!(now(&pace), 20);
    step(&clock, 600_000);
    assert_eq!(now(&pace), 20);
}

#[test]
fn workers_share_what_is_allowed() {
    let (pace, clock) = pace(20, 30);

    pace.share_with(3);
    assert_eq!(room(&pace, Lane::Flash).len(), 6);
    step(&clock, 100);
    pace.share_with(0);
    step(&clock, 10_000);
    assert_eq!(room(&pace, Lane::Flash).len(), 20);
}

#[test]
fn domains_that_are_nothing_special_are_forgotten() {
    let (pace, clock) = pace(20, 1000);
    pace.slow_down("ana@slow.example");

    for at in 0..3 * KEPT {
        drop(pace.enter(&format!("ana@d{at}.example"), Lane::Regular));
        step(&clock, 1);
    }

    let domains = pace.domains();
    assert!(domains.by_name.len() <= KEPT, "{}", domains.by_name.len());
    assert!(domains.by_name.contains_key("slow.example"));
}
