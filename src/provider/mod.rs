//! Cryptography from aws-lc (feature `accel`): safe types over the C library
//! of `aws-lc-sys`, each of which owns one of its structures.
//!
//! `ffi::hooks` puts them behind the functions of Mbed TLS. Nothing here knows
//! of TLS.

pub(crate) mod aead;
pub(crate) mod block;
pub(crate) mod curve;
pub(crate) mod digest;
pub(crate) mod ecdsa;
pub(crate) mod hash;
pub(crate) mod prf;
pub(crate) mod public_key;
pub(crate) mod rsa;
pub(crate) mod x25519;
