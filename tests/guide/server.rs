//! A server for the guide's client: an authority made on the spot, and a
//! thread that answers every request alike.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::thread;

use embertls::SslConfig;
use embertls::{Certificate, Handshake, NetContext, NetListener, PrivateKey, Server as ServerRole};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, SerialNumber,
};
use tempfile::TempDir;

/// What the server says to every request.
pub const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";

/// A server that runs until the test ends.
pub struct Server {
    pub port: u16,
    pub files: Files,
}

/// What its authority has published.
pub struct Files {
    pub ca: PathBuf,
    pub crl: PathBuf,
    _dir: TempDir,
}

impl Server {
    pub fn start() -> Self {
        let authority = Authority::new();
        let config = authority.server_config();
        let listener = NetListener::bind(("localhost", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            // The guide's clients stay connected side by side.
            while let Ok((connection, _)) = listener.accept() {
                let config = config.clone();
                // A client that refuses us, or leaves, is part of the test.
                thread::spawn(move || answer(&config, connection));
            }
        });
        Self {
            port,
            files: authority.publish(),
        }
    }
}

fn answer(config: &SslConfig<ServerRole>, connection: NetContext) -> Result<(), embertls::Error> {
    let mut session = Handshake::server(config, connection)?.complete()?;
    let served = read_request(&mut session).and_then(|()| {
        session.write_all(ANSWER)?;
        session.close()
    });
    // The client may have wanted the handshake only.
    let _ = served;
    Ok(())
}

fn read_request(session: &mut impl BufRead) -> std::io::Result<()> {
    let mut line = String::new();
    while session.read_line(&mut line)? > 2 {
        line.clear();
    }
    Ok(())
}

struct Authority {
    certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
            .distinguished_name
            .push(DnType::CommonName, "the guide's authority");
        let certificate_pem = params.self_signed(&key).unwrap().pem();
        Self {
            certificate_pem,
            issuer: Issuer::new(params, key),
        }
    }

    fn server_config(&self) -> SslConfig<ServerRole> {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.serial_number = Some(SerialNumber::from(2));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.distinguished_name.push(DnType::CommonName, "server");
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let chain = [Certificate::from_der(certificate.der()).unwrap()];
        let key = PrivateKey::from_pem(key.serialize_pem()).unwrap();
        SslConfig::server().identity(chain, key).build().unwrap()
    }

    /// Writes the authority's certificate, and a list that revokes another
    /// certificate than the server's.
    fn publish(&self) -> Files {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = Path::join(dir.path(), name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let crl = CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2024, 1, 1),
            next_update: rcgen::date_time_ymd(2099, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: vec![rcgen::RevokedCertParams {
                serial_number: SerialNumber::from(77),
                revocation_time: rcgen::date_time_ymd(2024, 1, 1),
                reason_code: None,
                invalidity_date: None,
            }],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let crl = crl.signed_by(&self.issuer).unwrap().pem().unwrap();
        Files {
            ca: write("ca.pem", &self.certificate_pem),
            crl: write("crl.pem", &crl),
            _dir: dir,
        }
    }
}
