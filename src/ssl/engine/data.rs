//! Application data after the handshake.
//!
//! One record is opened or sealed at a time, and nothing is sealed while
//! output is pending: the engine would overrun or lose it. What a peer may
//! send without end (warnings, empty records, renegotiation requests) is
//! counted and bounded.

use super::{Engine, Fill, Phase};
use crate::error::{Alert, Error, ErrorCode, Result};
use crate::ffi;
use crate::ssl::wire::inbound::{TYPE_ALERT, TYPE_HANDSHAKE};

/// The type of a record, and what the engine said when it opened it.
type Opened = (u8, Result<(), ErrorCode>);

impl Engine {
    /// Opens records until there is data, the end, or nothing more to open.
    pub(crate) fn fill(&mut self) -> Result<Fill> {
        loop {
            if !self.raw.data().is_empty() {
                return Ok(Fill::Data);
            }
            if self.close_received {
                return Ok(Fill::Closed);
            }
            if self.phase() != Phase::Open {
                return Err(Error::Closed { action: "reading" });
            }
            if self.raw.has_more_messages() {
                let result = self.raw.read_on();
                self.handshake_message_came(result)?;
                continue;
            }
            let Some((kind, result)) = self.open_next()? else {
                if self.input_ended {
                    return Err(self.peer_vanished());
                }
                self.rest();
                return Ok(Fill::NeedsInput);
            };
            match kind {
                TYPE_ALERT => self.alert_record_came(result)?,
                TYPE_HANDSHAKE => self.handshake_message_came(result)?,
                _ => self.data_came(result)?,
            }
        }
    }

    /// Opens the next record, if it is here whole: its type, and what the engine
    /// says of it.
    fn open_next(&mut self) -> Result<Option<Opened>> {
        if self.inbound.has_buffer() {
            if let Some(opened) = self.open_next_ahead()? {
                return Ok(Some(opened));
            }
            let rests = self.config.common.releases_buffers;
            if !rests && self.raw.take_input(self.inbound.unread()) {
                self.inbound.give_buffer_back();
            }
        }
        match self.inbound.next_protected_of(self.raw.unread()) {
            Ok(next) => Ok(next.map(|(kind, len)| (kind, self.raw.open_record(len)))),
            Err(refused) => Err(self.record_refused(refused)),
        }
    }

    /// The same with one that came during the handshake or a rest, which is not
    /// in the engine's buffer.
    fn open_next_ahead(&mut self) -> Result<Option<Opened>> {
        match self.inbound.next_protected() {
            Ok(Some((kind, record))) => {
                // The record stays where it is until there is memory for it.
                let taken = self.raw.take_buffers();
                taken.map_err(|_| Error::OutOfMemory { action: "reading" })?;
                let (result, len) = (self.raw.read_record(record), record.len());
                self.inbound.record_used(len);
                Ok(Some((kind, result)))
            }
            Ok(None) => Ok(None),
            Err(refused) => Err(self.record_refused(refused)),
        }
    }

    /// Decrypted data that was not consumed yet.
    pub(crate) fn data(&self) -> &[u8] {
        self.raw.data()
    }

    pub(crate) fn consume(&mut self, len: usize) {
        self.raw.consume_data(len);
    }

    /// Seals the front of the data, slice after slice, into one record: how
    /// much it took.
    ///
    /// The output must have gone out before.
    pub(crate) fn write<'a>(
        &mut self,
        slices: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<usize> {
        self.check_writable("writing")?;
        self.wake("writing")?;
        self.raw.seal_data(slices).map_err(|code| {
            self.phase = Phase::Dead;
            // The record with the last number is sealed, and refused all the same.
            let sealed = self.raw.output().len();
            self.raw.output_taken(sealed);
            Error::Protocol {
                action: "writing",
                reason: "the record could not be sealed".into(),
                code: Some(code),
                alert: None,
            }
        })
    }

    /// Seals close_notify, once. The output must have gone out before.
    pub(crate) fn close(&mut self) -> Result<()> {
        if self.close_sent {
            return Ok(());
        }
        self.check_writable("closing")?;
        self.wake("closing")?;
        self.close_sent = true;
        let sealed = self.raw.seal_alert(false, Alert::CloseNotify.code());
        sealed.map_err(|code| Error::Protocol {
            action: "closing",
            reason: "close_notify could not be sealed".into(),
            code: Some(code),
            alert: None,
        })
    }

    /// Seals the no_renegotiation warning if the peer is owed one and nothing
    /// is pending.
    pub(crate) fn answer_renegotiation(&mut self) {
        let can_send = self.phase() == Phase::Open && !self.close_sent;
        if self.owes_no_renegotiation && can_send && self.raw.output().is_empty() {
            self.owes_no_renegotiation = false;
            // Ignoring the request instead is as good (RFC 5246, 7.4.1.1).
            let _ = self.raw.seal_alert(false, Alert::NoRenegotiation.code());
        }
    }

    /// Before a wait for the peer, which may be long: gives back what memory a
    /// session without data can do without, if it is configured so. What there
    /// is of a record waits in a smaller buffer.
    fn rest(&mut self) {
        if self.config.common.releases_buffers
            && self.raw.output().is_empty()
            && self.inbound.rest_with(self.raw.unread())
        {
            self.raw.forget_input();
            self.raw.release_buffers();
        }
    }

    /// Takes memory again that was given back. Where there is none the session
    /// stays as it is.
    fn wake(&mut self, action: &'static str) -> Result<()> {
        let taken = self.raw.take_buffers();
        taken.map_err(|_| Error::OutOfMemory { action })
    }

    /// Whether close_notify has been sent, or put into the output.
    pub(crate) fn is_close_sent(&self) -> bool {
        self.close_sent
    }

    /// Refuses what comes after a fatal error.
    pub(crate) fn check_alive(&self, action: &'static str) -> Result<()> {
        match self.phase() {
            Phase::Open => Ok(()),
            _ => Err(Error::Closed { action }),
        }
    }

    /// Refuses what comes after a fatal error or our close_notify.
    pub(crate) fn check_writable(&self, action: &'static str) -> Result<()> {
        if self.close_sent {
            return Err(Error::Closed { action });
        }
        self.check_alive(action)
    }

    fn data_came(&mut self, result: Result<(), ErrorCode>) -> Result<()> {
        result.map_err(|code| self.engine_refused(code))?;
        self.raw.begin_data();
        if !self.raw.data().is_empty() {
            self.inbound.data_seen();
            return Ok(());
        }
        self.inbound
            .idle_record_seen()
            .map_err(|refused| self.record_refused(refused))
    }

    /// A HelloRequest or ClientHello asks for a renegotiation, which is
    /// refused; any other message is out of place.
    fn handshake_message_came(&mut self, result: Result<(), ErrorCode>) -> Result<()> {
        const HELLO_REQUEST: [u8; 4] = [0; 4];
        const CLIENT_HELLO: u8 = 1;
        if let Err(code) = result {
            if self.raw.is_fragment(code) {
                return Err(self.refuse(
                    Alert::UnexpectedMessage,
                    "a handshake message in pieces after the handshake",
                ));
            }
            return Err(self.engine_refused(code));
        }
        let content = self.raw.record_content();
        let asks_again = match self.is_client() {
            true => content.starts_with(&HELLO_REQUEST),
            false => content.first() == Some(&CLIENT_HELLO),
        };
        if !asks_again {
            return Err(self.refuse(
                Alert::UnexpectedMessage,
                "a handshake message after the handshake",
            ));
        }
        self.owes_no_renegotiation = true;
        self.inbound
            .idle_record_seen()
            .map_err(|refused| self.record_refused(refused))
    }

    fn alert_record_came(&mut self, result: Result<(), ErrorCode>) -> Result<()> {
        match result {
            Err(code) if code.raw() == ffi::MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY => {
                self.close_received = true;
                Ok(())
            }
            Err(code) if code.raw() == ffi::MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE => {
                let description = self.raw.record_content().get(1).copied();
                let alert = Alert::from_code(description.unwrap_or_default());
                Err(self.alert_received(alert))
            }
            // The engine drops other warnings by itself and wants the next record.
            Err(code) if code.raw() != ffi::MBEDTLS_ERR_SSL_WANT_READ => {
                Err(self.engine_refused(code))
            }
            _ => {
                self.check_alert_level()?;
                self.inbound
                    .warning_seen()
                    .map_err(|refused| self.record_refused(refused))
            }
        }
    }
}

#[cfg(all(test, feature = "full"))]
mod tests {
    use crate::fuzzing::established::{agreed, configs};
    use crate::ssl::engine::{Engine, Fill};
    use crate::{CipherSuite, Client, Server, SslConfig};

    /// One of each way to protect records.
    fn suites() -> Vec<CipherSuite> {
        let mut suites = vec![
            CipherSuite::EcdheEcdsaWithAes128GcmSha256,
            CipherSuite::EcdheEcdsaWithChacha20Poly1305Sha256,
            CipherSuite::EcdheEcdsaWithAes128Ccm,
        ];
        if cfg!(feature = "legacy-suites") {
            let is_padded = |suite: &&CipherSuite| {
                suite.name().contains("_ECDSA_") && suite.name().contains("_CBC_")
            };
            suites.extend(CipherSuite::LEGACY.iter().filter(is_padded));
        }
        suites
    }

    fn pair(
        (client, server): &(SslConfig<Client>, SslConfig<Server>),
        suite: CipherSuite,
    ) -> (Engine, Engine) {
        let agreed = agreed(suite);
        let mut pair = (
            Engine::established_client(client, &agreed).unwrap(),
            Engine::established_server(server, &agreed).unwrap(),
        );
        if suite.name().contains("_CBC_") {
            pair.1.inbound.allow_padding();
        }
        pair
    }

    fn sealed(engine: &mut Engine, data: &[u8]) -> Vec<u8> {
        assert_eq!(engine.write([data]).unwrap(), data.len());
        let record = engine.output().to_vec();
        engine.output_taken(record.len());
        record
    }

    /// As much as there is room for, at most `most`.
    fn give(engine: &mut Engine, wire: &mut &[u8], most: usize) {
        let space = engine.input_space();
        let len = space.len().min(wire.len()).min(most);
        space[..len].copy_from_slice(&wire[..len]);
        engine.input_filled(len);
        *wire = &wire[len..];
    }

    #[test]
    fn records_of_any_length_are_opened_wherever_they_lie() {
        let configs = configs();
        for suite in suites() {
            let (mut client, _) = pair(&configs, suite);
            let mut sent = Vec::new();
            let mut wire = Vec::new();
            for len in [
                1, 16_384, 16_384, 2, 9_000, 16_383, 100, 1, 5_000, 16_384, 40,
            ] {
                let data: Vec<u8> = (0..len).map(|i| (i + wire.len()) as u8).collect();
                wire.extend(sealed(&mut client, &data));
                sent.extend(data);
            }
            for most in [1, 7, 1000, 16_000, usize::MAX] {
                let (_, mut server) = pair(&configs, suite);
                let (mut rest, mut received) = (&wire[..], Vec::new());
                while received.len() < sent.len() {
                    match server.fill().unwrap() {
                        Fill::Data => {
                            // In two parts, so that one waits.
                            let len = server.data().len().div_ceil(2);
                            received.extend_from_slice(&server.data()[..len]);
                            server.consume(len);
                        }
                        Fill::NeedsInput => give(&mut server, &mut rest, most),
                        Fill::Closed => panic!("nobody closed"),
                    }
                }
                assert!(received == sent, "{suite}, {most} at a time");
                assert!(rest.is_empty() && server.unread().is_empty());
            }
        }
    }

    #[test]
    fn nothing_comes_in_while_data_waits() {
        let configs = configs();
        for suite in suites() {
            let (mut client, mut server) = pair(&configs, suite);
            let (first, second) = ([1; 10_000], [2; 12_000]);
            let wire = [sealed(&mut client, &first), sealed(&mut client, &second)].concat();
            let mut rest = &wire[..];
            give(&mut server, &mut rest, 15_000);
            assert_eq!(server.fill().unwrap(), Fill::Data);
            assert!(server.input_space().is_empty());
            server.consume(first.len() - 1);
            assert!(server.input_space().is_empty());
            assert_eq!(server.data(), [1]);
            server.consume(1);
            assert_eq!(server.fill().unwrap(), Fill::NeedsInput);
            give(&mut server, &mut rest, usize::MAX);
            assert_eq!(server.fill().unwrap(), Fill::Data);
            assert_eq!(server.data(), second);
        }
    }

    #[test]
    fn a_record_may_end_where_the_buffer_ends() {
        let configs = configs();
        for suite in suites() {
            let (mut client, mut server) = pair(&configs, suite);
            let (mut gauge, _) = pair(&configs, suite);
            let small = sealed(&mut gauge, &[3]).len();
            for spare in 0..48 {
                let mut wire = sealed(&mut client, &[1; 8000]);
                let room = server.input_space().len() - wire.len() - small - spare;
                let mut large = vec![2; room];
                while sealed(&mut gauge, &large).len() > room {
                    large.pop();
                }
                wire.extend(sealed(&mut client, &large));
                wire.extend(sealed(&mut client, &[3]));
                let mut rest = &wire[..];
                give(&mut server, &mut rest, usize::MAX);
                assert!(rest.is_empty(), "{suite}: it has room for all");
                for content in [&[1; 8000][..], &large, &[3]] {
                    assert_eq!(server.fill().unwrap(), Fill::Data, "{suite}, {spare}");
                    assert_eq!(server.data(), content);
                    server.consume(content.len());
                }
                assert_eq!(server.fill().unwrap(), Fill::NeedsInput);
            }
        }
    }
}
