//! The example `tls_server`, run as a user runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::process::Process;
use crate::http;
use crate::pki::Pki;

pub struct Example {
    _process: Process,
    pub port: u16,
    /// The authority of its throwaway certificate.
    pub ca: PathBuf,
}

impl Example {
    /// Runs `program` for a folder with one page.
    pub fn start(program: &Path, pki: &Pki) -> Self {
        let folder = pki.folder("tls_server");
        fs::write(folder.join("index.html"), http::PAGE).expect("a file can be written");
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0"]).arg(&folder);
        // A server that is ended by force leaves its file behind: here it goes with the rest.
        command.env("TMPDIR", pki.path());
        let mut process = Process::start(&mut command);
        let line = process.line_with("listening: ");
        let port = line.trim_end_matches('/').rsplit(':').next();
        let port = port.and_then(|port| port.parse().ok());
        let ca = process.seen("trust: ").map(PathBuf::from);
        Self {
            port: port.unwrap_or_else(|| panic!("{line}")),
            ca: ca.expect("it says what to trust"),
            _process: process,
        }
    }
}
