//! Where mail goes when no relay is configured: one `.eml` file each.

use std::io;
use std::path::PathBuf;

#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn open(path: PathBuf) -> io::Result<Folder> {
        std::fs::create_dir_all(&path)?;
        Ok(Folder { path })
    }

    /// Keeps a mail under its id; the same mail again replaces itself, so a retry leaves one.
    pub(super) async fn keep(&self, id: &str, message: &[u8]) -> io::Result<()> {
        let unfinished = self.path.join(format!(".{id}.part"));
        tokio::fs::write(&unfinished, message).await?;
        tokio::fs::rename(&unfinished, self.path.join(format!("{id}.eml"))).await
    }
}
