//! The alerts of TLS.

use core::fmt;

/// Makes the enum and its tables from one list, so that they cannot differ.
macro_rules! alerts {
    ($(#[$doc:meta])* pub enum Alert { $($alert:ident = $code:literal $name:literal: $meaning:literal;)* }) => {
        $(#[$doc])*
        pub enum Alert {
            $(
                #[doc = concat!("`", $name, "` (", $code, "): ", $meaning, ".")]
                $alert,
            )*
            /// An alert with a number that has no name here.
            Unknown(u8),
        }

        impl Alert {
            /// The alert with this number.
            ///
            /// ```
            /// assert_eq!(embertls::Alert::from_code(40), embertls::Alert::HandshakeFailure);
            /// ```
            pub fn from_code(code: u8) -> Self {
                match code {
                    $($code => Self::$alert,)*
                    code => Self::Unknown(code),
                }
            }

            /// The number that goes over the wire.
            ///
            /// ```
            /// assert_eq!(embertls::Alert::ProtocolVersion.code(), 70);
            /// ```
            pub fn code(self) -> u8 {
                match self {
                    $(Self::$alert => $code,)*
                    Self::Unknown(code) => code,
                }
            }

            /// The name in the RFC, or `unknown alert`.
            ///
            /// ```
            /// assert_eq!(embertls::Alert::BadRecordMac.name(), "bad_record_mac");
            /// ```
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$alert => $name,)*
                    Self::Unknown(_) => "unknown alert",
                }
            }

            /// What the alert says, in one line.
            ///
            /// ```
            /// let alert = embertls::Alert::ProtocolVersion;
            /// assert_eq!(alert.meaning(), "the sender does not speak the version that was offered");
            /// ```
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$alert => $meaning,)*
                    Self::Unknown(_) => "no alert of this number is known",
                }
            }
        }
    };
}

alerts! {
    /// An alert: how one side of TLS tells the other why it ends the session.
    ///
    /// The names and numbers are those of [RFC 5246, section 7.2], of the
    /// extensions in RFC 4279, 6066, 7301 and 7507, and of RFC 8446 for what a
    /// newer peer may send. A number without a name is kept.
    ///
    /// [RFC 5246, section 7.2]: https://www.rfc-editor.org/rfc/rfc5246#section-7.2
    ///
    /// ```
    /// use embertls::Alert;
    ///
    /// let alert = Alert::from_code(48);
    /// assert_eq!(alert, Alert::UnknownCa);
    /// assert_eq!(alert.name(), "unknown_ca");
    /// assert_eq!(alert.to_string(), "unknown_ca (48)");
    /// assert_eq!(Alert::from_code(200).to_string(), "unknown alert (200)");
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Alert {
        CloseNotify = 0 "close_notify": "the sender will send no more data";
        UnexpectedMessage = 10 "unexpected_message": "a message came that does not belong there";
        BadRecordMac = 20 "bad_record_mac": "a record was changed on its way, or the keys differ";
        DecryptionFailed = 21 "decryption_failed": "an old name of `bad_record_mac`";
        RecordOverflow = 22 "record_overflow": "a record was longer than allowed";
        DecompressionFailure = 30 "decompression_failure": "compressed data could not be unpacked";
        HandshakeFailure = 40 "handshake_failure": "nothing that both sides offer fits together";
        NoCertificate = 41 "no_certificate": "the client has no certificate (SSL 3.0)";
        BadCertificate = 42 "bad_certificate": "a certificate is broken or its signature is wrong";
        UnsupportedCertificate = 43 "unsupported_certificate": "a certificate is of a kind that the sender cannot use";
        CertificateRevoked = 44 "certificate_revoked": "a certificate was revoked by its issuer";
        CertificateExpired = 45 "certificate_expired": "a certificate has expired or is not yet valid";
        CertificateUnknown = 46 "certificate_unknown": "a certificate is not acceptable for another reason";
        IllegalParameter = 47 "illegal_parameter": "a field has a value that is not allowed there";
        UnknownCa = 48 "unknown_ca": "the certificate's issuer is not among those that the sender trusts";
        AccessDenied = 49 "access_denied": "the certificate is valid but its holder may not enter";
        DecodeError = 50 "decode_error": "a message could not be decoded";
        DecryptError = 51 "decrypt_error": "a signature or the Finished message is wrong";
        ExportRestriction = 60 "export_restriction": "an export rule was broken (TLS 1.0)";
        ProtocolVersion = 70 "protocol_version": "the sender does not speak the version that was offered";
        InsufficientSecurity = 71 "insufficient_security": "the sender asks for stronger ciphers than were offered";
        InternalError = 80 "internal_error": "the sender failed for a reason of its own";
        InappropriateFallback = 86 "inappropriate_fallback": "the client fell back to an older version than both sides speak (RFC 7507)";
        UserCanceled = 90 "user_canceled": "the sender gave up for a reason outside the protocol";
        NoRenegotiation = 100 "no_renegotiation": "the sender will not negotiate again";
        MissingExtension = 109 "missing_extension": "an extension that must be there is not (RFC 8446)";
        UnsupportedExtension = 110 "unsupported_extension": "an extension came that was not asked for";
        CertificateUnobtainable = 111 "certificate_unobtainable": "a certificate could not be fetched (RFC 6066)";
        UnrecognizedName = 112 "unrecognized_name": "the server does not serve the name that the client asked for (RFC 6066)";
        BadCertificateStatusResponse = 113 "bad_certificate_status_response": "a stapled status is invalid (RFC 6066)";
        BadCertificateHashValue = 114 "bad_certificate_hash_value": "a fetched certificate has another hash than announced (RFC 6066)";
        UnknownPskIdentity = 115 "unknown_psk_identity": "the server does not know the pre-shared key's identity (RFC 4279)";
        CertificateRequired = 116 "certificate_required": "the server asks for a client certificate (RFC 8446)";
        NoApplicationProtocol = 120 "no_application_protocol": "no ALPN protocol in common (RFC 7301)";
    }
}

/// Name and number: `unknown_ca (48)`.
impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_survives_the_round_trip() {
        for code in 0..=u8::MAX {
            assert_eq!(Alert::from_code(code).code(), code);
        }
    }

    #[test]
    fn every_alert_of_the_engine_has_a_name() {
        let bindings = include_str!(concat!(env!("OUT_DIR"), "/bindings.rs"));
        let mut seen = 0;
        for line in bindings.lines() {
            let Some(rest) = line.strip_prefix("pub const MBEDTLS_SSL_ALERT_MSG_") else {
                continue;
            };
            let value = rest.rsplit(' ').next().unwrap().trim_end_matches(';');
            let alert = Alert::from_code(value.parse().unwrap());
            assert!(!matches!(alert, Alert::Unknown(_)), "{line}");
            seen += 1;
        }
        assert!(seen > 25, "{seen}");
    }
}
