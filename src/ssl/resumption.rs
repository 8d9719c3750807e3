//! Resumption: a second session without a second full handshake.
//!
//! Both sides keep the master secret of a session, the server by itself or,
//! sealed, in a ticket that the client brings along. What a session is bound to
//! and how long it lasts is decided here and in `engine/resumption.rs`; the C
//! library looks nothing up and reads no ticket.

mod binding;
mod bounded;
mod cache;
mod clock;
mod data;
mod handshake;
mod keys;
mod raw;
mod session;
mod sessions;
mod state;

pub(crate) use self::binding::{client as client_binding, server as server_binding};
pub use self::cache::{MemoryStore, SessionCache, SessionStore};
pub(crate) use self::clock::now;
#[cfg(test)]
pub(crate) use self::clock::test::advance as advance_clock;
#[cfg(any(test, fuzzing))]
pub(crate) use self::clock::test::during as stop_clock;
pub use self::data::ResumptionData;
pub(crate) use self::data::{Handle, MAX_LIFETIME};
pub use self::keys::TicketKeys;
pub(crate) use self::keys::{Opened, Purpose};
pub use self::sessions::ClientSessions;
pub(crate) use self::state::SessionState;

/// The page's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../docs/resumption.md")]
struct Page;

#[cfg(all(test, feature = "full"))]
mod tests;
