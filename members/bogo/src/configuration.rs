//! Configurations, made of what the flags say.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use embertls::ssl::PskTable;
use embertls::testing::Authority;
use embertls::{
    Certificate, CipherSuite, Client, ClientAuth, NamedGroup, PreSharedKey, PrivateKey, Server,
    SessionCache, SslConfig, TicketKeys, TrustStore, Verifier, VerifyFlag,
};

use crate::failure::Failure;
use crate::options::{ClientCertificate, Credential, Terms};

/// A configuration of either role.
#[derive(Clone, Debug)]
pub enum Config {
    Client(SslConfig<Client>),
    Server(SslConfig<Server>),
}

/// What sessions of all configurations share.
#[derive(Debug)]
pub struct Shared {
    pub tickets: TicketKeys,
    pub cache: SessionCache,
    /// Whether the verifiers refuse whatever they see. A switch, since a
    /// session is not resumed under another verifier.
    pub verify_fails: Arc<AtomicBool>,
}

impl Config {
    pub fn new(terms: &Terms, shared: &Shared) -> Result<Self, Failure> {
        match terms.server {
            true => server(terms, shared).map(Self::Server),
            false => client(terms, shared).map(Self::Client),
        }
    }
}

fn client(terms: &Terms, shared: &Shared) -> Result<SslConfig<Client>, Failure> {
    let mut builder = SslConfig::client()
        .cipher_suites(&suites(terms))
        .groups(groups(terms))
        .alpn(&terms.alpn);
    if terms.psk.is_empty() {
        builder = builder.verifier(verifier(terms, shared)?);
    } else if terms.psk_identity.is_empty() {
        return Err(Failure::unimplemented(
            "a pre-shared key without an identity",
        ));
    } else {
        builder = builder.pre_shared_key(terms.psk_identity.clone(), psk(terms)?);
    }
    match terms.credentials.as_slice() {
        [] => {}
        [credential] => {
            if let Some((chain, key)) = identity(credential)? {
                builder = builder.identity(chain, key);
            }
        }
        _ => return Err(Failure::unimplemented("a client with several certificates")),
    }
    if terms.tolerates_bad_server {
        builder = builder.danger_verification_optional();
    }
    if terms.no_ticket {
        builder = builder.without_tickets();
    }
    if terms.tls_unique {
        builder = builder.tls_unique();
    }
    Ok(builder.build()?)
}

fn server(terms: &Terms, shared: &Shared) -> Result<SslConfig<Server>, Failure> {
    let mut builder = SslConfig::server()
        .cipher_suites(&suites(terms))
        .groups(groups(terms))
        .alpn(&terms.alpn)
        .session_cache(shared.cache.clone())
        .client_auth(match terms.client_certificate {
            ClientCertificate::Off => ClientAuth::Off,
            ClientCertificate::Optional => ClientAuth::Optional(verifier(terms, shared)?),
            ClientCertificate::Required => ClientAuth::Required(verifier(terms, shared)?),
        })
        .name_authorities(!terms.names_no_authorities);
    for credential in &terms.credentials {
        if let Some((chain, key)) = identity(credential)? {
            builder = builder.identity(chain, key);
        }
    }
    if !terms.psk.is_empty() {
        let keys = PskTable::new().with(terms.psk_identity.clone(), psk(terms)?);
        builder = builder.pre_shared_keys(keys);
    }
    if !terms.no_ticket {
        builder = builder.tickets(shared.tickets.clone());
    }
    if terms.tls_unique {
        builder = builder.tls_unique();
    }
    Ok(builder.build()?)
}

/// All that can be compiled, as far as there is a key for it: the other library
/// has no defaults to test here.
fn suites(terms: &Terms) -> Vec<CipherSuite> {
    let wanted = match &terms.suites {
        Some(suites) => suites.clone(),
        None => [CipherSuite::ALL, CipherSuite::PSK, CipherSuite::LEGACY].concat(),
    };
    let has_psk = !terms.psk.is_empty();
    let has_certificates = match terms.server {
        true => !terms.credentials.is_empty(),
        false => !has_psk,
    };
    let fits = |suite: &CipherSuite| match suite.uses_pre_shared_key() {
        true => has_psk,
        false => has_certificates,
    };
    wanted.into_iter().filter(fits).collect()
}

fn groups(terms: &Terms) -> &[NamedGroup] {
    match terms.groups.as_slice() {
        [] => NamedGroup::ALL,
        groups => groups,
    }
}

/// The keys of the runner are shorter than any that one would use.
fn psk(terms: &Terms) -> Result<PreSharedKey, Failure> {
    Ok(PreSharedKey::danger_short(&terms.psk)?)
}

fn identity(credential: &Credential) -> Result<Option<(Vec<Certificate>, PrivateKey)>, Failure> {
    match (&credential.chain, &credential.key) {
        (None, None) => Ok(None),
        (Some(chain), Some(key)) => Ok(Some((
            Certificate::chain_from_pem_file(chain)?,
            PrivateKey::from_pem_file(key)?,
        ))),
        _ => Err(Failure::Usage(
            "a certificate needs its key, and a key its certificate".into(),
        )),
    }
}

/// Every rule holds, except that a certificate of the runner is for `test`,
/// whatever name is said with `-host-name`, and that some of its certificates
/// are valid for the second they were made in.
fn verifier(terms: &Terms, shared: &Shared) -> Result<Verifier, Failure> {
    let (store, trusts_all) = match &terms.trust {
        Some(path) => (TrustStore::from_pem_file(path)?, false),
        // The runner has no anchor for what it shows, or shows nothing.
        None => (Authority::new().trust_store(), terms.server),
    };
    let refuses = shared.verify_fails.clone();
    let fails = shared.verify_fails.clone();
    Ok(Verifier::new(store)
        .also_require(move |_| match refuses.load(Ordering::Relaxed) {
            true => Err("-verify-fail".into()),
            false => Ok(()),
        })
        .danger_accept_if(move |error| {
            let mut problems = error.problems().iter();
            !fails.load(Ordering::Relaxed)
                && problems.all(|problem| match problem.flag {
                    VerifyFlag::CnMismatch | VerifyFlag::Expired => true,
                    VerifyFlag::NotTrusted => trusts_all,
                    _ => false,
                })
        }))
}
