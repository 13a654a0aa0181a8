use super::*;

/// What the corpus of the fuzz targets keeps, too.
macro_rules! kept {
    ($name:literal) => {
        include_bytes!(concat!("../../../../fuzz/corpus/returned/", $name)).as_slice()
    };
}

const PATH: &str = "b+07w5zzv8kq2m4n6p9r1s3t5v7x9z";

fn check(message: &[u8], kind: BounceKind, status: &str, said: &str) {
    let returned = read(message);
    let bounce = returned.bounce.expect(said);
    assert_eq!((bounce.kind, &*bounce.status), (kind, status), "{said}");
    assert!(bounce.said.contains(said), "{}", bounce.said);
    let first = returned.paths.first();
    assert_eq!(first.map(String::as_str), Some(PATH), "{said}");
}

#[test]
fn reports_are_judged_by_status_and_by_words_where_that_is_vague() {
    use BounceKind::{Hard, Soft};

    check(
        kept!("postfix-unknown"),
        Hard,
        "5.1.1",
        "rejected: User unknown in virtual",
    );
    check(
        kept!("exchange-null-mx"),
        Hard,
        "5.1.10",
        "RecipientNotFound",
    );
    check(kept!("vague-status"), Hard, "5.1.1", "is not there");
    check(kept!("vague-words"), Hard, "5.0.0", "550 Unknown user");
    check(kept!("encoded-status"), Hard, "5.1.1", "");
    check(kept!("to-somebody-else"), Hard, "5.1.1", "");
    check(kept!("mailbox-full"), Soft, "5.2.2", "quota");
    check(
        kept!("policy"),
        Soft,
        "5.7.1",
        "no such user accepts bulk mail",
    );
    check(kept!("expired"), Soft, "4.4.7", "retry time is over");
    check(kept!("sender-doubted"), Soft, "5.0.0", "sender rejected");
}

#[test]
fn complaints_are_complaints_whatever_is_redacted() {
    check(
        kept!("complaint"),
        BounceKind::Complaint,
        "",
        "abuse SomeGenerator/1.0",
    );
    check(
        kept!("complaint-redacted"),
        BounceKind::Complaint,
        "",
        "abuse",
    );
}

#[test]
fn plain_bounces_are_read_up_to_what_they_return() {
    check(
        kept!("qmail"),
        BounceKind::Hard,
        "5.1.1",
        "no mailbox here by that name",
    );
    check(kept!("exim"), BounceKind::Hard, "", "550 No such user here");
}

#[test]
fn what_a_bounce_returns_is_not_what_it_says() {
    let mail = |after: &str| {
        format!(
            "From: MAILER-DAEMON@mx.example\n\nI could not deliver this.\n{after}\nUnknown user 550 5.1.1 sings\n"
        )
    };

    let returned = read(mail("--- Below this line is a copy of the message.").as_bytes());
    let said = read(mail("").as_bytes());

    assert_eq!(returned.bounce, None);
    assert_eq!(said.bounce.unwrap().kind, BounceKind::Hard);
}

#[test]
fn what_is_late_relayed_liked_or_on_holiday_is_no_bounce() {
    for message in [
        kept!("delayed"),
        kept!("relayed"),
        kept!("not-spam"),
        kept!("exim-warning"),
        kept!("holiday"),
        kept!("empty"),
        kept!("broken"),
    ] {
        let returned = read(message);
        assert_eq!(returned.bounce, None, "{}", message.escape_ascii());
    }
}

#[test]
fn what_was_refused_for_now_is_soft_whatever_it_says() {
    let bounce = Bounce::of_status("4.1.1", "450 4.1.1 user unknown");

    assert_eq!((bounce.kind, &*bounce.status), (BounceKind::Soft, "4.1.1"));
}

#[test]
fn refusals_of_a_relay_are_judged_the_same_way() {
    let check = |words: &str, expect: Option<(BounceKind, &str)>| {
        let bounce = Bounce::of_words(words);
        let found = bounce.as_ref().map(|b| (b.kind, b.status.as_str()));
        assert_eq!(found, expect, "{words}");
    };

    check("550 5.1.1 no such user", Some((BounceKind::Hard, "5.1.1")));
    check(
        "550 5.7.26 no such user",
        Some((BounceKind::Soft, "5.7.26")),
    );
    check("550 no mailbox by that name", Some((BounceKind::Hard, "")));
    check(
        "550 5.0.0 mailbox unavailable",
        Some((BounceKind::Soft, "5.0.0")),
    );
    check("452 4.2.2 mailbox full", None);
    check("no answer from 10.5.1.1 within 5 s", None);
    check("", None);
}

/// What ended a process (messages within messages), or kept it busy for half a minute (words that may be encoded), in other readers.
#[test]
fn hostile_messages_say_nothing_and_cost_little() {
    let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(40_000);
    let mut parted = String::new();
    for n in 0..8_000 {
        parted += &format!("Content-Type: multipart/report; boundary=b{n}\r\n\r\n--b{n}\r\n");
    }
    let encoded = format!("To: {}\r\n\r\n", "=?".repeat(MOST_BYTES / 2));
    let addressed = format!("To: {}", "b+0@x.example, ".repeat(10_000));
    let folded = format!("To: b+0@x.example\r\n{}", " b+0@x\r\n".repeat(30_000));
    let begun = std::time::Instant::now();

    for hostile in [nested, parted, encoded, addressed, folded] {
        let returned = read(hostile.as_bytes());
        assert_eq!(returned.bounce, None);
        assert!(returned.paths.len() <= MOST_PATHS);
    }

    let spent = begun.elapsed();
    assert!(spent < std::time::Duration::from_secs(5), "{spent:?}");
}
