//! Handshakes that resume a session: the bytes of a server for a client that
//! offers one, and the bytes of such a client for a server.

use super::kept::{self, Kept, Memory};
use super::transport::Transport;
use super::{Target, handshakes, pki};
use crate::{Handshake, MemoryTransport, SslSession};

pub(super) const TARGET: Target = Target {
    name: "resumed",
    run,
    seeds,
    words: handshakes::WORDS,
};

/// Whose bytes an input has, and what the server knows.
#[derive(Clone, Copy, Debug)]
struct Terms {
    is_client: bool,
    memory: Memory,
}

impl Terms {
    const COUNT: u8 = 8;

    fn new(byte: u8) -> Self {
        const MEMORIES: [Memory; 4] = [
            Memory::Ticket,
            Memory::OldTicket,
            Memory::Cache,
            Memory::Nothing,
        ];
        Self {
            is_client: byte & 1 == 0,
            memory: MEMORIES[usize::from(byte >> 1 & 3)],
        }
    }
}

fn run(data: &[u8]) {
    let [terms, cut, bytes @ ..] = data else {
        return;
    };
    let terms = Terms::new(*terms);
    let Some(mut session) = session(terms, Transport::new(bytes, *cut)) else {
        return;
    };
    if terms.is_client {
        let resumed = session.is_resumed().then(|| Kept::get().data.state());
        assert!(session.verify_result().is_verified(), "nobody verified it");
        let leaf = pki::certificate(pki::SERVER);
        assert_eq!(&session.peer_certificates()[0][..], leaf.as_der());
        if let Some(state) = resumed {
            assert_eq!(session.cipher_suite().iana_number(), state.cipher_suite);
            assert_eq!(session.alpn(), state.alpn.as_deref());
        }
        let data = session.resumption_data();
        assert!(data.is_none_or(|data| data.server_name() == pki::NAME));
    } else {
        assert!(session.peer_certificates().is_empty(), "nobody asked");
        assert!(terms.memory != Memory::Nothing || !session.is_resumed());
    }
    handshakes::use_up(&mut session);
}

fn session(terms: Terms, transport: Transport<'_>) -> Option<SslSession<Transport<'_>>> {
    let kept = Kept::get();
    kept::always_alike(|| {
        let handshake = if terms.is_client {
            let client = Handshake::client(&kept::client(), pki::name(), transport);
            let mut client = client.expect("memory");
            assert!(client.resume(&kept.for_memory(terms.memory)));
            client
        } else {
            kept::plant(&kept.entry);
            Handshake::server(&kept::server(terms.memory), transport).expect("memory")
        };
        handshakes::run(handshake)
    })
}

fn seeds() -> Vec<Vec<u8>> {
    (0..Terms::COUNT).map(recording).collect()
}

fn recording(number: u8) -> Vec<u8> {
    let terms = Terms::new(number);
    let kept = Kept::get();
    kept::always_alike(|| {
        kept::plant(&kept.entry);
        let mut client = kept::begin(&kept::client());
        assert!(client.resume(&kept.for_memory(terms.memory)));
        let config = kept::server(terms.memory);
        let server = Handshake::server(&config, MemoryTransport::new()).expect("memory");
        let (client, server) = handshakes::record([number, number], client, server);
        match terms.is_client {
            true => server,
            false => client,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_recorded_is_right_again() {
        for number in 0..Terms::COUNT {
            let terms = Terms::new(number);
            let said = recording(number);
            let session = session(terms, Transport::new(&said[2..], 0));
            let session = session.unwrap_or_else(|| panic!("{terms:?}"));
            assert_eq!(session.is_resumed(), terms.memory != Memory::Nothing);
        }
    }
}
