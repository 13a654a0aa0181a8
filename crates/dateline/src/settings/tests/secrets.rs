//! Secrets: read from files, shown nowhere.

use super::Case;

/// A relay with a user, who needs a password.
fn case() -> Case {
    Case::new().flag("mail.relay=smtp://user@mx.example.org")
}

/// The password of the first relay's user.
fn password(case: &Case) -> std::io::Result<String> {
    let settings = case.settings();
    let password = settings.relay_password(&settings.mail.relays()[0])?;
    Ok(password.expose().to_owned())
}

#[test]
fn secret_is_read_from_its_file_without_line_ends() {
    let case = case()
        .file("password", " p w\r\n\n")
        .flag("mail.password_file=password");

    assert_eq!(password(&case).unwrap(), " p w");
}

#[test]
fn relay_with_a_file_of_its_own_does_not_get_the_password_of_the_others() {
    let case = Case::new()
        .file("a", "one\n")
        .file("b c", "two\n")
        .flag(
            "mail.relay=smtp://a@a.example smtp://b@b.example?password_file=b%20c smtp://c.example",
        )
        .flag("mail.password_file=a");

    let settings = case.settings();

    let passwords: Vec<String> = settings
        .mail
        .relays()
        .iter()
        .map(|relay| settings.relay_password(relay).unwrap().expose().to_owned())
        .collect();
    assert_eq!(passwords[..2], ["one", "two"]);
}

#[test]
fn secret_in_a_text_layer_is_taken_as_it_stands() {
    let case = case().variable("DATELINE_MAIL__PASSWORD", "\"12\"");

    assert_eq!(password(&case).unwrap(), "\"12\"");
}

#[test]
fn secret_given_twice_is_an_error() {
    let case = case()
        .file("dateline.toml", "[mail]\npassword_file = 'password'\n")
        .variable("DATELINE_MAIL__PASSWORD", "hunter2");

    assert_eq!(
        case.error(),
        "variable DATELINE_MAIL__PASSWORD: mail.password is given, and mail.password_file too \
         (dateline.toml:2); keep one, set the other to \"\""
    );
}

/// A process that sends no mail need not be let in to the file.
#[test]
fn secret_file_that_cannot_be_read_is_an_error_for_whoever_needs_it() {
    let missing = case().flag("mail.password_file=gone");
    let empty = case().file("empty", "\n").flag("mail.password_file=empty");

    let missing = password(&missing).unwrap_err().to_string();
    let empty = password(&empty).unwrap_err().to_string();

    assert!(missing.starts_with("gone: No such"), "{missing}");
    assert_eq!(empty, "empty: the file is empty");
}

#[test]
fn no_message_shows_a_secret() {
    let check = |case: Case| {
        let error = case.error();
        assert!(!error.contains("hunter2"), "{error}");
    };

    check(case().file("dateline.toml", "[mail]\npassword = hunter2\n"));
    check(case().file("dateline.toml", "[mail]\npassword = ['hunter2']\n"));
    check(case().flag("mail.password=hunter2\n"));
    check(case().flag("mail.passwort=hunter2"));
    check(
        Case::new()
            .flag("mail.password=hunter2")
            .flag("mail.relay=smtp://mx"),
    );
    check(Case::new().flag("mail.relay=smtp://user:hunter2@mx"));
    check(Case::new().flag("mail.relay=user:hunter2@mx"));
    check(Case::new().flag("mail.relay=smtp://mx smtp://user:hunter2@mx"));
    check(Case::new().flag("store.url=postgres://user:hunter2@db/wire"));
}

#[test]
fn debug_output_shows_stars() {
    let settings = case().flag("mail.password=hunter2").settings();

    let shown = format!("{settings:?}");

    assert!(shown.contains("password: ***") && !shown.contains("hunter2"));
}

/// What was set is written into the audit log, which keeps it for ever.
#[test]
fn what_was_given_is_listed_without_defaults_and_secrets() {
    let case = Case::new()
        .flag("mail.relay=smtp://user@mx.example.org")
        .flag("store.url=postgres://dateline:hunter2@db.example/wire")
        .flag("queue.url=amqp://dateline:hunter2@mq.example")
        .flag("webhook.allow=10.1.0.0/16")
        .variable("DATELINE_MAIL__PASSWORD", "hunter2");

    let given = case.settings().given;

    let keys: Vec<&str> = given
        .iter()
        .filter_map(|line| Some(line.split_once(" = ")?.0))
        .collect();
    assert_eq!(
        keys,
        [
            "mail.password",
            "mail.relay",
            "queue.url",
            "store.url",
            "webhook.allow"
        ]
    );
    assert!(
        given.contains(&"mail.password = ***".to_owned()),
        "{given:?}"
    );
    assert!(given.contains(&"webhook.allow = \"10.1.0.0/16\"".to_owned()));
    assert!(!given.join(" ").contains("hunter2"), "{given:?}");
}
