//! The checkpoints of resumption.
//!
//! A server decides between ClientHello and ServerHello, when all that a
//! session is bound to has been negotiated. A client decides what it offers
//! before its hello, and holds the server's answer against it. The engine only
//! carries out what was decided, and is held to it.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Engine, Phase};
use crate::error::{Alert, Result};
use crate::logging::debug;
use crate::ssl::config::ClientAuth;
use crate::ssl::resumption::{
    ClientSessions, Handle, MAX_LIFETIME, Opened, Purpose, ResumptionData, SessionState, now,
};
use crate::ssl::verdict::Verdict;
use crate::ssl::wire::codec::Reader;
use crate::ssl::wire::hello::{ServerHello, extension};
use crate::x509::VerifiedChain;

/// What a session knows about earlier and later ones.
#[derive(Default)]
pub(super) struct Resumption {
    is_resumed: bool,
    /// On a client: the session that is offered or resumed.
    offered: Option<ResumptionData>,
    /// On a client: a ticket of this handshake and its lifetime, in seconds.
    ticket: Option<(Box<[u8]>, u32)>,
    /// On a client: where sessions are remembered.
    sessions: Option<ClientSessions>,
    /// On a server: the session that was chosen for being resumed.
    chosen: Option<Box<SessionState>>,
    /// On a server: the id under which the session is in the cache.
    cached_as: Vec<u8>,
    /// Until when the peer's chain is good, in seconds since 1970; where it
    /// was judged in this handshake.
    peer_good_until: Option<u64>,
    is_kept: bool,
}

impl Engine {
    pub(crate) fn is_resumed(&self) -> bool {
        self.resumption.is_resumed
    }

    pub(super) fn peer_was_verified(&mut self, chain: &VerifiedChain) {
        let config = &self.config;
        let verifier = match self.is_client() {
            true => config.verifier(),
            false => config.client_auth.verifier(),
        };
        let good_until = verifier.map(|verifier| verifier.good_until(chain).as_secs());
        self.resumption.peer_good_until = good_until;
    }

    /// The engine must do what was decided here, and nothing else.
    pub(super) fn check_resumption(&mut self) -> Result<()> {
        if self.raw.is_resuming() == self.resumption.is_resumed {
            return Ok(());
        }
        let reason = "the engine and the checks before it disagree about resumption";
        Err(self.refuse(Alert::InternalError, reason))
    }

    /// The connection failed: its session shall not be resumed (RFC 5246,
    /// 7.2.2).
    pub(super) fn forget_session(&mut self) {
        if let Some((sessions, binding)) = self.remembers() {
            if let Some(name) = &self.server_name {
                sessions.remove(name, binding);
            }
        }
        if let Some(cache) = &self.config.resumption.cache {
            if !self.resumption.cached_as.is_empty() {
                cache.remove(&self.resumption.cached_as);
            }
        }
    }

    /// The handshake is complete on our side.
    pub(super) fn keep_session(&mut self) {
        if core::mem::replace(&mut self.resumption.is_kept, true) {
            return;
        }
        match self.is_client() {
            true => self.remember_session(),
            false => self.cache_session(),
        }
    }
}

/// The client's side.
impl Engine {
    pub(crate) fn offer_session(&mut self, data: &ResumptionData) -> bool {
        let (Some(name), Some(binding)) = (&self.server_name, self.config.client_binding()) else {
            return false;
        };
        if let Some(_why) = data.why_not(name, &binding) {
            debug!("a session with {name} is not resumed: {_why}");
            return false;
        }
        let state = data.state();
        let (id, ticket): (&[u8], &[u8]) = match data.handle() {
            Handle::Id(id) => (id, &[]),
            Handle::Ticket(_) if self.config.resumption.without_tickets => {
                debug!("a session with {name} is not resumed: it has a ticket");
                return false;
            }
            Handle::Ticket(ticket) => (&[], ticket),
        };
        // The engine refuses where the handshake has begun, or a session is offered already.
        let offered = self
            .raw
            .offer_session(state.cipher_suite, &state.master, id, ticket);
        if offered.is_ok() {
            self.resumption.offered = Some(data.clone());
        }
        offered.is_ok()
    }

    pub(crate) fn remember_in(&mut self, sessions: &ClientSessions) {
        let (Some(name), Some(binding)) = (&self.server_name, self.config.client_binding()) else {
            return;
        };
        let found = sessions.get(name, binding);
        self.resumption.sessions = Some(sessions.clone());
        if let Some(data) = found {
            self.offer_session(&data);
        }
    }

    /// Whether the server resumes, and whether it may.
    pub(super) fn server_answered(&mut self, hello: &ServerHello) -> Result<()> {
        let Some(data) = self.resumption.offered.take() else {
            return Ok(());
        };
        let id = self.offered.as_ref().map(|offer| &offer.session_id[..]);
        if !id.is_some_and(|id| !id.is_empty() && id == hello.session_id) {
            return Ok(());
        }
        let state = data.state();
        let (alert, what) = match () {
            // RFC 5246, 7.4.1.3.
            () if hello.cipher_suite != state.cipher_suite => {
                (Alert::IllegalParameter, "another cipher suite")
            }
            // RFC 7627, 5.3.
            () if !hello.extended_master_secret => {
                (Alert::HandshakeFailure, "no extended master secret")
            }
            () if hello.alpn != state.alpn => (Alert::IllegalParameter, "another protocol"),
            () => {
                self.resumption.is_resumed = true;
                self.verdict = Verdict::Verified;
                self.peer_chain = state.peer_chain.clone();
                self.resumption.offered = Some(data);
                return Ok(());
            }
        };
        let reason = format!("the server resumes a session with {what} than before");
        Err(self.refuse(alert, reason))
    }

    /// NewSessionTicket (RFC 5077, 3.3). It counts once the handshake is
    /// complete.
    pub(super) fn ticket_came(&mut self, message: &[u8]) -> Result<()> {
        let mut body = Reader::new(message.get(4..).unwrap_or_default());
        let (Some(lifetime), Some(ticket), true) = (body.array(), body.vec16(), body.is_empty())
        else {
            let reason = "the NewSessionTicket is cut short or has a wrong length";
            return Err(self.refuse(Alert::DecodeError, reason));
        };
        if !ticket.is_empty() {
            self.resumption.ticket = Some((ticket.into(), u32::from_be_bytes(lifetime)));
        }
        Ok(())
    }

    pub(crate) fn resumption_data(&self) -> Option<ResumptionData> {
        // A session that failed is not resumed (RFC 5246, 7.2.2).
        if !self.is_client() || !self.verdict.is_verified() || self.phase() == Phase::Dead {
            return None;
        }
        let before = self.resumption.offered.as_ref();
        let before = before.filter(|_| self.resumption.is_resumed);
        let now = now()?;
        let (handle, end) = match (&self.resumption.ticket, before) {
            (Some((ticket, lifetime)), _) => {
                let lifetime = match lifetime {
                    // Not specified.
                    0 => MAX_LIFETIME,
                    &lifetime => u64::from(lifetime),
                };
                let end = now.saturating_add(lifetime);
                (Handle::Ticket(ticket.clone()), end)
            }
            (None, Some(data)) => return Some(data.clone()),
            (None, None) => {
                let id = &self.chosen.as_ref()?.session_id;
                let end = now.saturating_add(MAX_LIFETIME);
                (Handle::Id(id.as_slice().into()), end)
            }
        };
        let mut state = self.state_to_keep(self.config.client_binding()?)?;
        state.server_name = self.server_name.as_ref().map(|name| name.as_str().into());
        state.peer_chain = self.peer_chain.clone();
        if let Some(data) = before {
            state.authenticated_at = data.state().authenticated_at;
            state.valid_until = data.state().valid_until;
        }
        ResumptionData::new(state, handle, end)
    }

    fn remember_session(&mut self) {
        let Some((sessions, binding)) = self.remembers() else {
            return;
        };
        let Some(name) = &self.server_name else {
            return;
        };
        match self.resumption_data() {
            Some(data) => sessions.put(name, binding, data),
            None => sessions.remove(name, binding),
        }
    }

    fn remembers(&self) -> Option<(&ClientSessions, [u8; 32])> {
        let sessions = self.resumption.sessions.as_ref();
        sessions.zip(self.config.client_binding())
    }
}

/// The server's side.
impl Engine {
    /// Between ClientHello and ServerHello: resumes the session that the client
    /// brings, or prepares for a new one.
    pub(super) fn choose_session(&mut self) -> Result<()> {
        let config = Arc::clone(&self.config);
        let settings = &config.resumption;
        let Some(hello) = self.offered.clone() else {
            return Ok(());
        };
        let has_secret = hello.offers(extension::EXTENDED_MASTER_SECRET);
        let tickets = settings.tickets.as_ref();
        let tickets = tickets.filter(|_| hello.offers(extension::SESSION_TICKET));

        let (mut found, mut is_current, mut id) = (None, false, Vec::new());
        if hello.has_ticket {
            // RFC 5077, 3.4: with a ticket, the id is none of a session.
            let opened = tickets.and_then(|keys| keys.open(Purpose::Ticket, b"", &hello.ticket.0));
            if let (
                Some(Opened {
                    text,
                    is_current: current,
                }),
                Some(keys),
            ) = (opened, tickets)
            {
                found = SessionState::decode(&text).map(|state| (state, keys.lifetime().as_secs()));
                is_current = current;
            }
        } else if let (Some(cache), false) = (&settings.cache, hello.session_id.is_empty()) {
            id = hello.session_id.clone();
            let state = self.outside(|_| cache.get(&id));
            found = state.map(|state| (state, cache.lifetime()));
            is_current = true;
        }
        let found = found.filter(|(state, lifetime)| match self.why_not(state, *lifetime) {
            None => true,
            Some(_why) => {
                debug!("a client's session is not resumed: {_why}");
                false
            }
        });

        let Some((state, _)) = found else {
            // What is not kept gets neither ticket nor id.
            if has_secret && !self.raw.chose_pre_shared_key() && now().is_some() {
                if tickets.is_some() {
                    self.raw.announce_ticket();
                } else if settings.cache.is_some() {
                    self.raw.give_session_id();
                }
            }
            return Ok(());
        };
        if !has_secret {
            // RFC 7627, 5.3.
            let reason =
                "the client resumes a session without the extended master secret that it had";
            return Err(self.refuse(Alert::HandshakeFailure, reason));
        }
        self.raw
            .resume_session(state.cipher_suite, &state.master)
            .map_err(|code| self.engine_refused(code))?;
        if tickets.is_some() && !is_current {
            self.raw.announce_ticket();
        }
        self.resumption.is_resumed = true;
        self.resumption.cached_as = id;
        self.peer_chain = state.peer_chain.clone();
        if !self.peer_chain.is_empty() {
            self.verdict = Verdict::Verified;
        }
        let mut identities = self.config.identities().iter();
        self.own_identity = identities.position(|identity| identity.fingerprint == state.shown);
        self.resumption.chosen = Some(Box::new(state));
        Ok(())
    }

    /// Why a session is not resumed in this handshake.
    fn why_not(&self, state: &SessionState, lifetime: u64) -> Option<&'static str> {
        let hello = self.offered.as_ref()?;
        let common = &self.config.common;
        let may_use = |number: &u16| {
            let mut suites = common.cipher_suites.iter();
            suites.any(|suite| suite.iana_number() == *number)
        };
        let has_certificate = !state.peer_chain.is_empty();
        let is_judged_alike = match self.config.client_auth {
            ClientAuth::Off => !has_certificate,
            ClientAuth::Optional(_) => true,
            ClientAuth::Required(_) => has_certificate,
        };
        match () {
            () if !now().is_some_and(|now| state.is_current(now, lifetime)) => {
                Some("its time is over, or nobody knows the time")
            }
            () if self.config.server_binding() != Some(state.binding) || !is_judged_alike => {
                Some("it was made under another configuration")
            }
            () if state.server_name != hello.server_name => Some("it was for another server name"),
            () if state.alpn.as_deref() != self.raw.alpn() => Some("it was for another protocol"),
            () if state.max_fragment != self.raw.max_fragment_code() => {
                Some("it had another fragment length")
            }
            () if !hello.cipher_suites.contains(&state.cipher_suite) => {
                Some("the client does not offer its cipher suite")
            }
            () if !may_use(&state.cipher_suite) => Some("its cipher suite is not allowed any more"),
            () => None,
        }
    }

    /// Before ChangeCipherSpec: the ticket that was announced.
    pub(super) fn write_ticket(&mut self) -> Result<()> {
        if !self.raw.owes_ticket() {
            return Ok(());
        }
        self.read_own_hello();
        // Where it cannot be made, an empty one says so (RFC 5077, 3.3).
        let (ticket, lifetime) = self.sealed_ticket().unwrap_or_default();
        let written = self.raw.write_ticket(lifetime, &ticket);
        written.map_err(|code| self.engine_refused(code))
    }

    fn sealed_ticket(&self) -> Option<(Vec<u8>, u32)> {
        let keys = self.config.resumption.tickets.as_ref()?;
        let state = self.server_state()?;
        let end = state.end(keys.lifetime().as_secs());
        let left = end.saturating_sub(now()?);
        if left == 0 {
            return None;
        }
        let ticket = keys.seal(Purpose::Ticket, b"", &state.encode()).ok()?;
        Some((ticket, u32::try_from(left).unwrap_or(u32::MAX)))
    }

    fn cache_session(&mut self) {
        let config = Arc::clone(&self.config);
        let Some(cache) = &config.resumption.cache else {
            return;
        };
        // With a ticket, the server has given no id.
        let id = self.chosen.as_ref().map(|hello| hello.session_id.clone());
        let id = id.filter(|id| !id.is_empty() && !self.resumption.is_resumed);
        if let (Some(id), Some(state)) = (id, self.server_state()) {
            self.outside(|_| cache.put(&id, &state));
            self.resumption.cached_as = id;
        }
    }

    /// What is to be kept of this session, if it may be resumed.
    fn server_state(&self) -> Option<SessionState> {
        if let Some(state) = &self.resumption.chosen {
            return Some((**state).clone());
        }
        let mut state = self.state_to_keep(self.config.server_binding()?)?;
        state.server_name = self.offered.as_ref()?.server_name.clone();
        state.max_fragment = self.raw.max_fragment_code();
        if let Some(identity) = self.own_identity() {
            state.shown = identity.fingerprint;
        }
        if let Some(leaf) = self.peer_chain.first() {
            if !self.verdict.is_verified() || leaf.len() > MAX_LEAF {
                return None;
            }
            state.peer_chain = vec![leaf.clone()];
        }
        Some(state)
    }

    /// What both sides keep of a session with extended master secret. With a
    /// pre-shared key there is little to save, and who has it would be lost.
    fn state_to_keep(&self, binding: [u8; 32]) -> Option<SessionState> {
        let hello = self.chosen.as_ref()?;
        if !hello.extended_master_secret || self.uses_pre_shared_key() {
            return None;
        }
        Some(SessionState {
            authenticated_at: now()?,
            valid_until: self.resumption.peer_good_until.unwrap_or(u64::MAX),
            cipher_suite: hello.cipher_suite,
            max_fragment: 0,
            server_name: None,
            alpn: hello.alpn.clone(),
            binding,
            shown: [0; 32],
            peer_chain: Vec::new(),
            master: self.raw.master_secret().ok()?,
        })
    }
}

/// The largest certificate of a client that a ticket carries. Sessions with a
/// larger one are not resumed.
const MAX_LEAF: usize = 4096;
