//! What is tried with each peer, and what it must come to.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use embertls::ssl::{ClientConfigBuilder, ServerConfigBuilder};
use embertls::{ClientSessions, SslConfig};

use crate::clients::{self, Client, Task};
use crate::example::Example;
use crate::ours::server::{self, OurServer, Service};
use crate::ours::{By, client};
use crate::pki::{CLIENT, Case, Key, Pki};
use crate::servers::{self, Running, Server, Setup};
use crate::table::{Outcome, Row, Table};

/// How much goes each way in a session.
const MEBIBYTE: usize = 1 << 20;

/// What the peer offers or accepts; our side prefers another.
const ALPN: &str = "http/1.1";
const OUR_ALPN: [&str; 2] = ["something-else", ALPN];

/// Our server with this client.
pub fn with_client(pki: &Pki, client: &dyn Client, example: Option<&Path>) -> Row {
    let (name, service) = (client.name(), client.service());
    let task = |servers: Vec<(u16, Option<Case>)>| Task {
        servers,
        rounds: 1,
        size: 0,
        alpn: None,
        identified: false,
    };
    let handshake = || {
        let ours = OurServer::start(built(server::config(pki, Key::P256)), service);
        let told = client.run(pki, &task(vec![(ours.port, None)]));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(!ours.next().resumed);
        match example {
            Some(program) if service == Service::Http => {
                let example = Example::start(program, pki);
                let page = client.page(pki, &example.ca, example.port);
                assert!(page.is_some_and(|page| page.contains("<p id=\"told\">")));
                "yes, and a page of tls_server".into()
            }
            _ => "yes".into(),
        }
    };
    let resumed = |by| {
        if by == By::Ticket && !client.takes_tickets() {
            return "takes none".into();
        }
        let rounds = client.rounds();
        let ours = OurServer::start(server::resuming(pki, by), service);
        let mut task = task(vec![(ours.port, None)]);
        task.rounds = rounds;
        let told = client.run(pki, &task);
        for (round, told) in told.iter().enumerate() {
            assert_eq!(ours.next().resumed, round > 0, "round {round}");
            assert_eq!(told.resumed, Some(round > 0), "round {round}");
        }
        assert_eq!(told.len(), rounds, "{told:?}");
        "yes".into()
    };
    let identified = || {
        let ours = OurServer::start(server::requiring(pki), service);
        let mut task = task(vec![(ours.port, None)]);
        task.identified = true;
        client.run(pki, &task);
        let subject = ours.next_good().client.expect("a certificate");
        assert_eq!(subject, format!("CN={CLIENT}"));
        "yes".into()
    };
    let alpn = || {
        let config = server::config(pki, Key::P256).alpn(OUR_ALPN);
        let ours = OurServer::start(built(config), service);
        let mut task = task(vec![(ours.port, None)]);
        task.alpn = Some(ALPN);
        let told = client.run(pki, &task);
        assert_eq!(ours.next().alpn.as_deref(), Some(ALPN));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told.iter().all(|told| told.alpn.as_deref() == Some(ALPN)),
            "{told:?}"
        );
        "yes".into()
    };
    let every_case = || {
        let cases: Vec<_> = Case::all().filter(|case| client.has(*case)).collect();
        let servers: Vec<_> = cases
            .iter()
            .map(|case| OurServer::start(server::for_case(pki, *case), service))
            .collect();
        let places = servers.iter().zip(&cases);
        let mut task = task(
            places
                .map(|(ours, case)| (ours.port, Some(*case)))
                .collect(),
        );
        task.size = MEBIBYTE;
        client.run(pki, &task);
        for (ours, case) in servers.iter().zip(&cases) {
            assert_eq!(ours.next().suite, case.suite, "{case:?}");
        }
        counted(&cases)
    };
    let cells: [&dyn Fn() -> String; 6] = [
        &handshake,
        &|| resumed(By::Ticket),
        &|| resumed(By::Id),
        &identified,
        &alpn,
        &every_case,
    ];
    row(name, client.version(), &cells)
}

/// Our client with this server.
pub fn with_server(pki: &Pki, peer: &dyn Server) -> Row {
    let setup = Setup {
        key: Key::P256,
        echo: false,
        by: By::Ticket,
        alpn: None,
        asks: false,
    };
    let handshake = || {
        let config = built_client(client::config(pki));
        talk(&config, &mut *peer.start(pki, setup));
        "yes".into()
    };
    let resumed = |by| {
        let config = built_client(client::config(pki));
        let sessions = ClientSessions::new(10);
        let mut running = peer.start(pki, Setup { by, ..setup });
        for round in 0..3 {
            let mut session = client::connect(&config, &sessions, running.connect());
            assert_eq!(session.is_resumed(), round > 0, "round {round}");
            let told = running.talk(&mut session, 16);
            assert_eq!(told.resumed, Some(round > 0), "round {round}");
            session.close().expect("close_notify can be sent");
        }
        "yes".into()
    };
    let identified = || {
        let asking = Setup {
            asks: true,
            ..setup
        };
        let told = talk(&client::identified(pki), &mut *peer.start(pki, asking));
        assert_eq!(told.client.as_deref(), Some(CLIENT));
        "yes".into()
    };
    let alpn = || {
        let config = built_client(client::config(pki).alpn(OUR_ALPN));
        let accepting = Setup {
            alpn: Some(ALPN),
            ..setup
        };
        let mut running = peer.start(pki, accepting);
        let stream = running.connect();
        let mut session = client::connect(&config, &ClientSessions::new(1), stream);
        assert_eq!(session.alpn(), Some(ALPN.as_bytes()));
        let told = running.talk(&mut session, 16);
        assert_eq!(told.alpn.as_deref(), Some(ALPN));
        "yes".into()
    };
    let every_case = || {
        let cases: Vec<_> = Case::all().filter(|case| peer.has(*case)).collect();
        let sessions = ClientSessions::new(1);
        for key in Key::ALL {
            let cases: Vec<_> = cases.iter().filter(|case| case.key() == key).collect();
            if cases.is_empty() {
                continue;
            }
            let data = Setup {
                key,
                echo: true,
                ..setup
            };
            let mut running = peer.start(pki, data);
            for case in cases {
                let config = client::for_case(pki, *case);
                let mut session = client::connect(&config, &sessions, running.connect());
                sessions.clear();
                assert_eq!(session.cipher_suite(), case.suite);
                assert_eq!(
                    session.get_ref().group(),
                    case.group.iana_number(),
                    "{case:?}"
                );
                running.talk(&mut session, MEBIBYTE);
                session.close().expect("close_notify can be sent");
            }
        }
        counted(&cases)
    };
    let cells: [&dyn Fn() -> String; 6] = [
        &handshake,
        &|| resumed(By::Ticket),
        &|| resumed(By::Id),
        &identified,
        &alpn,
        &every_case,
    ];
    row(peer.name(), peer.version(), &cells)
}

const COLUMNS: [&str; 6] = [
    "handshake",
    "resumed by ticket",
    "resumed by id",
    "client certificate",
    "ALPN",
    "suites × groups in common, 1 MiB each way",
];

/// Both tables. `wanted`: which peers, by their names.
pub fn all(example: Option<&Path>, wanted: impl Fn(&str) -> bool) -> [Table; 2] {
    let pki = Pki::new();
    let clients = clients::all();
    let clients = clients.iter().filter(|peer| wanted(peer.name()));
    let servers = servers::all();
    let servers = servers.iter().filter(|peer| wanted(peer.name()));
    [
        Table {
            title: "Our server, their clients",
            columns: &COLUMNS,
            rows: clients
                .map(|peer| with_client(&pki, &**peer, example))
                .collect(),
        },
        Table {
            title: "Our client, their servers",
            columns: &COLUMNS,
            rows: servers.map(|peer| with_server(&pki, &**peer)).collect(),
        },
    ]
}

fn talk(config: &SslConfig, running: &mut dyn Running) -> servers::Told {
    let stream = running.connect();
    let mut session = client::connect(config, &ClientSessions::new(1), stream);
    let told = running.talk(&mut session, 16);
    session.close().expect("close_notify can be sent");
    told
}

fn row(peer: &'static str, version: Option<String>, cells: &[&dyn Fn() -> String]) -> Row {
    let Some(version) = version else {
        return Row {
            peer,
            version: "missing".into(),
            outcomes: vec![Outcome::LeftOut; cells.len()],
        };
    };
    let tried = cells.iter().zip(COLUMNS).map(|(cell, column)| {
        eprintln!("{peer}: {column}");
        match catch_unwind(AssertUnwindSafe(cell)) {
            Ok(what) => Outcome::Done(what),
            Err(panic) => Outcome::Failed(said(&*panic)),
        }
    });
    Row {
        peer,
        version,
        outcomes: tried.collect(),
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}

fn counted(cases: &[Case]) -> String {
    assert!(!cases.is_empty(), "no suite in common");
    cases.len().to_string()
}

fn built(builder: ServerConfigBuilder) -> SslConfig<embertls::Server> {
    builder.build().expect("a sound configuration")
}

fn built_client(builder: ClientConfigBuilder) -> SslConfig {
    builder.build().expect("a sound configuration")
}
