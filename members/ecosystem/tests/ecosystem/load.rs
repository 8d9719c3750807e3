//! Load generators against the example server: no request fails, and memory
//! stays where it was.

use std::path::Path;
use std::process::Command;

use crate::common::{Pki, example_server, needed, output, resident};

/// How much a server may grow that has nothing to grow for: what the
/// allocator keeps.
const SLACK_KIB: u64 = 8 * 1024;

#[test]
fn ten_thousand_requests_by_http_2() {
    let Some(h2load) = needed("h2load", "nghttp2-client") else {
        return;
    };
    let pki = Pki::new();
    let (server, port) = example_server(&pki);
    let url = format!("https://localhost:{}/", port.port);
    let load = |requests: u32| {
        let mut command = Command::new(&h2load);
        command.args(["-n", &requests.to_string(), "-c", "50", "-m", "10", &url]);
        let told = String::from_utf8(output(&mut command).stdout).unwrap();
        let all = format!("{requests} succeeded, 0 failed, 0 errored, 0 timeout");
        assert!(told.contains(&all), "{told}");
        assert!(told.contains(&format!("{requests} 2xx")), "{told}");
        resident(server.id())
    };
    let before = load(1_000);
    let after = load(10_000);
    assert!(
        after <= before + SLACK_KIB,
        "{before} KiB, then {after} KiB"
    );
}

#[test]
fn a_thousand_connections_one_after_the_other() {
    let Some(ab) = needed("ab", "apache2-utils") else {
        return;
    };
    let pki = Pki::new();
    let (server, port) = example_server(&pki);
    let mut sizes = Vec::new();
    for _ in 0..5 {
        sizes.push(connections(&ab, 200, port.port, server.id()));
    }
    let (first, last) = (sizes[0], sizes[4]);
    assert!(last <= first + SLACK_KIB, "{sizes:?} KiB");
}

fn connections(ab: &Path, requests: u32, port: u16, server: u32) -> u64 {
    let mut command = Command::new(ab);
    command.args([
        "-q",
        "-n",
        &requests.to_string(),
        "-c",
        "20",
        "-f",
        "TLS1.2",
    ]);
    command.arg(format!("https://127.0.0.1:{port}/"));
    let told = String::from_utf8(output(&mut command).stdout).unwrap();
    let number = |name: &str| {
        let line = told.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().last());
        number.unwrap_or_default().to_owned()
    };
    assert_eq!(number("Complete requests:"), requests.to_string(), "{told}");
    assert_eq!(number("Failed requests:"), "0", "{told}");
    resident(server)
}
