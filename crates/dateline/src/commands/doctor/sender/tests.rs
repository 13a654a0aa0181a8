use super::*;
use crate::commands::doctor::check::Verdict::{self, Bad, Ok as Fine, Warn};

fn texts(records: &[&str]) -> Texts {
    Ok(records.iter().map(|text| (*text).to_owned()).collect())
}

fn no_answer() -> Texts {
    Err(io::ErrorKind::TimedOut.into())
}

#[test]
fn spf_is_judged_by_its_number_and_its_end() {
    let check = |records: &[&str], expect: Verdict| {
        assert_eq!(
            spf("wire.example", texts(records)).verdict,
            expect,
            "{records:?}"
        );
    };

    check(&["v=spf1 include:relay.example -all"], Fine);
    check(&["other", "V=SPF1 ip4:192.0.2.1 ~all"], Fine);
    check(&["v=spf1 redirect=relay.example"], Fine);
    check(&["v=spf1 ip4:192.0.2.1"], Warn);
    check(&["v=spf1 ip4:192.0.2.1 ?all"], Warn);
    check(&["v=spf1 +all"], Bad);
    check(&["v=spf1 all"], Bad);
    check(&["v=spf1 -all", "v=spf1 ~all"], Bad);
    check(&["v=spf10 -all"], Bad);
    check(&[], Bad);
    assert_eq!(spf("wire.example", no_answer()).verdict, Warn);
}

#[test]
fn dkim_key_must_be_there_and_not_revoked() {
    let check = |records: &[&str], expect: Verdict| {
        assert_eq!(
            dkim("s._domainkey.wire.example", texts(records), None).verdict,
            expect,
            "{records:?}"
        );
    };

    check(
        &["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="],
        Fine,
    );
    check(&["p=abc"], Fine);
    check(&["v=DKIM1; p="], Bad);
    check(&["v=spf1 -all"], Bad);
    check(&[], Bad);
    assert_eq!(
        dkim("s._domainkey.wire.example", no_answer(), None).verdict,
        Warn
    );
}

#[test]
fn key_that_we_sign_with_must_be_the_one_in_dns() {
    let ours = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS";
    let check = |records: &[&str], expect: Verdict| {
        let judged = dkim("s._domainkey.wire.example", texts(records), Some(ours));
        assert_eq!(judged.verdict, expect, "{records:?}");
    };

    check(&[ours], Fine);
    check(&["k=ed25519;p=11qYAYKxCrfVS"], Fine);
    check(&["v=DKIM1; k=ed25519; p=11qYAYKxCrfVT"], Bad);
    check(&["v=DKIM1; k=ed25519; p="], Bad);
    check(&[], Bad);
}

#[test]
fn dmarc_is_judged_by_its_policy() {
    let check = |records: &[&str], expect: Verdict| {
        let judged = dmarc("_dmarc.wire.example", "wire.example", texts(records));
        assert_eq!(judged.verdict, expect, "{records:?}");
    };

    check(&["v=DMARC1; p=reject"], Fine);
    check(&["v=DMARC1;p=quarantine; pct=50"], Fine);
    check(&["v=DMARC1; p=none; rua=mailto:d@wire.example"], Warn);
    check(&["v=DMARC1; rua=mailto:d@wire.example"], Bad);
    check(&["v=DMARC1; p=none", "v=DMARC1; p=reject"], Bad);
    check(&["v=spf1 -all"], Bad);
    check(&[], Bad);
}

#[test]
fn whatever_is_wrong_has_a_mend() {
    for check in [
        spf("wire.example", texts(&[])),
        spf("wire.example", no_answer()),
        dkim("s._domainkey.wire.example", texts(&["p="]), None),
        dmarc("_dmarc.wire.example", "wire.example", texts(&[])),
    ] {
        assert!(!check.mend.is_empty(), "{check:?}");
    }
}
