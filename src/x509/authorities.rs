//! The names of trusted authorities, as a server sends them to its clients.

use alloc::vec::Vec;

use super::raw::CertificateList;
use super::{TrustStore, raw};
use crate::error::{Error, Result};
use crate::ffi;

/// The subjects of a store's certificates, each once, as the engine wants them.
#[derive(Debug)]
pub(crate) struct AuthorityNames {
    list: CertificateList,
}

impl AuthorityNames {
    /// The names of a store; none where they take more than `most` bytes in a
    /// CertificateRequest: a part of them would say that the rest is not
    /// trusted.
    pub(crate) fn of(store: &TrustStore, most: usize) -> Result<Option<Self>> {
        let mut names: Vec<&[u8]> = Vec::new();
        for certificate in store.certificates() {
            let name = certificate.subject_der();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.iter().map(|name| 2 + name.len()).sum::<usize>() > most {
            return Ok(None);
        }
        let build = || {
            let mut list = CertificateList::new()?;
            names.iter().try_for_each(|name| list.push_name(name))?;
            Ok(list)
        };
        match build() {
            Ok(list) => Ok(Some(Self { list })),
            Err(raw::ALLOC_FAILED) => Err(Error::OutOfMemory {
                action: "listing authorities",
            }),
            Err(code) => Err(Error::config(format!("the names of authorities: {code}"))),
        }
    }

    /// The list in C. Lives as long as the names; nobody may change it.
    pub(crate) fn as_ptr(&self) -> *mut ffi::mbedtls_x509_crt {
        self.list.as_ptr()
    }
}
