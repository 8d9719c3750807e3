//! MQTT to a real broker that asks for client certificates.

use std::fs;
use std::process::Command;

use embertls::ServerName;
use embertls::tokio::TlsConnector;
use embertls_ecosystem::mqtt::Client;
use tokio::net::TcpStream;

use crate::common::process::{Process, ReservedPort};
use crate::common::{Pki, block_on, example, here, is_root, needed, output};

fn mosquitto(pki: &Pki) -> Option<(Process, ReservedPort)> {
    let program = needed("mosquitto", "mosquitto")?;
    let port = ReservedPort::new();
    let dir = pki.dir.path().display();
    let user = if is_root() { "user root\n" } else { "" };
    let config = format!(
        "{user}log_dest stderr\n\
         listener {} 127.0.0.1\n\
         cafile {dir}/ca.pem\n\
         certfile {dir}/server.pem\n\
         keyfile {dir}/server-key.pem\n\
         require_certificate true\n\
         use_identity_as_username true\n",
        port.port
    );
    fs::write(pki.path("mosquitto.conf"), config).expect("a file");
    let mut command = Command::new(program);
    let mut broker = Process::start(command.arg("-c").arg(pki.path("mosquitto.conf")));
    broker.line_with("running");
    Some((broker, port))
}

#[test]
fn messages_between_two_clients_with_certificates() {
    let pki = Pki::new();
    let Some((mut broker, port)) = mosquitto(&pki) else {
        return;
    };
    let connect = async |name: &str| {
        let leaf = pki.authority.client_leaf(name);
        let config = pki.authority.client().identity(leaf.chain(), leaf.key());
        let connector = TlsConnector::new(config.build().unwrap());
        let stream = TcpStream::connect(here(port.port)).await?;
        let server = ServerName::try_from("localhost").unwrap();
        Client::connect(connector.connect(server, stream).await?, name).await
    };
    block_on(async {
        let mut listener = connect("listener").await.unwrap();
        let mut speaker = connect("speaker").await.unwrap();
        listener.subscribe("weather/#").await.unwrap();
        let long = vec![b'x'; 200_000];
        for (topic, payload) in [("weather/today", &b"rain"[..]), ("weather/long", &long)] {
            speaker.publish(topic, payload).await.unwrap();
            let message = listener.message().await.unwrap();
            assert!(message == (topic.to_owned(), payload.to_vec()), "{topic}");
        }
        speaker.disconnect().await.unwrap();
        listener.disconnect().await.unwrap();
    });
    // The name is that of the certificate.
    broker.line_with("u'speaker'");
}

#[test]
fn a_client_without_a_certificate_is_turned_away() {
    let pki = Pki::new();
    let Some((_broker, port)) = mosquitto(&pki) else {
        return;
    };
    let connector = TlsConnector::new(pki.client(&[]));
    let refused = block_on(async {
        let stream = TcpStream::connect(here(port.port)).await?;
        let server = ServerName::try_from("localhost").unwrap();
        Client::connect(connector.connect(server, stream).await?, "nobody").await
    });
    let error = refused.err().expect("no connection");
    assert!(error.to_string().contains("alert"), "{error}");
}

#[test]
fn the_example() {
    let pki = Pki::new();
    let Some((_broker, port)) = mosquitto(&pki) else {
        return;
    };
    pki.write("me", &pki.authority.client_leaf("me"));
    let mut command = Command::new(example("mqtt"));
    for (option, file) in [
        ("--ca", "ca.pem"),
        ("--cert", "me.pem"),
        ("--key", "me-key.pem"),
    ] {
        command.arg(option).arg(pki.path(file));
    }
    command.args(["localhost", &port.port.to_string(), "greetings", "hello"]);
    assert_eq!(output(&mut command).stdout, b"greetings: hello\n");
}
