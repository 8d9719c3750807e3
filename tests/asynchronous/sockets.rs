//! Real sockets on a runtime of one thread.

use std::net::Ipv4Addr;

use embertls::{Error, HandshakeError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::common::{PATIENCE, full_tier};
use crate::pair::{acceptor, connector, name};

fn on_one_thread<R>(future: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let patient = async {
        tokio::time::timeout(PATIENCE, future)
            .await
            .expect("in time")
    };
    runtime.expect("a runtime").block_on(patient)
}

/// Echoes each client in a task of its own; the address to connect to.
async fn echo_server() -> std::net::SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("a bound socket");
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a client");
            let handshake = acceptor().accept(stream);
            tokio::spawn(async move {
                let (mut reader, mut writer) = handshake.await?.split();
                tokio::io::copy(&mut reader, &mut writer).await?;
                writer.shutdown().await
            });
        }
    });
    address
}

#[test]
fn many_connections_at_once_on_one_thread() {
    let connections = if full_tier() { 1_000 } else { 30 };
    on_one_thread(async move {
        let address = echo_server().await;
        let mut clients = tokio::task::JoinSet::new();
        // All of them are open before the first says anything.
        let open = std::sync::Arc::new(tokio::sync::Barrier::new(connections));
        for number in 0..connections {
            let open = std::sync::Arc::clone(&open);
            clients.spawn(async move {
                let stream = TcpStream::connect(address).await?;
                let mut stream = connector().connect(name(), stream).await?;
                open.wait().await;
                let question = format!("client {number}");
                stream.write_all(question.as_bytes()).await?;
                stream.shutdown().await?;
                let mut answer = String::new();
                stream.read_to_string(&mut answer).await?;
                assert_eq!(answer, question);
                Ok::<_, std::io::Error>(())
            });
        }
        while let Some(client) = clients.join_next().await {
            client.expect("no panic").expect("served");
        }
    });
}

#[test]
fn a_handshake_that_times_out_closes_its_socket() {
    on_one_thread(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (mut silent, _) = listener.accept().await.unwrap();
        let handshake = connector().connect(name(), stream);
        let timeout = std::time::Duration::from_millis(20);
        tokio::time::timeout(timeout, handshake).await.unwrap_err();
        let mut hello = Vec::new();
        silent.read_to_end(&mut hello).await.unwrap();
        assert_eq!(hello[0], 22, "a ClientHello, and then the end");
    });
}

#[test]
fn an_upgrade_that_fails_leaves_the_socket() {
    on_one_thread(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (mut plain, _) = listener.accept().await.unwrap();
        plain.write_all(b"220 no TLS here\r\n").await.unwrap();
        let failed = connector().connect(name(), stream).keep_transport().await;
        let Err(HandshakeError::Failed {
            error: Error::Handshake(_),
            parts,
        }) = failed
        else {
            panic!("{failed:?}");
        };
        assert_eq!(
            parts.transport.peer_addr().unwrap(),
            listener.local_addr().unwrap()
        );
    });
}
