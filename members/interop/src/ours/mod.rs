//! Our side.

pub mod client;
pub mod server;

/// How a session is known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Ticket,
    Id,
}
