//! `dateline`: an open newswire in one binary. See `dateline --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    dateline::commands::main()
}
