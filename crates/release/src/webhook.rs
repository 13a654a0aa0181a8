//! What webhooks need that is pure: signatures by Standard Webhooks 1.0.0, and which URLs may be called at all.

mod sign;
mod target;

pub use sign::{BadSecret, new_secret, signature};
pub use target::{GuardError, Target, check_url, is_public};
