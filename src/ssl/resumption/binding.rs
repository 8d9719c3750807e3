//! What a session is bound to: a digest of the configuration that it was made
//! under. Under another configuration it is not resumed.

use alloc::vec::Vec;

use crate::rng::Rng;
use crate::ssl::config::{ClientAuth, Inner, Verification};
use crate::x509::{Verifier, sha256};

/// The digest of a client's configuration: trust store, verifier, revocation
/// lists, what is offered, and its own certificate.
///
/// `None` where it cannot be made; then nothing is resumed.
pub(crate) fn client(config: &Inner) -> Option<[u8; 32]> {
    let mut parts = Parts::new(b"embertls client");
    parts.push(&[u8::from(config.verification == Verification::Optional)]);
    parts.push_verifier(config.verifier())?;
    parts.push_common(config);
    for protocol in &config.common.alpn {
        parts.push(protocol.as_bytes());
    }
    for identity in config.identities() {
        parts.push(&identity.fingerprint);
    }
    Some(parts.digest())
}

/// The digest of a server's configuration: how clients are judged, and by
/// which keys the server proves itself.
///
/// What is negotiated is not part of it, since it is compared by itself.
/// Neither are the server's certificates, but their keys: a renewed certificate
/// ends no session.
pub(crate) fn server(config: &Inner) -> Option<[u8; 32]> {
    let mut parts = Parts::new(b"embertls server");
    parts.push(&[match config.client_auth {
        ClientAuth::Off => 0,
        ClientAuth::Optional(_) => 1,
        ClientAuth::Required(_) => 2,
    }]);
    parts.push_verifier(config.client_auth.verifier())?;
    for identity in config.identities() {
        parts.push(&sha256(identity.leaf.key_info()));
    }
    Some(parts.digest())
}

/// Parts with their lengths, so that no two lists of parts look the same.
struct Parts(Vec<u8>);

impl Parts {
    fn new(role: &[u8]) -> Self {
        let mut parts = Self(Vec::new());
        parts.push(role);
        parts
    }

    fn push(&mut self, part: &[u8]) {
        self.0.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.0.extend_from_slice(part);
    }

    fn push_verifier(&mut self, verifier: Option<&Verifier>) -> Option<()> {
        self.push(&[u8::from(verifier.is_some())]);
        let Some(verifier) = verifier else {
            return Some(());
        };
        self.push(&verifier.policy_digest());
        if verifier.asks_application() {
            // Nobody can tell two functions apart: this configuration is like no other.
            let mut unique = [0; 32];
            Rng::PerThread.fill(&mut unique).ok()?;
            self.push(&unique);
        }
        Some(())
    }

    fn push_common(&mut self, config: &Inner) {
        let common = &config.common;
        let suites = common.cipher_suites.iter().map(|suite| suite.iana_number());
        let suites: Vec<u8> = suites.flat_map(u16::to_be_bytes).collect();
        self.push(&suites);
        let groups = common.groups.iter().map(|group| group.iana_number());
        let groups: Vec<u8> = groups.flat_map(u16::to_be_bytes).collect();
        self.push(&groups);
        self.push(&[config.resumption.max_fragment]);
        let (major, minor) = common.min_version.numbers();
        self.push(&major.to_be_bytes());
        self.push(&minor.to_be_bytes());
    }

    fn digest(&self) -> [u8; 32] {
        sha256(&self.0)
    }
}
