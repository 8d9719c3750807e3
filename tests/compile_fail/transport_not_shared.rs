//! A session over a transport that threads may not share is not shared.

use std::cell::Cell;

use embertls::SslSession;

fn misuse(session: &SslSession<Cell<u8>>) {
    std::thread::scope(|scope| {
        scope.spawn(|| session.get_ref().set(1));
    });
}

fn main() {}
