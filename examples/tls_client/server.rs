//! A server on this machine, for one client.

use std::io::{self, BufRead, Write};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use embertls::{
    Acceptor, Certificate, Error, NetContext, NetListener, PrivateKey, Result, Server, SslConfig,
};

use crate::authority::Identity;

const PATIENCE: Duration = Duration::from_secs(30);

/// A server in a thread of its own.
pub struct LoopbackServer {
    pub port: u16,
    thread: JoinHandle<Result<String>>,
}

impl LoopbackServer {
    /// Serves one client with this certificate.
    pub fn start(identity: &Identity) -> Result<Self> {
        let certificate = Certificate::from_der(&identity.certificate_der)?;
        let key = PrivateKey::from_pem(&identity.key_pem)?;
        let config = SslConfig::server()
            .identity([certificate], key)
            .alpn(["http/1.1"])
            .build()?;
        let listener = NetListener::bind(("127.0.0.1", 0))?;
        Ok(Self {
            port: listener.local_addr()?.port(),
            thread: thread::spawn(move || {
                let (net, _) = listener.accept()?;
                serve(net, &config)
            }),
        })
    }

    /// How it went, as the server saw it.
    pub fn finish(self) -> String {
        match self.thread.join() {
            Ok(Ok(seen)) => seen,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the server panicked".into(),
        }
    }
}

fn serve(mut net: NetContext, config: &SslConfig<Server>) -> Result<String> {
    net.set_deadline(Instant::now().checked_add(PATIENCE));
    let accepted = Acceptor::new(net).accept()?;
    let wanted = accepted.client_hello().server_name.clone();
    let mut session = accepted.into_session(config)?;

    answer(&mut session, &wanted.unwrap_or_default())
        .and_then(|seen| session.close().map(|()| seen))
        .map_err(|source| Error::Io {
            action: "answering the client".into(),
            source,
        })
}

/// Reads a request and answers it with a greeting.
fn answer<S: BufRead + Write>(session: &mut S, wanted: &str) -> io::Result<String> {
    let mut lines = (&mut *session).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for field in lines {
        if field?.is_empty() {
            break;
        }
    }
    let page = format!("Hello, client of {wanted}!\n");
    write!(
        session,
        "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{page}",
        page.len()
    )?;
    session.flush()?;
    Ok(format!("answered {request:?}"))
}
