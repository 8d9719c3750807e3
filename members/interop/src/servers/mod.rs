//! Servers of other implementations.

mod gnutls;
mod nginx;
mod openssl;
mod rustls;
mod scripts;

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::common::echo;
use crate::ours::By;
use crate::ours::client::Session;
use crate::pki::{Case, Key, Pki};

/// What a server is to be.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub key: Key,
    /// Whether it sends back data, or tells of its sessions. Some do both.
    pub echo: bool,
    pub by: By,
    /// The protocol that it accepts.
    pub alpn: Option<&'static str>,
    /// Whether it requires a certificate of clients.
    pub asks: bool,
}

/// What a server says of one connection.
#[derive(Debug, Default)]
pub struct Told {
    pub resumed: Option<bool>,
    pub alpn: Option<String>,
    /// The common name of the client.
    pub client: Option<String>,
}

/// A server of another implementation.
pub trait Server: Sync {
    fn name(&self) -> &'static str;

    /// `None`: it is not here, and the user lets it be left out.
    fn version(&self) -> Option<String>;

    /// Whether it has this suite and this group.
    fn has(&self, case: Case) -> bool;

    /// Runs it.
    fn start(&self, pki: &Pki, setup: Setup) -> Box<dyn Running>;
}

/// A server that serves one client after the other until it is dropped.
pub trait Running {
    fn connect(&mut self) -> TcpStream;

    /// Sends data and gets it back, and hears what the server says of the
    /// session. Panics where the data is not the same.
    fn talk(&mut self, session: &mut Session, size: usize) -> Told;
}

pub fn all() -> Vec<Box<dyn Server>> {
    vec![
        Box::new(openssl::SServer),
        Box::new(gnutls::Serv),
        Box::new(nginx::Nginx),
        Box::new(scripts::PYTHON),
        Box::new(scripts::NODE),
        Box::new(scripts::JAVA),
        Box::new(rustls::Rustls),
    ]
}

/// Data there and back.
fn exchange(session: &mut (impl Read + Write), size: usize) {
    let data = echo::payload(size.max(1), 4);
    let back = echo::send_and_receive(session, &data);
    assert!(
        back == echo::digest(&data),
        "{size} bytes came back changed"
    );
}
