//! Listening, one thread for each connection, and the end.

use std::error::Error;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use embertls::{NetContext, NetListener, Server, SslConfig};

use crate::args::Args;
use crate::connection;
use crate::files::Files;
use crate::log;
use crate::setup::Setup;

/// Connections served at a time; the next waits until one ends.
const MOST: usize = 512;
/// A listener that cannot accept, as when descriptors run out, rests so long.
const PAUSE: Duration = Duration::from_millis(50);

/// What every connection shares.
pub struct Shared {
    pub config: SslConfig<Server>,
    pub files: Files,
    stopping: AtomicBool,
    running: Mutex<usize>,
    changed: Condvar,
}

impl Shared {
    /// Whether no further request is to be answered.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Waits until fewer than `limit` connections are served.
    fn wait_below(&self, limit: usize) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let guard = self
            .changed
            .wait_while(running, |running| *running >= limit);
        drop(guard.unwrap_or_else(PoisonError::into_inner));
    }

    fn count(&self, change: isize) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        *running = running.saturating_add_signed(change);
        self.changed.notify_all();
    }
}

pub fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let setup = Setup::new(&args)?;
    let shared = Arc::new(Shared {
        config: setup.config,
        files: Files::new(&args.folder)?,
        stopping: AtomicBool::new(false),
        running: Mutex::new(0),
        changed: Condvar::new(),
    });
    let listener = NetListener::bind(args.listen)?;
    let address = listener.local_addr()?;
    log::line(format_args!("Mbed TLS {}", embertls::mbedtls_version()));
    if let Some(file) = &setup.trust {
        log::line(format_args!("trust: {}", file.path().display()));
    }

    let stopper = Arc::clone(&shared);
    ctrlc::set_handler(move || {
        stopper.stopping.store(true, Ordering::Relaxed);
        // So that the listener looks up.
        let _ = TcpStream::connect(address);
    })?;
    log::line(format_args!("listening: https://{address}/"));

    while !shared.is_stopping() {
        shared.wait_below(MOST);
        match listener.accept() {
            Ok((net, from)) if !shared.is_stopping() => start(&shared, net, from.to_string()),
            Ok(_) => break,
            Err(error) if is_passing(&error) => {}
            Err(error) => {
                log::line(format_args!("not accepting: {error}"));
                thread::sleep(PAUSE);
            }
        }
    }
    log::line(format_args!("stopping"));
    shared.wait_below(1);
    Ok(())
}

fn start(shared: &Arc<Shared>, net: NetContext, from: String) {
    let mine = Arc::clone(shared);
    shared.count(1);
    let name = from.clone();
    let started = thread::Builder::new().spawn(move || {
        let guard = Ended(&mine);
        connection::serve(&mine, net, &name);
        drop(guard);
    });
    if let Err(error) = started {
        shared.count(-1);
        log::line(format_args!("{from}: no thread for it: {error}"));
    }
}

/// Counts a connection as ended, whatever ended it.
struct Ended<'a>(&'a Shared);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.count(-1);
    }
}

/// Whether the client gave up before it was accepted.
fn is_passing(error: &embertls::Error) -> bool {
    matches!(error, embertls::Error::Io { source, .. }
        if matches!(source.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted))
}
