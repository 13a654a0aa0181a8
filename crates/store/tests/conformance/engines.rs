//! Where each engine keeps the store of one test.

/// One file in a folder of its own.
pub(crate) mod sqlite {
    use store::{Result, Store};
    use tempfile::TempDir;

    pub(crate) struct Place(TempDir);

    impl Place {
        pub(crate) fn new() -> Place {
            Place(TempDir::new().unwrap())
        }

        pub(crate) fn file(&self) -> std::path::PathBuf {
            self.0.path().join("dateline.db")
        }

        pub(crate) async fn open(&self) -> Result<Store> {
            Store::open(&self.file(), crate::fixtures::NOW).await
        }
    }
}
