//! What is kept of a session: the inside of tickets, cached sessions and saved
//! sessions, in a form that any machine can read.

use alloc::string::String;
use alloc::vec::Vec;

use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use crate::ssl::engine::MasterSecret;
use crate::ssl::wire::codec::Reader;

/// A session with a full handshake behind it.
///
/// There is none without extended master secret: RFC 7627, 5.3, advises
/// against resuming such a session, so it is not kept.
#[derive(Clone)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub(crate) struct SessionState {
    /// When the full handshake was, in seconds since 1970.
    pub(crate) authenticated_at: u64,
    /// The first of: a certificate of the chain expires, a revocation list is
    /// due. Seconds since 1970.
    pub(crate) valid_until: u64,
    pub(crate) cipher_suite: u16,
    /// As RFC 6066, section 4, numbers them; 0 for none.
    pub(crate) max_fragment: u8,
    /// On a server the name in server_name, on a client its server's.
    pub(crate) server_name: Option<String>,
    pub(crate) alpn: Option<Vec<u8>>,
    /// The configuration: see [`super::binding`].
    pub(crate) binding: [u8; 32],
    /// On a server: the SHA-256 of the certificate that it showed; zeros on a
    /// client.
    pub(crate) shown: [u8; 32],
    /// The certificates by which the peer was verified; empty where it showed
    /// none. On a server the leaf alone.
    pub(crate) peer_chain: Vec<CertificateDer<'static>>,
    pub(crate) master: MasterSecret,
}

impl SessionState {
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let chain_len: usize = self.peer_chain.iter().map(|der| 3 + der.len()).sum();
        let name = self.server_name.as_deref().unwrap_or_default();
        let alpn = self.alpn.as_deref().unwrap_or_default();
        // With room for all of it, so that growing leaves no copy behind.
        let len = FIXED_LEN + name.len() + alpn.len() + chain_len;
        let mut out = Zeroizing::new(Vec::with_capacity(len));
        out.push(FORMAT);
        out.push(FLAG_EXTENDED_MASTER_SECRET);
        out.extend_from_slice(&self.authenticated_at.to_be_bytes());
        out.extend_from_slice(&self.valid_until.to_be_bytes());
        out.extend_from_slice(&self.cipher_suite.to_be_bytes());
        out.push(self.max_fragment);
        out.extend_from_slice(&self.binding);
        out.extend_from_slice(&self.shown);
        out.extend_from_slice(&self.master[..]);
        push_vec16(&mut out, name.as_bytes());
        push_vec16(&mut out, alpn);
        for der in &self.peer_chain {
            out.extend_from_slice(&(der.len() as u32).to_be_bytes()[1..]);
            out.extend_from_slice(der);
        }
        debug_assert!(out.len() <= len);
        out
    }

    /// `None` for anything that [`Self::encode`] does not make.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if (reader.u8()?, reader.u8()?) != (FORMAT, FLAG_EXTENDED_MASTER_SECRET) {
            return None;
        }
        let authenticated_at = u64::from_be_bytes(reader.array()?);
        let valid_until = u64::from_be_bytes(reader.array()?);
        let cipher_suite = reader.u16()?;
        let max_fragment = reader.u8()?;
        let binding = reader.array()?;
        let shown = reader.array()?;
        let mut master = MasterSecret::new(Zeroizing::new([0; 48]));
        master.copy_from_slice(reader.take(48)?);
        let name = core::str::from_utf8(reader.vec16()?).ok()?;
        let alpn = reader.vec16()?;
        let mut peer_chain = Vec::new();
        while !reader.is_empty() {
            peer_chain.push(CertificateDer::from(reader.vec24()?.to_vec()));
        }
        Some(Self {
            authenticated_at,
            valid_until,
            cipher_suite,
            max_fragment,
            server_name: (!name.is_empty()).then(|| name.into()),
            alpn: (!alpn.is_empty()).then(|| alpn.into()),
            binding,
            shown,
            peer_chain,
            master,
        })
    }

    /// Until when the session may be resumed, where sessions live for
    /// `lifetime` seconds.
    pub(crate) fn end(&self, lifetime: u64) -> u64 {
        let end = self.authenticated_at.saturating_add(lifetime);
        end.min(self.valid_until)
    }

    /// Whether `now` is between the full handshake and the end. Another
    /// server's clock may be a little ahead.
    pub(crate) fn is_current(&self, now: u64, lifetime: u64) -> bool {
        const CLOCK_SKEW: u64 = 120;
        self.authenticated_at <= now.saturating_add(CLOCK_SKEW) && now < self.end(lifetime)
    }
}

fn push_vec16(out: &mut Vec<u8>, bytes: &[u8]) {
    // Names and protocols are far shorter.
    out.extend_from_slice(&(bytes.len() as u16).to_be_bytes());
    out.extend_from_slice(bytes);
}

const FORMAT: u8 = 1;
const FLAG_EXTENDED_MASTER_SECRET: u8 = 1;
/// Everything but name, protocol and chain.
const FIXED_LEN: usize = 2 + 8 + 8 + 2 + 1 + 32 + 32 + 48 + 2 + 2;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn state() -> SessionState {
        SessionState {
            authenticated_at: 1_700_000_000,
            valid_until: 1_800_000_000,
            cipher_suite: 0xc02b,
            max_fragment: 3,
            server_name: Some("server.example".into()),
            alpn: Some(b"h2".to_vec()),
            binding: [5; 32],
            shown: [6; 32],
            peer_chain: vec![
                CertificateDer::from(vec![1; 300]),
                CertificateDer::from(vec![2; 70_000]),
            ],
            master: MasterSecret::new(Zeroizing::new([9; 48])),
        }
    }

    #[test]
    fn a_state_is_read_back_as_written() {
        let full = state();
        assert!(SessionState::decode(&full.encode()) == Some(full.clone()));
        let bare = SessionState {
            server_name: None,
            alpn: None,
            peer_chain: Vec::new(),
            ..full
        };
        assert!(SessionState::decode(&bare.encode()) == Some(bare));
    }

    #[test]
    fn the_format_does_not_change_unnoticed() {
        let mut state = state();
        state.peer_chain = vec![CertificateDer::from(vec![0x30, 0])];
        let shown: String = state.encode().iter().map(|b| format!("{b:02x}")).collect();
        let expected = [
            "0101",
            "000000006553f100",
            "000000006b49d200",
            "c02b",
            "03",
            &"05".repeat(32),
            &"06".repeat(32),
            &"09".repeat(48),
            "000e7365727665722e6578616d706c65",
            "00026832",
            "0000023000",
        ];
        assert_eq!(shown, expected.concat());
    }

    #[test]
    fn every_truncation_and_another_format_are_refused() {
        let mut state = state();
        state.peer_chain.truncate(1);
        let bytes = state.encode();
        let end_of_chain = bytes.len() - (3 + 300);
        for len in 0..bytes.len() {
            let decoded = SessionState::decode(&bytes[..len]);
            assert_eq!(decoded.is_some(), len == end_of_chain, "{len} bytes");
        }
        for at in [0, 1] {
            let mut other = bytes.to_vec();
            other[at] ^= 2;
            assert!(SessionState::decode(&other).is_none());
        }
    }

    #[test]
    fn a_state_ends_with_its_lifetime_or_with_a_certificate() {
        let mut state = state();
        let start = state.authenticated_at;
        assert!(state.is_current(start, 100));
        assert!(state.is_current(start + 99, 100));
        assert!(!state.is_current(start + 100, 100));
        assert!(
            state.is_current(start - 120, 100),
            "the clocks differ a little"
        );
        assert!(!state.is_current(start - 121, 100));
        state.valid_until = start + 50;
        assert!(state.is_current(start + 49, 100));
        assert!(!state.is_current(start + 50, 100));
    }
}
