//! Chromium without a window. It has a home of its own, whose certificate
//! database (NSS) holds our authorities and the client's identity.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use embertls::NamedGroup;
use serde_json::Value;

use super::{Client, Task, Told};
use crate::common::process::Process;
use crate::common::programs;
use crate::http;
use crate::ours::server::Service;
use crate::pki::{Case, Pki};
use crate::scripts::is_ccm;
use crate::version;

const CHOICE: &str =
    r#"{"AutoSelectCertificateForUrls": ["{\"pattern\": \"*\", \"filter\": {}}"]}"#;

pub struct Chromium;

impl Client for Chromium {
    fn name(&self) -> &'static str {
        "Chromium"
    }

    fn version(&self) -> Option<String> {
        programs::needed("certutil", "libnss3-tools")?;
        let program = programs::needed("chromium", "chromium")?;
        let version = version::of(Command::new(program).arg("--version").env("LC_ALL", "C"))?;
        Some(version.split(" built").next()?.into())
    }

    fn service(&self) -> Service {
        Service::Http
    }

    fn has(&self, case: Case) -> bool {
        !is_ccm(case.suite) && case.group != NamedGroup::Secp521r1
    }

    fn run(&self, pki: &Pki, task: &Task) -> Vec<Told> {
        let home = Home::new(pki, &pki.ca());
        if task.identified {
            home.add_identity(pki);
        }
        let ports: Vec<_> = task
            .servers
            .iter()
            .map(|(port, _)| port.to_string())
            .collect();
        let query = format!(
            "ports={}&rounds={}&size={}",
            ports.join(","),
            task.rounds,
            task.size
        );
        let log = home.path.join("net-log.json");
        let file = home.path.join("page.html");
        fs::write(&file, http::PAGE).expect("a file can be written");
        let page = home.load(&format!("file://{}?{query}", file.display()), Some(&log));
        let expected = vec![format!("same {}", task.size); ports.len() * task.rounds].join(", ");
        assert!(
            page.contains(&format!("<p id=\"told\">{expected}</p>")),
            "{page}"
        );
        handshakes(&log)
    }

    fn page(&self, pki: &Pki, ca: &Path, port: u16) -> Option<String> {
        let home = Home::new(pki, ca);
        Some(home.load(&format!("https://localhost:{port}/"), None))
    }
}

struct Home {
    path: PathBuf,
}

impl Home {
    /// A home where the authorities of a file are trusted.
    fn new(pki: &Pki, ca: &Path) -> Self {
        let path = pki.folder("chromium");
        fs::remove_dir_all(&path).expect("a folder of ours");
        fs::create_dir_all(path.join(".pki/nssdb")).expect("a folder can be made");
        let home = Self { path };
        // Nobody is there to choose the certificate for a server that asks.
        let policies = home.path.join("etc/policies/managed");
        fs::create_dir_all(&policies).expect("a folder can be made");
        fs::write(policies.join("choice.json"), CHOICE).expect("a file can be written");
        home.certutil(&["-N", "--empty-password"]);
        let roots = fs::read_to_string(ca).expect("a file of ours");
        let end = "-----END CERTIFICATE-----\n";
        for (number, root) in roots.split_inclusive(end).enumerate() {
            let file = home.path.join("root.pem");
            fs::write(&file, root).expect("a file can be written");
            let name = format!("root {number}");
            let file = file.to_string_lossy();
            home.certutil(&["-A", "-n", &name, "-t", "C,,", "-i", &file]);
        }
        home
    }

    fn certutil(&self, arguments: &[&str]) {
        let program = programs::needed("certutil", "libnss3-tools").expect("it is known");
        let mut command = Command::new(program);
        command.args(["-d", &self.database()]).args(arguments);
        done(&mut command);
    }

    fn database(&self) -> String {
        format!("sql:{}", self.path.join(".pki/nssdb").display())
    }

    /// Puts the client's certificate and key there.
    fn add_identity(&self, pki: &Pki) {
        let files = pki.client_files();
        let bundle = self.path.join("client.p12");
        let mut command = Command::new(programs::openssl().expect("it makes keys"));
        command
            .args(["pkcs12", "-export", "-passout", "pass:x", "-out"])
            .arg(&bundle)
            .arg("-in")
            .arg(&files.chain)
            .arg("-inkey")
            .arg(&files.key);
        done(&mut command);
        let program = programs::needed("pk12util", "libnss3-tools").expect("it is with certutil");
        let mut command = Command::new(program);
        command.args(["-d", &self.database(), "-W", "x", "-K", "", "-i"]);
        done(command.arg(&bundle));
    }

    /// The page once its scripts have run.
    fn load(&self, address: &str, log: Option<&Path>) -> String {
        let program = programs::needed("chromium", "chromium").expect("its version is known");
        // A folder of ours in the place of /etc/chromium, for this process alone.
        let mut command = Command::new("unshare");
        command
            .args(["--map-root-user", "--mount", "sh", "-ec"])
            .arg("mount --bind \"$0\" /etc/chromium; exec \"$@\"")
            .arg(self.path.join("etc"))
            .arg(program);
        command.env("HOME", &self.path).args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
            "--ssl-version-max=tls1.2",
        ]);
        command.arg(format!(
            "--user-data-dir={}",
            self.path.join("profile").display()
        ));
        if let Some(log) = log {
            command.arg(format!("--log-net-log={}", log.display()));
        }
        // One that waits for somebody to decide is ended.
        let mut process = Process::start(command.args(["--dump-dom", address]));
        process.all_lines().join("\n")
    }
}

fn done(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    output
}

/// What its log says of handshakes, in their order.
fn handshakes(log: &Path) -> Vec<Told> {
    let log = fs::read_to_string(log).expect("a log");
    let log: Value = serde_json::from_str(&log).expect("the log is whole once it has ended");
    let wanted = &log["constants"]["logEventTypes"]["SSL_CONNECT"];
    let events = log["events"].as_array().expect("a list of events");
    events
        .iter()
        .filter(|event| &event["type"] == wanted)
        .map(|event| &event["params"])
        .filter(|params| params["version"] == "TLS 1.2")
        .map(|params| Told {
            resumed: params["is_resumed"].as_bool(),
            alpn: params["next_proto"].as_str().map(Into::into),
        })
        .collect()
}
