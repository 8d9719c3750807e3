//! What a session promises whatever its peer, its transport and its owner do.
//!
//! Two peers serve the tests: our own other side ([`pair`]), and one written
//! by hand that sends any record at any time ([`peer`]).

#![cfg(feature = "full")]

mod pair;
mod peer;
mod pki;
mod wire;

mod alerts;
mod basics;
mod chains;
mod deadline;
mod drops;
mod duplex;
mod ends;
mod failures;
mod hellos;
mod memory;
mod moves;
mod noise;
mod order;
mod panics;
mod partial;
mod random;
mod refused;
mod split;
