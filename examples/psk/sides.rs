//! The two sides.

use std::error::Error as StdError;
use std::io::{BufRead, BufReader, Write};
use std::thread;
use std::time::Duration;

use embertls::ssl::PreSharedKeys;
use embertls::{
    Acceptor, Error, Handshake, NetContext, NetListener, PreSharedKey, Result, Server, ServerName,
    SslConfig, SslSession,
};

const PATIENCE: Duration = Duration::from_secs(30);

pub fn client(identity: &str, key: PreSharedKey) -> Result<SslConfig> {
    SslConfig::client().pre_shared_key(identity, key).build()
}

pub fn server(keys: impl PreSharedKeys + 'static) -> Result<SslConfig<Server>> {
    SslConfig::server().pre_shared_keys(keys).build()
}

/// Sends a line to `server` (HOST:PORT): what was negotiated, and the answer.
pub fn connect(
    config: &SslConfig,
    server: &str,
    line: &str,
) -> std::result::Result<String, Box<dyn StdError>> {
    let (host, port) = server
        .rsplit_once(':')
        .ok_or("the server is written as HOST:PORT")?;
    let port: u16 = port
        .parse()
        .map_err(|error| format!("the port {port:?}: {error}"))?;
    let host = host.trim_start_matches('[').trim_end_matches(']');

    let name = ServerName::try_from(host)?;
    let net = NetContext::connect_timeout((host, port), PATIENCE)?;
    let handshake = Handshake::client(config, name, net)?;
    let mut session = handshake.complete_within(PATIENCE).map_err(Error::from)?;
    let about = describe(&session);

    session.write_all(line.as_bytes())?;
    session.write_all(b"\n")?;
    session.flush()?;
    let mut answer = String::new();
    BufReader::new(&mut session).read_line(&mut answer)?;
    session.close()?;
    let answer = answer.trim_end().escape_debug();
    Ok(format!("{about}; answer: {answer}"))
}

/// Answers every client in a thread of its own, until the program is stopped.
pub fn serve(
    address: &str,
    keys: impl PreSharedKeys + 'static,
) -> std::result::Result<(), Box<dyn StdError>> {
    let config = server(keys)?;
    let listener = NetListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (net, from) = listener.accept()?;
        let config = config.clone();
        thread::spawn(move || match answer(net, &config) {
            Ok(about) => println!("{from}: {about}"),
            Err(error) => println!("{from}: {error}"),
        });
    }
}

/// Answers one client: who it was.
pub fn answer(net: NetContext, config: &SslConfig<Server>) -> Result<String> {
    let accepted = Acceptor::new(net).accept()?;
    let handshake = accepted.into_handshake(config)?;
    let mut session = handshake.complete_within(PATIENCE)?;
    let about = describe(&session);
    let talk = |session: &mut SslSession<NetContext>| {
        let mut line = String::new();
        BufReader::new(&mut *session).read_line(&mut line)?;
        session.write_all(format!("you said {}\n", line.trim_end()).as_bytes())?;
        session.flush()?;
        session.close()
    };
    talk(&mut session).map_err(|source| Error::Io {
        action: "answering".into(),
        source,
    })?;
    Ok(about)
}

fn describe(session: &SslSession<NetContext>) -> String {
    let identity = session.psk_identity().unwrap_or_default();
    let secrecy = match session.cipher_suite().has_forward_secrecy() {
        true => "forward secrecy",
        false => "no forward secrecy",
    };
    format!(
        "{} with the key of \"{}\", {secrecy}",
        session.cipher_suite(),
        identity.escape_ascii()
    )
}
