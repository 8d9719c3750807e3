//! Clients of other implementations.

mod chromium;
mod curl;
mod gnutls;
mod openssl;
mod rustls;
mod scripts;

use std::io::{Read, Write};
use std::process::Command;

use crate::common::echo;
use crate::common::process::Process;
use crate::ours::server::Service;
use crate::pki::{Case, Pki};

/// What a client is to do.
#[derive(Clone, Debug)]
pub struct Task {
    /// Where it connects to, and what it is to offer there alone; without
    /// that, whatever it likes.
    pub servers: Vec<(u16, Option<Case>)>,
    /// How often it connects to each, with the session of before.
    pub rounds: usize,
    /// How many bytes it sends and gets back each time. With none, it tells
    /// what it negotiated.
    pub size: usize,
    /// The protocol that it offers.
    pub alpn: Option<&'static str>,
    /// Whether it shows its certificate.
    pub identified: bool,
}

/// What a client says of one connection.
#[derive(Debug, Default)]
pub struct Told {
    pub resumed: Option<bool>,
    pub alpn: Option<String>,
}

/// A client of another implementation.
pub trait Client: Sync {
    fn name(&self) -> &'static str;

    /// `None`: it is not here, and the user lets it be left out.
    fn version(&self) -> Option<String>;

    /// What it speaks.
    fn service(&self) -> Service {
        Service::Echo
    }

    /// Whether it has this suite and this group.
    fn has(&self, case: Case) -> bool;

    /// Whether it takes tickets.
    fn takes_tickets(&self) -> bool {
        true
    }

    /// How often it connects to show that it resumes.
    fn rounds(&self) -> usize {
        3
    }

    /// Does what it is told, and tells of each connection. Panics where
    /// anything is not as it must be: the data that comes back, the end, the
    /// verdict about our certificate.
    fn run(&self, pki: &Pki, task: &Task) -> Vec<Told>;

    /// Fetches a page of `https://localhost:PORT/` from a server with this
    /// authority, where it speaks HTTP.
    fn page(&self, _pki: &Pki, _ca: &std::path::Path, _port: u16) -> Option<String> {
        None
    }
}

pub fn all() -> Vec<Box<dyn Client>> {
    vec![
        Box::new(openssl::SClient),
        Box::new(gnutls::Cli),
        Box::new(curl::Curl),
        Box::new(scripts::python()),
        Box::new(scripts::node()),
        Box::new(scripts::java()),
        Box::new(rustls::Rustls),
        Box::new(chromium::Chromium),
    ]
}

/// Runs a client that sends what it reads and prints what it gets: `size`
/// bytes there and back, and the end.
fn relay(command: &mut Command, size: usize) {
    let data = echo::payload(size, size as u64);
    let (mut process, mut stdin, mut stdout) = Process::start_with_data(command);
    let mut back = vec![0; size];
    std::thread::scope(|scope| {
        // It goes on reading until all has come back.
        let stdin = scope.spawn(|| {
            stdin.write_all(&data).expect("the client takes data");
            stdin
        });
        let read = stdout.read_exact(&mut back);
        read.expect("the client prints what comes back");
        drop(stdin.join().expect("no panic"));
    });
    assert!(back == data, "{size} bytes came back changed");
    let status = process.wait();
    assert!(status.success(), "{command:?}: {status}");
}
