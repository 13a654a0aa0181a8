use super::*;

/// An answer to the question with these flags and TXT records, each in pieces.
fn answer(question: &[u8], flags: u16, records: &[&[&str]]) -> Vec<u8> {
    let mut message = question[..2].to_vec();
    let count = u16::try_from(records.len()).unwrap();
    for field in [flags, 1, count, 0, 0] {
        message.extend(field.to_be_bytes());
    }
    message.extend(&question[12..question.len() - 11]);
    for pieces in records {
        let data: Vec<u8> = pieces
            .iter()
            .flat_map(|piece| [&[u8::try_from(piece.len()).unwrap()], piece.as_bytes()].concat())
            .collect();
        // A pointer to the name of the question, TXT, Internet, an hour.
        message.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 14, 16]);
        message.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        message.extend(data);
    }
    message
}

#[test]
fn pieces_of_a_record_are_one_text() {
    let question = question(7, "Wire.Example").unwrap();
    let message = answer(&question, 0x8180, &[&["v=spf1 ", "-all"], &["other"]]);

    let read = read(&message, &question);

    let texts = ["v=spf1 -all", "other"].map(str::to_owned).to_vec();
    assert_eq!(read, Some(Answer::Texts(texts)));
}

#[test]
fn alias_before_the_text_is_passed_over() {
    let question = question(7, "a.example").unwrap();
    let mut message = answer(&question, 0x8180, &[]);
    message[7] = 2;
    // An alias to `b.` and the root, then a TXT of the alias, spelled out.
    message.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 1, 0, 3, 1, b'b', 0]);
    message.extend([1, b'b', 0, 0, 16, 0, 1, 0, 0, 0, 1, 0, 3, 2, b'h', b'i']);

    let read = read(&message, &question);

    assert_eq!(read, Some(Answer::Texts(vec!["hi".to_owned()])));
}

#[test]
fn name_without_records_is_no_failure_and_a_failure_is_no_name_without_records() {
    let question = question(7, "a.example").unwrap();
    for (flags, expect) in [
        (0x8183, Answer::Texts(Vec::new())),
        (0x8180, Answer::Texts(Vec::new())),
        (0x8182, Answer::Refused(2)),
        (0x8185, Answer::Refused(5)),
        (0x8380, Answer::Truncated),
    ] {
        let message = answer(&question, flags, &[]);
        assert_eq!(read(&message, &question), Some(expect), "{flags:x}");
    }
}

#[test]
fn answer_to_another_question_is_none() {
    let ours = question(7, "a.example").unwrap();
    for other in [question(8, "a.example"), question(7, "b.example")] {
        let message = answer(&other.unwrap(), 0x8180, &[&["forged"]]);
        assert_eq!(read(&message, &ours), None);
    }
    // A question is no answer to itself.
    assert_eq!(read(&ours, &ours), None);
}

#[test]
fn answer_that_breaks_off_anywhere_is_none() {
    let question = question(7, "a.example").unwrap();
    let message = answer(&question, 0x8180, &[&["v=spf1 -all"]]);
    for length in 0..message.len() {
        assert_eq!(read(&message[..length], &question), None, "{length}");
    }
    // One octet wrong at any place is read, or is not, and never panics.
    for at in 0..message.len() {
        for octet in [0, 1, 63, 64, 0xbf, 0xc0, 0xff] {
            let mut broken = message.clone();
            broken[at] = octet;
            let _ = read(&broken, &question);
        }
    }
}

#[test]
fn only_names_can_be_asked_for() {
    assert!(question(7, "_dmarc.wire.example.").is_some());
    let long = "a".repeat(64);
    let endless = ["a"; 128].join(".");
    for name in ["", "a..b", long.as_str(), endless.as_str()] {
        assert_eq!(question(7, name), None, "{name}");
    }
}

#[test]
fn name_servers_stand_in_resolv_conf() {
    let text = "# made by hand\nsearch wire.example\nnameserver 192.0.2.1\n nameserver 2001:db8::1\nnameserver fe80::1%eth0\n";
    let expect: Vec<SocketAddr> = ["192.0.2.1:53", "[2001:db8::1]:53"]
        .map(|text| text.parse().unwrap())
        .to_vec();

    assert_eq!(servers(text), expect);
    assert_eq!(servers(""), ["127.0.0.1:53".parse().unwrap()]);
}
