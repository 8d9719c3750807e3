//! Keepers of keys: signers for the tests.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use embertls::{Certificate, PrivateKey, Server, SignatureScheme, Signing, SigningKey, SslConfig};
use tempfile::TempDir;

use crate::common::certificates::{Authority, Identity, KeyKind, Leaf};
use crate::common::programs;

/// A key that only the openssl program reads: it signs in its own process.
pub struct Keeper {
    openssl: PathBuf,
    dir: TempDir,
    public_key: Vec<u8>,
    schemes: Vec<SignatureScheme>,
    signed: AtomicUsize,
}

impl Keeper {
    /// `None` where the openssl program is missing.
    pub fn of(identity: &Identity, schemes: &[SignatureScheme]) -> Option<Arc<Self>> {
        let openssl = programs::openssl()?;
        let dir = TempDir::new().expect("a folder can be made");
        fs::write(dir.path().join("key.pem"), &identity.key_pem).expect("a file can be written");
        let loaded = PrivateKey::from_pem(&identity.key_pem).expect("a sound key");
        Some(Arc::new(Self {
            openssl,
            dir,
            public_key: loaded.public_key_der().to_vec(),
            schemes: schemes.to_vec(),
            signed: AtomicUsize::new(0),
        }))
    }

    /// How often it has signed.
    pub fn signed(&self) -> usize {
        self.signed.load(Ordering::Relaxed)
    }

    pub fn signature(&self, scheme: SignatureScheme, digest: &[u8]) -> std::io::Result<Vec<u8>> {
        let count = self.signed.fetch_add(1, Ordering::Relaxed);
        let input = self.dir.path().join(format!("digest-{count}"));
        fs::write(&input, digest)?;
        let mut command = Command::new(&self.openssl);
        command
            .args(["pkeyutl", "-sign", "-inkey"])
            .arg(self.dir.path().join("key.pem"))
            .arg("-in")
            .arg(&input);
        let hash = format!("digest:sha{}", 8 * scheme.digest_len());
        command.args(["-pkeyopt", &hash]);
        if scheme.name().starts_with("rsa_pss") {
            command.args(["-pkeyopt", "rsa_padding_mode:pss"]);
            command.args(["-pkeyopt", "rsa_pss_saltlen:digest"]);
        }
        let output = command.output()?;
        if !output.status.success() {
            return Err(std::io::Error::other(
                String::from_utf8_lossy(&output.stderr).into_owned(),
            ));
        }
        Ok(output.stdout)
    }
}

impl SigningKey for Keeper {
    fn public_key_der(&self) -> &[u8] {
        &self.public_key
    }

    fn schemes(&self) -> &[SignatureScheme] {
        &self.schemes
    }

    fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Signing {
        self.signature(scheme, digest).into()
    }
}

/// A key whose signatures are what a function says.
pub struct Faked<F> {
    pub keeper: Arc<Keeper>,
    pub sign: F,
}

impl<F> SigningKey for Faked<F>
where
    F: Fn(&Arc<Keeper>, SignatureScheme, &[u8]) -> Signing + Send + Sync,
{
    fn public_key_der(&self) -> &[u8] {
        &self.keeper.public_key
    }

    fn schemes(&self) -> &[SignatureScheme] {
        &self.keeper.schemes
    }

    fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Signing {
        (self.sign)(&self.keeper, scheme, digest)
    }
}

pub fn ecdsa_identity(root: &Authority) -> Identity {
    root.issue(Leaf::new())
}

pub fn rsa_identity(root: &Authority) -> Identity {
    root.issue(Leaf::new().kind(KeyKind::Rsa))
}

pub fn chain(identity: &Identity) -> Vec<Certificate> {
    Certificate::chain_from_pem(&identity.chain_pem).expect("a sound chain")
}

/// A server with the certificate of `identity`, whose key is elsewhere.
pub fn server_with(identity: &Identity, key: Arc<dyn SigningKey>) -> SslConfig<Server> {
    let key = PrivateKey::from_signing_key(key).expect("a sound key");
    let server = SslConfig::server().identity(chain(identity), key);
    server.build().expect("a sound configuration")
}
