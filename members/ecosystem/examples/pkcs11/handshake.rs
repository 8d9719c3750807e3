//! The handshakes: certificates for the keys in the token, a server, a client.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use embertls::{
    Certificate, CipherSuite, ClientAuth, Handshake, PrivateKey, ServerName, SslConfig, TrustStore,
    Verifier,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

use crate::token::TokenKey;

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

pub fn run(server_key: TokenKey, client_key: TokenKey) -> Result {
    let authority = authority()?;
    let trust = TrustStore::from_pem(authority.pem())?;
    let usage = ExtendedKeyUsagePurpose::ServerAuth;
    let server_chain = certificate(&authority, "localhost", &server_key, usage)?;
    let usage = ExtendedKeyUsagePurpose::ClientAuth;
    let client_chain = certificate(&authority, "a client", &client_key, usage)?;
    let server_key = PrivateKey::from_signing_key(Arc::new(server_key))?;
    let client_key = PrivateKey::from_signing_key(Arc::new(client_key))?;

    // The second suite's hash is another one; RSASSA-PSS comes with the server's list.
    for suite in [
        CipherSuite::EcdheEcdsaWithAes128GcmSha256,
        CipherSuite::EcdheEcdsaWithAes256GcmSha384,
    ] {
        let server = SslConfig::server()
            .identity([server_chain.clone()], server_key.clone())
            .client_auth(ClientAuth::Required(Verifier::new(trust.clone())))
            .cipher_suites(&[suite])
            .build()?;
        let client = SslConfig::client()
            .trust_store(trust.clone())
            .identity([client_chain.clone()], client_key.clone())
            .cipher_suites(&[suite])
            .build()?;

        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let serving = thread::spawn(move || -> Result<String> {
            let (stream, _) = listener.accept()?;
            let mut session = Handshake::server(&server, stream)?.complete()?;
            let mut word = [0; 5];
            session.read_exact(&mut word)?;
            session.write_all(&word)?;
            session.close()?;
            Ok(format!("{:?}", session.verify_result()))
        });
        let name = ServerName::try_from("localhost")?;
        let stream = TcpStream::connect(address)?;
        let mut session = Handshake::client(&client, name, stream)?.complete()?;
        session.write_all(b"hello")?;
        let mut answer = String::new();
        session.read_to_string(&mut answer)?;
        session.close()?;
        let seen = serving.join().map_err(|_| "the server panicked")??;
        println!(
            "{suite}: the client found the server {:?}, the server found the client {seen}, {answer}",
            session.verify_result()
        );
    }
    Ok(())
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>> {
    let mut params = params("authority of the token");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

fn certificate(
    authority: &CertifiedIssuer<'static, KeyPair>,
    name: &str,
    key: &TokenKey,
    usage: ExtendedKeyUsagePurpose,
) -> Result<Certificate> {
    let mut params = params(name);
    if !name.contains(' ') {
        params.subject_alt_names = CertificateParams::new([name.to_owned()])?.subject_alt_names;
    }
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(key, authority)?;
    Ok(Certificate::from_der(certificate.der())?)
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
