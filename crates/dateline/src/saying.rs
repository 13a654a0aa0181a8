//! Standard output, as commands use it: whoever reads may have read enough, as `head` does.
//!
//! `println!` panics where nobody reads any more. A command goes on in silence instead, for what it does and its exit code are
//! not the reader's; one that only shows what comes, without end, asks [`is_heard`] and ends.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Says a line, in the way of `println!`.
macro_rules! say {
    () => {
        $crate::saying::text(format_args!("\n"))
    };
    ($($words:tt)*) => {
        $crate::saying::text(format_args!("{}\n", format_args!($($words)*)))
    };
}

/// Says something without an end of line, in the way of `print!`.
macro_rules! say_part {
    ($($words:tt)*) => {
        $crate::saying::text(format_args!($($words)*))
    };
}

/// Whether somebody still reads, as far as anything that was said has told.
pub(crate) fn is_heard() -> bool {
    !CLOSED.load(Ordering::Relaxed)
}

/// Writes to standard output. What cannot be written for another reason than that nobody reads ends the process with code 2:
/// a script must not take half an answer for a whole one.
pub(crate) fn text(said: Arguments<'_>) {
    let mut output = std::io::stdout().lock();
    match output.write_fmt(said).and_then(|()| output.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            CLOSED.store(true, Ordering::Relaxed);
        }
        Err(error) => {
            let _ = writeln!(
                std::io::stderr(),
                "dateline: standard output cannot be written: {error}"
            );
            std::process::exit(2);
        }
    }
}
