//! What the black-box tests stand on: a wire of their own between sinks, in this process or as the real binary.
//!
//! [`TestApp`] is the whole wire on a clock that stands still: requests go to its real routes, mail and webhooks leave
//! over real sockets to sinks, and nothing moves but by [`TestApp::settle`] and [`TestApp::advance`]. A test that ends
//! while work is overdue fails, unless it says so. [`Binary`] is `dateline` as a process, to be killed and started
//! again; [`Browser`] is Chromium, looking at the wire's pages. Everything lives in a temporary folder; a crash of a test leaves at most that.

mod answer;
mod app;
mod binary;
mod browser;
mod calls;
mod dice;
mod forms;
mod letter;
mod refusing;
mod samples;
mod tools;
mod traces;
mod verifiers;

pub use answer::Answer;
pub use app::TestApp;
pub use binary::{Binary, Server, run_dateline};
pub use browser::{Browser, Element, Scheme};
pub use calls::Ask;
pub use dice::Dice;
pub use letter::Letter;
pub use refusing::refusing;
pub use samples::{release, release_at};
pub use tools::{faketime, tool};
pub use verifiers::{Example, Kept};

use std::time::Duration;

/// Nothing that a test waits for takes this long; a test that waits longer has failed.
pub const DEADLINE: Duration = Duration::from_secs(20);
