//! A server that serves only clients with a certificate of its authority, and
//! three clients: one that has such a certificate, one that has none, and one
//! that has it from somebody else.
//!
//! ```text
//! cargo run --example mtls
//! ```
//!
//! Standard output has one line for each client as it saw the connection, and
//! one as the server saw it. The exit status is 0 where the first was served
//! and the others were not.

#[path = "../shared/throwaway.rs"]
mod throwaway;

use std::error::Error;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use embertls::{
    Certificate, ClientAuth, Handshake, NetContext, NetListener, PrivateKey, Server, ServerName,
    SslConfig, TrustStore, Verifier,
};

use crate::throwaway::Authority;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;
type Identity = (Certificate, PrivateKey);

/// The name in the server's certificate.
const NAME: &str = "localhost";
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mtls: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    println!("Mbed TLS {}", embertls::mbedtls_version());
    let ours = Authority::new("Our authority")?;
    let theirs = Authority::new("Another authority")?;
    let config = server_config(&ours)?;

    let served = meet(&config, &ours, "1 of 3", Some(ours.client("alice")?))?;
    let nobody = meet(&config, &ours, "2 of 3", None)?;
    let stranger = meet(&config, &ours, "3 of 3", Some(theirs.client("alice")?))?;
    match (served, nobody, stranger) {
        (true, false, false) => Ok(()),
        outcome => Err(format!("served were {outcome:?}, not the first alone").into()),
    }
}

/// Asks for a certificate, and takes none but those of `authority`.
fn server_config(authority: &Authority) -> Result<SslConfig<Server>> {
    let (certificate, key) = authority.server(NAME)?;
    let verifier = Verifier::new(authority.trust_store()?);
    let config = SslConfig::server()
        .identity([certificate], key)
        .client_auth(ClientAuth::Required(verifier))
        .build()?;
    Ok(config)
}

/// One connection, both ends of it; whether the client was served.
fn meet(
    config: &SslConfig<Server>,
    authority: &Authority,
    which: &str,
    identity: Option<Identity>,
) -> Result<bool> {
    let listener = NetListener::bind(("127.0.0.1", 0))?;
    let port = listener.local_addr()?.port();
    let config = config.clone();
    let server = thread::spawn(move || {
        let (net, _) = listener.accept()?;
        serve(&config, net)
    });
    let answer = ask(port, authority.trust_store()?, identity);
    let seen = server.join().map_err(|_| "the server panicked")?;

    match &answer {
        Ok(answer) => println!("{which}: client: {answer}"),
        Err(error) => println!("{which}: client: {error}"),
    }
    match seen {
        Ok(name) => println!("{which}: server: served {name}"),
        Err(error) => println!("{which}: server: {error}"),
    }
    Ok(answer.is_ok())
}

/// Greets the client by the name in its certificate.
fn serve(config: &SslConfig<Server>, net: NetContext) -> Result<String> {
    let handshake = Handshake::server(config, net)?;
    let mut session = handshake
        .complete_within(PATIENCE)
        .map_err(|failed| failed.into_error())?;
    // It was verified: where a certificate is required, no session is without.
    let certificate = session.peer_certificates().first();
    let certificate = certificate.ok_or("the client showed no certificate")?;
    let name = Certificate::from_der(certificate)?.subject().to_string();

    let mut request = [0; 5];
    session.read_exact(&mut request)?;
    write!(session, "hello, {name}")?;
    session.close()?;
    Ok(name)
}

fn ask(port: u16, trust: TrustStore, identity: Option<Identity>) -> Result<String> {
    let mut builder = SslConfig::client().trust_store(trust);
    if let Some((certificate, key)) = identity {
        builder = builder.identity([certificate], key);
    }
    let config = builder.build()?;
    let net = NetContext::connect(("127.0.0.1", port))?;
    let name = ServerName::try_from(NAME)?;
    let handshake = Handshake::client(&config, name, net)?;
    let mut session = handshake
        .complete_within(PATIENCE)
        .map_err(|failed| failed.into_error())?;

    session.write_all(b"hello")?;
    session.flush()?;
    let mut answer = String::new();
    session.read_to_string(&mut answer)?;
    // The server may have gone already.
    match session.close() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(answer),
    }
}
