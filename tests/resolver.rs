//! Which configuration a client gets: by its server name, by anything else in
//! its hello, and while configurations are replaced. The clients are rustls.

#![cfg(feature = "full")]

mod common;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use embertls::ssl::{ClientHello, ReloadableConfig, Resolver, ServerNames};
use embertls::{
    Acceptor, Alert, Certificate, ClientAuth, Error, PrivateKey, Server, SslConfig, TrustStore,
    Verifier, VerifyFlag,
};
use rustls::pki_types::ServerName as Name;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use common::certificates::{Authority, Leaf, certificate};
use common::process::patient;
use common::rustls_peer::{TLS12, restricted};

fn config_for(root: &Authority, host: &str) -> SslConfig<Server> {
    let identity = root.issue(Leaf::for_host(host));
    SslConfig::server()
        .identity(
            Certificate::chain_from_pem(&identity.chain_pem).unwrap(),
            PrivateKey::from_pem(&identity.key_pem).unwrap(),
        )
        .build()
        .unwrap()
}

fn client_config(root: &Authority) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(certificate(&root.pem())).unwrap();
    ClientConfig::builder_with_provider(Arc::new(restricted(None, None)))
        .with_protocol_versions(TLS12)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// A client that connects to `port`, asks for `name`, and sends a line to be
/// sent back: the DER of the server's certificate.
fn visit(config: ClientConfig, port: u16, name: &str) -> std::io::Result<Vec<u8>> {
    let name = Name::try_from(name.to_owned()).unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = patient(TcpStream::connect((Ipv4Addr::LOCALHOST, port))?);
    let mut stream = StreamOwned::new(client, stream);
    stream.write_all(b"hello")?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer)?;
    assert_eq!(&answer, b"hello");
    stream.conn.send_close_notify();
    stream.flush()?;
    Ok(stream.conn.peer_certificates().unwrap()[0].to_vec())
}

fn serve_one(listener: &TcpListener, resolver: &dyn Resolver) -> embertls::Result<()> {
    let (stream, _) = listener.accept().unwrap();
    let accepted = Acceptor::new(patient(stream)).accept()?;
    let mut session = accepted.resolve(resolver)?.complete()?;
    let mut line = [0; 5];
    let answered = session
        .read_exact(&mut line)
        .and_then(|()| session.write_all(&line))
        .and_then(|()| session.close());
    answered.map_err(|source| Error::Io {
        action: "serving".into(),
        source,
    })
}

/// One client and one server: what each says.
fn meet(
    resolver: &dyn Resolver,
    config: ClientConfig,
    name: &str,
) -> (std::io::Result<Vec<u8>>, embertls::Result<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::scope(|scope| {
        let client = scope.spawn(move || visit(config, port, name));
        let served = serve_one(&listener, resolver);
        (client.join().unwrap(), served)
    })
}

fn expect_served(resolver: &dyn Resolver, root: &Authority, name: &str, expected: &str) {
    let (seen, served) = meet(resolver, client_config(root), name);
    served.unwrap();
    let der = seen.unwrap();
    let certificate = Certificate::from_der(&der).unwrap();
    assert_eq!(certificate.subject().to_string(), format!("CN={expected}"));
}

fn expect_refused(resolver: &dyn Resolver, root: &Authority, name: &str, alert: Alert) {
    let (seen, served) = meet(resolver, client_config(root), name);
    let Err(Error::Handshake(failure)) = served else {
        panic!("the server must refuse: {served:?}");
    };
    assert_eq!(failure.alert_sent, Some(alert), "{failure}");
    let heard = seen.unwrap_err().into_inner().unwrap();
    let heard = *heard.downcast::<rustls::Error>().unwrap();
    let rustls::Error::AlertReceived(received) = heard else {
        panic!("the client must hear of it: {heard}");
    };
    assert_eq!(u8::from(received), alert.code());
}

#[test]
fn the_exact_name_comes_before_the_wildcard() {
    let root = Authority::root("root");
    let names = ServerNames::new()
        .name("shop.example", config_for(&root, "shop.example"))
        .unwrap()
        .name("*.shop.example", config_for(&root, "*.shop.example"))
        .unwrap();
    expect_served(&names, &root, "shop.example", "shop.example");
    expect_served(&names, &root, "SHOP.example", "shop.example");
    expect_served(&names, &root, "a.shop.example", "*.shop.example");
    // A wildcard stands for one label.
    expect_refused(&names, &root, "a.b.shop.example", Alert::UnrecognizedName);
    expect_refused(&names, &root, "other.example", Alert::UnrecognizedName);
}

#[test]
fn a_client_without_a_name_is_served_or_refused_by_choice() {
    let root = Authority::root("root");
    let address = "127.0.0.1";
    let named = ServerNames::new()
        .name("shop.example", config_for(&root, "shop.example"))
        .unwrap();
    expect_refused(&named, &root, address, Alert::UnrecognizedName);
    let with_rest = named.clone().without_name(config_for(&root, address));
    expect_served(&with_rest, &root, address, address);
    expect_refused(&with_rest, &root, "other.example", Alert::UnrecognizedName);
    let unknown = named.unknown_name(config_for(&root, "other.example"));
    expect_served(&unknown, &root, "other.example", "other.example");
}

#[test]
fn a_name_is_given_once() {
    let root = Authority::root("root");
    let config = config_for(&root, "shop.example");
    let names = ServerNames::new().name("Shop.example", config.clone());
    let twice = names.unwrap().name("shop.example", config);
    assert!(matches!(twice, Err(Error::Config { .. })), "{twice:?}");
}

#[test]
fn a_closure_chooses_by_what_the_hello_says() {
    let root = Authority::root("root");
    let open = config_for(&root, "open.example");
    let identity = root.issue(Leaf::for_host("inner.example"));
    let clients = Verifier::new(TrustStore::from_pem(root.pem()).unwrap());
    let inner = SslConfig::server()
        .identity(
            Certificate::chain_from_pem(&identity.chain_pem).unwrap(),
            PrivateKey::from_pem(&identity.key_pem).unwrap(),
        )
        .alpn(["inner"])
        .client_auth(ClientAuth::Required(clients))
        .build()
        .unwrap();
    let resolver = move |hello: &ClientHello| match hello.alpn.first() {
        None => Ok(open.clone()),
        Some(protocol) if protocol == b"inner" => Ok(inner.clone()),
        Some(_) => Err(Alert::NoApplicationProtocol),
    };

    expect_served(&resolver, &root, "open.example", "open.example");

    let mut offering = client_config(&root);
    offering.alpn_protocols = vec![b"other".to_vec()];
    let (_, served) = meet(&resolver, offering, "open.example");
    let Err(Error::Handshake(failure)) = served else {
        panic!("{served:?}");
    };
    assert_eq!(failure.alert_sent, Some(Alert::NoApplicationProtocol));

    // The other configuration asks for a certificate, and this client has none.
    let mut offering = client_config(&root);
    offering.alpn_protocols = vec![b"inner".to_vec()];
    let (seen, served) = meet(&resolver, offering, "inner.example");
    assert!(seen.is_err());
    let Err(Error::Verify(refused)) = served else {
        panic!("{served:?}");
    };
    assert_eq!(refused.problems()[0].flag, VerifyFlag::Missing, "{refused}");
}

#[test]
fn a_renewed_certificate_is_used_for_new_connections_and_drops_no_old_one() {
    let root = Authority::root("root");
    let old = config_for(&root, "localhost");
    let current = ReloadableConfig::new(old);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut clients = Vec::new();
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let name = Name::try_from("localhost").unwrap();
        let client = ClientConnection::new(Arc::new(client_config(&root)), name).unwrap();
        let stream = patient(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap());
        let mut client = StreamOwned::new(client, stream);
        let (stream, _) = listener.accept().unwrap();
        let session = thread::scope(|scope| {
            let handshake = scope.spawn(|| client.write_all(b"hello").unwrap());
            let accepted = Acceptor::new(patient(stream)).accept().unwrap();
            let session = accepted.resolve(&current).unwrap().complete().unwrap();
            handshake.join().unwrap();
            session
        });
        clients.push(client);
        sessions.push(session);
        drop(current.replace(config_for(&root, "localhost")));
    }
    let shown: Vec<_> = clients
        .iter()
        .map(|client| client.conn.peer_certificates().unwrap()[0].clone())
        .collect();
    assert_ne!(shown[0], shown[1]);
    for (client, session) in clients.iter_mut().zip(&mut sessions) {
        let mut line = [0; 5];
        session.read_exact(&mut line).unwrap();
        session.write_all(&line).unwrap();
        client.read_exact(&mut line).unwrap();
        assert_eq!(&line, b"hello");
    }
}

#[test]
fn configurations_are_replaced_while_clients_come() {
    const VISITS: usize = 40;
    let root = Authority::root("root");
    let configs: Vec<_> = (0..4).map(|_| config_for(&root, "localhost")).collect();
    let current = ReloadableConfig::new(configs[0].clone());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reloading = scope.spawn(|| {
            let mut replaced = 0_usize;
            while !over.load(Ordering::Relaxed) {
                replaced += 1;
                current.replace(configs[replaced % configs.len()].clone());
            }
            replaced
        });
        let visiting = scope.spawn(|| {
            (0..VISITS)
                .map(|_| visit(client_config(&root), port, "localhost").unwrap())
                .collect::<Vec<_>>()
        });
        for _ in 0..VISITS {
            serve_one(&listener, &current).unwrap();
        }
        assert_eq!(visiting.join().unwrap().len(), VISITS);
        over.store(true, Ordering::Relaxed);
        assert!(reloading.join().unwrap() > VISITS);
    });
}
