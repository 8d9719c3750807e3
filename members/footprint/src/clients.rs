//! The clients that are compared.

/// A client: its row in the table, the source of its TLS in `clients/`, and what
/// it depends upon.
pub struct Client {
    pub name: &'static str,
    pub source: &'static str,
    /// As in a manifest; `@` stands for the folder of embertls.
    pub dependencies: String,
    pub peer: Peer,
}

/// What answers it.
#[derive(Clone, Copy)]
pub enum Peer {
    Tcp,
    Certificate,
    PreSharedKey,
}

/// All of them; the crate `mbedtls` where it is wanted.
pub fn all(with_mbedtls: bool) -> Vec<Client> {
    let rustls = |name, provider: &str| Client {
        name,
        source: include_str!("../clients/rustls.rs"),
        dependencies: format!(
            "rustls = {{ version = \"0.23\", default-features = false, features = [\"{provider}\", \"std\", \"tls12\"] }}"
        ),
        peer: Peer::Certificate,
    };
    let mut clients = vec![
        Client {
            name: "TCP alone",
            source: include_str!("../clients/tcp.rs"),
            dependencies: String::new(),
            peer: Peer::Tcp,
        },
        embertls("embertls: `psk`", "psk"),
        embertls("embertls: `psk`, `ecdhe`, `chacha20`", "psk,ecdhe,chacha20"),
        embertls("embertls: `certificates`", "certificates"),
        embertls(
            "embertls: `certificates`, `chacha20`",
            "certificates,chacha20",
        ),
        embertls(
            "embertls: `certificates`, `rsa`, `curves`, `sha384`",
            "certificates,rsa,curves,sha384",
        ),
        embertls("embertls: `full`", "certificates,full"),
        embertls("embertls: `full`, `accel`", "certificates,full,accel"),
        rustls("rustls, ring", "ring"),
        rustls("rustls, aws-lc-rs", "aws_lc_rs"),
    ];
    if with_mbedtls {
        clients.push(Client {
            name: "the crate `mbedtls`",
            source: include_str!("../clients/mbedtls.rs"),
            dependencies: "mbedtls = { version = \"0.13\", default-features = false, features = [\"ssl\", \"std\", \"x509\"] }".into(),
            peer: Peer::Certificate,
        });
    }
    clients
}

fn embertls(name: &'static str, features: &str) -> Client {
    let has_certificates = features.starts_with("certificates");
    let features = features.replace(',', "\", \"");
    Client {
        name,
        source: match has_certificates {
            true => include_str!("../clients/embertls.rs"),
            false => include_str!("../clients/embertls_psk.rs"),
        },
        dependencies: format!(
            "embertls = {{ path = \"@\", default-features = false, features = [\"std\", \"{features}\"] }}"
        ),
        peer: match has_certificates {
            true => Peer::Certificate,
            false => Peer::PreSharedKey,
        },
    }
}
