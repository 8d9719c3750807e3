//! A session that was taken apart is gone.

use std::io::Write;

use embertls::{NetContext, SslSession};

fn misuse(mut session: SslSession<NetContext>) {
    let _parts = session.into_inner();
    let _ = session.write(b"late");
}

fn main() {}
