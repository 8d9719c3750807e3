//! Our server.

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use embertls::ssl::ServerConfigBuilder;
use embertls::{
    Certificate, CipherSuite, ClientAuth, Error, Handshake, Server, SessionCache, SslConfig,
    SslSession, TicketKeys, TrustStore, Verifier,
};

use super::By;
use crate::common::ours::loaded;
use crate::common::process::patient;
use crate::common::{PATIENCE, echo};
use crate::http;
use crate::pki::{Case, Key, Pki};

/// What our server does for its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Sends back what comes.
    Echo,
    /// Sends back what is posted.
    Http,
}

/// What our server found about a client.
#[derive(Debug)]
pub struct Seen {
    pub suite: CipherSuite,
    pub alpn: Option<String>,
    pub resumed: bool,
    /// The subject of the client's certificate.
    pub client: Option<String>,
}

/// A server that runs until it is dropped, on a thread for each client.
pub struct OurServer {
    pub port: u16,
    seen: Receiver<Result<Seen, String>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A server with this key and whatever it accepts by default.
pub fn config(pki: &Pki, key: Key) -> ServerConfigBuilder {
    let (chain, key) = loaded(pki.server(key));
    SslConfig::server().identity(chain, key)
}

/// A server that accepts one suite and one group.
pub fn for_case(pki: &Pki, case: Case) -> SslConfig<Server> {
    config(pki, case.key())
        .cipher_suites(&[case.suite])
        .groups(&[case.group])
        .build()
        .expect("a sound configuration")
}

/// A server that resumes sessions in this way alone.
pub fn resuming(pki: &Pki, by: By) -> SslConfig<Server> {
    let lifetime = TicketKeys::DEFAULT_LIFETIME;
    let builder = config(pki, Key::P256);
    let builder = match by {
        By::Ticket => builder.tickets(TicketKeys::rotating(lifetime).expect("random bytes")),
        By::Id => builder.session_cache(SessionCache::in_memory(100, lifetime).expect("bounds")),
    };
    builder.build().expect("a sound configuration")
}

/// A server that requires certificates of its clients.
pub fn requiring(pki: &Pki) -> SslConfig<Server> {
    let trust = TrustStore::from_pem(pki.clients().pem()).expect("a sound root");
    config(pki, Key::P256)
        .client_auth(ClientAuth::Required(Verifier::new(trust)))
        .build()
        .expect("a sound configuration")
}

impl OurServer {
    pub fn start(config: SslConfig<Server>, service: Service) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, seen) = channel();
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (config, sender) = (config.clone(), sender.clone());
                let stream = stream.expect("a client");
                thread::spawn(move || serve(&config, patient(stream), service, &sender));
            }
        });
        Self {
            port,
            seen,
            stop,
            thread: Some(thread),
        }
    }

    /// What was found about the next client.
    pub fn next(&self) -> Seen {
        let seen = self.seen.recv_timeout(PATIENCE);
        seen.expect("a client comes in time")
            .unwrap_or_else(|error| panic!("our server: {error}"))
    }

    /// What was found about the next client that went through with it. A
    /// browser that is asked for a certificate leaves, chooses one and returns.
    pub fn next_good(&self) -> Seen {
        loop {
            let seen = self.seen.recv_timeout(PATIENCE);
            if let Ok(seen) = seen.expect("a client comes in time") {
                return seen;
            }
        }
    }
}

impl Drop for OurServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // The thread waits for a client.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    config: &SslConfig<Server>,
    stream: TcpStream,
    service: Service,
    told: &Sender<Result<Seen, String>>,
) {
    let handshake = || -> Result<SslSession<TcpStream>, Error> {
        Ok(Handshake::server(config, stream)?.complete()?)
    };
    let result = match handshake() {
        Ok(mut session) => {
            let seen = seen(&session);
            match talk(&mut session, service) {
                // A browser opens connections that it does not use.
                Ok(false) => return,
                Ok(true) => Ok(seen),
                Err(error) => Err(format!("{seen:?}: {error}")),
            }
        }
        Err(error) => Err(error.to_string()),
    };
    // Nobody may be left to listen.
    let _ = told.send(result);
}

fn seen(session: &SslSession<TcpStream>) -> Seen {
    let client = session.peer_certificates().first();
    let client = client.and_then(|der| Certificate::from_der(der).ok());
    Seen {
        suite: session.cipher_suite(),
        alpn: session
            .alpn()
            .map(|alpn| String::from_utf8_lossy(alpn).into()),
        resumed: session.is_resumed(),
        client: client.map(|client| client.subject().to_string()),
    }
}

/// Serves a client to its end; whether it asked for anything.
fn talk(session: &mut SslSession<TcpStream>, service: Service) -> io::Result<bool> {
    match service {
        Service::Echo => echo::serve(session, u64::MAX)?,
        Service::Http => {
            if !http::serve(session)? {
                return Ok(false);
            }
        }
    }
    session.flush()?;
    session.close()?;
    Ok(true)
}
