//! Our client.

use std::net::TcpStream;

use embertls::ssl::ClientConfigBuilder;
use embertls::{
    ClientSessions, Error, Handshake, ProtocolVersion, ServerName, SslConfig, SslSession,
    TrustStore,
};

use crate::common::certificates::HOST;
use crate::common::ours::loaded;
use crate::common::tap::Tap;
use crate::pki::{Case, Pki};

pub type Session = SslSession<Tap<TcpStream>>;

/// A client that trusts the servers.
pub fn config(pki: &Pki) -> ClientConfigBuilder {
    let trust = TrustStore::from_pem(pki.roots()).expect("sound roots");
    SslConfig::client().trust_store(trust)
}

/// A client that offers one suite and one group.
pub fn for_case(pki: &Pki, case: Case) -> SslConfig {
    config(pki)
        .cipher_suites(&[case.suite])
        .groups(&case.groups())
        .build()
        .expect("a sound configuration")
}

/// A client with a certificate.
pub fn identified(pki: &Pki) -> SslConfig {
    let (chain, key) = loaded(pki.client());
    let builder = config(pki).identity(chain, key);
    builder.build().expect("a sound configuration")
}

/// A handshake, and what each must come to. `sessions`: where the client
/// remembers its sessions.
pub fn connect(config: &SslConfig, sessions: &ClientSessions, stream: TcpStream) -> Session {
    let handshake = || -> Result<Session, Error> {
        let name = ServerName::try_from(HOST).expect("a host name");
        let handshake = Handshake::client(config, name, Tap::new(stream))?;
        Ok(handshake.remember(sessions).complete()?)
    };
    let session = handshake().unwrap_or_else(|error| panic!("our client: {error}"));
    assert_eq!(session.version(), ProtocolVersion::Tls12);
    assert!(session.verify_result().is_verified());
    session
}
