//! Reading and writing need the session alone.

use std::io::{Read, Write};

use embertls::{NetContext, SslSession};

fn misuse(session: &mut SslSession<NetContext>) {
    std::thread::scope(|scope| {
        scope.spawn(|| session.read(&mut [0; 8]));
        scope.spawn(|| session.write(b"data"));
    });
}

fn main() {}
