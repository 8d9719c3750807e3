//! curl and Chromium to the example server.

use std::process::Command;

use crate::common::{Pki, example_server, needed, output};

#[test]
fn curl_by_http_2_and_by_http_1() {
    let Some(curl) = needed("curl", "curl") else {
        return;
    };
    let pki = Pki::new();
    let (_server, port) = example_server(&pki);
    for (flag, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
        let mut command = Command::new(&curl);
        command.args([
            "--silent",
            "--show-error",
            flag,
            "--write-out",
            "[%{http_version} %{ssl_verify_result}]",
        ]);
        command.arg("--cacert").arg(pki.path("ca.pem"));
        command.arg(format!("https://localhost:{}/", port.port));
        let page = String::from_utf8(output(&mut command).stdout).unwrap();
        assert!(
            page.contains(&format!("Served by HTTP/{version}")),
            "{page}"
        );
        assert!(page.ends_with(&format!("[{version} 0]")), "{page}");
    }
}

#[test]
fn chromium_by_http_2() {
    let Some(chromium) = needed("chromium", "chromium") else {
        return;
    };
    let pki = Pki::new();
    let leaf = pki.authority.server_leaf(["localhost"]);
    pki.write("server", &leaf);
    let (_server, port) = example_server(&pki);
    // Chromium trusts this one key; its own store of authorities is left alone.
    let pin = base64(&sha256(&pki, leaf.key().public_key_der()));
    let mut command = Command::new(chromium);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
    ]);
    command.arg(format!("--user-data-dir={}", pki.path("profile").display()));
    command.arg(format!("--ignore-certificate-errors-spki-list={pin}"));
    command.args(["--dump-dom", &format!("https://localhost:{}/", port.port)]);
    let page = String::from_utf8(output(&mut command).stdout).unwrap();
    assert!(page.contains("Served by HTTP/2.0."), "{page}");
}

fn sha256(pki: &Pki, data: &[u8]) -> Vec<u8> {
    let file = pki.path("spki.der");
    std::fs::write(&file, data).expect("a file");
    let sum = output(Command::new("sha256sum").arg(&file)).stdout;
    let digits = String::from_utf8(sum).expect("text");
    (0..32)
        .map(|byte| u8::from_str_radix(&digits[2 * byte..2 * byte + 2], 16).expect("digits"))
        .collect()
}

fn base64(data: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in data.chunks(3) {
        let bits = group
            .iter()
            .fold(0, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            match place <= group.len() {
                true => text.push(char::from(DIGITS[(bits >> (18 - 6 * place)) as usize & 63])),
                false => text.push('='),
            }
        }
    }
    text
}
