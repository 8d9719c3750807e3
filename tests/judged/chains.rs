//! Chains with one thing changed.

use embertls::Verifier;
use rcgen::{CertificateParams, PublicKeyData, SignatureAlgorithm};
use rustls_pki_types::CertificateDer;

use crate::der::{field, rewritten, sequence, tlv, with_extension};
use crate::peers::{Peer, Shown, key};
use crate::pki::{Authority, authority};

/// A root, an intermediate below it, and what the peer is.
pub struct Pki {
    pub peer: Peer,
    pub root: Authority,
    pub middle: Authority,
}

impl Pki {
    pub fn new(peer: Peer) -> Self {
        Self::with(peer, authority_with_id("Root"), authority_with_id("Middle"))
    }

    pub fn with(peer: Peer, root: CertificateParams, middle: CertificateParams) -> Self {
        let root = Authority::root_of(root);
        let middle = root.intermediate_of(middle);
        Self { peer, root, middle }
    }

    pub fn with_middle(peer: Peer, change: impl FnOnce(&mut CertificateParams)) -> Shown {
        let mut params = authority_with_id("Middle");
        change(&mut params);
        Self::with(peer, authority_with_id("Root"), params).good()
    }

    pub fn leaf(&self) -> CertificateDer<'static> {
        self.middle.sign_key(&self.peer.params(), &key())
    }

    pub fn verifier(&self) -> Verifier {
        Verifier::new(self.root.store())
    }

    pub fn good(&self) -> Shown {
        self.shows([self.leaf(), self.middle.der.clone()])
    }

    pub fn shows(&self, chain: impl IntoIterator<Item = CertificateDer<'static>>) -> Shown {
        Shown {
            chain: chain.into_iter().collect(),
            verifier: self.verifier(),
        }
    }

    pub fn leaf_of(&self, change: impl FnOnce(&mut CertificateParams)) -> Shown {
        let mut params = self.peer.params();
        change(&mut params);
        self.shows([
            self.middle.sign_key(&params, &key()),
            self.middle.der.clone(),
        ])
    }

    /// The leaf with another extension.
    pub fn leaf_with(&self, extension: &[u8]) -> Shown {
        let leaf = with_extension(&self.middle, &self.leaf(), extension);
        self.shows([leaf, self.middle.der.clone()])
    }

    /// The intermediate with another extension.
    pub fn middle_with(&self, extension: &[u8]) -> Shown {
        let middle = with_extension(&self.root, &self.middle.der, extension);
        self.shows([self.leaf(), middle])
    }

    pub fn judged_by(&self, change: impl FnOnce(Verifier) -> Verifier) -> Shown {
        Shown {
            verifier: change(self.verifier()),
            ..self.good()
        }
    }
}

pub fn authority_with_id(name: &str) -> CertificateParams {
    let mut params = authority(name);
    params.use_authority_key_identifier_extension = name != "Root";
    params
}

/// A public key that nobody can sign with.
pub struct PublicRsa(Vec<u8>);

impl PublicRsa {
    /// Of so many bits; the exponent has so many bytes.
    pub fn new(bits: usize, exponent: usize) -> Self {
        let mut modulus = vec![0xc5; bits.div_ceil(8)];
        modulus[0] = 0xff >> (8 * modulus.len() - bits);
        let zero: &[u8] = if modulus[0] >= 0x80 { &[0] } else { &[] };
        let modulus = tlv(2, &[zero, &modulus].concat());
        Self(sequence(&[&modulus, &tlv(2, &vec![3; exponent])]))
    }
}

impl PublicKeyData for PublicRsa {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

/// The leaf with a key of this `SubjectPublicKeyInfo`.
pub fn leaf_with_key(pki: &Pki, change: impl FnOnce(&mut Vec<u8>)) -> Shown {
    let leaf = rewritten(&pki.middle, &pki.leaf(), |fields| {
        change(&mut fields[field::KEY]);
    });
    pki.shows([leaf, pki.middle.der.clone()])
}

pub fn leaf_with_rsa(pki: &Pki, bits: usize, exponent: usize) -> Shown {
    let key = PublicRsa::new(bits, exponent);
    let leaf = pki.middle.sign_key(&pki.peer.params(), &key);
    pki.shows([leaf, pki.middle.der.clone()])
}
