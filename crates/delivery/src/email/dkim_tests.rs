use super::*;

/// RFC 6376, 3.4.5: the example of both canonicalisations.
#[test]
fn relaxed_forms_are_those_of_the_rfc() {
    let head = b"A: X \r\nB : Y\t\r\n\tZ  \r\n";
    let mut relaxed = Vec::new();
    for (name, value) in headers(head) {
        relaxed.extend_from_slice(&name.to_ascii_lowercase());
        relaxed.push(b':');
        relaxed_value(value, &mut relaxed);
        relaxed.extend_from_slice(b"\r\n");
    }

    assert_eq!(relaxed, b"a:X\r\nb:Y Z\r\n");
    assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
}

#[test]
fn bodies_end_with_one_line_end_or_are_nothing() {
    let check = |body: &str, expect: &str| {
        let relaxed = String::from_utf8(relaxed_body(body.as_bytes())).unwrap();
        assert_eq!(relaxed, expect, "{body:?}");
    };

    check("", "");
    check("\r\n", "");
    check("\r\n \t\r\n", "");
    check("a", "a\r\n");
    check("a\r\n", "a\r\n");
    check("a\r\n\r\nb \r\n\r\n", "a\r\n\r\nb\r\n");
    check("\r\n  a", "\r\n a\r\n");
    check("a \t\tb\tc\r\n", "a b c\r\n");
}

#[test]
fn header_is_named_once_more_than_it_is_there() {
    let head = b"Received: x\r\nFrom: a@b\r\nreply-to: c@d\r\nReply-To:\r\n e@f\r\nTo: g@h\r\n";

    let (names, signed) = relaxed_headers(head);

    let names = names.join(":");
    assert!(names.starts_with("from:from:to:to:cc:subject:"), "{names}");
    assert!(
        names.contains(":reply-to:reply-to:reply-to:in-reply-to:"),
        "{names}"
    );
    assert!(names.ends_with(":list-unsubscribe-post"), "{names}");
    assert!(!names.contains("received"), "{names}");
    assert_eq!(
        String::from_utf8(signed).unwrap(),
        "from:a@b\r\nto:g@h\r\nreply-to:e@f\r\nreply-to:c@d\r\n"
    );
}

#[test]
fn mail_without_keys_or_without_headers_stays_as_it_is() {
    let without_keys = Signer::new("wire.example", Vec::new());
    assert_eq!(
        without_keys.sign(b"A: b\r\n\r\nc".to_vec(), 0),
        b"A: b\r\n\r\nc"
    );

    let key = DkimKey::from_pem("e1", ED25519.as_bytes()).unwrap();
    let signer = Signer::new("wire.example", vec![key]);
    assert_eq!(signer.sign(b"no headers".to_vec(), 0), b"no headers");
}

#[test]
fn lines_of_a_signature_are_short() {
    let key = DkimKey::from_pem("e1", ED25519.as_bytes()).unwrap();
    let signer = Signer::new("Wire.Example", vec![key]);

    let signed = signer.sign(b"From: a@b\r\n\r\nc\r\n".to_vec(), 1_000_999);

    let signed = String::from_utf8(signed).unwrap();
    let (signature, rest) = signed.split_once("From: a@b").unwrap();
    assert_eq!(rest, "\r\n\r\nc\r\n");
    assert!(signature.starts_with(
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n\td=wire.example; s=e1; t=1000;\r\n\th=from:from:"
    ), "{signature}");
    assert!(
        signature.lines().all(|line| line.len() <= 78),
        "{signature}"
    );
}

#[test]
fn what_is_no_key_for_dkim_is_refused() {
    for (pem, expect) in [
        ("", "no private key in PEM is in it"),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n",
            "no private key in PEM is in it",
        ),
        (
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n",
            "no private key in PEM is in it",
        ),
        (
            P256,
            "the key is neither RSA of 2048 to 4096 bits nor ed25519: ",
        ),
        (
            RSA_1024,
            "the key is neither RSA of 2048 to 4096 bits nor ed25519: ",
        ),
    ] {
        let error = DkimKey::from_pem("s", pem.as_bytes())
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(expect), "{error}");
    }
}

#[test]
fn keys_are_not_shown() {
    let key = DkimKey::from_pem("e1", ED25519.as_bytes()).unwrap();

    assert_eq!(format!("{key:?}"), "DkimKey { selector: \"e1\", .. }");
}

/// RFC 8463, A.2: the key of the example, and what DNS says of it.
#[test]
fn record_of_an_ed25519_key_is_that_of_the_rfc() {
    let key = DkimKey::from_pem("brisbane", ED25519.as_bytes()).unwrap();

    assert_eq!(
        key.record(),
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    );
}

/// The private key of RFC 8463, A.2, in PKCS#8.
const ED25519: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";

/// Made for these tests with openssl; worth nothing.
const P256: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgmTs6dwXNK516i9TX
pzWhOYV3a2ApwxNklq/Gazuot2ehRANCAARpiltXUHaqunsHO/xd/VGQv3uPcf86
ueALwHD+US7jasK9oUMCT3JS29QX8fC9Lcwb1x3AHID0abGpRPCfWbHu
-----END PRIVATE KEY-----
";

/// Too short to be believed; made for these tests with openssl.
const RSA_1024: &str = "-----BEGIN PRIVATE KEY-----
MIICeQIBADANBgkqhkiG9w0BAQEFAASCAmMwggJfAgEAAoGBALZVCv7SE6IKo3q3
KoohpNTjb3fWQm8qzEcpoeiPUHxLWbUp/nejJao9JA3leGXSxekyEWPT50GvO4wO
XyK/50l3WrSSEMSMvJgtByg3aWpc37N+LP3hi5Gf5Rv4f70/TludRtHZVN2Tm9BB
wVewK3rLJmTIXy+mC34cEG6vyFM1AgMBAAECgYEAtL2mkaUjaxzKo0nQtG7XW2U8
yPkuj85IAz7kzYjLSvrSqUBAjM2/93p2NARFjgIax6gnDuMuubEAATz515ONq1wX
rymNwiVdc/T3hqtswWAQyqCZcaJ08wFy6hkGzjUOUuDCRTk4hl5E9TwjmtD1bFze
sKOwyveHF6DAVdRdgWECQQDhiVvfsbS0dO9ae//7Qgzi/LhqhASjtePi29Lhcseu
U821r4e+Zg7X/b1sqJ5mFQQUg9WCbN4aS+55KMg7JWTpAkEAzvXBpzxNne/t0gWC
gIp5vRq9wX6ikp81yRY+cl69vpvMn2YecxGk2GTu4M3/qX0DH4Vz12FFXUHN/CCy
HO/8bQJBAJ7us+6MBQKR0MYb0cTWw8wFOVPeWoKfP8rzC8VRpENFzRW2b1sOAnHU
3nK+1HitYKWwTXpOi6lOTuvUgF2luVkCQQCDA/Dj/bjlEs5q9jH3TbJjlFor9A7W
4xMZiYteu7tCvz56ahs8nR7OHpdamQ4QLaOcgM8kud8/ejj8M3aN+x7BAkEAixgo
qV8JFgdt5MNyfQMXU9WFq3Y3ahtthp3YoV/laP9ine9lWgTDCi6Ek10Au7ZD+Nhx
KDluRuEewEOw52C0VQ==
-----END PRIVATE KEY-----
";
