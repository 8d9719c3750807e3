//! The peer's certificates are lent by the session.

use embertls::{NetContext, SslSession};

fn misuse(session: SslSession<NetContext>) {
    let chain = session.peer_certificates();
    drop(session);
    println!("{}", chain.len());
}

fn main() {}
