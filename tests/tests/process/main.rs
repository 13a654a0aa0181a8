//! The real binary as a process: killed, stopped, started twice, started wrongly, on a disk that is full.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

mod bouncing;
mod commands;
mod described;
mod full;
mod halting;
mod keeping;
mod killed;
mod signing;
mod starting;
mod stopped;
