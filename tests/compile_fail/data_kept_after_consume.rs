//! Decrypted data is wiped when it is consumed, so nobody may still hold it.

use std::io::BufRead;

use embertls::{NetContext, SslSession};

fn misuse(session: &mut SslSession<NetContext>) -> usize {
    let data = session.fill_buf().unwrap();
    session.consume(1);
    data.len()
}

fn main() {}
