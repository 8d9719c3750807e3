//! A listener for axum whose connections are TLS.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use embertls::tokio::{TlsAcceptor, TlsStream};
use embertls::{Server, SslConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};

/// How long a client may take for its handshake.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// How many handshakes run at once; other clients wait in the system's queue.
const HANDSHAKES: usize = 256;

/// Accepts clients and does their handshakes side by side, so that a slow one
/// holds up nobody. Those that fail are dropped.
pub struct TlsListener {
    established: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl TlsListener {
    /// Starts to accept, in a task of the current runtime, which ends with the
    /// listener.
    pub fn new(listener: TcpListener, config: SslConfig<Server>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, established) = mpsc::channel(HANDSHAKES);
        tokio::spawn(accept(listener, TlsAcceptor::new(config), sender));
        Ok(Self {
            established,
            address,
        })
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    established: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let places = Arc::new(Semaphore::new(HANDSHAKES));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = established.closed() => return,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, or a client that has left already: others may fare better.
                eprintln!("accepting: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let handshake = acceptor.accept(stream);
        let established = established.clone();
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE_TIME, handshake).await {
                // The server may have stopped meanwhile.
                Ok(Ok(stream)) => drop(established.send((stream, peer)).await),
                Ok(Err(error)) => eprintln!("{peer}: {error}"),
                Err(_) => eprintln!("{peer}: no handshake within {HANDSHAKE_TIME:?}"),
            }
            drop(place);
        });
    }
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        match self.established.recv().await {
            Some(established) => established,
            // The runtime shuts down.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
