//! What must be true of a session once its handshake is over.

use embertls::{Certificate, NamedGroup, SignatureScheme, SslSession};

use crate::failure::Failure;
use crate::options::{ClientCertificate, Expected, Options};

/// Whether the session is as the flags say.
pub fn check<T>(
    session: &SslSession<T>,
    options: &Options,
    is_resumption: bool,
) -> Result<(), Failure> {
    let expected = &options.expected;
    if expected.never_done {
        return Err(Failure::unexpected("the handshake was completed"));
    }
    let resumed = session.is_resumed();
    compare("resumed", resumed, is_resumption && !expected.session_miss)?;
    compare(
        "the protocol of ALPN",
        session.alpn().unwrap_or_default(),
        expected.alpn.as_deref().unwrap_or_default(),
    )?;
    if let Some(number) = expected.cipher_suite {
        compare("cipher suite", session.cipher_suite().iana_number(), number)?;
    }
    if !resumed {
        if let Some(number) = expected.group {
            compare(
                "group",
                session.group().map(NamedGroup::iana_number),
                Some(number),
            )?;
        }
        if let Some(number) = expected.peer_scheme {
            let scheme = session.peer_signature_scheme();
            compare(
                "signature",
                scheme.map(SignatureScheme::iana_number),
                Some(number),
            )?;
        }
    }
    if expected.extended_master_secret {
        compare(
            "extended master secret",
            session.extended_master_secret(),
            true,
        )?;
    }
    if expected.secure_renegotiation {
        compare("secure renegotiation", session.secure_renegotiation(), true)?;
    }
    check_peer(session, options)?;
    if !options.terms.server {
        return match expected.peer_schemes.is_empty() {
            true => Ok(()),
            false => Err(Failure::unimplemented(
                "a client that tells of CertificateRequest",
            )),
        };
    }
    check_hello(session, expected)
}

fn check_peer<T>(session: &SslSession<T>, options: &Options) -> Result<(), Failure> {
    let (terms, expected) = (&options.terms, &options.expected);
    let shown = session.peer_certificates();
    if !terms.psk.is_empty() {
        compare("a certificate shown", !shown.is_empty(), false)?;
    } else if !terms.server || terms.client_certificate == ClientCertificate::Required {
        compare("a certificate shown", !shown.is_empty(), true)?;
    }
    if expected.verify_result && !shown.is_empty() {
        let verified = session.verify_result().is_verified();
        compare("verified", verified, !options.conduct.verify_fails)?;
    }
    if let Some(path) = &expected.peer_certificates {
        let certificates = Certificate::chain_from_pem_file(path)?;
        let wanted: Vec<&[u8]> = certificates.iter().map(Certificate::as_der).collect();
        // Of a resumed session's client, only its own certificate is known to a server.
        let wanted = match session.is_resumed() && terms.server {
            true => &wanted[..wanted.len().min(1)],
            false => &wanted,
        };
        let shown: Vec<&[u8]> = shown.iter().map(AsRef::as_ref).collect();
        if shown != wanted {
            return Err(Failure::unexpected("other certificates were shown"));
        }
    }
    Ok(())
}

/// On a server: what the client asked for.
fn check_hello<T>(session: &SslSession<T>, expected: &Expected) -> Result<(), Failure> {
    let Some(hello) = session.client_hello() else {
        return Err(Failure::unexpected("a server without a ClientHello"));
    };
    if let Some(name) = &expected.server_name {
        compare(
            "server name",
            hello.server_name.as_deref(),
            Some(name.as_str()),
        )?;
    }
    if let Some(list) = &expected.advertised_alpn {
        let mut offered = Vec::new();
        for protocol in &hello.alpn {
            offered.push(u8::try_from(protocol.len()).unwrap_or(u8::MAX));
            offered.extend_from_slice(protocol);
        }
        compare("the protocols offered", &offered, list)?;
    }
    if !expected.peer_schemes.is_empty() {
        compare(
            "signature schemes",
            &hello.signature_schemes,
            &expected.peer_schemes,
        )?;
    }
    Ok(())
}

fn compare<V: PartialEq + std::fmt::Debug>(what: &str, is: V, wanted: V) -> Result<(), Failure> {
    match is == wanted {
        true => Ok(()),
        false => Err(Failure::unexpected(format!(
            "{what}: {is:?} instead of {wanted:?}"
        ))),
    }
}
