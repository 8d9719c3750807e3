//! tokio-tungstenite on both sides of a session.

use embertls::ServerName;
use embertls::tokio::{TlsAcceptor, TlsConnector};
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{accept_async, client_async};

use crate::common::{Pki, block_on, here};

#[test]
fn messages_both_ways() {
    let pki = Pki::new();
    let connector = TlsConnector::new(pki.client(&["http/1.1"]));
    let server = pki.authority.server("localhost").alpn(["http/1.1"]);
    let acceptor = TlsAcceptor::new(server.build().unwrap());
    block_on(async {
        let listener = TcpListener::bind(here(0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = async {
            let (stream, _) = listener.accept().await.unwrap();
            let mut socket = accept_async(acceptor.accept(stream).await.unwrap())
                .await
                .unwrap();
            while let Some(Ok(message)) = socket.next().await {
                if message.is_text() || message.is_binary() {
                    socket.send(message).await.unwrap();
                }
            }
        };
        let client = async {
            let stream = TcpStream::connect(here(port)).await.unwrap();
            let name = ServerName::try_from("localhost").unwrap();
            let stream = connector.connect(name, stream).await.unwrap();
            let url = format!("wss://localhost:{port}/");
            let (mut socket, answer) = client_async(url, stream).await.unwrap();
            assert_eq!(answer.status(), 101);
            let large = vec![7; 300_000];
            for message in [Message::text("hello"), Message::binary(large)] {
                socket.send(message.clone()).await.unwrap();
                assert_eq!(socket.next().await.unwrap().unwrap(), message);
            }
            socket.close(None).await.unwrap();
            assert!(socket.next().await.unwrap().unwrap().is_close());
        };
        tokio::join!(server, client);
    });
}
