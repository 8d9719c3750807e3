//! rustls, in this program.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{HandshakeKind, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::{Running, Server, Setup, Told, exchange};
use crate::common::certificates::certificate;
use crate::common::process::patient;
use crate::common::{PATIENCE, echo, rustls_peer};
use crate::ours::By;
use crate::ours::client::Session;
use crate::pki::{CLIENT, Case, Pki};
use crate::version;

pub struct Rustls;

impl Server for Rustls {
    fn name(&self) -> &'static str {
        "rustls"
    }

    fn version(&self) -> Option<String> {
        Some(version::of_package("rustls") + " with ring")
    }

    fn has(&self, case: Case) -> bool {
        rustls_peer::supports(case.suite, case.group)
    }

    fn start(&self, pki: &Pki, setup: Setup) -> Box<dyn Running> {
        let config = Arc::new(config(pki, setup));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let client = pki.client().chain();
        let (sender, told) = channel();
        // It waits for clients as long as the program lives.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let server = ServerConnection::new(config.clone()).expect("sound");
                let mut stream = StreamOwned::new(server, patient(stream.expect("a client")));
                while stream.conn.is_handshaking() {
                    if let Err(error) = stream.conn.complete_io(&mut stream.sock) {
                        eprintln!("rustls: {error}");
                        break;
                    }
                }
                let known = stream.conn.peer_certificates() == Some(&client[..]);
                let alpn = stream.conn.alpn_protocol();
                // Nobody may be left to listen.
                let _ = sender.send(Told {
                    resumed: Some(stream.conn.handshake_kind() == Some(HandshakeKind::Resumed)),
                    alpn: alpn.map(|alpn| String::from_utf8_lossy(alpn).into()),
                    client: known.then(|| CLIENT.into()),
                });
                // The client sees by its data whether this went well.
                let _ = echo::serve(&mut stream, u64::MAX);
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        });
        Box::new(Started { port, told })
    }
}

fn config(pki: &Pki, setup: Setup) -> ServerConfig {
    let provider = Arc::new(rustls_peer::restricted(None, None));
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(rustls_peer::TLS12)
        .expect("a sound provider");
    let builder = match setup.asks {
        true => {
            let mut roots = RootCertStore::empty();
            let root = certificate(&pki.clients().pem());
            roots.add(root).expect("a sound root");
            let roots = Arc::new(roots);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build();
            builder.with_client_cert_verifier(verifier.expect("a sound verifier"))
        }
        false => builder.with_no_client_auth(),
    };
    let identity = pki.server(setup.key);
    let config = builder.with_single_cert(identity.chain(), identity.key());
    let mut config = config.expect("a sound identity");
    if setup.by == By::Ticket {
        config.ticketer = rustls::crypto::ring::Ticketer::new().expect("random bytes");
        config.session_storage = Arc::new(NoServerSessionStorage {});
    }
    config.alpn_protocols = setup
        .alpn
        .iter()
        .map(|alpn| alpn.as_bytes().into())
        .collect();
    config
}

struct Started {
    port: u16,
    told: Receiver<Told>,
}

impl Running for Started {
    fn connect(&mut self) -> TcpStream {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        patient(stream.expect("it listens"))
    }

    fn talk(&mut self, session: &mut Session, size: usize) -> Told {
        exchange(session, size);
        let told = self.told.recv_timeout(PATIENCE);
        told.expect("rustls has told of its client")
    }
}
