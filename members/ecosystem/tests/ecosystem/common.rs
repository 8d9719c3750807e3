//! Servers, clients and certificates.

// The helpers of the crate's own tests; these use a part of them.
#![allow(dead_code)]

#[path = "../../../../tests/common/process.rs"]
pub mod process;

use std::env;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use embertls::SslConfig;
use embertls::testing::{Authority, Leaf};
use tempfile::TempDir;

use process::{Process, ReservedPort};

pub const PATIENCE: Duration = Duration::from_secs(120);

/// A folder with `ca.pem`, and chains and keys by name.
pub struct Pki {
    pub dir: TempDir,
    pub authority: Authority,
}

impl Pki {
    /// With `server.pem` and `server-key.pem` for `localhost`.
    pub fn new() -> Self {
        let dir = TempDir::new().expect("a folder");
        let authority = Authority::new();
        fs::write(dir.path().join("ca.pem"), authority.pem()).expect("a file");
        let pki = Self { dir, authority };
        pki.write(
            "server",
            &pki.authority.server_leaf(["localhost", "127.0.0.1"]),
        );
        pki
    }

    pub fn write(&self, name: &str, leaf: &Leaf) {
        fs::write(self.path(&format!("{name}.pem")), &leaf.certificate_pem).expect("a file");
        fs::write(self.path(&format!("{name}-key.pem")), &leaf.key_pem).expect("a file");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn client(&self, alpn: &[&str]) -> SslConfig {
        self.authority
            .client()
            .alpn(alpn)
            .build()
            .expect("a sound configuration")
    }
}

/// Runs a future on one thread, and not for ever.
pub fn block_on<R>(future: impl Future<Output = R>) -> R {
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

/// The example server, as a user runs it.
pub fn example_server(pki: &Pki) -> (Process, ReservedPort) {
    let port = ReservedPort::new();
    let mut command = Command::new(example("https_server_async"));
    command.args(["--listen", &format!("127.0.0.1:{}", port.port)]);
    command.arg("--cert").arg(pki.path("server.pem"));
    command.arg("--key").arg(pki.path("server-key.pem"));
    let mut server = Process::start(&mut command);
    server.line_with("listening on");
    (server, port)
}

/// An example program, which cargo has built with the tests.
pub fn example(name: &str) -> PathBuf {
    let test = env::current_exe().expect("the path of the test");
    let deps = test.parent().expect("a folder");
    deps.parent()
        .expect("the folder above")
        .join("examples")
        .join(name)
}

/// nginx with TLS 1.2, HTTP/2 and a page at `/`.
pub fn nginx(pki: &Pki) -> Option<(Process, ReservedPort)> {
    let program = needed("nginx", "nginx-light")?;
    let port = ReservedPort::new();
    let dir = pki.dir.path().display();
    fs::create_dir_all(pki.path("www")).expect("a folder");
    fs::write(pki.path("www/index.html"), "a page of nginx\n").expect("a file");
    let user = if is_root() { "user root;" } else { "" };
    let config = format!(
        "daemon off; {user} pid {dir}/nginx.pid; error_log stderr;\n\
         events {{}}\n\
         http {{\n\
           access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p;\n\
           fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;\n\
           server {{\n\
             listen 127.0.0.1:{} ssl http2; ssl_protocols TLSv1.2;\n\
             ssl_certificate {dir}/server.pem; ssl_certificate_key {dir}/server-key.pem;\n\
             root {dir}/www;\n\
             location /moved {{ return 302 /; }}\n\
           }}\n\
         }}\n",
        port.port
    );
    fs::write(pki.path("nginx.conf"), config).expect("a file");
    let mut command = Command::new(program);
    command
        .arg("-c")
        .arg(pki.path("nginx.conf"))
        .arg("-p")
        .arg(pki.dir.path());
    let mut server = Process::start(&mut command);
    drop(server.connect(port.port));
    Some((server, port))
}

/// What a program prints that ends by itself.
pub fn output(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

pub fn is_root() -> bool {
    output(Command::new("id").arg("-u")).stdout == b"0\n"
}

/// A program of the system. Without it the test fails, unless the user lets
/// such tests be skipped.
pub fn needed(program: &str, debian_package: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let places = env::split_paths(&path).chain(["/usr/sbin".into()]);
    let found = places
        .map(|dir| dir.join(program))
        .find(|path| path.is_file());
    if found.is_none() {
        missing(program, debian_package);
    }
    found
}

pub fn missing(program: &str, debian_package: &str) {
    if env::var_os("EMBERTLS_SKIP_MISSING_PEERS").is_some_and(|value| value == "1") {
        eprintln!("skipped: needs {program} (Debian: {debian_package})");
        return;
    }
    panic!(
        "{program} is needed: install it (Debian: apt install {debian_package}), \
         or set EMBERTLS_SKIP_MISSING_PEERS=1 to skip such tests"
    );
}

/// Resident memory of a process, in KiB.
pub fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status"));
    let status = status.expect("a running process");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .expect("VmRSS");
    let number = line
        .split_whitespace()
        .nth(1)
        .and_then(|number| number.parse().ok());
    number.expect("a number of KiB")
}

/// An address for clients.
pub fn here(port: u16) -> (Ipv4Addr, u16) {
    (Ipv4Addr::LOCALHOST, port)
}
