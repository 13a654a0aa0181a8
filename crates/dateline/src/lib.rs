//! The binary's parts: settings, telemetry, the assembled wire, its sweep, and the commands.
//!
//! [`app::App`] puts the stages together over one store and one queue; `serve`, `demo`, tests and bench all run that. It
//! reads the settings and a data folder, which it locks. What a crash leaves behind is the stages' business: at the next
//! start the sweep finds it.

// `println!` panics where nobody reads any more: commands say what they have to say by `saying`.
#![warn(clippy::print_stdout)]

#[macro_use]
mod saying;

pub mod app;
pub mod client;
pub mod commands;
pub mod demo;
pub mod folder;
mod process;
pub mod settings;
pub mod sweep;
mod table;
pub mod telemetry;

/// Rows come from the store's thread and are dropped on the workers': the system's allocator makes the two wait for each
/// other (measured: a fifth of a delivery's time).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
