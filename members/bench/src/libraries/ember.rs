//! embertls.

use std::any::Any;
use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;

use embertls::{
    Certificate, CipherSuite, Client, ClientAuth, ClientSessions, Handshake, NamedGroup,
    PrivateKey, Server, ServerName, SslConfig, SslSession, TicketKeys, TrustStore, Verifier,
};

use super::Identities;
use super::pipe::Pipe;
use crate::identities::{Identity, SERVER_NAME};
use crate::network::{Sent, Wire};
use crate::work::{Connection, Group, Library, Setup, Side, Terms};

pub struct Ember {
    identities: Arc<Identities>,
}

struct Configs {
    client: SslConfig<Client>,
    server: SslConfig<Server>,
    name: ServerName,
    /// Where sessions are to be resumed.
    sessions: Option<ClientSessions>,
}

struct Ends {
    client: SslSession<Pipe>,
    server: SslSession<Pipe>,
}

impl Ember {
    pub fn new(identities: &Arc<Identities>) -> Self {
        Self {
            identities: Arc::clone(identities),
        }
    }
}

impl Library for Ember {
    fn name(&self) -> &'static str {
        match cfg!(feature = "accel") {
            true => "embertls",
            false => "embertls, C arithmetic",
        }
    }

    fn setup(&self, terms: Terms) -> Option<Box<dyn Setup>> {
        let configs = configs(self.identities.of(terms.auth), terms);
        Some(Box::new(configs.expect("a configuration of embertls")))
    }
}

fn configs(identity: &Identity, terms: Terms) -> embertls::Result<Configs> {
    let groups = match terms.group {
        Group::P256 => &[NamedGroup::Secp256r1][..],
        // The curves of the certificates must be listed, too.
        Group::X25519 => &[NamedGroup::X25519, NamedGroup::Secp256r1],
    };
    let suite = CipherSuite::from_iana_number(terms.suite()).expect("a suite of embertls");
    let store = || TrustStore::from_der(&identity.root);
    let chain = || -> embertls::Result<Vec<Certificate>> {
        identity.chain.iter().map(Certificate::from_der).collect()
    };
    let key = PrivateKey::from_der(&identity.key)?;
    let mut client = SslConfig::client()
        .trust_store(store()?)
        .cipher_suites(&[suite])
        .groups(groups);
    let mut server = SslConfig::server()
        .identity(chain()?, key.clone())
        .cipher_suites(&[suite])
        .groups(groups);
    if terms.mutual {
        client = client.identity(chain()?, key);
        server = server.client_auth(ClientAuth::Required(Verifier::new(store()?)));
    }
    if terms.frugal {
        client = client.release_idle_buffers();
        server = server.release_idle_buffers();
    }
    if terms.resumed {
        server = server.tickets(TicketKeys::rotating(TicketKeys::DEFAULT_LIFETIME)?);
    }
    Ok(Configs {
        client: client.build()?,
        server: server.build()?,
        name: SERVER_NAME.parse()?,
        sessions: terms.resumed.then(|| ClientSessions::new(16)),
    })
}

impl Configs {
    fn client(&self) -> embertls::Result<Handshake<Pipe>> {
        let client = Handshake::client(&self.client, self.name.clone(), Pipe::default())?;
        Ok(match &self.sessions {
            Some(sessions) => client.remember(sessions),
            None => client,
        })
    }

    fn server(&self) -> embertls::Result<Handshake<Pipe>> {
        Ok(Handshake::server(&self.server, Pipe::default())?)
    }

    fn ends(&self) -> embertls::Result<Ends> {
        let (mut client, mut server) = (self.client()?, self.server()?);
        while !(client.is_complete() && server.is_complete()) {
            advance(&mut client)?;
            server.get_mut().take_from(&mut client.get_mut().outgoing);
            advance(&mut server)?;
            client.get_mut().take_from(&mut server.get_mut().outgoing);
        }
        match (client.into_session(), server.into_session()) {
            (Ok(client), Ok(server)) => Ok(Ends { client, server }),
            _ => unreachable!("both are complete"),
        }
    }

    fn halfway(&self) -> embertls::Result<Handshake<Pipe>> {
        let (mut client, mut server) = (self.client()?, self.server()?);
        advance(&mut client)?;
        server.get_mut().take_from(&mut client.get_mut().outgoing);
        advance(&mut server)?;
        server.get_mut().forget();
        Ok(server)
    }

    fn over(&self, wire: Wire, side: Side) -> embertls::Result<Sent> {
        let session = match side {
            Side::Server => Handshake::server(&self.server, wire)?.complete()?,
            Side::Client => {
                let client = Handshake::client(&self.client, self.name.clone(), wire)?;
                match &self.sessions {
                    Some(sessions) => client.remember(sessions).complete()?,
                    None => client.complete()?,
                }
            }
        };
        Ok(session.get_ref().sent())
    }
}

impl Setup for Configs {
    fn connect(&self) -> Box<dyn Connection> {
        Box::new(self.ends().expect("a handshake of embertls"))
    }

    fn answered(&self) -> Box<dyn Any> {
        Box::new(self.halfway().expect("half a handshake of embertls"))
    }

    fn over(&self, wire: Wire, side: Side) -> Sent {
        self.over(wire, side).expect("a handshake of embertls")
    }
}

fn advance(handshake: &mut Handshake<Pipe>) -> embertls::Result<()> {
    match handshake.advance() {
        Err(embertls::Error::WouldBlock) => Ok(()),
        result => result,
    }
}

impl Connection for Ends {
    fn is_resumed(&self) -> bool {
        self.client.is_resumed() && self.server.is_resumed()
    }

    fn seal(&mut self, data: &[u8], record: usize, wire: &mut Vec<u8>) {
        std::mem::swap(wire, &mut self.client.get_mut().outgoing);
        for part in data.chunks(record) {
            self.client.write_all(part).expect("sealing");
        }
        self.client.flush().expect("sealing");
        std::mem::swap(wire, &mut self.client.get_mut().outgoing);
    }

    fn open(&mut self, wire: &mut Vec<u8>, buffer: &mut [u8]) -> usize {
        self.server.get_mut().take_from(wire);
        let mut opened = 0;
        loop {
            match self.server.read(&mut buffer[opened..]) {
                Ok(len) => opened += len,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return opened,
                Err(error) => panic!("opening: {error}"),
            }
            if opened == buffer.len() {
                return opened;
            }
        }
    }

    fn into_server(self: Box<Self>) -> Box<dyn Any> {
        let mut server = self.server;
        server.get_mut().forget();
        Box::new(server)
    }
}
