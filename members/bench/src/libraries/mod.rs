//! The libraries, each behind the same few calls.

mod ember;
#[cfg(feature = "openssl")]
mod openssl;
mod pipe;
mod rustls;

use std::sync::Arc;

use crate::identities::Identity;
use crate::work::{Auth, Library};

/// The chains, one of each kind of key, that all libraries share.
pub struct Identities {
    ecdsa: Identity,
    rsa: Identity,
}

impl Identities {
    pub fn new() -> Result<Self, rcgen::Error> {
        Ok(Self {
            ecdsa: Identity::new(Auth::EcdsaP256)?,
            rsa: Identity::new(Auth::Rsa2048)?,
        })
    }

    fn of(&self, auth: Auth) -> &Identity {
        match auth {
            Auth::EcdsaP256 => &self.ecdsa,
            Auth::Rsa2048 => &self.rsa,
        }
    }
}

/// Every library that is compiled.
pub fn all() -> Result<Vec<Box<dyn Library>>, rcgen::Error> {
    let identities = Arc::new(Identities::new()?);
    Ok(vec![
        Box::new(ember::Ember::new(&identities)),
        Box::new(rustls::Rustls::aws_lc_rs(&identities)),
        Box::new(rustls::Rustls::ring(&identities)),
        #[cfg(feature = "openssl")]
        Box::new(openssl::OpenSsl::new(&identities)),
    ])
}
