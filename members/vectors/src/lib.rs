//! The vectors of Project Wycheproof, and the cryptography of embertls that
//! is held against them. It is private there, so its source is compiled here
//! once more.

#![cfg(test)]

#[allow(dead_code)]
#[path = "../../../src/provider/mod.rs"]
mod provider;

mod aead;
mod exchange;
mod signatures;
