//! The crate `mbedtls`, over Mbed TLS 2.28.

use std::any::Any;
use std::io::{Read, Write};
use std::sync::Arc;

use mbedtls::alloc::List;
use mbedtls::error::codes;
use mbedtls::pk::Pk;
use mbedtls::rng::{CtrDrbg, OsEntropy};
use mbedtls::ssl::config::{AuthMode, Endpoint, Preset, Transport, Version};
use mbedtls::ssl::{Config, Context};
use mbedtls::x509::Certificate;

use super::Identities;
use super::pipe::Pipe;
use crate::identities::{Identity, SERVER_NAME};
use crate::network::{Sent, Wire};
use crate::work::{Connection, Group, Library, Setup, Side, Terms};

pub struct Fortanix {
    identities: Arc<Identities>,
}

struct Configs {
    client: Arc<Config>,
    server: Arc<Config>,
}

struct Ends {
    client: Context<Pipe>,
    server: Context<Pipe>,
}

impl Fortanix {
    pub fn new(identities: &Arc<Identities>) -> Self {
        Self {
            identities: Arc::clone(identities),
        }
    }
}

impl Library for Fortanix {
    fn name(&self) -> &'static str {
        "mbedtls crate"
    }

    /// A client of this crate cannot offer a session, nor release buffers.
    fn setup(&self, terms: Terms) -> Option<Box<dyn Setup>> {
        if terms.resumed || terms.frugal || terms.group == Group::X25519 {
            return None;
        }
        let configs = configs(self.identities.of(terms.auth), terms);
        let configs = configs.expect("a configuration of the crate mbedtls");
        // It has not every suite.
        configs
            .ends()
            .is_ok()
            .then(|| -> Box<dyn Setup> { Box::new(configs) })
    }
}

fn configs(identity: &Identity, terms: Terms) -> mbedtls::Result<Configs> {
    let roots = || -> mbedtls::Result<Arc<List<Certificate>>> {
        let mut roots = List::new();
        roots.push(Certificate::from_der(&identity.root)?);
        Ok(Arc::new(roots))
    };
    let mut chain = List::new();
    for der in &identity.chain {
        chain.push(Certificate::from_der(der)?);
    }
    let chain = Arc::new(chain);
    let key = Arc::new(Pk::from_private_key(&identity.key, None)?);
    let config = |endpoint| -> mbedtls::Result<Config> {
        let mut config = Config::new(endpoint, Transport::Stream, Preset::Default);
        let generator = CtrDrbg::new(Arc::new(OsEntropy::new()), None)?;
        config.set_rng(Arc::new(generator));
        config.set_min_version(Version::Tls1_2)?;
        config.set_ciphersuites(Arc::new(vec![terms.suite().into(), 0]));
        Ok(config)
    };
    let mut client = config(Endpoint::Client)?;
    client.set_authmode(AuthMode::Required);
    client.set_ca_list(roots()?, None);
    let mut server = config(Endpoint::Server)?;
    server.push_cert(Arc::clone(&chain), Arc::clone(&key))?;
    if terms.mutual {
        client.push_cert(chain, key)?;
        server.set_authmode(AuthMode::Required);
        server.set_ca_list(roots()?, None);
    }
    Ok(Configs {
        client: Arc::new(client),
        server: Arc::new(server),
    })
}

impl Configs {
    fn ends(&self) -> mbedtls::Result<Ends> {
        let mut client = Context::new(Arc::clone(&self.client));
        let mut server = Context::new(Arc::clone(&self.server));
        let mut client_done = step(client.establish(Pipe::default(), Some(SERVER_NAME)))?;
        let mut server_done = step(server.establish(Pipe::default(), None))?;
        while !(client_done && server_done) {
            carry(&mut client, &mut server);
            server_done = step(server.handshake())?;
            carry(&mut server, &mut client);
            client_done = step(client.handshake())?;
        }
        Ok(Ends { client, server })
    }

    fn halfway(&self) -> mbedtls::Result<Context<Pipe>> {
        let mut client = Context::new(Arc::clone(&self.client));
        let mut server = Context::new(Arc::clone(&self.server));
        step(client.establish(Pipe::default(), Some(SERVER_NAME)))?;
        step(server.establish(Pipe::default(), None))?;
        carry(&mut client, &mut server);
        step(server.handshake())?;
        forget(&mut server);
        Ok(server)
    }
}

/// Whether the handshake is complete.
fn step(result: mbedtls::Result<()>) -> mbedtls::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.high_level() == Some(codes::SslWantRead) => Ok(false),
        Err(error) => Err(error),
    }
}

fn carry(from: &mut Context<Pipe>, to: &mut Context<Pipe>) {
    if let (Some(from), Some(to)) = (from.io_mut(), to.io_mut()) {
        to.take_from(&mut from.outgoing);
    }
}

fn forget(context: &mut Context<Pipe>) {
    if let Some(pipe) = context.io_mut() {
        pipe.forget();
    }
}

impl Setup for Configs {
    fn connect(&self) -> Box<dyn Connection> {
        Box::new(self.ends().expect("a handshake of the crate mbedtls"))
    }

    fn answered(&self) -> Box<dyn Any> {
        Box::new(
            self.halfway()
                .expect("half a handshake of the crate mbedtls"),
        )
    }

    fn over(&self, wire: Wire, side: Side) -> Sent {
        let (config, name) = match side {
            Side::Client => (&self.client, Some(SERVER_NAME)),
            Side::Server => (&self.server, None),
        };
        let mut context = Context::new(Arc::clone(config));
        let done = context.establish(wire, name);
        done.expect("a handshake of the crate mbedtls");
        context.io().expect("a socket").sent()
    }
}

impl Connection for Ends {
    fn is_resumed(&self) -> bool {
        false
    }

    fn seal(&mut self, data: &[u8], record: usize, wire: &mut Vec<u8>) {
        let swap = |client: &mut Context<Pipe>, wire: &mut Vec<u8>| {
            let pipe = client.io_mut().expect("a pipe");
            std::mem::swap(wire, &mut pipe.outgoing);
        };
        swap(&mut self.client, wire);
        for part in data.chunks(record) {
            self.client.write_all(part).expect("sealing");
        }
        swap(&mut self.client, wire);
    }

    fn open(&mut self, wire: &mut Vec<u8>, buffer: &mut [u8]) -> usize {
        let pipe = self.server.io_mut().expect("a pipe");
        pipe.take_from(wire);
        let mut opened = 0;
        while opened < buffer.len() {
            match self.server.read(&mut buffer[opened..]) {
                Ok(len) => opened += len,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(error) => panic!("opening: {error}"),
            }
        }
        opened
    }

    fn into_server(self: Box<Self>) -> Box<dyn Any> {
        let mut server = self.server;
        forget(&mut server);
        Box::new(server)
    }
}
