//! One connection to the runner, from the socket to its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use embertls::ssl::MemoryStore;
use embertls::{
    Acceptor, Client, Error, Handshake, HandshakeError, ResumptionData, Server, ServerName,
    SessionCache, SslConfig, SslSession, TicketKeys,
};

use crate::configuration::{Config, Shared};
use crate::exchange;
use crate::expectations;
use crate::failure::Failure;
use crate::flags::Invocation;
use crate::options::{Options, Terms};
use crate::transport::Transport;

/// What lives longer than a connection.
pub struct Shim {
    shared: Shared,
    cached: Arc<MemoryStore>,
    config: Option<(Terms, Config)>,
    /// What the client got from the last connection.
    saved: Option<ResumptionData>,
}

impl Shim {
    pub fn new() -> Result<Self, Failure> {
        let lifetime = Duration::from_secs(3600);
        let cached = Arc::new(MemoryStore::new(16));
        let keys = TicketKeys::rotating(lifetime)?;
        let shared = Shared {
            tickets: TicketKeys::rotating(lifetime)?,
            cache: SessionCache::new(cached.clone(), keys),
            verify_fails: Arc::default(),
        };
        Ok(Self {
            shared,
            cached,
            config: None,
            saved: None,
        })
    }

    /// One connection, from the socket to its end.
    pub fn connect(
        &mut self,
        invocation: &Invocation,
        options: &Options,
        is_resumption: bool,
    ) -> Result<(), Failure> {
        let config = self.config(&options.terms)?;
        self.shared
            .verify_fails
            .store(options.conduct.verify_fails, Ordering::Relaxed);
        let offered = self.saved.take();
        if is_resumption && !options.terms.server && offered.is_none() {
            return Err(Failure::unexpected("there is no session to offer"));
        }
        let cached_before = self.cached.len();

        let transport = Transport::connect(
            invocation.port,
            invocation.ipv6,
            invocation.shim_id,
            options.conduct.paced,
        )?;
        let mut session = match &config {
            Config::Client(config) => as_client(config, transport, options, offered.as_ref())?,
            Config::Server(config) => as_server(config, transport, options)?,
        };
        self.saved = session.resumption_data();
        let result = expectations::check(&session, options, is_resumption)
            .and_then(|()| self.check_kept(&session, options, is_resumption, cached_before))
            .and_then(|()| exchange::run(&mut session, &options.conduct));
        session.into_inner().transport.drain();
        result
    }

    fn config(&mut self, terms: &Terms) -> Result<Config, Failure> {
        match &self.config {
            Some((of, config)) if of == terms => Ok(config.clone()),
            _ => {
                let config = Config::new(terms, &self.shared)?;
                self.config = Some((terms.clone(), config.clone()));
                Ok(config)
            }
        }
    }

    /// What is kept of a session for the next one.
    fn check_kept<T>(
        &self,
        session: &SslSession<T>,
        options: &Options,
        is_resumption: bool,
        cached_before: usize,
    ) -> Result<(), Failure> {
        let expected = &options.expected;
        if !options.terms.server && !session.is_resumed() {
            // That there is one shows when it is resumed.
            if expected.no_session && session.resumption_data().is_some() {
                return Err(Failure::unexpected("a session to resume"));
            }
        }
        if options.terms.server && !is_resumption {
            let cached = self.cached.len() > cached_before;
            if expected.session_id && !cached || expected.no_session_id && cached {
                return Err(Failure::unexpected(format!(
                    "a session in the cache: {cached}"
                )));
            }
        }
        Ok(())
    }
}

fn as_client(
    config: &SslConfig<Client>,
    transport: Transport,
    options: &Options,
    offered: Option<&ResumptionData>,
) -> Result<SslSession<Transport>, Failure> {
    // The name that the certificates of the runner are for.
    let name = options.conduct.host_name.as_deref().unwrap_or("test");
    let mut handshake =
        Handshake::client(config, ServerName::try_from(name)?, transport).map_err(give_up)?;
    if let Some(data) = offered {
        // Where it is not offered, the check behind the handshake tells.
        handshake.resume(data);
    }
    complete(handshake)
}

fn as_server(
    config: &SslConfig<Server>,
    transport: Transport,
    options: &Options,
) -> Result<SslSession<Transport>, Failure> {
    let mut acceptor = Acceptor::new(transport);
    let accepted = loop {
        match acceptor.accept() {
            Ok(accepted) => break accepted,
            Err(HandshakeError::WouldBlock(again)) => acceptor = *again,
            Err(failed) => return Err(give_up(failed)),
        }
    };
    if let Some(alert) = options.conduct.refuses_hello {
        accepted.refuse(alert)?.drain();
        return Err(Failure::unexpected("the application refused the hello"));
    }
    complete(accepted.into_handshake(config).map_err(give_up)?)
}

fn complete(mut handshake: Handshake<Transport>) -> Result<SslSession<Transport>, Failure> {
    loop {
        match handshake.complete() {
            Ok(session) => return Ok(session),
            Err(HandshakeError::WouldBlock(again)) => handshake = *again,
            Err(failed) => return Err(give_up(failed)),
        }
    }
}

/// The runner reads the alert before the connection is gone.
fn give_up<Unfinished>(error: HandshakeError<Transport, Unfinished>) -> Failure {
    match error {
        HandshakeError::WouldBlock(_) => Error::WouldBlock.into(),
        HandshakeError::Failed { error, parts } => {
            let mut transport = parts.transport;
            exchange::finish_writing(&mut transport, &parts.unsent);
            transport.drain();
            error.into()
        }
    }
}
