//! Certificates and what makes them trusted: the guide's steps that load the
//! CA certificates and revocation lists, and the check of the peer's chain.
//!
//! - [`TrustStore`]: the certificates that are trusted because you say so
//!   (`mbedtls_x509_crt_parse_file` in the guide);
//! - [`Crl`]: lists of certificates that their issuers have revoked
//!   (`mbedtls_x509_crl_parse_file`);
//! - [`ServerName`]: whom you want to talk to (`mbedtls_ssl_set_hostname`);
//! - [`Verifier`]: judges a chain by all of these
//!   (`mbedtls_x509_crt_verify_with_profile`) and explains a refusal;
//! - [`Certificate`]: one certificate, to look at or to show as one's own.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let made = rcgen::generate_simple_self_signed(["a.example".to_owned()])?;
//! # let (ca_pem, chain) = (made.cert.pem(), [made.cert.der().clone()]);
//! use embertls::{ServerName, TrustStore, Verifier};
//!
//! let verifier = Verifier::new(TrustStore::from_pem(&ca_pem)?);
//! let verified = verifier.verify(&chain, &ServerName::try_from("a.example")?)?;
//! println!("trusted because of {} certificates", verified.certificates().len());
//!
//! let error = verifier.verify(&chain, &ServerName::try_from("b.example")?).unwrap_err();
//! assert!(error.to_string().contains("you asked for b.example"));
//! # Ok(())
//! # }
//! ```

mod authorities;
mod certificate;
mod chain;
mod crl;
mod der;
mod end_point;
#[cfg(feature = "accel")]
mod key_info;
mod names;
mod pem;
#[cfg(feature = "pkcs12")]
mod pkcs12;
mod raw;
mod server_name;
mod signature;
mod trust_store;
mod unusable;
mod verifier;

#[cfg(feature = "std")]
use std::path::Path;

pub(crate) use self::authorities::AuthorityNames;
pub use self::certificate::Certificate;
pub(crate) use self::chain::CertificateChain;
pub use self::crl::Crl;
pub(crate) use self::end_point::end_point_digest;
#[cfg(feature = "accel")]
pub(crate) use self::key_info::key_info;
#[cfg(feature = "pkcs12")]
pub use self::pkcs12::Pkcs12;
pub(crate) use self::raw::sha256;
pub use self::server_name::ServerName;
pub use self::trust_store::{RejectedCertificate, TrustStore, TrustStoreBuilder};
pub(crate) use self::verifier::{Judgement, KeyUse};
pub use self::verifier::{Profile, Revocation, Uncovered, VerifiedChain, Verifier};

#[cfg(feature = "std")]
use crate::error::{Error, Result};

/// Reads a file whose name is part of the error.
#[cfg(feature = "std")]
fn read_file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| Error::io(format!("reading {}", path.display()), e))
}
