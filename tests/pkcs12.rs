//! PKCS#12 files as the openssl program makes them.

#![cfg(feature = "full")]
#![cfg(feature = "pkcs12")]

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use embertls::{Error, KeyKind, Pkcs12, SslConfig};
use tempfile::TempDir;

use common::certificates::{Authority, KeyKind as Made, Leaf};
use common::{ours, programs};

const PASSWORD: &str = "correct horse \u{e9}\u{1f40e}";

struct Maker {
    openssl: PathBuf,
    dir: TempDir,
    root: Authority,
}

impl Maker {
    fn new(kind: Made) -> Option<Self> {
        let openssl = programs::openssl()?;
        let dir = TempDir::new().unwrap();
        let root = Authority::root("root");
        let middle = root.intermediate("middle");
        let identity = middle.issue(Leaf::new().kind(kind));
        identity.write_to(dir.path());
        fs::write(dir.path().join("root.pem"), root.pem()).unwrap();
        Some(Self { openssl, dir, root })
    }

    /// A file made with these arguments, the password given.
    fn export(&self, password: &str, arguments: &[&str]) -> Vec<u8> {
        let path = |name: &str| self.dir.path().join(name);
        let all = ["intermediates.pem", "root.pem"].map(|name| fs::read(path(name)).unwrap());
        fs::write(path("others.pem"), all.concat()).unwrap();
        fs::write(path("password"), format!("{password}\n")).unwrap();
        let mut command = Command::new(&self.openssl);
        command
            .args(["pkcs12", "-export", "-inkey"])
            .arg(path("key.pem"))
            .arg("-in")
            .arg(path("chain.pem"))
            .arg("-certfile")
            .arg(path("others.pem"))
            .arg("-passout")
            .arg(format!("file:{}", path("password").display()))
            .args(arguments);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        output.stdout
    }
}

fn reason(result: Result<Pkcs12, Error>) -> String {
    match result.unwrap_err() {
        Error::Key { reason, .. } | Error::Certificate { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_openssl_makes_by_itself_serves_a_client() {
    for (kind, expected) in [(Made::P256, KeyKind::Ecdsa), (Made::Rsa, KeyKind::Rsa)] {
        let Some(maker) = Maker::new(kind) else {
            return;
        };
        let file = maker.dir.path().join("identity.p12");
        fs::write(&file, maker.export(PASSWORD, &[])).unwrap();
        let identity = Pkcs12::from_file(&file, PASSWORD).unwrap();
        assert_eq!(identity.key().kind(), expected);
        let subjects: Vec<_> = identity.chain().iter().map(|c| c.subject()).collect();
        assert_eq!(
            subjects,
            ["CN=localhost", "CN=middle"],
            "in order, without the root"
        );

        let (chain, key) = identity.into_parts();
        let server = SslConfig::server().identity(chain, key).build().unwrap();
        let (port, thread) = ours::serve_one(server, 4);
        let client = ours::client(&maker.root).build().unwrap();
        let stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let mut session = ours::connect(&client, stream).unwrap();
        std::io::Write::write_all(&mut session, b"well").unwrap();
        std::io::Read::read_exact(&mut session, &mut [0; 4]).unwrap();
        session.close().unwrap();
        thread.join().unwrap().unwrap();
    }
}

#[test]
fn every_choice_of_today_is_read() {
    let Some(maker) = Maker::new(Made::P256) else {
        return;
    };
    let choices: [&[&str]; 6] = [
        &["-macalg", "sha384"],
        &["-macalg", "sha512", "-iter", "100000"],
        &["-keypbe", "AES-128-CBC", "-certpbe", "AES-192-CBC"],
        &["-certpbe", "NONE"],
        &["-keypbe", "NONE", "-certpbe", "NONE"],
        &["-nomaciter"],
    ];
    for arguments in choices {
        let file = maker.export(PASSWORD, arguments);
        let identity = Pkcs12::from_der(file, PASSWORD)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
        assert_eq!(identity.chain().len(), 2);
    }
    for password in ["", "plain"] {
        let file = maker.export(password, &[]);
        Pkcs12::from_der(file, password).unwrap_or_else(|error| panic!("{password:?}: {error}"));
    }
}

#[test]
fn a_wrong_password_is_called_one() {
    let Some(maker) = Maker::new(Made::P256) else {
        return;
    };
    let file = maker.export(PASSWORD, &[]);
    for wrong in ["", "correct horse", "Correct horse \u{e9}\u{1f40e}"] {
        let reason = reason(Pkcs12::from_der(&file, wrong));
        assert!(reason.contains("the password is wrong"), "{reason}");
    }
}

#[test]
fn old_ways_are_refused_by_name() {
    let Some(maker) = Maker::new(Made::P256) else {
        return;
    };
    let cases: [(&[&str], &str); 4] = [
        (&["-macalg", "sha1"], "SHA-1"),
        (&["-keypbe", "PBE-SHA1-3DES"], "3DES"),
        (&["-certpbe", "PBE-SHA1-3DES"], "3DES"),
        (&["-nomac"], "MAC"),
    ];
    for (arguments, word) in cases {
        let reason = reason(Pkcs12::from_der(
            maker.export(PASSWORD, arguments),
            PASSWORD,
        ));
        assert!(reason.contains(word), "{arguments:?}: {reason}");
    }
    let nothing = maker.export(PASSWORD, &["-nokeys"]);
    assert!(reason(Pkcs12::from_der(nothing, PASSWORD)).contains("no private key"));
}

#[test]
fn no_damage_panics_and_no_file_keeps_it_busy() {
    let Some(maker) = Maker::new(Made::P256) else {
        return;
    };
    let file = maker.export(PASSWORD, &["-iter", "1"]);
    for len in (0..file.len()).step_by(7) {
        Pkcs12::from_der(&file[..len], PASSWORD).unwrap_err();
    }
    for at in 0..file.len().min(600) {
        let mut damaged = file.clone();
        damaged[at] ^= 0x41;
        let _ = Pkcs12::from_der(&damaged, PASSWORD);
    }
    // The iterations of the MAC are the last number of the file.
    let few = maker.export(PASSWORD, &["-iter", "2048"]);
    let at = few.len() - 4;
    assert_eq!(few[at..], [2, 2, 8, 0]);
    let mut many = few;
    many[at..].copy_from_slice(&[2, 2, 0x7f, 0xff]);
    let started = Instant::now();
    assert!(reason(Pkcs12::from_der(&many, PASSWORD)).contains("password is wrong"));
    assert!(started.elapsed() < Duration::from_secs(30));
}
