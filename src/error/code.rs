//! The engine's return codes and their names.

use alloc::borrow::Cow;
use core::ffi::c_int;
use core::fmt;

use crate::ffi;

/// What a function of Mbed TLS returned when it failed.
///
/// A code has a high part (the module that failed: SSL, X.509, ...) and may
/// have a low part that was added to it (what failed below: ASN.1, bignum,
/// ...). [`name`](Self::name) gives both, as `mbedtls_strerror` does.
///
/// ```
/// use embertls::ErrorCode;
///
/// let code = ErrorCode::from_raw(-0x7200);
/// assert_eq!(code.name(), "MBEDTLS_ERR_SSL_INVALID_RECORD");
/// assert_eq!(code.to_string(), "MBEDTLS_ERR_SSL_INVALID_RECORD (-0x7200)");
///
/// let composed = ErrorCode::from_raw(-0x2400 - 0x0060);
/// assert_eq!(
///     composed.name(),
///     "MBEDTLS_ERR_X509_INVALID_DATE + MBEDTLS_ERR_ASN1_OUT_OF_DATA",
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode(i32);

impl ErrorCode {
    /// The code with this number, such as `-0x7200`.
    ///
    /// ```
    /// assert_eq!(embertls::ErrorCode::from_raw(-0x7200).raw(), -0x7200);
    /// ```
    pub const fn from_raw(raw: i32) -> Self {
        Self(raw)
    }

    /// The number, as C returned it: negative.
    ///
    /// ```
    /// assert_eq!(embertls::ErrorCode::from_raw(-0x6900).raw(), -26880);
    /// ```
    pub const fn raw(self) -> i32 {
        self.0
    }

    /// The name of the C constant, or the two names of a composed code.
    ///
    /// ```
    /// let code = embertls::ErrorCode::from_raw(-0x2700);
    /// assert_eq!(code.name(), "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED");
    /// ```
    pub fn name(self) -> Cow<'static, str> {
        match (self.high(), self.low()) {
            (None, None) => Cow::Borrowed(UNNAMED),
            (Some(part), None) | (None, Some(part)) => Cow::Borrowed(lookup(part)),
            (Some(high), Some(low)) => Cow::Owned(format!("{} + {}", lookup(high), lookup(low))),
        }
    }

    /// Whether this is `other`, or is composed of it and a low part.
    ///
    /// ```
    /// use embertls::ErrorCode;
    ///
    /// let date = ErrorCode::from_raw(-0x2400);
    /// assert!(ErrorCode::from_raw(-0x2400 - 0x0060).is(date));
    /// assert!(!ErrorCode::from_raw(-0x2480).is(date));
    /// ```
    pub fn is(self, other: Self) -> bool {
        self == other || self.high() == Some(other) || self.low() == Some(other)
    }

    /// Whether memory ran out.
    pub(crate) fn is_out_of_memory(self) -> bool {
        OUT_OF_MEMORY.iter().any(|code| self.is(Self(*code)))
    }

    /// Whether the random generator failed.
    pub(crate) fn is_random_failure(self) -> bool {
        NO_RANDOMNESS.iter().any(|code| self.is(Self(*code)))
    }

    /// The part that says which module failed.
    fn high(self) -> Option<Self> {
        let part = self.0.checked_neg().unwrap_or(0) & HIGH;
        (part != 0).then_some(Self(-part))
    }

    /// The part that says what failed below.
    fn low(self) -> Option<Self> {
        let part = self.0.checked_neg().unwrap_or(0) & !HIGH;
        (part > 0).then_some(Self(-part))
    }
}

/// Name and number: `MBEDTLS_ERR_SSL_INVALID_RECORD (-0x7200)`.
impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{} ({sign}0x{:04X})", self.name(), self.0.unsigned_abs())
    }
}

impl core::error::Error for ErrorCode {}

/// Turns a C return code into a `Result`: 0 is success, all else is not.
///
/// Not for functions that also return counts.
pub(crate) fn check(code: c_int) -> Result<(), ErrorCode> {
    match code {
        0 => Ok(()),
        code => Err(ErrorCode(code)),
    }
}

const OUT_OF_MEMORY: [c_int; 8] = [
    ffi::MBEDTLS_ERR_ASN1_ALLOC_FAILED,
    ffi::MBEDTLS_ERR_CIPHER_ALLOC_FAILED,
    ffi::MBEDTLS_ERR_ECP_ALLOC_FAILED,
    ffi::MBEDTLS_ERR_MD_ALLOC_FAILED,
    ffi::MBEDTLS_ERR_MPI_ALLOC_FAILED,
    ffi::MBEDTLS_ERR_PK_ALLOC_FAILED,
    ffi::MBEDTLS_ERR_SSL_ALLOC_FAILED,
    ffi::MBEDTLS_ERR_X509_ALLOC_FAILED,
];

const NO_RANDOMNESS: [c_int; 5] = [
    ffi::MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED,
    ffi::MBEDTLS_ERR_CTR_DRBG_REQUEST_TOO_BIG,
    ffi::MBEDTLS_ERR_ECP_RANDOM_FAILED,
    ffi::MBEDTLS_ERR_ENTROPY_SOURCE_FAILED,
    ffi::MBEDTLS_ERR_RSA_RNG_FAILED,
];

/// The bits that hold the high part of a negated code.
const HIGH: i32 = 0xFF80;

fn lookup(part: ErrorCode) -> &'static str {
    let named = NAMES.iter().find(|(raw, _)| *raw == part.0);
    named.map_or(UNNAMED, |(_, name)| name)
}

const UNNAMED: &str = "an error without a name";

/// Makes the table from the names alone: the numbers come from the headers. Those
/// of 2.16.0 lack a code of later releases.
macro_rules! names {
    ($($name:ident,)*) => {
        &[
            $((ffi::$name, stringify!($name)),)*
            (-0x5E80, "MBEDTLS_ERR_SSL_BAD_CONFIG"),
        ]
    };
}

const NAMES: &[(i32, &str)] = names! {
    MBEDTLS_ERR_AES_BAD_INPUT_DATA,
    MBEDTLS_ERR_AES_FEATURE_UNAVAILABLE,
    MBEDTLS_ERR_AES_HW_ACCEL_FAILED,
    MBEDTLS_ERR_AES_INVALID_INPUT_LENGTH,
    MBEDTLS_ERR_AES_INVALID_KEY_LENGTH,
    MBEDTLS_ERR_ASN1_ALLOC_FAILED,
    MBEDTLS_ERR_ASN1_BUF_TOO_SMALL,
    MBEDTLS_ERR_ASN1_INVALID_DATA,
    MBEDTLS_ERR_ASN1_INVALID_LENGTH,
    MBEDTLS_ERR_ASN1_LENGTH_MISMATCH,
    MBEDTLS_ERR_ASN1_OUT_OF_DATA,
    MBEDTLS_ERR_ASN1_UNEXPECTED_TAG,
    MBEDTLS_ERR_CHACHA20_BAD_INPUT_DATA,
    MBEDTLS_ERR_CHACHA20_FEATURE_UNAVAILABLE,
    MBEDTLS_ERR_CHACHA20_HW_ACCEL_FAILED,
    MBEDTLS_ERR_CHACHAPOLY_AUTH_FAILED,
    MBEDTLS_ERR_CHACHAPOLY_BAD_STATE,
    MBEDTLS_ERR_CIPHER_ALLOC_FAILED,
    MBEDTLS_ERR_CIPHER_AUTH_FAILED,
    MBEDTLS_ERR_CIPHER_BAD_INPUT_DATA,
    MBEDTLS_ERR_CIPHER_FEATURE_UNAVAILABLE,
    MBEDTLS_ERR_CIPHER_FULL_BLOCK_EXPECTED,
    MBEDTLS_ERR_CIPHER_HW_ACCEL_FAILED,
    MBEDTLS_ERR_CIPHER_INVALID_CONTEXT,
    MBEDTLS_ERR_CIPHER_INVALID_PADDING,
    MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED,
    MBEDTLS_ERR_CTR_DRBG_FILE_IO_ERROR,
    MBEDTLS_ERR_CTR_DRBG_INPUT_TOO_BIG,
    MBEDTLS_ERR_CTR_DRBG_REQUEST_TOO_BIG,
    MBEDTLS_ERR_ECP_ALLOC_FAILED,
    MBEDTLS_ERR_ECP_BAD_INPUT_DATA,
    MBEDTLS_ERR_ECP_BUFFER_TOO_SMALL,
    MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE,
    MBEDTLS_ERR_ECP_HW_ACCEL_FAILED,
    MBEDTLS_ERR_ECP_INVALID_KEY,
    MBEDTLS_ERR_ECP_IN_PROGRESS,
    MBEDTLS_ERR_ECP_RANDOM_FAILED,
    MBEDTLS_ERR_ECP_SIG_LEN_MISMATCH,
    MBEDTLS_ERR_ECP_VERIFY_FAILED,
    MBEDTLS_ERR_ENTROPY_FILE_IO_ERROR,
    MBEDTLS_ERR_ENTROPY_MAX_SOURCES,
    MBEDTLS_ERR_ENTROPY_NO_SOURCES_DEFINED,
    MBEDTLS_ERR_ENTROPY_NO_STRONG_SOURCE,
    MBEDTLS_ERR_ENTROPY_SOURCE_FAILED,
    MBEDTLS_ERR_GCM_AUTH_FAILED,
    MBEDTLS_ERR_GCM_BAD_INPUT,
    MBEDTLS_ERR_GCM_HW_ACCEL_FAILED,
    MBEDTLS_ERR_MD_ALLOC_FAILED,
    MBEDTLS_ERR_MD_BAD_INPUT_DATA,
    MBEDTLS_ERR_MD_FEATURE_UNAVAILABLE,
    MBEDTLS_ERR_MD_FILE_IO_ERROR,
    MBEDTLS_ERR_MD_HW_ACCEL_FAILED,
    MBEDTLS_ERR_MPI_ALLOC_FAILED,
    MBEDTLS_ERR_MPI_BAD_INPUT_DATA,
    MBEDTLS_ERR_MPI_BUFFER_TOO_SMALL,
    MBEDTLS_ERR_MPI_DIVISION_BY_ZERO,
    MBEDTLS_ERR_MPI_FILE_IO_ERROR,
    MBEDTLS_ERR_MPI_INVALID_CHARACTER,
    MBEDTLS_ERR_MPI_NEGATIVE_VALUE,
    MBEDTLS_ERR_MPI_NOT_ACCEPTABLE,
    MBEDTLS_ERR_NET_ACCEPT_FAILED,
    MBEDTLS_ERR_NET_BAD_INPUT_DATA,
    MBEDTLS_ERR_NET_BIND_FAILED,
    MBEDTLS_ERR_NET_BUFFER_TOO_SMALL,
    MBEDTLS_ERR_NET_CONNECT_FAILED,
    MBEDTLS_ERR_NET_CONN_RESET,
    MBEDTLS_ERR_NET_INVALID_CONTEXT,
    MBEDTLS_ERR_NET_LISTEN_FAILED,
    MBEDTLS_ERR_NET_POLL_FAILED,
    MBEDTLS_ERR_NET_RECV_FAILED,
    MBEDTLS_ERR_NET_SEND_FAILED,
    MBEDTLS_ERR_NET_SOCKET_FAILED,
    MBEDTLS_ERR_NET_UNKNOWN_HOST,
    MBEDTLS_ERR_OID_BUF_TOO_SMALL,
    MBEDTLS_ERR_OID_NOT_FOUND,
    MBEDTLS_ERR_PEM_ALLOC_FAILED,
    MBEDTLS_ERR_PEM_BAD_INPUT_DATA,
    MBEDTLS_ERR_PEM_FEATURE_UNAVAILABLE,
    MBEDTLS_ERR_PEM_INVALID_DATA,
    MBEDTLS_ERR_PEM_INVALID_ENC_IV,
    MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT,
    MBEDTLS_ERR_PEM_PASSWORD_MISMATCH,
    MBEDTLS_ERR_PEM_PASSWORD_REQUIRED,
    MBEDTLS_ERR_PEM_UNKNOWN_ENC_ALG,
    MBEDTLS_ERR_PK_ALLOC_FAILED,
    MBEDTLS_ERR_PK_BAD_INPUT_DATA,
    MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE,
    MBEDTLS_ERR_PK_FILE_IO_ERROR,
    MBEDTLS_ERR_PK_HW_ACCEL_FAILED,
    MBEDTLS_ERR_PK_INVALID_ALG,
    MBEDTLS_ERR_PK_INVALID_PUBKEY,
    MBEDTLS_ERR_PK_KEY_INVALID_FORMAT,
    MBEDTLS_ERR_PK_KEY_INVALID_VERSION,
    MBEDTLS_ERR_PK_PASSWORD_MISMATCH,
    MBEDTLS_ERR_PK_PASSWORD_REQUIRED,
    MBEDTLS_ERR_PK_SIG_LEN_MISMATCH,
    MBEDTLS_ERR_PK_TYPE_MISMATCH,
    MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE,
    MBEDTLS_ERR_PK_UNKNOWN_PK_ALG,
    MBEDTLS_ERR_POLY1305_BAD_INPUT_DATA,
    MBEDTLS_ERR_POLY1305_FEATURE_UNAVAILABLE,
    MBEDTLS_ERR_POLY1305_HW_ACCEL_FAILED,
    MBEDTLS_ERR_RSA_BAD_INPUT_DATA,
    MBEDTLS_ERR_RSA_HW_ACCEL_FAILED,
    MBEDTLS_ERR_RSA_INVALID_PADDING,
    MBEDTLS_ERR_RSA_KEY_CHECK_FAILED,
    MBEDTLS_ERR_RSA_KEY_GEN_FAILED,
    MBEDTLS_ERR_RSA_OUTPUT_TOO_LARGE,
    MBEDTLS_ERR_RSA_PRIVATE_FAILED,
    MBEDTLS_ERR_RSA_PUBLIC_FAILED,
    MBEDTLS_ERR_RSA_RNG_FAILED,
    MBEDTLS_ERR_RSA_UNSUPPORTED_OPERATION,
    MBEDTLS_ERR_RSA_VERIFY_FAILED,
    MBEDTLS_ERR_SHA1_BAD_INPUT_DATA,
    MBEDTLS_ERR_SHA1_HW_ACCEL_FAILED,
    MBEDTLS_ERR_SHA256_BAD_INPUT_DATA,
    MBEDTLS_ERR_SHA256_HW_ACCEL_FAILED,
    MBEDTLS_ERR_SHA512_BAD_INPUT_DATA,
    MBEDTLS_ERR_SHA512_HW_ACCEL_FAILED,
    MBEDTLS_ERR_SSL_ALLOC_FAILED,
    MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS,
    MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE,
    MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE_REQUEST,
    MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE_VERIFY,
    MBEDTLS_ERR_SSL_BAD_HS_CHANGE_CIPHER_SPEC,
    MBEDTLS_ERR_SSL_BAD_HS_CLIENT_HELLO,
    MBEDTLS_ERR_SSL_BAD_HS_CLIENT_KEY_EXCHANGE,
    MBEDTLS_ERR_SSL_BAD_HS_CLIENT_KEY_EXCHANGE_CS,
    MBEDTLS_ERR_SSL_BAD_HS_CLIENT_KEY_EXCHANGE_RP,
    MBEDTLS_ERR_SSL_BAD_HS_FINISHED,
    MBEDTLS_ERR_SSL_BAD_HS_NEW_SESSION_TICKET,
    MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION,
    MBEDTLS_ERR_SSL_BAD_HS_SERVER_HELLO,
    MBEDTLS_ERR_SSL_BAD_HS_SERVER_HELLO_DONE,
    MBEDTLS_ERR_SSL_BAD_HS_SERVER_KEY_EXCHANGE,
    MBEDTLS_ERR_SSL_BAD_INPUT_DATA,
    MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL,
    MBEDTLS_ERR_SSL_CA_CHAIN_REQUIRED,
    MBEDTLS_ERR_SSL_CERTIFICATE_REQUIRED,
    MBEDTLS_ERR_SSL_CERTIFICATE_TOO_LARGE,
    MBEDTLS_ERR_SSL_CLIENT_RECONNECT,
    MBEDTLS_ERR_SSL_COMPRESSION_FAILED,
    MBEDTLS_ERR_SSL_CONN_EOF,
    MBEDTLS_ERR_SSL_CONTINUE_PROCESSING,
    MBEDTLS_ERR_SSL_COUNTER_WRAPPING,
    MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS,
    MBEDTLS_ERR_SSL_EARLY_MESSAGE,
    MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE,
    MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE,
    MBEDTLS_ERR_SSL_HELLO_VERIFY_REQUIRED,
    MBEDTLS_ERR_SSL_HW_ACCEL_FAILED,
    MBEDTLS_ERR_SSL_HW_ACCEL_FALLTHROUGH,
    MBEDTLS_ERR_SSL_INTERNAL_ERROR,
    MBEDTLS_ERR_SSL_INVALID_MAC,
    MBEDTLS_ERR_SSL_INVALID_RECORD,
    MBEDTLS_ERR_SSL_INVALID_VERIFY_HASH,
    MBEDTLS_ERR_SSL_NON_FATAL,
    MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN,
    MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE,
    MBEDTLS_ERR_SSL_NO_RNG,
    MBEDTLS_ERR_SSL_NO_USABLE_CIPHERSUITE,
    MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY,
    MBEDTLS_ERR_SSL_PEER_VERIFY_FAILED,
    MBEDTLS_ERR_SSL_PK_TYPE_MISMATCH,
    MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED,
    MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED,
    MBEDTLS_ERR_SSL_TIMEOUT,
    MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE,
    MBEDTLS_ERR_SSL_UNEXPECTED_RECORD,
    MBEDTLS_ERR_SSL_UNKNOWN_CIPHER,
    MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY,
    MBEDTLS_ERR_SSL_WAITING_SERVER_HELLO_RENEGO,
    MBEDTLS_ERR_SSL_WANT_READ,
    MBEDTLS_ERR_SSL_WANT_WRITE,
    MBEDTLS_ERR_THREADING_BAD_INPUT_DATA,
    MBEDTLS_ERR_THREADING_FEATURE_UNAVAILABLE,
    MBEDTLS_ERR_THREADING_MUTEX_ERROR,
    MBEDTLS_ERR_X509_ALLOC_FAILED,
    MBEDTLS_ERR_X509_BAD_INPUT_DATA,
    MBEDTLS_ERR_X509_BUFFER_TOO_SMALL,
    MBEDTLS_ERR_X509_CERT_UNKNOWN_FORMAT,
    MBEDTLS_ERR_X509_CERT_VERIFY_FAILED,
    MBEDTLS_ERR_X509_FATAL_ERROR,
    MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE,
    MBEDTLS_ERR_X509_FILE_IO_ERROR,
    MBEDTLS_ERR_X509_INVALID_ALG,
    MBEDTLS_ERR_X509_INVALID_DATE,
    MBEDTLS_ERR_X509_INVALID_EXTENSIONS,
    MBEDTLS_ERR_X509_INVALID_FORMAT,
    MBEDTLS_ERR_X509_INVALID_NAME,
    MBEDTLS_ERR_X509_INVALID_SERIAL,
    MBEDTLS_ERR_X509_INVALID_SIGNATURE,
    MBEDTLS_ERR_X509_INVALID_VERSION,
    MBEDTLS_ERR_X509_SIG_MISMATCH,
    MBEDTLS_ERR_X509_UNKNOWN_OID,
    MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG,
    MBEDTLS_ERR_X509_UNKNOWN_VERSION,
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and values of every error constant in the bindings.
    fn bound() -> Vec<(&'static str, i32)> {
        let bindings = include_str!(concat!(env!("OUT_DIR"), "/bindings.rs"));
        let lines = bindings.lines();
        lines
            .filter_map(|line| {
                let rest = line.strip_prefix("pub const ")?;
                let (name, value) = rest.split_once(": ")?;
                let value = value.split_once("= ")?.1.trim_end_matches(';');
                Some((name, value.parse().ok()?))
            })
            .filter(|(name, _)| name.starts_with("MBEDTLS_ERR_"))
            .collect()
    }

    #[test]
    fn every_code_of_the_bindings_has_its_name() {
        let bound = bound();
        assert!(bound.len() > 150, "only {} constants found", bound.len());
        for (name, value) in bound {
            assert_eq!(ErrorCode::from_raw(value).name(), name);
        }
    }

    #[test]
    fn no_two_names_share_a_number() {
        let mut numbers: Vec<_> = NAMES.iter().map(|(raw, _)| raw).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), NAMES.len());
    }

    #[test]
    fn codes_compose_as_in_the_engine() {
        let code = ErrorCode::from_raw(ffi::MBEDTLS_ERR_X509_INVALID_EXTENSIONS - 0x62);
        assert_eq!(
            code.name(),
            "MBEDTLS_ERR_X509_INVALID_EXTENSIONS + MBEDTLS_ERR_ASN1_UNEXPECTED_TAG"
        );
        assert_eq!(
            ErrorCode::from_raw(-0x0062).name(),
            "MBEDTLS_ERR_ASN1_UNEXPECTED_TAG"
        );
        assert_eq!(
            ErrorCode::from_raw(-0x7200 - 0x7f).to_string(),
            "MBEDTLS_ERR_SSL_INVALID_RECORD + an error without a name (-0x727F)"
        );
    }

    #[test]
    fn odd_numbers_have_no_name_and_do_no_harm() {
        for raw in [0, 1, 16384, i32::MAX, i32::MIN, -0x7_7200] {
            let _ = ErrorCode::from_raw(raw).to_string();
        }
        assert_eq!(
            ErrorCode::from_raw(1).to_string(),
            "an error without a name (0x0001)"
        );
    }

    #[test]
    fn only_zero_is_success() {
        assert_eq!(check(0), Ok(()));
        assert_eq!(check(-0x7200), Err(ErrorCode::from_raw(-0x7200)));
        assert_eq!(check(1), Err(ErrorCode::from_raw(1)));
    }
}
