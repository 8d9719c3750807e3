//! A client, a server, and all that they need, on one thread.

use std::io;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_RSA_SHA256, RevocationReason, RevokedCertParams, SerialNumber,
    date_time_ymd,
};

use super::sessions::Sessions;
use crate::pk::tests::openssl::Openssl;
use crate::ssl::PskTable;
use crate::{
    Certificate, CipherSuite, Client, ClientAuth, Crl, Drbg, Entropy, Error, Handshake,
    MemoryStore, MemoryTransport, PreSharedKey, PrivateKey, Result, ResumptionData, Server,
    ServerName, SessionCache, SslConfig, TicketKeys, TrustStore, Verdict, Verifier,
};

pub(super) const HOST: &str = "server.example";

/// What the server proves itself with, as bytes that are still to be loaded.
pub(super) struct Scene {
    pub(super) root: Vec<u8>,
    pub(super) crl: Vec<u8>,
    pub(super) leaf: Vec<u8>,
    pub(super) key: Vec<u8>,
    pub(super) suite: CipherSuite,
    /// The server requires a certificate. The client has the same as the server: it serves both.
    is_mutual: bool,
    /// A key that both sides know instead of certificates.
    pub(super) psk: Option<Vec<u8>>,
    /// Under which name the server knows that key.
    identity: &'static str,
    /// How the server finds a session again.
    pub(super) memory: Option<Memory>,
    /// Sessions that wait give their record buffers back.
    pub(super) releases_buffers: bool,
}

/// Who the client says that it is, with such a key.
const IDENTITY: &str = "someone";

/// How a server knows a session that a client wants to resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    Tickets,
    Cache,
}

/// What servers seal their sessions with.
pub(super) const TICKET_KEY: [u8; 32] = *b"32 bytes that nobody else knows.";

pub(super) struct Configs {
    pub(super) client: SslConfig<Client>,
    pub(super) server: SslConfig<Server>,
    /// What the client offers to resume.
    pub(super) data: Option<ResumptionData>,
}

/// How a run ended that did not succeed.
#[derive(Debug)]
pub(super) struct Failure {
    /// Whose error came first.
    pub(super) side: &'static str,
    pub(super) error: io::Error,
}

pub(super) type Outcome<T> = std::result::Result<T, Failure>;

impl Scene {
    /// Everything signed with ECDSA on P-256.
    pub(super) fn ecdsa() -> Self {
        Self::new(
            || KeyPair::generate().unwrap(),
            CipherSuite::EcdheEcdsaWithAes128GcmSha256,
            false,
        )
    }

    /// Everything signed with RSA; `None` where openssl is missing and may be.
    pub(super) fn rsa() -> Option<Self> {
        let openssl = Openssl::find()?;
        let key = || {
            let pem = openssl.generate(&["RSA", "rsa_keygen_bits:2048"]);
            let pem = String::from_utf8(pem).unwrap();
            KeyPair::from_pem_and_sign_algo(&pem, &PKCS_RSA_SHA256).unwrap()
        };
        let suite = CipherSuite::EcdheRsaWithAes256GcmSha384;
        Some(Self::new(key, suite, false))
    }

    /// The root has revoked the server's certificate.
    pub(super) fn revoked() -> Self {
        Self::new(
            || KeyPair::generate().unwrap(),
            CipherSuite::EcdheEcdsaWithChacha20Poly1305Sha256,
            true,
        )
    }

    /// As [`Self::ecdsa`], and the server requires a certificate of the client.
    pub(super) fn mutual() -> Self {
        Self {
            is_mutual: true,
            ..Self::ecdsa()
        }
    }

    /// Trusts the server of `scene` and has no certificate to show.
    pub(super) fn stranger_to(scene: &Self) -> Self {
        Self {
            root: scene.root.clone(),
            crl: scene.crl.clone(),
            ..Self::ecdsa()
        }
    }

    /// The server of `scene`, with the same keys for tickets, where it asks
    /// nobody for a certificate.
    pub(super) fn lenient(scene: &Self) -> Self {
        Self {
            leaf: scene.leaf.clone(),
            key: scene.key.clone(),
            memory: scene.memory,
            ..Self::stranger_to(scene)
        }
    }

    /// Nothing but a key that both sides know.
    pub(super) fn psk() -> Self {
        Self {
            suite: CipherSuite::PskWithAes128GcmSha256,
            psk: Some((0..32_u8).map(|i| 200 ^ i.wrapping_mul(37)).collect()),
            ..Self::ecdsa()
        }
    }

    /// The server knows the key under another name. It goes on with a random
    /// one, so that nobody learns which names there are.
    pub(super) fn unknown_psk() -> Self {
        Self {
            identity: "someone else",
            ..Self::psk()
        }
    }

    /// As [`Self::psk`], with a key exchange beside the key.
    pub(super) fn ecdhe_psk() -> Self {
        Self {
            suite: CipherSuite::EcdhePskWithChacha20Poly1305Sha256,
            ..Self::psk()
        }
    }

    /// The same, with sessions that can be resumed.
    pub(super) fn with(self, memory: Memory) -> Self {
        Self {
            memory: Some(memory),
            ..self
        }
    }

    fn new(key: impl Fn() -> KeyPair, suite: CipherSuite, revoked: bool) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let root_key = key();
        let root = params.self_signed(&root_key).unwrap().der().to_vec();
        let issuer = Issuer::new(params, root_key);

        let key = key();
        let mut params = CertificateParams::new(vec![HOST.into()]).unwrap();
        params.serial_number = Some(SerialNumber::from(42));
        let leaf = params.signed_by(&key, &issuer).unwrap().der().to_vec();

        let revoked = revoked.then(|| RevokedCertParams {
            serial_number: SerialNumber::from(42),
            revocation_time: date_time_ymd(2021, 1, 1),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        });
        let crl = CertificateRevocationListParams {
            this_update: date_time_ymd(2022, 1, 1),
            next_update: date_time_ymd(2099, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::from_iter(revoked),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        Self {
            root,
            crl: crl.signed_by(&issuer).unwrap().der().to_vec(),
            leaf,
            key: key.serialize_der(),
            suite,
            is_mutual: false,
            psk: None,
            identity: IDENTITY,
            memory: None,
            releases_buffers: false,
        }
    }

    pub(super) fn client_config(&self, resistance: bool) -> Result<SslConfig<Client>> {
        let mut builder = SslConfig::client()
            .trust_store(TrustStore::from_der(&self.root)?)
            .crl(Crl::from_der(&self.crl)?)
            .alpn(["one", "two"])
            .cipher_suites(&[self.suite])
            .rng(drbg(resistance)?);
        if self.is_mutual {
            let (leaf, key) = self.identity()?;
            builder = builder.identity([leaf], key);
        }
        if let Some(psk) = &self.psk {
            builder = builder.pre_shared_key(IDENTITY, PreSharedKey::new(psk)?);
        }
        if self.releases_buffers {
            builder = builder.release_idle_buffers();
        }
        builder.build()
    }

    pub(super) fn server_config(&self, resistance: bool) -> Result<SslConfig<Server>> {
        let mut builder = SslConfig::server()
            .alpn(["two"])
            .cipher_suites(&[self.suite])
            .rng(drbg(resistance)?);
        builder = match self.memory {
            None => builder,
            Some(Memory::Tickets) => builder.tickets(ticket_keys()?),
            Some(Memory::Cache) => {
                let store = MemoryStore::new(10);
                builder.session_cache(SessionCache::new(store, ticket_keys()?))
            }
        };
        if self.releases_buffers {
            builder = builder.release_idle_buffers();
        }
        if self.is_mutual {
            let verifier = Verifier::new(TrustStore::from_der(&self.root)?);
            builder = builder.client_auth(ClientAuth::Required(verifier));
        }
        if let Some(psk) = &self.psk {
            let keys = PskTable::new().with(self.identity, PreSharedKey::new(psk)?);
            let builder = builder.pre_shared_keys(keys).hide_unknown_identities();
            return builder.build();
        }
        let (leaf, key) = self.identity()?;
        builder = builder.identity([leaf], key);
        builder.build()
    }

    fn identity(&self) -> Result<(Certificate, PrivateKey)> {
        let leaf = Certificate::from_der(&self.leaf)?;
        Ok((leaf, PrivateKey::from_der(&self.key)?))
    }

    pub(super) fn configs(&self) -> Outcome<Configs> {
        self.configs_with(false)
    }

    /// With `resistance`, each draw takes entropy from the system.
    pub(super) fn configs_with(&self, resistance: bool) -> Outcome<Configs> {
        Ok(Configs {
            client: self
                .client_config(resistance)
                .map_err(Failure::of("client"))?,
            server: self
                .server_config(resistance)
                .map_err(Failure::of("server"))?,
            data: None,
        })
    }
}

pub(super) fn name() -> ServerName {
    ServerName::try_from(HOST).expect("a host name")
}

pub(super) fn ticket_keys() -> Result<TicketKeys> {
    TicketKeys::supplied(Duration::from_secs(3600), &TICKET_KEY, &[])
}

fn drbg(resistance: bool) -> Result<Drbg> {
    let drbg = Drbg::seed(Entropy::new()?, b"robustness")?;
    drbg.set_prediction_resistance(resistance);
    Ok(drbg)
}

/// Who each side must be for the other once there is a session.
impl Scene {
    pub(super) fn check(&self, sessions: &Sessions) {
        let Sessions { client, server } = sessions;
        assert_eq!(client.alpn(), Some(&b"two"[..]));
        if self.psk.is_some() {
            for session in [client, server] {
                assert!(matches!(session.verify_result(), Verdict::PreSharedKey));
            }
            return;
        }
        assert!(client.verify_result().is_verified());
        assert_eq!(&*client.peer_certificates()[0], &self.leaf[..]);
        assert_eq!(client.is_resumed(), server.is_resumed());
        assert_eq!(server.verify_result().is_verified(), self.is_mutual);
    }
}

impl Failure {
    pub(super) fn of<E: Into<io::Error>>(side: &'static str) -> impl Fn(E) -> Self {
        move |error| Self {
            side,
            error: error.into(),
        }
    }
}

impl Configs {
    pub(super) fn begin(&self) -> Outcome<Pair> {
        let client = Handshake::client(&self.client, name(), MemoryTransport::new());
        let server = Handshake::server(&self.server, MemoryTransport::new());
        let mut client = client.map_err(Failure::of("client"))?;
        if let Some(data) = &self.data {
            // Where it cannot be offered there is a full handshake.
            client.resume(data);
        }
        Ok(Pair {
            client,
            server: server.map_err(Failure::of("server"))?,
        })
    }

    /// With the session of a full handshake to resume.
    pub(super) fn after_a_session(mut self) -> Outcome<Self> {
        self.data = self.handshake()?.client.resumption_data();
        assert!(self.data.is_some(), "the server keeps no session");
        Ok(self)
    }

    pub(super) fn handshake(&self) -> Outcome<Sessions> {
        self.begin()?.complete(|_, _| {})
    }
}

/// Both ends of a handshake.
pub(super) struct Pair {
    client: Handshake<MemoryTransport>,
    server: Handshake<MemoryTransport>,
}

impl Pair {
    /// Runs the handshake to its end. `tap` sees, and may change, what each
    /// side sends, right after it was made.
    pub(super) fn complete(mut self, mut tap: impl FnMut(&str, &mut Vec<u8>)) -> Outcome<Sessions> {
        let mut failure = None;
        // Four flights, and one for the alert.
        for _ in 0..5 {
            let (client, server) = (&mut self.client, &mut self.server);
            step("client", client, server, &mut tap, &mut failure);
            step("server", server, client, &mut tap, &mut failure);
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        let session = |handshake: Handshake<_>| {
            handshake
                .into_session()
                .unwrap_or_else(|handshake| panic!("neither done nor failed: {handshake:?}"))
        };
        Ok(Sessions {
            client: session(self.client),
            server: session(self.server),
        })
    }
}

fn step(
    side: &'static str,
    one: &mut Handshake<MemoryTransport>,
    other: &mut Handshake<MemoryTransport>,
    tap: &mut impl FnMut(&str, &mut Vec<u8>),
    failure: &mut Option<Failure>,
) {
    if one.is_complete() {
        return;
    }
    match one.advance() {
        Ok(()) | Err(Error::WouldBlock | Error::Closed { .. }) => {}
        Err(error) => {
            failure.get_or_insert(Failure {
                side,
                error: error.into(),
            });
        }
    }
    let mut sent = one.get_mut().take_outgoing();
    tap(side, &mut sent);
    other.get_mut().push_incoming(&sent);
}
