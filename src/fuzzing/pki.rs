//! Who the targets are and whom they trust: what `fuzz/make-pki` made.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls_pki_types::UnixTime;

use super::signer::Repeating;
use crate::ssl::ServerConfigBuilder;
use crate::{
    Certificate, CipherSuite, Client, ClientAuth, Crl, Drbg, Entropy, MaxFragmentLength,
    PrivateKey, Server, ServerName, SslConfig, TrustStore, Verifier,
};

pub(super) const NAME: &str = "server.test";

pub(super) const ROOT: &str = include_str!("pki/root.pem");
pub(super) const MIDDLE: &str = include_str!("pki/middle.pem");
pub(super) const SERVER: &str = include_str!("pki/server.pem");
pub(super) const SERVER_RSA: &str = include_str!("pki/server-rsa.pem");
pub(super) const SERVER_P521: &str = include_str!("pki/server-p521.pem");
pub(super) const CLIENT: &str = include_str!("pki/client.pem");
pub(super) const PSS: &str = include_str!("pki/pss.pem");
pub(super) const CRL: &str = include_str!("pki/root.crl.pem");

pub(super) const SERVER_KEY: &str = include_str!("pki/server.key.pem");
pub(super) const SERVER_KEY_SEC1: &str = include_str!("pki/server.sec1.pem");
pub(super) const SERVER_KEY_ENCRYPTED: &str = include_str!("pki/server.encrypted.pem");
pub(super) const SERVER_KEY_SCRYPT: &str = include_str!("pki/server.scrypt.pem");
pub(super) const RSA_KEY: &str = include_str!("pki/server-rsa.key.pem");
pub(super) const RSA_KEY_PKCS1: &str = include_str!("pki/server-rsa.pkcs1.pem");
const CLIENT_KEY: &str = include_str!("pki/client.key.pem");

/// What is loaded once.
pub(super) struct Pki {
    pub(super) store: TrustStore,
    pub(super) crl: Crl,
    ecdsa: Identity,
    rsa: Identity,
    client: Identity,
}

#[derive(Clone)]
struct Identity {
    chain: Vec<Certificate>,
    key: PrivateKey,
}

impl Identity {
    fn new(chain: &[&str], key: PrivateKey) -> Self {
        Self {
            chain: chain.iter().map(|pem| certificate(pem)).collect(),
            key,
        }
    }

    fn ecdsa(chain: &[&str], key: &str) -> Self {
        let key = PrivateKey::from_signing_key(Arc::new(Repeating::new(key)));
        Self::new(chain, key.expect("a key of ours"))
    }
}

pub(super) fn certificate(pem: &str) -> Certificate {
    Certificate::from_pem(pem).expect("a certificate of ours")
}

pub(super) fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(|| Pki {
        store: TrustStore::from_pem(ROOT).expect("our root"),
        crl: Crl::from_pem(CRL).expect("our list"),
        ecdsa: Identity::ecdsa(&[SERVER], SERVER_KEY),
        rsa: Identity::new(
            &[SERVER_RSA, MIDDLE],
            PrivateKey::from_pem(RSA_KEY).expect("a key of ours"),
        ),
        client: Identity::ecdsa(&[CLIENT], CLIENT_KEY),
    })
}

pub(super) fn name() -> ServerName {
    ServerName::try_from(NAME).expect("a host name")
}

/// 2025: inside the time of everything here.
pub(super) fn now() -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(1_750_000_000))
}

pub(super) fn verifier() -> Verifier {
    Verifier::new(pki().store.clone()).verification_time(now())
}

/// A handshake that the first byte of an input asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    suite: u8,
    pub(super) client_auth: u8,
    short_records: bool,
}

pub(super) const SUITES: [CipherSuite; 4] = [
    CipherSuite::EcdheEcdsaWithAes128GcmSha256,
    CipherSuite::EcdheEcdsaWithChacha20Poly1305Sha256,
    CipherSuite::EcdheRsaWithAes256GcmSha384,
    CipherSuite::EcdheRsaWithChacha20Poly1305Sha256,
];

impl Terms {
    pub(super) const COUNT: u8 = 24;

    pub(super) fn new(byte: u8) -> Self {
        let byte = byte % Self::COUNT;
        Self {
            suite: byte & 3,
            client_auth: byte / 4 % 3,
            short_records: byte >= 12,
        }
    }

    /// Draws the same bytes each time.
    pub(super) fn client(self) -> SslConfig<Client> {
        let identity = pki().client.clone();
        let mut builder = SslConfig::client()
            .verifier(verifier())
            .identity(identity.chain, identity.key)
            .alpn(["one", "two"])
            .rng(drbg(1));
        if self.short_records {
            builder = builder.max_fragment_length(MaxFragmentLength::Bytes512);
        }
        builder.build().expect("a configuration of ours")
    }

    /// As [`Self::client`].
    pub(super) fn server(self) -> SslConfig<Server> {
        let builder = self.server_builder();
        builder.build().expect("a configuration of ours")
    }

    pub(super) fn server_builder(self) -> ServerConfigBuilder {
        let pki = pki();
        let identity = match self.suite {
            0 | 1 => pki.ecdsa.clone(),
            _ => pki.rsa.clone(),
        };
        let client_auth = match self.client_auth {
            0 => ClientAuth::Off,
            1 => ClientAuth::Optional(verifier()),
            _ => ClientAuth::Required(verifier()),
        };
        SslConfig::server()
            .identity(identity.chain, identity.key)
            .cipher_suites(&[SUITES[usize::from(self.suite)]])
            .client_auth(client_auth)
            .alpn(["two"])
            .rng(drbg(2))
    }
}

pub(super) fn drbg(seed: u64) -> Drbg {
    crate::rng::fixed::during(seed, || {
        let entropy = Entropy::new().expect("memory");
        Drbg::seed(entropy, b"fuzzing").expect("entropy that cannot fail")
    })
}
