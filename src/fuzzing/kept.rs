//! A session that both sides keep, and the client and the server to resume it.

use std::cell::RefCell;
use std::sync::OnceLock;
use std::time::Duration;

use super::pki::{self, Terms};
use crate::rng::fixed;
use crate::ssl::fuzzing::{Handle, Purpose, SessionState, stop_clock};
use crate::{
    Client, Error, Handshake, MemoryTransport, ResumptionData, Server, SessionCache, SessionStore,
    SslConfig, SslSession, TicketKeys,
};

/// What the server sealed with when the session was made.
const KEY: [u8; 32] = *b"the ticket key of the fuzzing...";
/// What it seals with since then, where it has changed its keys.
const NEW_KEY: [u8; 32] = *b"the ticket key that came after..";
/// By which a client without tickets knows the session.
pub(super) const ID: [u8; 32] = [0x1d; 32];

/// The session, as each of those keeps it who may.
pub(super) struct Kept {
    /// What the client has, with a ticket.
    pub(super) data: ResumptionData,
    /// What is in the ticket, as in an entry of the cache.
    pub(super) state: SessionState,
    pub(super) ticket: Vec<u8>,
    pub(super) entry: Vec<u8>,
    pub(super) saved: Vec<u8>,
}

/// What a server still knows of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    Ticket,
    /// With keys that have changed, so that the client gets a new ticket.
    OldTicket,
    Cache,
    Nothing,
}

impl Kept {
    pub(super) fn get() -> &'static Self {
        static KEPT: OnceLock<Kept> = OnceLock::new();
        KEPT.get_or_init(|| always_alike(Self::new))
    }

    fn new() -> Self {
        let (client, server) = (client(), server(Memory::Ticket));
        let (client, _) = meet(begin(&client), &server).expect("a session");
        let data = client.resumption_data().expect("there is a ticket");
        let Handle::Ticket(ticket) = data.handle() else {
            panic!("a ticket was sent");
        };
        let keys = keys(Memory::Ticket);
        let opened = keys.open(Purpose::Ticket, b"", ticket).expect("it is ours");
        let state = SessionState::decode(&opened.text).expect("it is ours");
        Self {
            ticket: ticket.to_vec(),
            entry: sealed(Purpose::Cache, &state.encode()),
            saved: data.seal(&keys).expect("memory"),
            state,
            data,
        }
    }

    /// The client's session, to be known by this.
    pub(super) fn with(&self, handle: Handle) -> Option<ResumptionData> {
        ResumptionData::new(self.data.state().clone(), handle, u64::MAX)
    }

    /// What a client offers to a server that remembers the session like this.
    pub(super) fn for_memory(&self, memory: Memory) -> ResumptionData {
        let handle = match memory {
            Memory::Cache => Handle::Id(ID.into()),
            _ => Handle::Ticket(self.ticket.as_slice().into()),
        };
        self.with(handle).expect("a handle of ours")
    }
}

/// Runs `body` where nothing depends on the time or on chance.
pub(super) fn always_alike<T>(body: impl FnOnce() -> T) -> T {
    // Loading a key may draw random bytes, and is done once.
    pki::pki();
    let now = pki::now().as_secs();
    fixed::during(3, || stop_clock(now, body))
}

pub(super) fn keys(memory: Memory) -> TicketKeys {
    let (current, previous): (_, &[_]) = match memory {
        Memory::OldTicket => (&NEW_KEY, &[KEY]),
        Memory::Nothing => (&NEW_KEY, &[]),
        Memory::Ticket | Memory::Cache => (&KEY, &[]),
    };
    TicketKeys::supplied(Duration::from_secs(3600), current, previous).expect("keys of ours")
}

/// As the server would seal it.
pub(super) fn sealed(purpose: Purpose, text: &[u8]) -> Vec<u8> {
    let context: &[u8] = match purpose {
        Purpose::Cache => &ID,
        Purpose::Ticket | Purpose::Saved => b"",
    };
    let keys = keys(Memory::Ticket);
    keys.seal(purpose, context, text).expect("memory")
}

pub(super) fn client() -> SslConfig<Client> {
    Terms::new(0).client()
}

pub(super) fn server(memory: Memory) -> SslConfig<Server> {
    let keys = keys(memory);
    let builder = Terms::new(0).server_builder();
    let builder = match memory {
        Memory::Cache => builder.session_cache(SessionCache::new(Planted, keys)),
        _ => builder.tickets(keys),
    };
    builder.build().expect("a configuration of ours")
}

/// A store that gives what this thread has planted, under any id.
struct Planted;

thread_local! {
    static ENTRY: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

pub(super) fn plant(entry: &[u8]) {
    ENTRY.set(Some(entry.to_vec()));
}

impl SessionStore for Planted {
    fn put(&self, _id: &[u8], _entry: &[u8], _lifetime: Duration) {}

    fn get(&self, _id: &[u8]) -> Option<Vec<u8>> {
        ENTRY.with_borrow(Clone::clone)
    }

    fn remove(&self, _id: &[u8]) {}
}

pub(super) type Session = SslSession<MemoryTransport>;

pub(super) fn begin(config: &SslConfig<Client>) -> Handshake<MemoryTransport> {
    Handshake::client(config, pki::name(), MemoryTransport::new()).expect("memory")
}

/// Runs a handshake to its end; `None` where it fails, and then on both sides.
pub(super) fn meet(
    mut client: Handshake<MemoryTransport>,
    server: &SslConfig<Server>,
) -> Option<(Session, Session)> {
    let mut server = Handshake::server(server, MemoryTransport::new()).expect("memory");
    for _ in 0..3 {
        if fails(&mut client, &mut server) || fails(&mut server, &mut client) {
            assert!(!client.is_complete() || !server.is_complete());
            return None;
        }
    }
    let (client, server) = (client.into_session(), server.into_session());
    Some((client.expect("a session"), server.expect("a session")))
}

/// One side goes on, and the other gets what it says.
fn fails(one: &mut Handshake<MemoryTransport>, other: &mut Handshake<MemoryTransport>) -> bool {
    let result = one.advance();
    let sent = one.get_mut().take_outgoing();
    other.get_mut().push_incoming(&sent);
    match result {
        Ok(()) | Err(Error::WouldBlock) => false,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Else a finding could not be seen again.
    #[test]
    fn the_session_is_the_same_each_time() {
        let (kept, again) = (Kept::get(), always_alike(Kept::new));
        assert_eq!(again.ticket, kept.ticket);
        assert_eq!(again.entry, kept.entry);
        assert_eq!(again.saved, kept.saved);
    }
}
