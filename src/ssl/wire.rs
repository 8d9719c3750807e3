//! The bytes of the protocol, as they come: records, messages, hellos.
//!
//! What a peer sends is read here first, bounded and checked, before the
//! engine sees any of it.

pub(crate) mod certificate_request;
pub(crate) mod codec;
mod for_engine;
pub(crate) mod hello;
pub(crate) mod inbound;
