//! The order in which a session gives back what it was made of.

use std::io::{self, Read, Write};
use std::thread;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber, date_time_ymd,
};

use super::{Handshake, SslConfig, SslSession};
use crate::ffi::trace;
use crate::net::{NetContext, NetListener};
use crate::pk::PrivateKey;
use crate::rng::{Drbg, Entropy};
use crate::x509::{Certificate, Crl, ServerName, TrustStore};

/// The guide's socket, which tells when it is freed.
struct Socket(NetContext);

impl Drop for Socket {
    fn drop(&mut self) {
        trace::record("mbedtls_net_free");
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A certificate authority with an empty revocation list.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    crl_pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        let crl = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(2099, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        let crl_pem = crl.signed_by(&issuer).unwrap().pem().unwrap();
        Self {
            issuer,
            pem,
            crl_pem,
        }
    }

    fn server_config(&self) -> SslConfig<super::Server> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
        let leaf = params.signed_by(&key, &self.issuer).unwrap();
        let leaf = Certificate::from_der(leaf.der()).unwrap();
        let key = PrivateKey::from_der(key.serialize_der()).unwrap();
        SslConfig::server().identity([leaf], key).build().unwrap()
    }
}

/// The guide's steps, each object a local of this function.
fn connect(authority: &Authority, port: u16) -> SslSession<Socket> {
    let entropy = Entropy::new().unwrap();
    let drbg = Drbg::seed(entropy, b"free order").unwrap();
    let socket = Socket(NetContext::connect(("127.0.0.1", port)).unwrap());
    let store = TrustStore::from_pem(&authority.pem).unwrap();
    let crl = Crl::from_pem(&authority.crl_pem).unwrap();
    let config = SslConfig::client()
        .trust_store(store)
        .crl(crl)
        .rng(drbg)
        .build()
        .unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let handshake = Handshake::client(&config, name, socket).unwrap();
    handshake.complete().unwrap()
}

#[test]
fn everything_is_freed_in_the_order_of_the_guide() {
    let authority = Authority::new();
    let server_config = authority.server_config();
    let listener = NetListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::scope(|scope| {
        scope.spawn(|| {
            let (net, _) = listener.accept().unwrap();
            let server = Handshake::server(&server_config, net).unwrap();
            let mut server = server.complete().unwrap();
            server.write_all(b"hello").unwrap();
            server.close().unwrap();
        });
        let mut session = connect(&authority, port);
        let mut text = String::new();
        session.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");

        trace::take();
        drop(session);
        assert_eq!(
            trace::take(),
            [
                "mbedtls_ssl_free",
                // In the place of mbedtls_x509_crt and mbedtls_x509_crl.
                "TrustStore",
                "Crl",
                "mbedtls_ssl_config_free",
                "mbedtls_net_free",
                "mbedtls_ctr_drbg_free",
                "mbedtls_entropy_free",
            ]
        );
    });
}
