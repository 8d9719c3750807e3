//! The examples, run as a user runs them.

#![cfg(feature = "full")]

#[path = "examples/https_get.rs"]
mod https_get;
#[path = "examples/mtls.rs"]
mod mtls;
#[path = "examples/pki.rs"]
mod pki;
#[path = "../examples/shared/printable.rs"]
mod printable;
#[path = "examples/printing.rs"]
mod printing;
#[path = "examples/program.rs"]
mod program;
#[path = "examples/psk.rs"]
mod psk;
#[path = "examples/resume.rs"]
mod resume;
#[path = "examples/servers.rs"]
mod servers;
#[path = "examples/starttls.rs"]
mod starttls;
#[path = "examples/tls_client.rs"]
mod tls_client;
#[path = "examples/tls_client_failures.rs"]
mod tls_client_failures;
