//! A handshake that failed cannot be tried again.

use embertls::{Handshake, NetContext};

fn retry(handshake: Handshake<NetContext>) {
    if handshake.complete().is_err() {
        let _ = handshake.complete();
    }
}

fn main() {}
