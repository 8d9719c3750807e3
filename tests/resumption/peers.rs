//! OpenSSL, GnuTLS and Python as peers: each says by itself that the session
//! was resumed.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::thread::JoinHandle;

use embertls::{
    ClientSessions, Handshake, NetContext, Server, ServerName, SessionCache, SslConfig, SslSession,
    TicketKeys,
};
use tempfile::TempDir;

use crate::common::certificates::HOST;
use crate::common::process::{Process, ReservedPort, patient};
use crate::common::{echo, programs};
use crate::pair::{client, pki, server, tickets};

/// How the other side is to know a session again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Ticket,
    Id,
}

const BOTH: [By; 2] = [By::Ticket, By::Id];

/// Our server, by tickets or by ids alone.
fn our_server(by: By) -> SslConfig<Server> {
    let builder = match by {
        By::Ticket => server().tickets(tickets()),
        By::Id => server()
            .session_cache(SessionCache::in_memory(10, TicketKeys::DEFAULT_LIFETIME).unwrap()),
    };
    builder.build().unwrap()
}

/// Serves so many clients, one after the other, and tells of each whether its
/// session was resumed.
fn serve(config: SslConfig<Server>, clients: usize) -> (u16, JoinHandle<Vec<bool>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let mut resumed = Vec::new();
        for _ in 0..clients {
            let stream = patient(listener.accept().unwrap().0);
            let handshake = Handshake::server(&config, stream).unwrap();
            let mut session = handshake.complete().unwrap();
            resumed.push(session.is_resumed());
            // Clients of this test end as they like.
            let _ = echo::serve(&mut session, u64::MAX).and_then(|()| session.close());
        }
        resumed
    });
    (port, thread)
}

type Session = SslSession<NetContext>;

/// Three sessions of our client with one server.
fn connect_thrice(
    mut connect: impl FnMut() -> TcpStream,
    mut talk: impl FnMut(usize, &mut Session),
) {
    let config = client().build().unwrap();
    let sessions = ClientSessions::new(10);
    for round in 0..3 {
        let name = ServerName::try_from(HOST).unwrap();
        let net = NetContext::from(connect());
        let handshake = Handshake::client(&config, name, net).unwrap();
        let mut session = handshake.remember(&sessions).complete().unwrap();
        assert_eq!(session.is_resumed(), round > 0, "round {round}");
        assert!(session.verify_result().is_verified());
        talk(round, &mut session);
        session.close().unwrap();
    }
}

/// With a server that sends back what it gets.
fn say_hello(session: &mut Session) {
    session.write_all(b"hello\n").unwrap();
    session.flush().unwrap();
    let mut back = [0; 5];
    session.read_exact(&mut back).unwrap();
    assert_eq!(back, *b"hello");
}

struct Files {
    dir: TempDir,
    chain: PathBuf,
    key: PathBuf,
}

fn files() -> Files {
    let dir = TempDir::new().unwrap();
    let files = pki().server.write_to(dir.path());
    std::fs::write(dir.path().join("ca.pem"), pki().root.pem()).unwrap();
    Files {
        chain: files.chain,
        key: files.key,
        dir,
    }
}

impl Files {
    fn ca(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }
}

#[test]
fn openssl_client() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    for by in BOTH {
        let (port, server) = serve(our_server(by), 3);
        let files = files();
        let saved = files.dir.path().join("session");
        let run = |argument: &str| {
            let mut command = Command::new(&openssl);
            command
                .args(["s_client", "-tls1_2", "-verify_return_error"])
                .args(["-connect", &format!("127.0.0.1:{port}")])
                .args(["-servername", HOST, "-CAfile"])
                .arg(files.ca())
                .arg(argument)
                .arg(&saved);
            if by == By::Id {
                command.arg("-no_ticket");
            }
            let mut client = Process::start(&mut command);
            let told = client.line_with(", TLSv1.2, Cipher is ");
            client.end_input();
            client.all_lines();
            told
        };
        assert!(run("-sess_out").starts_with("New, "), "{by:?}");
        for _ in 0..2 {
            assert!(run("-sess_in").starts_with("Reused, "), "{by:?}");
        }
        assert_eq!(server.join().unwrap(), [false, true, true]);
    }
}

#[test]
fn openssl_server() {
    let Some(openssl) = programs::openssl() else {
        return;
    };
    for by in BOTH {
        let files = files();
        let reserved = ReservedPort::new();
        let mut command = Command::new(&openssl);
        command
            .args(["s_server", "-tls1_2", "-www"])
            .args(["-accept", &format!("127.0.0.1:{}", reserved.port)])
            .arg("-cert")
            .arg(&files.chain)
            .arg("-key")
            .arg(&files.key);
        if by == By::Id {
            command.arg("-no_ticket");
        }
        let mut server = Process::start(&mut command);
        connect_thrice(
            || server.connect(reserved.port),
            |round, session| {
                session.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
                session.flush().unwrap();
                let mut page = String::new();
                session.read_to_string(&mut page).unwrap();
                let told = match round {
                    0 => "New, TLSv1.2, Cipher is",
                    _ => "Reused, TLSv1.2, Cipher is",
                };
                assert!(page.contains(told), "{by:?}: {page}");
            },
        );
    }
}

#[test]
fn gnutls_client() {
    let Some(gnutls_cli) = programs::gnutls_cli() else {
        return;
    };
    for by in BOTH {
        let (port, server) = serve(our_server(by), 2);
        let files = files();
        let mut command = Command::new(&gnutls_cli);
        let tickets = match by {
            By::Ticket => "",
            By::Id => ":%NO_TICKETS",
        };
        command
            .args(["--resume", "--port", &port.to_string()])
            .args(["--sni-hostname", HOST, "--verify-hostname", HOST])
            .arg("--priority")
            .arg(format!("NORMAL:-VERS-ALL:+VERS-TLS1.2{tickets}"))
            .arg("--x509cafile")
            .arg(files.ca())
            .arg("127.0.0.1");
        let mut client = Process::start(&mut command);
        client.line_with("*** This is a resumed session");
        client.end_input();
        assert_eq!(server.join().unwrap(), [false, true], "{by:?}");
    }
}

#[test]
fn gnutls_server() {
    let Some(gnutls_serv) = programs::gnutls_serv() else {
        return;
    };
    for by in BOTH {
        let files = files();
        let reserved = ReservedPort::new();
        let mut command = Command::new(&gnutls_serv);
        command
            .args(["--echo", "--crlf", "--disable-client-cert"])
            .args(["--port", &reserved.port.to_string()])
            .args(["--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2"])
            .arg("--x509certfile")
            .arg(&files.chain)
            .arg("--x509keyfile")
            .arg(&files.key);
        if by == By::Id {
            command.arg("--noticket");
        }
        let mut server = Process::start(&mut command);
        server.line_with("listening on IPv4");
        connect_thrice(
            || server.connect(reserved.port),
            |_, session| say_hello(session),
        );
        server.line_with("This is a resumed session");
    }
}

/// RFC 7627, 5.3, advises against resuming such a session: it is not kept.
#[test]
fn sessions_without_extended_master_secret() {
    let (Some(gnutls_cli), Some(gnutls_serv)) = (programs::gnutls_cli(), programs::gnutls_serv())
    else {
        return;
    };
    let priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:%NO_SESSION_HASH";
    for by in BOTH {
        let (port, server) = serve(our_server(by), 2);
        let files = files();
        let mut command = Command::new(&gnutls_cli);
        command
            .args(["--resume", "--port", &port.to_string()])
            .args(["--sni-hostname", HOST, "--verify-hostname", HOST])
            .args(["--priority", priority, "--x509cafile"])
            .arg(files.ca())
            .arg("127.0.0.1");
        let mut client = Process::start(&mut command);
        client.line_with("Resume Handshake was completed");
        client.end_input();
        let lines = client.all_lines();
        assert!(!lines.iter().any(|line| line.contains("a resumed session")));
        assert_eq!(server.join().unwrap(), [false, false], "{by:?}");
    }

    let files = files();
    let reserved = ReservedPort::new();
    let mut command = Command::new(&gnutls_serv);
    command
        .args(["--echo", "--crlf", "--disable-client-cert"])
        .args(["--port", &reserved.port.to_string()])
        .args(["--priority", priority, "--x509certfile"])
        .arg(&files.chain)
        .arg("--x509keyfile")
        .arg(&files.key);
    let mut server = Process::start(&mut command);
    server.line_with("listening on IPv4");
    let net = NetContext::from(server.connect(reserved.port));
    let name = ServerName::try_from(HOST).unwrap();
    let handshake = Handshake::client(&client().build().unwrap(), name, net).unwrap();
    let session = handshake.complete().unwrap();
    assert!(!session.extended_master_secret());
    assert!(session.resumption_data().is_none());
}

/// Says whether its sessions are resumed; both roles.
const PYTHON: &str = r#"
import socket, ssl, sys
role, port, by, ca, chain, key = sys.argv[1:]
def told(session):
    print("reused" if session.session_reused else "new", flush=True)
if role == "client":
    context = ssl.create_default_context(cafile=ca)
else:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
context.maximum_version = ssl.TLSVersion.TLSv1_2
if by == "id":
    context.options |= ssl.OP_NO_TICKET
if role == "client":
    before = None
    for _ in range(3):
        connection = socket.create_connection(("127.0.0.1", int(port)))
        session = context.wrap_socket(connection, server_hostname="localhost", session=before)
        told(session)
        session.sendall(b"hello")
        assert session.recv(5) == b"hello"
        before = session.session
        session.unwrap()
else:
    listener = socket.create_server(("127.0.0.1", 0))
    print("port", listener.getsockname()[1], flush=True)
    for _ in range(3):
        session = context.wrap_socket(listener.accept()[0], server_side=True)
        told(session)
        session.sendall(session.recv(6))
        # Without the end of both sides, OpenSSL drops the session.
        session.unwrap().close()
"#;

fn python(role: &str, port: u16, by: By) -> Option<(Process, Files)> {
    let python = programs::python()?;
    let files = files();
    let by = match by {
        By::Ticket => "ticket",
        By::Id => "id",
    };
    let mut command = Command::new(python);
    command
        .args(["-c", PYTHON, role, &port.to_string(), by])
        .args([files.ca(), files.chain.clone(), files.key.clone()]);
    Some((Process::start(&mut command), files))
}

#[test]
fn python_client() {
    for by in BOTH {
        let (port, server) = serve(our_server(by), 3);
        let Some((mut client, _files)) = python("client", port, by) else {
            return;
        };
        assert_eq!(client.all_lines(), ["new", "reused", "reused"], "{by:?}");
        assert_eq!(server.join().unwrap(), [false, true, true]);
    }
}

#[test]
fn python_server() {
    for by in BOTH {
        let Some((mut server, _files)) = python("server", 0, by) else {
            return;
        };
        let told = server.line_with("port ");
        let port = told["port ".len()..].parse().unwrap();
        connect_thrice(|| server.connect(port), |_, session| say_hello(session));
        let lines = server.all_lines();
        assert_eq!(lines[1..], ["new", "reused", "reused"], "{by:?}");
    }
}
