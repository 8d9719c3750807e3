//! Sessions that were kept: saved ones of a client, tickets, and entries of a
//! cache, as somebody gives them back who had them in the meantime.

use super::kept::{self, Kept, Memory};
use super::{Target, pki};
use crate::ResumptionData;
use crate::ssl::fuzzing::{Handle, Purpose, SessionState};

pub(super) const TARGET: Target = Target {
    name: "sessions",
    run,
    seeds,
    words: &[
        b"\x01\x01",
        b"\x02\x01",
        b"\x00\x00",
        b"\x00\x20",
        b"\xc0\x2b",
        b"\xcc\xa9",
        b"\x00\x00\x00\x00\x68\x4e\xe1\x80",
        b"\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x00\x0bserver.test",
        b"\x00\x03two",
        b"\x00\x03one",
        b"\x00\x00\x02\x30\x00",
    ],
};

/// What an input is, by its first byte. With the right seal only who has the
/// keys can make it; without, everybody.
const KINDS: [fn(&[u8]); 6] = [
    saved,
    ticket,
    entry,
    saved_sealed,
    ticket_sealed,
    entry_sealed,
];

fn run(data: &[u8]) {
    let [kind, bytes @ ..] = data else {
        return;
    };
    let run = KINDS[usize::from(*kind) % KINDS.len()];
    kept::always_alike(|| run(bytes));
}

fn saved(text: &[u8]) {
    let keys = kept::keys(Memory::Ticket);
    let sealed = kept::sealed(Purpose::Saved, text);
    let data = match ResumptionData::open(&keys, &sealed) {
        Ok(data) => data,
        Err(error) => return assert!(error.to_string().contains("its format is unknown")),
    };
    assert!(data.encode()[..] == *text, "it says something else");
    if is_resumed(&data, Memory::Ticket) {
        let kept = Kept::get();
        assert!(data.handle() == &Handle::Ticket(kept.ticket.as_slice().into()));
        assert!(data.state().master == kept.state.master);
        assert_eq!(data.server_name(), pki::NAME);
    }
}

fn ticket(text: &[u8]) {
    let ticket = kept::sealed(Purpose::Ticket, text);
    if brought(Handle::Ticket(ticket.into()), Memory::Ticket) {
        check(text);
    }
}

fn entry(text: &[u8]) {
    kept::plant(&kept::sealed(Purpose::Cache, text));
    if brought(Handle::Id(kept::ID.into()), Memory::Cache) {
        check(text);
    }
}

fn saved_sealed(bytes: &[u8]) {
    let opened = ResumptionData::open(&kept::keys(Memory::Ticket), bytes);
    assert_eq!(opened.is_ok(), bytes == Kept::get().saved);
}

fn ticket_sealed(bytes: &[u8]) {
    let is_resumed = brought(Handle::Ticket(bytes.into()), Memory::Ticket);
    assert_eq!(is_resumed, bytes == Kept::get().ticket);
}

fn entry_sealed(bytes: &[u8]) {
    kept::plant(bytes);
    let is_resumed = brought(Handle::Id(kept::ID.into()), Memory::Cache);
    assert_eq!(is_resumed, bytes == Kept::get().entry);
}

/// What is in a ticket or an entry that was good for a session.
fn check(text: &[u8]) {
    let kept = Kept::get();
    let state = SessionState::decode(text).expect("it was read");
    assert!(state.encode()[..] == *text, "it says something else");
    assert!(state.master == kept.state.master);
    assert_eq!(state.cipher_suite, kept.state.cipher_suite);
    assert_eq!(state.server_name, kept.state.server_name);
    assert_eq!(state.alpn, kept.state.alpn);
    assert_eq!(state.binding, kept.state.binding);
    assert_eq!(state.max_fragment, kept.state.max_fragment);
    assert!(state.peer_chain.is_empty(), "nobody asks for a certificate");
    let now = pki::now().as_secs();
    assert!(state.authenticated_at <= now + 120 && now < state.valid_until);
    assert!(now < state.authenticated_at.saturating_add(3600));
}

/// Whether the client's session is resumed by this handle.
fn brought(handle: Handle, memory: Memory) -> bool {
    let data = Kept::get().with(handle);
    data.is_some_and(|data| is_resumed(&data, memory))
}

/// Whether a client with this resumes; else the handshake is a full one, or
/// fails on both sides.
fn is_resumed(data: &ResumptionData, memory: Memory) -> bool {
    let config = kept::client();
    let mut client = kept::begin(&config);
    let is_offered = client.resume(data);
    let Some((client, server)) = kept::meet(client, &kept::server(memory)) else {
        assert!(is_offered, "a full handshake failed");
        return false;
    };
    assert_eq!(client.is_resumed(), server.is_resumed());
    assert!(is_offered || !client.is_resumed());
    assert!(client.verify_result().is_verified());
    client.is_resumed()
}

fn seeds() -> Vec<Vec<u8>> {
    let kept = Kept::get();
    let by_id = kept.for_memory(Memory::Cache);
    let state = kept.state.encode();
    let mut other = kept.state.clone();
    other.server_name = None;
    other.alpn = None;
    other.peer_chain = vec![super::seed::der(pki::CLIENT).into()];
    let texts: [(u8, &[u8]); 9] = [
        (0, &kept.data.encode()),
        (0, &by_id.encode()),
        (1, &state),
        (1, &other.encode()),
        (2, &state),
        (2, &other.encode()),
        (3, &kept.saved),
        (4, &kept.ticket),
        (5, &kept.entry),
    ];
    texts
        .map(|(kind, bytes)| [&[kind], bytes].concat())
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_unchanged_is_resumed() {
        kept::always_alike(|| {
            let kept = Kept::get();
            assert!(is_resumed(&kept.data, Memory::Ticket));
            let ticket = kept::sealed(Purpose::Ticket, &kept.state.encode());
            assert!(brought(Handle::Ticket(ticket.into()), Memory::Ticket));
            kept::plant(&kept.entry);
            assert!(brought(Handle::Id(kept::ID.into()), Memory::Cache));
        });
    }
}
