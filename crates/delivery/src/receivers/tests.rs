use super::breaker::opening_ms;
use super::*;

const NOW: i64 = 1_800_000_000_000;

fn receivers() -> Receivers {
    Receivers::new(Limits {
        in_flight: 4,
        per_minute: 6000,
    })
}

fn asked(now_ms: i64) -> Asked<'static> {
    Asked {
        endpoint_id: 7,
        per_minute: 0,
        health: None,
        now_ms,
    }
}

/// One call; what it means for the receiver.
fn call(receivers: &Receivers, fared: Fared, now_ms: i64) -> Option<HealthChange> {
    let sending = receivers.call(&asked(now_ms)).unwrap();
    sending.ended(fared, None, now_ms)
}

const BADLY: Fared = Fared::Badly { wish_ms: 0 };

/// Fails until most have failed.
fn open(receivers: &Receivers, now_ms: i64) -> Option<HealthChange> {
    for _ in 1..10 {
        call(receivers, BADLY, now_ms);
    }
    call(receivers, BADLY, now_ms)
}

fn failed(open_until_ms: i64, opened: bool) -> Option<HealthChange> {
    Some(HealthChange::Failed {
        open_until_ms,
        opened,
    })
}

fn put_off(receivers: &Receivers, now_ms: i64) -> Option<i64> {
    let entered = receivers.call(&asked(now_ms));
    entered.err().map(|put_off| put_off.due_ms)
}

#[test]
fn limits_are_divided_by_the_workers_that_live_but_never_to_nothing() {
    let receivers = receivers();
    let at_once = |receivers: &Receivers| {
        let mut on_their_way = Vec::new();
        while let Ok(sending) = receivers.enter(7, NOW) {
            on_their_way.push(sending);
        }
        on_their_way.len()
    };

    assert_eq!(at_once(&receivers), 4);
    receivers.share_with(2);
    assert_eq!(at_once(&receivers), 2);
    receivers.share_with(100);
    assert_eq!(at_once(&receivers), 1);
}

#[test]
fn owner_lowers_the_calls_of_a_minute_and_raises_them_not() {
    let receivers = receivers();
    let taken = |endpoint_id, per_minute| {
        let asked = Asked {
            endpoint_id,
            per_minute,
            ..asked(NOW)
        };
        (0..5000)
            .take_while(|_| receivers.call(&asked).is_ok())
            .count()
    };

    assert_eq!(taken(1, 0), 1000);
    assert_eq!(taken(2, 60), 10);
    assert_eq!(taken(3, 100_000), 1000);
}

#[test]
fn who_fails_most_calls_is_left_alone_and_then_tried_by_one() {
    let receivers = receivers();

    let opened = open(&receivers, NOW);
    let alone = put_off(&receivers, NOW + 29_999);
    let trial = receivers.call(&asked(NOW + 30_000)).unwrap();
    let others = put_off(&receivers, NOW + 30_000);
    let again = trial.ended(BADLY, None, NOW + 30_000);

    assert_eq!(opened, failed(NOW + 30_000, true));
    assert_eq!(alone, Some(NOW + 30_000));
    assert!(others.is_some(), "one call tries it");
    assert_eq!(again, failed(NOW + 90_000, true), "twice as long");
    assert_eq!(put_off(&receivers, NOW + 89_999), Some(NOW + 90_000));
}

#[test]
fn trial_that_succeeds_ends_it_for_everybody() {
    let receivers = receivers();
    open(&receivers, NOW);

    let trial = receivers.call(&asked(NOW + 30_000)).unwrap();
    let ended = trial.ended(Fared::Well, None, NOW + 30_000);

    assert_eq!(ended, Some(HealthChange::Recovered));
    assert_eq!(put_off(&receivers, NOW + 30_000), None);
    assert_eq!(call(&receivers, BADLY, NOW + 30_001), failed(0, false));
}

#[test]
fn few_failures_and_those_of_long_ago_leave_it_as_it_is() {
    let receivers = receivers();
    for n in 0..9 {
        assert_eq!(call(&receivers, BADLY, NOW), failed(0, false), "{n}");
    }
    assert_eq!(call(&receivers, BADLY, NOW + 300_000), failed(0, false));
    // Seven of ten are most, six are not.
    for n in 0..3 {
        let well = call(&receivers, Fared::Well, NOW + 300_000);
        assert_eq!(well.is_some(), n == 0, "only the first ends a failure");
    }
    for _ in 0..5 {
        assert_eq!(call(&receivers, BADLY, NOW + 300_001), failed(0, false));
    }

    assert_eq!(
        call(&receivers, BADLY, NOW + 300_001),
        failed(NOW + 330_001, true)
    );
}

#[test]
fn who_wishes_to_be_left_alone_is_by_all_calls() {
    let receivers = receivers();
    let wish_ms = NOW + 120_000;

    let wished = call(&receivers, Fared::Badly { wish_ms }, NOW);

    assert_eq!(wished, failed(wish_ms, false));
    assert_eq!(put_off(&receivers, wish_ms - 1), Some(wish_ms));
    let after = receivers.call(&asked(wish_ms)).unwrap();
    assert!(!after.is_trial, "only who fails most is tried by one");
}

#[test]
fn what_all_workers_know_holds_for_one_that_knows_nothing() {
    let receivers = receivers();
    let health = Health {
        open_until_ms: NOW + 1000,
        openings: 2,
        ..Health::default()
    };
    let known = |now_ms| Asked {
        health: Some(&health),
        ..asked(now_ms)
    };

    let alone = receivers.call(&known(NOW)).unwrap_err();
    let trial = receivers.call(&known(NOW + 1000)).unwrap();
    let tries = trial.is_trial;
    let again = trial.ended(BADLY, Some(&health), NOW + 1000);

    assert_eq!(alone.due_ms, NOW + 1000);
    assert!(tries);
    assert_eq!(again, failed(NOW + 1000 + 120_000, true), "the third");
}

#[test]
fn nobody_is_left_alone_for_longer_than_a_quarter_of_an_hour() {
    let lengths = [1, 2, 3, 4, 5, 6, 7, 100].map(opening_ms);

    let seconds = lengths.map(|length_ms| length_ms / 1000);
    assert_eq!(seconds, [30, 60, 120, 240, 480, 900, 900, 900]);
}

#[test]
fn receivers_of_which_nothing_is_left_to_say_are_forgotten() {
    let receivers = receivers();
    for endpoint_id in 0..3 * KEPT as i64 {
        let asked = Asked {
            endpoint_id,
            ..asked(NOW + endpoint_id * 1000)
        };
        receivers.call(&asked).unwrap();
    }

    assert!(receivers.known.lock().unwrap().receivers.len() <= KEPT);
}
