//! Backups: whole or refused; what comes out of one waits until somebody says how far the wire had got.

use crate::engines::{postgres, sqlite};
use crate::fixtures::{NOW, accept, claim, clear, submission};
use crate::grown::{Rows, grow, rows_of_database, rows_of_file, sorted};
use store::{BackupError, Claim, Store, StoreError, check_backup};

async fn grown(place: &sqlite::Place) -> (Store, Vec<u8>) {
    let store = place.open().await.unwrap();
    grow(&store).await;
    accept(&store, &submission("rel_due", None, "US/en")).await;
    let mut file = Vec::new();
    store.back_up(&mut file, NOW).await.unwrap();
    (store, file)
}

/// All but the counters, which jump.
fn without_counters(rows: Rows) -> Rows {
    let mut rows = sorted(rows);
    rows.remove("counters");
    rows
}

#[tokio::test]
async fn backup_is_restored_row_by_row_on_either_engine() {
    let (from, to, file) = (
        sqlite::Place::new(),
        postgres::Place::new(),
        sqlite::Place::new(),
    );
    let (store, backup) = grown(&from).await;
    let shared = to.open().await.unwrap();
    let again = file.open().await.unwrap();

    let head = shared.restore(&backup[..]).await.unwrap();
    let mut second = Vec::new();
    shared.back_up(&mut second, NOW).await.unwrap();
    again.restore(&second[..]).await.unwrap();

    assert_eq!((head.seq, head.taken_ms), (4, NOW));
    assert_eq!(check_backup(&backup[..]).unwrap(), head);
    let expected = without_counters(rows_of_file(&from).await);
    assert_eq!(without_counters(rows_of_database(&to).await), expected);
    assert_eq!(without_counters(rows_of_file(&file).await), expected);
    for store in [store, shared, again] {
        store.close().await;
    }
}

#[tokio::test]
async fn damaged_backup_is_refused_and_nothing_of_it_is_kept() {
    let (from, to) = (sqlite::Place::new(), sqlite::Place::new());
    let (store, backup) = grown(&from).await;
    let empty = to.open().await.unwrap();
    let before = rows_of_file(&to).await;
    let text = String::from_utf8(backup.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let cut = backup[..backup.len() / 2].to_vec();
    let without_end = lines[..lines.len() - 1].join("\n") + "\n";
    let changed = text.replacen("owner@reader.example", "owner@reader.exampla", 1);
    let without_row = text.replacen(&format!("{}\n", lines[3]), "", 1);
    let mut not_text = backup.clone();
    let at = backup.len() * 2 / 3;
    not_text[at] = 0xff;
    let followed = format!("{text}[1]\n");

    for damaged in [
        cut,
        without_end.into(),
        changed.into(),
        without_row.into(),
        not_text,
        followed.into(),
    ] {
        assert_ne!(damaged, backup);
        let refused = empty.restore(&damaged[..]).await.unwrap_err();
        assert!(matches!(refused, BackupError::Damaged(_)), "{refused}");
        let refused = check_backup(&damaged[..]).unwrap_err();
        assert!(matches!(refused, BackupError::Damaged(_)), "{refused}");
    }
    let foreign = check_backup(&b"hello\n"[..]).unwrap_err();
    let other = text.replacen("\"schema\":6", "\"schema\":9", 1);
    let other = check_backup(other.as_bytes()).unwrap_err();

    assert!(matches!(foreign, BackupError::Foreign), "{foreign}");
    assert!(
        matches!(other, BackupError::Schema { found: 9, .. }),
        "{other}"
    );
    assert_eq!(rows_of_file(&to).await, before);
    empty.restore(&backup[..]).await.unwrap();
    let twice = empty.restore(&backup[..]).await.unwrap_err();
    assert!(
        matches!(twice, BackupError::Store(StoreError::NotEmpty { .. })),
        "{twice}"
    );
    store.close().await;
    empty.close().await;
}

#[tokio::test]
async fn backup_is_one_moment_while_others_write() {
    let (file, database) = (sqlite::Place::new(), postgres::Place::new());
    let url = format!("sqlite:{}", file.file().display());
    for (store, url) in [
        (file.open().await.unwrap(), url),
        (database.open().await.unwrap(), database.url()),
    ] {
        grow(&store).await;
        let reading = Store::open_reading(&url).await.unwrap();
        let writing = async {
            for n in 0..200 {
                store.ask("reach", &n.to_string(), NOW).await.unwrap();
            }
        };

        let mut backup = Vec::new();
        let (head, ()) = tokio::join!(reading.back_up(&mut backup, NOW), writing);

        // Had a row come in between, the count of the first line would be another.
        assert_eq!(check_backup(&backup[..]).unwrap(), head.unwrap());
        reading.close().await;
        store.close().await;
    }
}

pub(crate) async fn restored_store_sends_nothing_until_it_is_told_how_far_the_wire_had_got(
    to: Store,
) {
    let from = sqlite::Place::new();
    let (store, backup) = grown(&from).await;
    to.restore(&backup[..]).await.unwrap();
    let due = to.release("rel_due").await.unwrap().unwrap().id;
    let batch = to.unleased_batches(NOW + 1, NOW + 100_000).await.unwrap()[0].id;

    assert_eq!(to.restored().await.unwrap(), Some(4));
    assert_eq!(to.status(NOW).await.unwrap().restored, Some(4));
    assert_eq!(clear(&to, due, NOW).await, None);
    let halted = claim(&to, batch, NOW + 100_000).await;
    assert!(matches!(halted, Claim::Taken), "{halted:?}");
    let risk = to.at_risk(NOW).await.unwrap();
    assert_eq!((risk.seq, risk.clearing.len()), (4, 1));
    assert_eq!(risk.clearing[0], ("rel_due".to_owned(), NOW));
    assert!(risk.due > 0, "{risk:?}");
    let early = to.resume_restored(1).await.unwrap_err();
    assert!(matches!(early, StoreError::ResumeFrom { least: 4, .. }));
    assert_eq!(to.restored().await.unwrap(), Some(4));

    assert!(to.resume_restored(40).await.unwrap());

    assert!(!to.resume_restored(99).await.unwrap(), "it goes on already");
    assert_eq!(to.restored().await.unwrap(), None);
    let cleared = clear(&to, due, NOW).await.unwrap();
    assert_eq!(cleared.seq, 41, "no number of the wire is used twice");
    let claimed = claim(&to, batch, NOW + 100_000).await;
    assert!(matches!(claimed, Claim::Ours(_)), "{claimed:?}");
    // Links in mails that left after the backup name keys that it does not know of.
    let (before, after) = (
        store.ask("reach", "{}", NOW).await.unwrap(),
        to.ask("reach", "{}", NOW).await.unwrap(),
    );
    assert!(after > before + 900_000, "{before} {after}");
    store.close().await;
}
