//! A session that a client keeps.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::clock::now;
use super::keys::{Opened, Purpose, TicketKeys};
use super::state::SessionState;
use crate::error::{Error, Result};
use crate::ssl::wire::codec::Reader;
use crate::x509::ServerName;

/// What a client needs to resume a session: a secret that it shares with the
/// server, and the ticket or id by which the server knows it.
///
/// From [`SslSession::resumption_data`](crate::SslSession::resumption_data), for
/// [`Handshake::resume`](crate::Handshake::resume). It may be used many times,
/// and sealed and stored. [`ClientSessions`](crate::ClientSessions) does all
/// this by itself.
///
/// It is bound to the server's name and to the configuration: trust store,
/// verifier, revocation lists, suites, groups, protocols and certificate of
/// the client. Under any other it does not fit and a full handshake is made.
/// It also ends: when the server said so, after a day, when a certificate of
/// the server expires, and when a revocation list is due.
///
/// Cloning shares it. The secret is wiped with the last clone.
///
/// Source: `mbedtls_ssl_get_session`, `mbedtls_ssl_set_session`.
///
/// ```
/// use embertls::{ResumptionData, SslSession};
///
/// fn keep<T>(session: &SslSession<T>) -> Option<ResumptionData> {
///     let data = session.resumption_data()?;
///     println!("{} may be resumed", data.server_name());
///     Some(data)
/// }
/// ```
#[derive(Clone)]
pub struct ResumptionData {
    inner: Arc<Inner>,
}

struct Inner {
    state: SessionState,
    handle: Handle,
    /// When the server forgets the session, in seconds since 1970.
    end: u64,
}

/// By what a server finds a session.
#[derive(Clone)]
#[cfg_attr(any(test, fuzzing), derive(PartialEq, Eq))]
pub(crate) enum Handle {
    Ticket(Box<[u8]>),
    Id(Box<[u8]>),
}

impl ResumptionData {
    /// `None` where the handle is of a length that the engine does not send.
    pub(crate) fn new(state: SessionState, handle: Handle, end: u64) -> Option<Self> {
        let is_usable = match &handle {
            Handle::Ticket(ticket) => (1..=MAX_TICKET).contains(&ticket.len()),
            Handle::Id(id) => (16..=32).contains(&id.len()),
        };
        let inner = Inner { state, handle, end };
        is_usable.then(|| Self {
            inner: Arc::new(inner),
        })
    }

    /// The server's name, in the form of [`ServerName::as_str`].
    ///
    /// ```
    /// # fn example(data: &embertls::ResumptionData) {
    /// println!("a session with {}", data.server_name());
    /// # }
    /// ```
    pub fn server_name(&self) -> &str {
        self.state().server_name.as_deref().unwrap_or_default()
    }

    /// Whether its time is over, or nobody knows the time, so that a full
    /// handshake would be made.
    ///
    /// ```
    /// # fn example(data: Option<embertls::ResumptionData>) {
    /// let data = data.filter(|data| !data.is_expired());
    /// # drop(data);
    /// # }
    /// ```
    pub fn is_expired(&self) -> bool {
        now().is_none_or(|now| !self.state().is_current(now, MAX_LIFETIME) || now >= self.inner.end)
    }

    /// The data as bytes that can be stored, sealed with `keys`.
    ///
    /// # Errors
    ///
    /// [`Error::Random`] or [`Error::OutOfMemory`].
    ///
    /// ```
    /// use embertls::{ResumptionData, TicketKeys};
    ///
    /// # fn example(data: &ResumptionData, secret: &[u8; 32]) -> Result<(), Box<dyn std::error::Error>> {
    /// let keys = TicketKeys::supplied(TicketKeys::MAX_LIFETIME, secret, &[])?;
    /// std::fs::write("session", data.seal(&keys)?)?;
    /// let again = ResumptionData::open(&keys, &std::fs::read("session")?)?;
    /// # drop(again);
    /// # Ok(())
    /// # }
    /// ```
    pub fn seal(&self, keys: &TicketKeys) -> Result<Vec<u8>> {
        keys.seal(Purpose::Saved, b"", &self.encode())
    }

    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let state = self.state().encode();
        let (kind, handle) = match &self.inner.handle {
            Handle::Ticket(ticket) => (KIND_TICKET, ticket),
            Handle::Id(id) => (KIND_ID, id),
        };
        // With room for all of it, so that growing leaves no copy behind.
        let len = 1 + 8 + 2 + handle.len() + state.len();
        let mut text = Zeroizing::new(Vec::with_capacity(len));
        text.push(kind);
        text.extend_from_slice(&self.inner.end.to_be_bytes());
        text.extend_from_slice(&(handle.len() as u16).to_be_bytes());
        text.extend_from_slice(handle);
        text.extend_from_slice(&state);
        text
    }

    /// Opens what [`Self::seal`] made, on any machine and with any version of
    /// this crate that has the same format.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] for anything else, and where none of the keys is the
    /// one that it was sealed with.
    ///
    /// ```
    /// use embertls::{ResumptionData, TicketKeys};
    ///
    /// # fn main() -> embertls::Result<()> {
    /// let keys = TicketKeys::rotating(TicketKeys::DEFAULT_LIFETIME)?;
    /// assert!(ResumptionData::open(&keys, b"something else").is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn open(keys: &TicketKeys, sealed: &[u8]) -> Result<Self> {
        let refused = |reason| Error::config(format!("a saved session cannot be used: {reason}"));
        let Opened { text, .. } = keys.open(Purpose::Saved, b"", sealed).ok_or_else(|| {
            refused("it is damaged, or was sealed with a key that is not among these")
        })?;
        Self::parse(&text).ok_or_else(|| refused("its format is unknown"))
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(text);
        let kind = reader.u8()?;
        let end = u64::from_be_bytes(reader.array()?);
        let handle = reader.vec16()?.into();
        let handle = match kind {
            KIND_TICKET => Handle::Ticket(handle),
            KIND_ID => Handle::Id(handle),
            _ => return None,
        };
        Self::new(SessionState::decode(reader.rest())?, handle, end)
    }

    /// Why it does not fit a session with this server under the configuration
    /// of this digest; `None` if it does.
    pub(crate) fn why_not(&self, name: &ServerName, binding: &[u8; 32]) -> Option<&'static str> {
        let state = self.state();
        match () {
            () if self.server_name() != name.as_str() => Some("it is of another server"),
            () if state.binding != *binding => Some("it was made under another configuration"),
            () if self.is_expired() => Some("its time is over"),
            () => None,
        }
    }

    pub(crate) fn state(&self) -> &SessionState {
        &self.inner.state
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.inner.handle
    }

    /// When its time is over, in seconds since 1970.
    pub(crate) fn end(&self) -> u64 {
        self.inner.end.min(self.state().end(MAX_LIFETIME))
    }

    /// About how much memory it takes.
    pub(crate) fn size(&self) -> usize {
        let state = self.state();
        let handle = match &self.inner.handle {
            Handle::Ticket(bytes) | Handle::Id(bytes) => bytes.len(),
        };
        let chain: usize = state.peer_chain.iter().map(|der| der.len()).sum();
        size_of::<Inner>() + handle + chain + self.server_name().len()
    }
}

/// The server's name and the end; nothing of the secret, nor of the ticket.
impl fmt::Debug for ResumptionData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResumptionData")
            .field("server_name", &self.server_name())
            .field("is_expired", &self.is_expired())
            .finish_non_exhaustive()
    }
}

const KIND_TICKET: u8 = 1;
const KIND_ID: u8 = 2;

/// What surely fits a ClientHello.
const MAX_TICKET: usize = 8192;
/// In seconds; what the server allows may be less.
pub(crate) const MAX_LIFETIME: u64 = TicketKeys::MAX_LIFETIME.as_secs();

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::super::clock::test::advance;
    use super::super::state::tests::state;
    use super::*;

    fn data(handle: Handle) -> Option<ResumptionData> {
        let state = SessionState {
            authenticated_at: now().unwrap(),
            valid_until: u64::MAX,
            ..state()
        };
        ResumptionData::new(state, handle, now().unwrap() + 1000)
    }

    fn ticket(len: usize) -> Handle {
        Handle::Ticket(vec![7; len].into())
    }

    #[test]
    fn sealed_data_is_opened_with_the_same_keys_only() {
        let keys = TicketKeys::rotating(Duration::from_secs(60)).unwrap();
        let others = TicketKeys::rotating(Duration::from_secs(60)).unwrap();
        for handle in [ticket(500), Handle::Id([3; 32].into())] {
            let data = data(handle).unwrap();
            let sealed = data.seal(&keys).unwrap();
            assert!(!sealed.windows(16).any(|part| part == [9; 16]));
            let opened = ResumptionData::open(&keys, &sealed).unwrap();
            assert!(opened.state() == data.state() && opened.handle() == data.handle());
            assert_eq!(opened.end(), data.end());

            let error = ResumptionData::open(&others, &sealed).unwrap_err();
            assert!(error.to_string().contains("a key that is not among these"));
            for at in [0, 1, 20, 45, 60, sealed.len() - 1] {
                let mut changed = sealed.clone();
                changed[at] ^= 4;
                assert!(ResumptionData::open(&keys, &changed).is_err(), "byte {at}");
                assert!(ResumptionData::open(&keys, &sealed[..at]).is_err());
            }
        }
    }

    #[test]
    fn a_ticket_of_a_server_is_no_saved_session() {
        let keys = TicketKeys::rotating(Duration::from_secs(60)).unwrap();
        let sealed = keys.seal(Purpose::Ticket, b"", &state().encode()).unwrap();
        assert!(ResumptionData::open(&keys, &sealed).is_err());
    }

    #[test]
    fn handles_that_cannot_be_sent_make_no_data() {
        assert!(data(ticket(0)).is_none());
        assert!(data(ticket(MAX_TICKET)).is_some());
        assert!(data(ticket(MAX_TICKET + 1)).is_none());
        for (len, usable) in [(0, false), (15, false), (16, true), (32, true), (33, false)] {
            let handle = Handle::Id(vec![1; len].into());
            assert_eq!(data(handle).is_some(), usable, "{len} bytes");
        }
    }

    #[test]
    fn it_fits_one_name_one_configuration_and_its_time() {
        let data = data(ticket(10)).unwrap();
        let name = ServerName::try_from("server.example").unwrap();
        let other = ServerName::try_from("other.example").unwrap();
        assert_eq!(data.why_not(&name, &[5; 32]), None);
        assert!(data.why_not(&other, &[5; 32]).is_some());
        assert!(data.why_not(&name, &[6; 32]).is_some());
        advance(999);
        assert_eq!(data.why_not(&name, &[5; 32]), None);
        advance(1);
        assert_eq!(data.why_not(&name, &[5; 32]), Some("its time is over"));
        assert!(data.is_expired());
    }

    #[test]
    fn its_debug_form_shows_neither_secret_nor_ticket() {
        let shown = format!("{:?}", data(ticket(10)).unwrap());
        assert_eq!(
            shown,
            "ResumptionData { server_name: \"server.example\", is_expired: false, .. }"
        );
    }
}
