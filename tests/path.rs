//! The rules of path building and RFC 5280, from chains made on the spot.

#[path = "path/building.rs"]
mod building;
#[path = "path/cost.rs"]
mod cost;
#[path = "path/differential.rs"]
mod differential;
#[allow(dead_code)]
#[path = "verify/pki.rs"]
mod pki;
#[path = "path/rules.rs"]
mod rules;
#[path = "path/settings.rs"]
mod settings;
