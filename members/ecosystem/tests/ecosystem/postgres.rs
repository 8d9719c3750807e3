//! tokio-postgres to a real server with `ssl=on`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use embertls_ecosystem::postgres::PostgresTls;
use tokio_postgres::config::{ChannelBinding, SslMode};

use crate::common::process::{Process, ReservedPort};
use crate::common::{Pki, block_on, example, is_root, missing, output};

/// Debian keeps the server's programs beside those for users.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let found = versions
        .map(|entry| entry.path().join("bin"))
        .find(|bin| bin.join("postgres").exists());
    if found.is_none() {
        missing("postgres", "postgresql");
    }
    found
}

/// The server refuses to run as root.
fn as_postgres(program: PathBuf) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "--",
        ])
        .arg(program);
    command
}

fn owned_by_postgres(path: &Path) {
    if is_root() {
        output(
            Command::new("chown")
                .args(["-R", "postgres:postgres"])
                .arg(path),
        );
    }
}

fn start(pki: &Pki) -> Option<(Process, ReservedPort)> {
    let bin = programs()?;
    let port = ReservedPort::new();
    let data = pki.path("data");
    fs::write(pki.path("password"), "secret\n").expect("a file");
    owned_by_postgres(pki.dir.path());
    let mut init = as_postgres(bin.join("initdb"));
    init.args([
        "--username=tester",
        "--auth=scram-sha-256",
        "--no-sync",
        "--encoding=UTF8",
    ]);
    init.arg("--pwfile")
        .arg(pki.path("password"))
        .arg("--pgdata")
        .arg(&data);
    output(&mut init);
    fs::write(
        data.join("pg_hba.conf"),
        "hostssl all all 127.0.0.1/32 scram-sha-256\n",
    )
    .expect("a file");
    for name in ["server.pem", "server-key.pem"] {
        fs::copy(pki.path(name), data.join(name)).expect("a copy");
    }
    output(
        Command::new("chmod")
            .arg("600")
            .arg(data.join("server-key.pem")),
    );
    owned_by_postgres(&data);

    let mut command = as_postgres(bin.join("postgres"));
    command.arg("-D").arg(&data);
    for setting in [
        format!("port={}", port.port),
        "listen_addresses=127.0.0.1".into(),
        "unix_socket_directories=".into(),
        "ssl=on".into(),
        "ssl_cert_file=server.pem".into(),
        "ssl_key_file=server-key.pem".into(),
        "ssl_max_protocol_version=TLSv1.2".into(),
        "fsync=off".into(),
    ] {
        command.arg("-c").arg(setting);
    }
    let mut server = Process::start(&mut command);
    server.line_with("ready to accept connections");
    Some((server, port))
}

#[test]
fn queries_and_channel_binding() {
    let pki = Pki::new();
    let Some((_server, port)) = start(&pki) else {
        return;
    };
    let mut config = tokio_postgres::Config::new();
    config
        .host("localhost")
        .port(port.port)
        .user("tester")
        .password("secret")
        .dbname("postgres");
    config
        .ssl_mode(SslMode::Require)
        .channel_binding(ChannelBinding::Require);
    block_on(async {
        let tls = PostgresTls::new(pki.client(&[]));
        let (client, connection) = config.connect(tls).await.unwrap();
        let connection = tokio::spawn(connection);
        let question = "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()";
        let row = client.query_one(question, &[]).await.unwrap();
        assert!(row.get::<_, bool>(0));
        assert_eq!(row.get::<_, String>(1), "TLSv1.2");
        // More than many records, each way.
        let long = "x".repeat(1 << 20);
        let row = client
            .query_one("select $1 || 'y'", &[&long])
            .await
            .unwrap();
        assert!(row.get::<_, String>(0) == long + "y");
        drop(client);
        connection.await.unwrap().unwrap();

        let stranger = PostgresTls::new(Pki::new().client(&[]));
        let error = config.connect(stranger).await.err().expect("no connection");
        let source = std::error::Error::source(&error).expect("a source");
        let source = source.downcast_ref::<embertls::Error>();
        assert!(
            matches!(source, Some(embertls::Error::Verify(_))),
            "{error:?}"
        );
    });

    let connection = format!(
        "host=localhost port={} user=tester password=secret dbname=postgres sslmode=require",
        port.port
    );
    let mut command = Command::new(example("postgres"));
    let told = output(command.arg(&connection).arg("--ca").arg(pki.path("ca.pem"))).stdout;
    let told = String::from_utf8(told).unwrap();
    assert!(told.starts_with("TLSv1.2 ECDHE-ECDSA-"), "{told}");
}
