//! rustls, in this program.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned};

use super::{Client, Task, Told};
use crate::common::certificates::HOST;
use crate::common::process::patient;
use crate::common::{echo, rustls_peer};
use crate::pki::{Case, Pki};
use crate::version;

pub struct Rustls;

impl Client for Rustls {
    fn name(&self) -> &'static str {
        "rustls"
    }

    fn version(&self) -> Option<String> {
        Some(version::of_package("rustls") + " with ring")
    }

    fn has(&self, case: Case) -> bool {
        rustls_peer::supports(case.suite, case.group)
    }

    fn run(&self, pki: &Pki, task: &Task) -> Vec<Told> {
        let mut told = Vec::new();
        for (port, _) in &task.servers {
            let config = Arc::new(config(pki, task));
            for _ in 0..task.rounds {
                told.push(connect(&config, *port, task.size));
            }
        }
        told
    }
}

fn config(pki: &Pki, task: &Task) -> ClientConfig {
    let provider = Arc::new(rustls_peer::restricted(None, None));
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(pki.roots().as_bytes()) {
        roots.add(root.expect("PEM")).expect("a sound root");
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls_peer::TLS12)
        .expect("a sound provider")
        .with_webpki_verifier(verifier.build().expect("roots"));
    let mut config = match task.identified {
        true => builder
            .with_client_auth_cert(pki.client().chain(), pki.client().key())
            .expect("a sound identity"),
        false => builder.with_no_client_auth(),
    };
    config.alpn_protocols = task
        .alpn
        .iter()
        .map(|alpn| alpn.as_bytes().into())
        .collect();
    config
}

fn connect(config: &Arc<ClientConfig>, port: u16, size: usize) -> Told {
    let name = HOST.try_into().expect("a host name");
    let client = ClientConnection::new(config.clone(), name).expect("a sound configuration");
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("our server listens");
    let mut stream = StreamOwned::new(client, patient(stream));
    let data = echo::payload(size.max(1), 2);
    assert!(echo::send_and_receive(&mut stream, &data) == echo::digest(&data));
    let told = Told {
        resumed: Some(stream.conn.handshake_kind() == Some(HandshakeKind::Resumed)),
        alpn: stream
            .conn
            .alpn_protocol()
            .map(|alpn| String::from_utf8_lossy(alpn).into()),
    };
    stream.conn.send_close_notify();
    stream.flush().expect("close_notify can be sent");
    assert_eq!(stream.read(&mut [0; 16]).expect("our server closes"), 0);
    told
}
