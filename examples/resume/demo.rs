//! Both ends on this machine: by ticket, by session id, after the keys have
//! changed, from a file, and when a session is not resumed.

use std::io::{BufRead, Read, Write};
use std::time::Instant;

use embertls::ssl::ServerConfigBuilder;
use embertls::{
    Certificate, Connector, Handshake, NetContext, PrivateKey, ResumptionData, ServerName,
    SessionCache, SslConfig, SslSession, TicketKeys, TrustStore,
};

use crate::authority::{Authority, Identity, LONG};
use crate::server::LoopbackServer;
use crate::{AnyError, connect, tell};

const HOST: &str = "localhost";

pub fn run() -> Result<(), AnyError> {
    let authority = Authority::new()?;
    let identity = authority.issue(HOST, LONG)?;
    let trust = TrustStore::from_pem(authority.pem())?;
    let client = SslConfig::client()
        .trust_store(trust.clone())
        .alpn(["greeting"])
        .build()?;

    println!("\n1. By tickets: the client keeps the session, the server keeps nothing");
    let keys = TicketKeys::rotating(TicketKeys::DEFAULT_LIFETIME)?;
    let config = server(&identity)?.tickets(keys.clone()).build()?;
    let tickets = LoopbackServer::start(config, 8)?;
    let connector = Connector::new(client.clone());
    for _ in 0..3 {
        greet(connect(&connector, HOST, tickets.port)?)?;
    }

    println!("\n2. The server's ticket keys change; old tickets are good until they expire");
    keys.rotate()?;
    for _ in 0..2 {
        greet(connect(&connector, HOST, tickets.port)?)?;
    }

    println!("\n3. Saved, sealed, and read again, as after a new start of the program");
    let saved = save(&client, tickets.port)?;
    resume_saved(&client, tickets.port, &saved)?;

    println!("\n4. A session is bound to its configuration: here to the protocols offered");
    let other = SslConfig::client()
        .trust_store(trust)
        .alpn(["farewell", "greeting"])
        .build()?;
    resume_saved(&other, tickets.port, &saved)?;
    tickets.finish()?;

    println!("\n5. By session ids: the server keeps the session");
    let cache = SessionCache::in_memory(1000, TicketKeys::DEFAULT_LIFETIME)?;
    let config = server(&identity)?.session_cache(cache).build()?;
    let cached = LoopbackServer::start(config, 3)?;
    let connector = Connector::new(client);
    for _ in 0..3 {
        greet(connect(&connector, HOST, cached.port)?)?;
    }
    cached.finish()
}

fn server(identity: &Identity) -> Result<ServerConfigBuilder, AnyError> {
    let certificate = Certificate::from_der(&identity.certificate_der)?;
    let key = PrivateKey::from_pem(&identity.key_pem)?;
    Ok(SslConfig::server()
        .identity([certificate], key)
        .alpn(["greeting"]))
}

/// Says who we are, and reads the greeting.
fn greet(mut session: SslSession<NetContext>) -> Result<(), AnyError> {
    session.write_all(b"client\n")?;
    session.flush()?;
    let mut answer = String::new();
    session.read_line(&mut answer)?;
    if answer != "Hello, client!\n" {
        return Err(format!("the server said {answer:?}").into());
    }
    session.read_to_end(&mut Vec::new())?;
    session.close()?;
    Ok(())
}

/// What a program would write to a file. The key belongs elsewhere.
struct Saved {
    bytes: Vec<u8>,
    key: TicketKeys,
}

fn save(client: &SslConfig, port: u16) -> Result<Saved, AnyError> {
    let session = shake_hands(client, port, None)?;
    let data = session.resumption_data().ok_or("there is no ticket")?;
    greet(session)?;
    let key = TicketKeys::rotating(TicketKeys::MAX_LIFETIME)?;
    let bytes = data.seal(&key)?;
    println!("   {} bytes to store", bytes.len());
    Ok(Saved { bytes, key })
}

fn resume_saved(client: &SslConfig, port: u16, saved: &Saved) -> Result<(), AnyError> {
    let data = ResumptionData::open(&saved.key, &saved.bytes)?;
    greet(shake_hands(client, port, Some(&data))?)
}

/// The long way, without a [`Connector`].
fn shake_hands(
    client: &SslConfig,
    port: u16,
    data: Option<&ResumptionData>,
) -> Result<SslSession<NetContext>, AnyError> {
    let start = Instant::now();
    let net = NetContext::connect((HOST, port))?;
    let mut handshake = Handshake::client(client, ServerName::try_from(HOST)?, net)?;
    if let Some(data) = data {
        if !handshake.resume(data) {
            println!("   the saved session does not fit");
        }
    }
    let session = handshake.complete()?;
    tell(&session, start.elapsed());
    Ok(session)
}
