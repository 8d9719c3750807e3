//! The redis crate to a real server that asks for client certificates.

use std::process::Command;

use embertls::ServerName;
use embertls::tokio::TlsConnector;
use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use tokio::net::TcpStream;

use crate::common::process::{Process, ReservedPort};
use crate::common::{Pki, block_on, here, needed};

#[test]
fn keys_and_values() {
    let Some(program) = needed("redis-server", "redis-server") else {
        return;
    };
    let pki = Pki::new();
    let port = ReservedPort::new();
    let mut command = Command::new(program);
    command.args([
        "--port",
        "0",
        "--save",
        "",
        "--bind",
        "127.0.0.1",
        "--tls-protocols",
        "TLSv1.2",
    ]);
    command.args([
        "--tls-auth-clients",
        "yes",
        "--tls-port",
        &port.port.to_string(),
    ]);
    command.arg("--dir").arg(pki.dir.path());
    for (option, file) in [
        ("--tls-cert-file", "server.pem"),
        ("--tls-key-file", "server-key.pem"),
        ("--tls-ca-cert-file", "ca.pem"),
    ] {
        command.arg(option).arg(pki.path(file));
    }
    let mut server = Process::start(&mut command);
    server.line_with("Ready to accept connections");

    let leaf = pki.authority.client_leaf("me");
    let config = pki.authority.client().identity(leaf.chain(), leaf.key());
    let connector = TlsConnector::new(config.build().unwrap());
    block_on(async {
        let stream = TcpStream::connect(here(port.port)).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = connector.connect(name, stream).await.unwrap();
        // The driver's type wants them for ever.
        let settings = Box::leak(Box::default());
        let (mut connection, driver) = MultiplexedConnection::new(settings, stream).await.unwrap();
        tokio::spawn(driver);
        let value = "x".repeat(100_000);
        let () = connection.set("key", &value).await.unwrap();
        let got: String = connection.get("key").await.unwrap();
        assert!(got == value);
        // Many at once over the one connection.
        let counts = (0..100).map(|_| {
            let mut connection = connection.clone();
            async move { connection.incr::<_, _, u32>("count", 1).await.unwrap() }
        });
        let mut counts = futures_util::future::join_all(counts).await;
        counts.sort_unstable();
        assert_eq!(counts, (1..=100).collect::<Vec<u32>>());
    });
}
