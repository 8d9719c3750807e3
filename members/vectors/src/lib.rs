//! The vectors of Project Wycheproof, and the cryptography of embertls that
//! is held against them. It is private there, so its source is compiled here
//! once more.

#![cfg(test)]

extern crate alloc;

#[allow(dead_code)]
#[path = "../../../src/provider"]
mod provider {
    pub(crate) mod aead;
    pub(crate) mod curve;
    pub(crate) mod digest;
    pub(crate) mod ecdsa;
    pub(crate) mod public_key;
    pub(crate) mod rsa;
    pub(crate) mod x25519;
}

mod aead;
mod exchange;
mod signatures;
