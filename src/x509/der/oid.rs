//! Object identifiers that are looked for, and names for those that are shown.

use alloc::string::{String, ToString};
use core::fmt::Write as _;

pub(in crate::x509) use ::der::asn1::ObjectIdentifier;

macro_rules! identifiers {
    ($($(#[$doc:meta])* $constant:ident = $dotted:literal;)*) => {
        $(
            $(#[$doc])*
            pub(in crate::x509) const $constant: ObjectIdentifier =
                ObjectIdentifier::new_unwrap($dotted);
        )*
    };
}

identifiers! {
    RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
    RSASSA_PSS = "1.2.840.113549.1.1.10";
    MGF1 = "1.2.840.113549.1.1.8";
    P_384 = "1.3.132.0.34";
    P_521 = "1.3.132.0.35";
    EC_PUBLIC_KEY = "1.2.840.10045.2.1";

    COMMON_NAME = "2.5.4.3";
    EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

    SUBJECT_KEY_ID = "2.5.29.14";
    KEY_USAGE = "2.5.29.15";
    SUBJECT_ALT_NAME = "2.5.29.17";
    BASIC_CONSTRAINTS = "2.5.29.19";
    NAME_CONSTRAINTS = "2.5.29.30";
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    CERTIFICATE_POLICIES = "2.5.29.32";
    ANY_POLICY = "2.5.29.32.0";
    POLICY_MAPPINGS = "2.5.29.33";
    AUTHORITY_KEY_ID = "2.5.29.35";
    POLICY_CONSTRAINTS = "2.5.29.36";
    EXT_KEY_USAGE = "2.5.29.37";
    INHIBIT_ANY_POLICY = "2.5.29.54";
    AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
    TLS_FEATURE = "1.3.6.1.5.5.7.1.24";
    NS_CERT_TYPE = "2.16.840.1.113730.1.1";

    CRL_NUMBER = "2.5.29.20";
    DELTA_CRL_INDICATOR = "2.5.29.27";
    ISSUING_DISTRIBUTION_POINT = "2.5.29.28";

    SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    ANY_PURPOSE = "2.5.29.37.0";
}

/// The name of an identifier, or its numbers.
pub(in crate::x509) fn describe(id: &[u8]) -> String {
    if let Some((_, name)) = NAMES.iter().find(|(known, _)| known.as_bytes() == id) {
        return (*name).into();
    }
    if let Ok(numbers) = ObjectIdentifier::from_bytes(id) {
        return numbers.to_string();
    }
    let mut text = String::from("OID #");
    for byte in id.iter().take(64) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Whether a signature algorithm rests on MD2, MD4 or MD5. They are not
/// compiled, so the engine only says that it does not know the algorithm.
pub(in crate::x509) fn is_broken_hash(signature_algorithm: &[u8]) -> bool {
    BROKEN
        .iter()
        .any(|known| known.as_bytes() == signature_algorithm)
}

const BROKEN: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.2"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.3"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4"),
];

macro_rules! names {
    ($($dotted:literal $name:literal,)*) => {
        &[$((ObjectIdentifier::new_unwrap($dotted), $name),)*]
    };
}

const NAMES: &[(ObjectIdentifier, &str)] = names! {
    // Parts of names, as RFC 4514 and common tools write them.
    "2.5.4.3" "CN",
    "2.5.4.4" "SN",
    "2.5.4.5" "serialNumber",
    "2.5.4.6" "C",
    "2.5.4.7" "L",
    "2.5.4.8" "ST",
    "2.5.4.9" "street",
    "2.5.4.10" "O",
    "2.5.4.11" "OU",
    "2.5.4.12" "title",
    "2.5.4.15" "businessCategory",
    "2.5.4.17" "postalCode",
    "2.5.4.42" "GN",
    "2.5.4.43" "initials",
    "2.5.4.46" "dnQualifier",
    "2.5.4.65" "pseudonym",
    "2.5.4.97" "organizationIdentifier",
    "0.9.2342.19200300.100.1.1" "UID",
    "0.9.2342.19200300.100.1.25" "DC",
    "1.2.840.113549.1.9.1" "emailAddress",
    "1.3.6.1.4.1.311.60.2.1.1" "jurisdictionL",
    "1.3.6.1.4.1.311.60.2.1.2" "jurisdictionST",
    "1.3.6.1.4.1.311.60.2.1.3" "jurisdictionC",
    // Signature algorithms.
    "1.2.840.113549.1.1.2" "md2WithRSAEncryption",
    "1.2.840.113549.1.1.3" "md4WithRSAEncryption",
    "1.2.840.113549.1.1.4" "md5WithRSAEncryption",
    "1.2.840.113549.1.1.5" "sha1WithRSAEncryption",
    "1.2.840.113549.1.1.10" "RSASSA-PSS",
    "1.2.840.113549.1.1.11" "sha256WithRSAEncryption",
    "1.2.840.113549.1.1.12" "sha384WithRSAEncryption",
    "1.2.840.113549.1.1.13" "sha512WithRSAEncryption",
    "1.2.840.113549.1.1.14" "sha224WithRSAEncryption",
    "1.3.14.3.2.29" "sha1WithRSASignature",
    "1.2.840.10045.4.1" "ecdsa-with-SHA1",
    "1.2.840.10045.4.3.1" "ecdsa-with-SHA224",
    "1.2.840.10045.4.3.2" "ecdsa-with-SHA256",
    "1.2.840.10045.4.3.3" "ecdsa-with-SHA384",
    "1.2.840.10045.4.3.4" "ecdsa-with-SHA512",
    "2.16.840.1.101.3.4.3.2" "dsa-with-SHA256",
    "1.3.101.112" "Ed25519",
    "1.3.101.113" "Ed448",
    // Keys and curves.
    "1.2.840.113549.1.1.1" "RSA",
    "1.2.840.10045.2.1" "EC",
    "1.2.840.10040.4.1" "DSA",
    "1.3.101.110" "X25519",
    "1.3.101.111" "X448",
    "1.2.840.10045.3.1.1" "P-192",
    "1.3.132.0.33" "P-224",
    "1.2.840.10045.3.1.7" "P-256",
    "1.3.132.0.34" "P-384",
    "1.3.132.0.35" "P-521",
    "1.3.132.0.10" "secp256k1",
    "1.3.36.3.3.2.8.1.1.7" "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11" "brainpoolP384r1",
    "1.3.36.3.3.2.8.1.1.13" "brainpoolP512r1",
    // Extensions.
    "2.5.29.9" "subjectDirectoryAttributes",
    "2.5.29.14" "subjectKeyIdentifier",
    "2.5.29.15" "keyUsage",
    "2.5.29.17" "subjectAltName",
    "2.5.29.18" "issuerAltName",
    "2.5.29.19" "basicConstraints",
    "2.5.29.20" "cRLNumber",
    "2.5.29.21" "reasonCode",
    "2.5.29.27" "deltaCRLIndicator",
    "2.5.29.28" "issuingDistributionPoint",
    "2.5.29.29" "certificateIssuer",
    "2.5.29.30" "nameConstraints",
    "2.5.29.31" "cRLDistributionPoints",
    "2.5.29.32" "certificatePolicies",
    "2.5.29.33" "policyMappings",
    "2.5.29.35" "authorityKeyIdentifier",
    "2.5.29.36" "policyConstraints",
    "2.5.29.37" "extendedKeyUsage",
    "2.5.29.54" "inhibitAnyPolicy",
    "1.3.6.1.5.5.7.1.1" "authorityInfoAccess",
    "1.3.6.1.5.5.7.1.24" "tlsFeature",
    "1.3.6.1.4.1.11129.2.4.3" "the poison of a precertificate",
    // Purposes.
    "2.5.29.37.0" "anyExtendedKeyUsage",
    "1.3.6.1.5.5.7.3.1" "serverAuth",
    "1.3.6.1.5.5.7.3.2" "clientAuth",
    "1.3.6.1.5.5.7.3.3" "codeSigning",
    "1.3.6.1.5.5.7.3.4" "emailProtection",
    "1.3.6.1.5.5.7.3.8" "timeStamping",
    "1.3.6.1.5.5.7.3.9" "OCSPSigning",
};
