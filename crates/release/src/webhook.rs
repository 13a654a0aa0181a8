//! What webhooks need that is pure: signatures by Standard Webhooks 1.0.0, and which URLs may be called at all.

mod guard;
mod key;
mod policy;
mod sign;
mod target;
mod verify;

pub use guard::{Guard, GuardError};
pub use key::SigningKey;
pub use policy::{Allowed, GuardWordError, Ports};
pub use sign::{BadSecret, Signers, new_secret, signature};
pub use target::Target;
pub use verify::{Received, Unverified, verify};
