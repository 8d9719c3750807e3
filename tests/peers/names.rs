//! What the peers call suites and groups.

use embertls::{CipherSuite, NamedGroup};

/// A suite as OpenSSL names it.
pub fn openssl_suite(suite: CipherSuite) -> &'static str {
    match suite.name() {
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" => "ECDHE-ECDSA-AES128-GCM-SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" => "ECDHE-ECDSA-AES256-GCM-SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" => "ECDHE-ECDSA-CHACHA20-POLY1305",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CCM" => "ECDHE-ECDSA-AES128-CCM",
        "TLS_ECDHE_ECDSA_WITH_AES_256_CCM" => "ECDHE-ECDSA-AES256-CCM",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8" => "ECDHE-ECDSA-AES128-CCM8",
        "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8" => "ECDHE-ECDSA-AES256-CCM8",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" => "ECDHE-RSA-AES128-GCM-SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" => "ECDHE-RSA-AES256-GCM-SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256" => "ECDHE-RSA-CHACHA20-POLY1305",
        other => panic!("{other} has no name here"),
    }
}

/// The one suite as a cipher list; suites with a tag of 8 bytes are below
/// OpenSSL's default level.
pub fn openssl_cipher_list(suite: CipherSuite) -> String {
    format!("{}:@SECLEVEL=0", openssl_suite(suite))
}

/// A group as OpenSSL names it.
pub fn openssl_group(group: NamedGroup) -> &'static str {
    match group {
        NamedGroup::X25519 => "X25519",
        NamedGroup::Secp256r1 => "prime256v1",
        NamedGroup::Secp384r1 => "secp384r1",
        NamedGroup::Secp521r1 => "secp521r1",
        other => panic!("{other} has no name here"),
    }
}

/// The cipher of a suite as GnuTLS names it.
pub fn gnutls_cipher(suite: CipherSuite) -> &'static str {
    let (_, cipher) = suite
        .name()
        .split_once("_WITH_")
        .expect("a suite of TLS 1.2");
    match cipher {
        "AES_128_GCM_SHA256" => "AES-128-GCM",
        "AES_256_GCM_SHA384" => "AES-256-GCM",
        "CHACHA20_POLY1305_SHA256" => "CHACHA20-POLY1305",
        "AES_128_CCM" => "AES-128-CCM",
        "AES_256_CCM" => "AES-256-CCM",
        "AES_128_CCM_8" => "AES-128-CCM-8",
        "AES_256_CCM_8" => "AES-256-CCM-8",
        other => panic!("{other} has no name here"),
    }
}

/// A group as GnuTLS names it.
pub fn gnutls_group(group: NamedGroup) -> String {
    group.name().to_uppercase()
}

/// A GnuTLS priority string that allows exactly one suite and one group.
pub fn gnutls_priority(suite: CipherSuite, group: NamedGroup) -> String {
    let exchange = if suite.name().contains("_ECDSA_") {
        "ECDHE-ECDSA"
    } else {
        "ECDHE-RSA"
    };
    format!(
        "NONE:+VERS-TLS1.2:+{exchange}:+{}:+AEAD:+SIGN-ALL:+COMP-NULL:+GROUP-{}:+CTYPE-X509",
        gnutls_cipher(suite),
        gnutls_group(group)
    )
}
