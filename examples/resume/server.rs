//! A server on this machine that greets each client.

use std::io::{BufRead, Write};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use embertls::{Acceptor, NetContext, NetListener, Server, SslConfig};

use crate::AnyError;

const PATIENCE: Duration = Duration::from_secs(30);

pub struct LoopbackServer {
    pub port: u16,
    thread: JoinHandle<Result<(), String>>,
}

impl LoopbackServer {
    /// Serves so many clients, one after the other.
    pub fn start(config: SslConfig<Server>, clients: usize) -> Result<Self, AnyError> {
        let listener = NetListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let thread = thread::spawn(move || {
            for _ in 0..clients {
                let (net, _) = listener.accept().map_err(|error| error.to_string())?;
                serve(net, &config).map_err(|error| error.to_string())?;
            }
            Ok(())
        });
        Ok(Self { port, thread })
    }

    /// Waits until all clients have been served.
    pub fn finish(self) -> Result<(), AnyError> {
        match self.thread.join() {
            Ok(result) => result.map_err(|error| format!("the server: {error}").into()),
            Err(_) => Err("the server panicked".into()),
        }
    }
}

fn serve(mut net: NetContext, config: &SslConfig<Server>) -> Result<(), AnyError> {
    net.set_deadline(Instant::now().checked_add(PATIENCE));
    let mut session = Acceptor::new(net).accept()?.into_session(config)?;
    let mut name = String::new();
    session.read_line(&mut name)?;
    writeln!(session, "Hello, {}!", name.trim_end())?;
    session.flush()?;
    session.close()?;
    Ok(())
}
