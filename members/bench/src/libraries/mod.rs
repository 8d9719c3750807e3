//! The libraries, each behind the same few calls.

mod ember;
#[cfg(feature = "mbedtls")]
mod fortanix;
#[cfg(feature = "openssl")]
mod openssl;
mod pipe;
mod plain_c;
mod rustls;

use std::sync::{Arc, OnceLock};

pub use self::plain_c::PlainC;
use crate::identities::Identity;
use crate::work::{Auth, Library};

/// The chains, one of each kind of key, that all libraries share. Made when
/// first wanted: RSA keys take their time.
#[derive(Default)]
pub struct Identities {
    ecdsa: OnceLock<Identity>,
    rsa: OnceLock<Identity>,
}

impl Identities {
    fn of(&self, auth: Auth) -> &Identity {
        let made = match auth {
            Auth::EcdsaP256 => &self.ecdsa,
            Auth::Rsa2048 => &self.rsa,
        };
        made.get_or_init(|| Identity::new(auth).expect("certificates"))
    }
}

/// Every library that is compiled.
pub fn all() -> Vec<Box<dyn Library>> {
    let identities = Arc::new(Identities::default());
    vec![
        Box::new(ember::Ember::new(&identities)),
        Box::new(PlainC::new(&identities)),
        Box::new(rustls::Rustls::aws_lc_rs(&identities)),
        Box::new(rustls::Rustls::ring(&identities)),
        #[cfg(feature = "mbedtls")]
        Box::new(fortanix::Fortanix::new(&identities)),
        #[cfg(feature = "openssl")]
        Box::new(openssl::OpenSsl::new(&identities)),
    ]
}
