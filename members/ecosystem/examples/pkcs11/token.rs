//! A PKCS#11 token, and its keys as signers.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use der::asn1::{AnyRef, ObjectIdentifier, OctetString, UintRef};
use der::{Decode, Encode, Tag};
use embertls::pk::ecdsa_signature_der;
use embertls::{KeyKind, SignatureScheme, Signing, SigningKey};
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm};

/// A token with one session, which its keys share.
pub struct Token {
    session: Arc<Mutex<Session>>,
}

impl Token {
    /// Initialises the first free token of this library, and logs in.
    pub fn create(module: &Path) -> Result<Self, Box<dyn Error>> {
        let load = |error| {
            format!(
                "loading {}: {error} (Debian: apt install softhsm2)",
                module.display()
            )
        };
        let library = Pkcs11::new(module).map_err(load)?;
        library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
        let slots = library.get_slots_with_token()?;
        let is_free = |slot: &Slot| {
            let info = library.get_token_info(*slot);
            info.is_ok_and(|info| !info.token_initialized())
        };
        let slot = slots.into_iter().find(is_free);
        let slot = slot.ok_or("every token of the library is in use")?;
        // A token that lives as long as this program.
        let (officer, user) = (
            AuthPin::new("officer's".into()),
            AuthPin::new("user's".into()),
        );
        library.init_token(slot, &officer, "embertls")?;
        let session = library.open_rw_session(slot)?;
        session.login(UserType::So, Some(&officer))?;
        session.init_pin(&user)?;
        session.logout()?;
        session.login(UserType::User, Some(&user))?;
        Ok(Self {
            session: Arc::new(Mutex::new(session)),
        })
    }

    /// A key on P-256.
    pub fn generate_ecdsa(&self, label: &str) -> Result<TokenKey, Box<dyn Error>> {
        const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let (public, private) = session.generate_key_pair(
            &Mechanism::EccKeyPairGen,
            &[
                Attribute::KeyType(KeyType::EC),
                Attribute::EcParams(P256.to_der()?),
                Attribute::Verify(true),
            ],
            &for_signing(label),
        )?;
        let attributes = session.get_attributes(public, &[AttributeType::EcPoint])?;
        let [Attribute::EcPoint(point)] = attributes.as_slice() else {
            return Err("the token does not tell the point of its key".into());
        };
        let point = OctetString::from_der(point)?.into_bytes();
        Ok(self.key(KeyKind::Ecdsa, private, point.into()))
    }

    /// A key of 2,048 bits.
    pub fn generate_rsa(&self, label: &str) -> Result<TokenKey, Box<dyn Error>> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let (public, private) = session.generate_key_pair(
            &Mechanism::RsaPkcsKeyPairGen,
            &[
                Attribute::ModulusBits(2048.into()),
                Attribute::PublicExponent(vec![1, 0, 1]),
                Attribute::Verify(true),
            ],
            &for_signing(label),
        )?;
        let wanted = [AttributeType::Modulus, AttributeType::PublicExponent];
        let attributes = session.get_attributes(public, &wanted)?;
        let [
            Attribute::Modulus(modulus),
            Attribute::PublicExponent(exponent),
        ] = attributes.as_slice()
        else {
            return Err("the token does not tell the modulus of its key".into());
        };
        let mut numbers = Vec::new();
        UintRef::new(modulus)?.encode_to_vec(&mut numbers)?;
        UintRef::new(exponent)?.encode_to_vec(&mut numbers)?;
        let public = AnyRef::new(Tag::Sequence, &numbers)?.to_der()?;
        Ok(self.key(KeyKind::Rsa, private, public))
    }

    fn key(&self, kind: KeyKind, private: ObjectHandle, bare_public: Vec<u8>) -> TokenKey {
        let mut key = TokenKey {
            session: self.session.clone(),
            private,
            kind,
            bare_public,
            public: Vec::new(),
        };
        key.public = key.subject_public_key_info();
        key
    }
}

/// What makes a private key stay in the token.
fn for_signing(label: &str) -> [Attribute; 5] {
    [
        Attribute::Label(label.into()),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
    ]
}

/// A private key in the token.
pub struct TokenKey {
    session: Arc<Mutex<Session>>,
    private: ObjectHandle,
    kind: KeyKind,
    /// As it stands inside a `SubjectPublicKeyInfo`.
    bare_public: Vec<u8>,
    public: Vec<u8>,
}

impl SigningKey for TokenKey {
    fn public_key_der(&self) -> &[u8] {
        &self.public
    }

    fn schemes(&self) -> &[SignatureScheme] {
        match self.kind {
            KeyKind::Ecdsa => SignatureScheme::ECDSA,
            _ => SignatureScheme::RSA,
        }
    }

    /// Blocks while the token works. For one that is slow, a thread would do
    /// this and `Signing::later` wait for it.
    fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Signing {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let sign = |mechanism, data: &[u8]| session.sign(&mechanism, self.private, data);
        match (self.kind, pss(scheme)) {
            (KeyKind::Ecdsa, _) => match sign(Mechanism::Ecdsa, digest) {
                // A token gives the two numbers side by side.
                Ok(numbers) => match ecdsa_signature_der(&numbers) {
                    Some(signature) => Signing::done(signature),
                    None => Signing::failed("the token gave no pair of numbers"),
                },
                Err(error) => Signing::failed(error),
            },
            (_, Some(parameters)) => sign(Mechanism::RsaPkcsPss(parameters), digest).into(),
            (_, None) => sign(Mechanism::RsaPkcs, &scheme.digest_info(digest)).into(),
        }
    }
}

/// The parameters of an RSASSA-PSS scheme.
fn pss(scheme: SignatureScheme) -> Option<PkcsPssParams> {
    let (hash_alg, mgf) = match scheme {
        SignatureScheme::RsaPssSha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256),
        SignatureScheme::RsaPssSha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384),
        SignatureScheme::RsaPssSha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512),
        _ => return None,
    };
    Some(PkcsPssParams {
        hash_alg,
        mgf,
        s_len: u64::try_from(scheme.digest_len()).ok()?.into(),
    })
}

/// So that rcgen can put the key into a certificate.
impl PublicKeyData for TokenKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bare_public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self.kind {
            KeyKind::Ecdsa => &PKCS_ECDSA_P256_SHA256,
            _ => &PKCS_RSA_SHA256,
        }
    }
}

impl fmt::Display for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({} bytes of public key)",
            self.kind,
            self.bare_public.len()
        )
    }
}
