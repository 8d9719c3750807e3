//! Nothing can be read from or written to a peer that is not verified.

use std::io::Read;

use embertls::{Handshake, NetContext};

fn peek(mut handshake: Handshake<NetContext>) {
    let _ = handshake.read(&mut [0; 8]);
}

fn main() {}
