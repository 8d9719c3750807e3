//! The handshake, step by step, with our checkpoints between the steps.
//!
//! The engine steps until it wants input. Then the flight it has written goes
//! out whole, and the peer's next message is looked at here before the engine
//! sees it.

use alloc::vec::Vec;

use super::{Engine, Phase, Progress, signing};
use crate::error::{Alert, Error, ErrorCode, Result};
use crate::ffi;
use crate::ssl::terms::CipherSuite;
use crate::ssl::wire::certificate_request::CertificateRequest;
use crate::ssl::wire::codec::Reader;
use crate::ssl::wire::hello::{ClientHello, HelloRefused, ServerHello, extension};
use crate::ssl::wire::inbound::{
    MESSAGE_CERTIFICATE, MESSAGE_CLIENT_HELLO, Plain, RecordRefused, TYPE_CHANGE_CIPHER_SPEC,
    TYPE_HANDSHAKE, behind_the_flight,
};

const MESSAGE_HELLO_REQUEST: u8 = 0;
const MESSAGE_SERVER_HELLO: u8 = 2;
const MESSAGE_NEW_SESSION_TICKET: u8 = 4;
const MESSAGE_SERVER_KEY_EXCHANGE: u8 = 12;
const MESSAGE_CERTIFICATE_REQUEST: u8 = 13;
const MESSAGE_SERVER_HELLO_DONE: u8 = 14;
const MESSAGE_CERTIFICATE_VERIFY: u8 = 15;
const MESSAGE_CLIENT_KEY_EXCHANGE: u8 = 16;

impl Engine {
    /// Goes on with the handshake, with at most one message of the peer: what
    /// one call computes is bounded.
    pub(crate) fn handshake(&mut self) -> Result<Progress> {
        match self.phase() {
            Phase::Open => return Ok(Progress::Done),
            Phase::Dead => return Err(closed()),
            Phase::Handshaking => {}
        }
        let mut worked = false;
        loop {
            if self.raw.state() == ffi::MBEDTLS_SSL_HANDSHAKE_OVER {
                return Ok(self.finish());
            }
            if self.needs_signature()? {
                return Ok(Progress::NeedsSignature);
            }
            let state = self.raw.state();
            self.prepare_step()?;
            match self.step_unless_idle() {
                Ok(()) if state == ffi::MBEDTLS_SSL_SERVER_HELLO => self.check_resumption()?,
                Ok(()) => {}
                Err(code) if signing::is_wanted(code) => self.private_key_wanted()?,
                Err(code) if code.raw() == ffi::MBEDTLS_ERR_SSL_WANT_READ => {
                    self.read_own_hello();
                    if !self.raw.output().is_empty() {
                        return Ok(Progress::NeedsOutput);
                    }
                    if worked {
                        return Ok(Progress::Worked);
                    }
                    if !self.next_from_peer()? {
                        return self.wait_for_input();
                    }
                    worked = true;
                }
                Err(code) => return Err(self.engine_refused(code)),
            }
        }
    }

    /// A step that waits for the peer's Finished computes what it must hold
    /// before it looks whether it is there. It never is: [`Self::next_protected`]
    /// brings it and makes that step.
    fn step_unless_idle(&mut self) -> Result<(), ErrorCode> {
        let awaited = match self.is_client() {
            true => ffi::MBEDTLS_SSL_SERVER_FINISHED,
            false => ffi::MBEDTLS_SSL_CLIENT_FINISHED,
        };
        match self.raw.state() == awaited {
            true => Err(ErrorCode::from_raw(ffi::MBEDTLS_ERR_SSL_WANT_READ)),
            false => self.raw.step(),
        }
    }

    /// What the engine must be told before some of its steps.
    fn prepare_step(&mut self) -> Result<()> {
        match (self.is_client(), self.raw.state()) {
            (false, ffi::MBEDTLS_SSL_CLIENT_HELLO) => {
                self.hash_hello()?;
                self.check_offer()?;
                self.offer_identities()
            }
            (false, ffi::MBEDTLS_SSL_SERVER_HELLO) => {
                if self.config.client_auth.verifier().is_some() {
                    self.raw.keep_both_transcripts();
                }
                self.choose_session()
            }
            (false, ffi::MBEDTLS_SSL_SERVER_CERTIFICATE) => {
                self.note_own_identity();
                Ok(())
            }
            (false, ffi::MBEDTLS_SSL_SERVER_KEY_EXCHANGE) => {
                self.choose_scheme();
                Ok(())
            }
            (false, ffi::MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC) => self.write_ticket(),
            (true, ffi::MBEDTLS_SSL_SERVER_CERTIFICATE) => self.keep_transcripts(),
            (_, ffi::MBEDTLS_SSL_CLIENT_FINISHED) => self.keep_first_finished(true),
            (_, ffi::MBEDTLS_SSL_SERVER_FINISHED) => self.keep_first_finished(false),
            _ => Ok(()),
        }
    }

    /// A hello that came before there was an engine, or comes now.
    ///
    /// The engine gets what it understands of it, the transcript gets all.
    pub(super) fn client_hello_came(&mut self, hello: ClientHello, message: &[u8]) {
        let common = &self.config.common;
        let is_known = |name: &[u8]| common.alpn.iter().any(|ours| ours.to_bytes() == name);
        let reduced = hello.for_engine(message, &common.groups, is_known);
        self.raw.feed(TYPE_HANDSHAKE, &reduced);
        self.offered = Some(hello);
        self.hello_to_hash = message.to_vec();
    }

    fn hash_hello(&mut self) -> Result<()> {
        let message = core::mem::take(&mut self.hello_to_hash);
        if message.is_empty() {
            return Ok(());
        }
        self.raw
            .hash_in_place_of_next(&message)
            .map_err(|code| self.engine_refused(code))
    }

    fn finish(&mut self) -> Progress {
        self.keep_session();
        if !self.raw.output().is_empty() {
            return Progress::NeedsOutput;
        }
        self.note_pre_shared_key();
        self.raw.stop_collecting();
        self.finished = Vec::new();
        self.phase = Phase::Open;
        Progress::Done
    }

    fn wait_for_input(&mut self) -> Result<Progress> {
        if self.input_ended {
            return Err(self.peer_vanished());
        }
        Ok(Progress::NeedsInput)
    }

    /// Takes the peer's next message to the engine; `false` when it is not
    /// there yet.
    fn next_from_peer(&mut self) -> Result<bool> {
        if self.peer_encrypts {
            return self.next_protected();
        }
        loop {
            let event = match self.inbound.next_plain() {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(false),
                Err(refused) => return Err(self.record_refused(refused)),
            };
            match event {
                Plain::Message(message) => {
                    if self.message_came(&message)? {
                        return Ok(true);
                    }
                }
                Plain::ChangeCipherSpec => {
                    self.change_cipher_spec_came()?;
                    return Ok(true);
                }
                Plain::Alert { fatal, description } => self.alert_came(fatal, description)?,
            }
        }
    }

    /// Looks at a handshake message and hands it on; `false` if it is to be
    /// ignored.
    fn message_came(&mut self, message: &[u8]) -> Result<bool> {
        let kind = message[0];
        if self.is_client() && kind == MESSAGE_HELLO_REQUEST && message.len() == 4 {
            // RFC 5246, 7.4.1.1: ignored during a handshake, and no part of the transcript.
            self.inbound
                .idle_record_seen()
                .map_err(|refused| self.record_refused(refused))?;
            return Ok(false);
        }
        if !self.expects(kind) {
            let reason = format!(
                "the peer sent a handshake message of type {kind} instead of {}",
                self.awaited()
            );
            return Err(self.refuse(Alert::UnexpectedMessage, reason));
        }
        match kind {
            MESSAGE_CERTIFICATE => self.certificate_came(message)?,
            MESSAGE_CLIENT_HELLO => {
                let hello =
                    ClientHello::parse(message).map_err(|refused| self.hello_refused(refused))?;
                self.check_end_of_flight()?;
                self.client_hello_came(hello, message);
            }
            MESSAGE_SERVER_HELLO_DONE => {
                self.check_end_of_flight()?;
                self.raw.feed(TYPE_HANDSHAKE, message);
            }
            MESSAGE_SERVER_HELLO => {
                let parsed = match &self.offered {
                    Some(offer) => ServerHello::parse(message, offer),
                    None => {
                        return Err(self.refuse(Alert::InternalError, "no ClientHello was sent"));
                    }
                };
                let hello = parsed.map_err(|refused| self.hello_refused(refused))?;
                self.check_extended_master_secret(hello.extended_master_secret)?;
                self.server_answered(&hello)?;
                self.chosen = Some(hello);
                self.raw.feed(TYPE_HANDSHAKE, message);
            }
            MESSAGE_CERTIFICATE_VERIFY if !is_asked_for(message.get(4)) => {
                return Err(self.refuse(
                    Alert::IllegalParameter,
                    "the client signs with a hash that was not offered",
                ));
            }
            MESSAGE_CERTIFICATE_VERIFY => {
                self.note_certificate_verify(message);
                self.raw.feed(TYPE_HANDSHAKE, message);
            }
            MESSAGE_SERVER_KEY_EXCHANGE => {
                self.note_key_exchange(message);
                self.raw.feed(TYPE_HANDSHAKE, message);
            }
            MESSAGE_CLIENT_KEY_EXCHANGE if self.uses_pre_shared_key() => {
                self.client_named_its_key(message)?;
                self.raw.feed(TYPE_HANDSHAKE, message);
            }
            MESSAGE_CLIENT_KEY_EXCHANGE if self.has_key_share() => {
                self.check_key_share(message)?;
                self.raw.feed(TYPE_HANDSHAKE, message);
            }
            MESSAGE_CERTIFICATE_REQUEST => {
                self.certificate_request_came(message)?;
                self.raw.feed(TYPE_HANDSHAKE, message);
            }
            MESSAGE_NEW_SESSION_TICKET => {
                self.ticket_came(message)?;
                self.raw.feed(TYPE_HANDSHAKE, message);
            }
            _ => self.raw.feed(TYPE_HANDSHAKE, message),
        }
        Ok(true)
    }

    /// It is our turn: what follows in the same record answers nothing that was
    /// said.
    fn check_end_of_flight(&mut self) -> Result<()> {
        match self.inbound.is_between_messages() {
            true => Ok(()),
            false => Err(self.record_refused(behind_the_flight())),
        }
    }

    /// On a server that has the client's hello and not answered it yet.
    fn check_offer(&mut self) -> Result<()> {
        match &self.offered {
            Some(offer) if !self.is_client() => {
                let offered = offer.offers(extension::EXTENDED_MASTER_SECRET);
                self.check_extended_master_secret(offered)
            }
            _ => Ok(()),
        }
    }

    /// Whether the ClientKeyExchange is a share: every suite with forward
    /// secrecy is one of ECDHE.
    fn has_key_share(&self) -> bool {
        self.chosen_suite()
            .is_some_and(CipherSuite::has_forward_secrecy)
    }

    /// A share is one point, and nothing else (RFC 8422, 5.7).
    fn check_key_share(&mut self, message: &[u8]) -> Result<()> {
        let mut body = Reader::new(message.get(4..).unwrap_or_default());
        match body.vec8() {
            Some(point) if !point.is_empty() && body.is_empty() => Ok(()),
            _ => Err(self.refuse(
                Alert::DecodeError,
                "the ClientKeyExchange is cut short or has a wrong length",
            )),
        }
    }

    /// RFC 7627, 5.2 and 5.3.
    fn check_extended_master_secret(&mut self, peer_has_it: bool) -> Result<()> {
        if peer_has_it || !self.config.common.requires_extended_master_secret {
            return Ok(());
        }
        Err(self.refuse(
            Alert::HandshakeFailure,
            "the peer cannot do the extended master secret, which is required here",
        ))
    }

    fn certificate_request_came(&mut self, message: &[u8]) -> Result<()> {
        let Some(request) = CertificateRequest::parse(message) else {
            return Err(self.refuse(
                Alert::DecodeError,
                "the CertificateRequest is cut short or has a wrong length",
            ));
        };
        self.choose_client_scheme(&request);
        Ok(())
    }

    fn change_cipher_spec_came(&mut self) -> Result<()> {
        let expected = match self.raw.state() {
            ffi::MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC => self.is_client(),
            ffi::MBEDTLS_SSL_CLIENT_CHANGE_CIPHER_SPEC => !self.is_client(),
            _ => false,
        };
        if !expected || !self.inbound.is_between_messages() {
            let reason = format!(
                "the peer sent ChangeCipherSpec instead of {}",
                self.awaited()
            );
            return Err(self.refuse(Alert::UnexpectedMessage, reason));
        }
        if self.raw.pads_records() {
            self.inbound.allow_padding();
        }
        self.raw.feed(TYPE_CHANGE_CIPHER_SPEC, &[1]);
        self.peer_encrypts = true;
        Ok(())
    }

    pub(super) fn alert_came(&mut self, fatal: bool, description: u8) -> Result<()> {
        let alert = Alert::from_code(description);
        if fatal || alert == Alert::CloseNotify {
            return Err(self.alert_received(alert));
        }
        self.inbound
            .warning_seen()
            .map_err(|refused| self.record_refused(refused))
    }

    /// Whether the state of the handshake allows this type of message.
    fn expects(&self, kind: u8) -> bool {
        let allowed: &[u8] = match (self.is_client(), self.raw.state()) {
            (true, ffi::MBEDTLS_SSL_SERVER_HELLO) => &[MESSAGE_SERVER_HELLO],
            (true, ffi::MBEDTLS_SSL_SERVER_CERTIFICATE) => &[MESSAGE_CERTIFICATE],
            (true, ffi::MBEDTLS_SSL_SERVER_KEY_EXCHANGE) if self.key_exchange_is_optional() => {
                &[MESSAGE_SERVER_KEY_EXCHANGE, MESSAGE_SERVER_HELLO_DONE]
            }
            (true, ffi::MBEDTLS_SSL_SERVER_KEY_EXCHANGE) => &[MESSAGE_SERVER_KEY_EXCHANGE],
            (true, ffi::MBEDTLS_SSL_CERTIFICATE_REQUEST) => {
                &[MESSAGE_CERTIFICATE_REQUEST, MESSAGE_SERVER_HELLO_DONE]
            }
            (true, ffi::MBEDTLS_SSL_SERVER_HELLO_DONE) => &[MESSAGE_SERVER_HELLO_DONE],
            (true, ffi::MBEDTLS_SSL_SERVER_NEW_SESSION_TICKET) => &[MESSAGE_NEW_SESSION_TICKET],
            (false, ffi::MBEDTLS_SSL_CLIENT_HELLO) => &[MESSAGE_CLIENT_HELLO],
            (false, ffi::MBEDTLS_SSL_CLIENT_CERTIFICATE) => &[MESSAGE_CERTIFICATE],
            (false, ffi::MBEDTLS_SSL_CLIENT_KEY_EXCHANGE) => &[MESSAGE_CLIENT_KEY_EXCHANGE],
            (false, ffi::MBEDTLS_SSL_CERTIFICATE_VERIFY) => &[MESSAGE_CERTIFICATE_VERIFY],
            _ => &[],
        };
        allowed.contains(&kind)
    }

    /// The message that the handshake waits for, as the RFC names it.
    pub(super) fn awaited(&self) -> &'static str {
        match self.raw.state() {
            ffi::MBEDTLS_SSL_HELLO_REQUEST | ffi::MBEDTLS_SSL_CLIENT_HELLO => "ClientHello",
            ffi::MBEDTLS_SSL_SERVER_HELLO => "ServerHello",
            ffi::MBEDTLS_SSL_SERVER_CERTIFICATE => "the server's Certificate",
            ffi::MBEDTLS_SSL_SERVER_KEY_EXCHANGE => "ServerKeyExchange",
            ffi::MBEDTLS_SSL_CERTIFICATE_REQUEST => "CertificateRequest or ServerHelloDone",
            ffi::MBEDTLS_SSL_SERVER_HELLO_DONE => "ServerHelloDone",
            ffi::MBEDTLS_SSL_CLIENT_CERTIFICATE => "the client's Certificate",
            ffi::MBEDTLS_SSL_CLIENT_KEY_EXCHANGE => "ClientKeyExchange",
            ffi::MBEDTLS_SSL_CERTIFICATE_VERIFY => "CertificateVerify",
            ffi::MBEDTLS_SSL_SERVER_NEW_SESSION_TICKET => "NewSessionTicket",
            ffi::MBEDTLS_SSL_CLIENT_CHANGE_CIPHER_SPEC
            | ffi::MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC => "ChangeCipherSpec",
            ffi::MBEDTLS_SSL_CLIENT_FINISHED | ffi::MBEDTLS_SSL_SERVER_FINISHED => "Finished",
            _ => "the end of the handshake",
        }
    }

    /// Reads back the hello that the engine has written: a client's decides
    /// what the server may choose, a server's what the session can tell.
    pub(super) fn read_own_hello(&mut self) {
        let mut messages = own_messages(self.raw.output());
        let message = messages.first().copied().unwrap_or_default();
        match &self.offered {
            None if self.is_client() => self.offered = ClientHello::parse(message).ok(),
            Some(offer) if !self.is_client() && self.chosen.is_none() => {
                self.chosen = ServerHello::parse(message, offer).ok();
                messages.retain(|message| message.first() == Some(&MESSAGE_SERVER_KEY_EXCHANGE));
                if let Some(message) = messages.pop().map(<[u8]>::to_vec) {
                    self.note_key_exchange(&message);
                }
            }
            _ => {}
        }
    }

    pub(super) fn record_refused(&mut self, refused: RecordRefused) -> Error {
        self.refuse(refused.alert, refused.reason)
    }

    fn hello_refused(&mut self, refused: HelloRefused) -> Error {
        self.refuse(refused.alert, refused.reason)
    }
}

/// The messages in a flight of the engine, which gives each a record of its own.
fn own_messages(flight: &[u8]) -> Vec<&[u8]> {
    let mut flight = Reader::new(flight);
    let mut messages = Vec::new();
    while let (Some(TYPE_HANDSHAKE), Some(_version), Some(message)) =
        (flight.u8(), flight.u16(), flight.vec16())
    {
        messages.push(message);
    }
    messages
}

/// Whether a client's CertificateVerify has one of the hashes that the engine
/// asks for: SHA-256 and SHA-384.
fn is_asked_for(hash: Option<&u8>) -> bool {
    const SHA256: u8 = 4;
    const SHA384: u8 = 5;
    hash == Some(&SHA256) || (hash == Some(&SHA384) && cfg!(feature = "sha384"))
}

fn closed() -> Error {
    Error::Closed {
        action: "continuing the handshake",
    }
}
