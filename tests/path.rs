//! The rules of path building and RFC 5280, from chains made on the spot.

#![cfg(feature = "full")]

#[path = "path/building.rs"]
mod building;
#[path = "path/compare.rs"]
mod compare;
#[path = "path/cost.rs"]
mod cost;
#[allow(dead_code)]
#[path = "verify/der.rs"]
mod der;
#[path = "path/generated.rs"]
mod generated;
#[path = "path/openssl.rs"]
mod openssl;
#[allow(dead_code)]
#[path = "verify/pki.rs"]
mod pki;
#[allow(dead_code)]
#[path = "common/programs.rs"]
mod programs;
#[path = "path/rewrites.rs"]
mod rewrites;
#[path = "path/rules.rs"]
mod rules;
#[path = "path/settings.rs"]
mod settings;
#[path = "path/webpki.rs"]
mod webpki;
