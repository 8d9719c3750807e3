//! OpenSSL's server: one with a certificate on P-256, one with a pre-shared key.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use crate::clients::Peer;

/// All that clients talk to. Dropping it ends the programs.
pub struct Servers {
    certificate: Server,
    pre_shared_key: Server,
    tcp: u16,
    dir: TempDir,
}

struct Server {
    child: Child,
    port: u16,
}

impl Servers {
    pub fn start() -> Result<Self, Box<dyn Error>> {
        let dir = TempDir::new()?;
        write_certificates(&dir)?;
        let path = |name: &str| dir.path().join(name).display().to_string();
        Ok(Self {
            certificate: Server::start(
                Command::new("openssl")
                    .args(["s_server", "-cert", &path("server.pem")])
                    .args(["-key", &path("server.key"), "-groups", "P-256"])
                    .args(["-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"]),
            )?,
            pre_shared_key: Server::start(
                Command::new("openssl")
                    .args(["s_server", "-nocert", "-psk_identity", "kitchen"])
                    .args(["-psk", "6bc1bee22e409f96e93d7e117393172a"])
                    .args(["-cipher", "PSK"]),
            )?,
            tcp: echo()?,
            dir,
        })
    }

    /// Of a client: the port, and the file of the authority.
    pub fn arguments(&self, peer: Peer) -> [String; 2] {
        let port = match peer {
            Peer::Tcp => self.tcp,
            Peer::Certificate => self.certificate.port,
            Peer::PreSharedKey => self.pre_shared_key.port,
        };
        let authority = self.dir.path().join("authority.pem");
        [port.to_string(), authority.display().to_string()]
    }
}

impl Server {
    /// It turns round each line that it gets.
    fn start(command: &mut Command) -> Result<Self, Box<dyn Error>> {
        let mut child = command
            .args(["-rev", "-tls1_2", "-accept", "127.0.0.1:0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("openssl (Debian: openssl) cannot be started: {error}"))?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let port = lines.find_map(|line| {
            let line = line.ok()?;
            let address = line.strip_prefix("ACCEPT ")?;
            address.rsplit(':').next()?.trim().parse().ok()
        });
        // Or it stops when nobody reads what it says.
        thread::spawn(move || lines.for_each(drop));
        match port {
            Some(port) => Ok(Self { child, port }),
            None => {
                let _ = child.kill();
                Err("openssl s_server does not say where it listens".into())
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already where this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write_certificates(dir: &TempDir) -> Result<(), Box<dyn Error>> {
    let mut params = CertificateParams::new([])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let params = CertificateParams::new(["localhost".to_owned()])?;
    let certificate = params.signed_by(&key, &authority)?;
    let write = |name: &str, text: String| fs::write(dir.path().join(name), text);
    write("authority.pem", authority.pem())?;
    write("server.pem", certificate.pem())?;
    write("server.key", key.serialize_pem())?;
    Ok(())
}

/// A line over TCP comes back as it is, which is the same turned round.
fn echo() -> Result<u16, Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = [0; 16];
            if stream.read_exact(&mut line).is_ok() {
                let _ = stream.write_all(&line);
            }
        }
    });
    Ok(port)
}
