//! What the flags of the runner ask of one session.

use std::path::PathBuf;
use std::str::FromStr;

use embertls::{Alert, CipherSuite, NamedGroup, SignatureScheme};

use crate::failure::Failure;

/// What is asked of a session.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub terms: Terms,
    pub conduct: Conduct,
    pub expected: Expected,
}

/// What its configuration is made of. Sessions with equal terms share one, as
/// they do in a program: a session is resumed under its own configuration only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub server: bool,
    pub credentials: Vec<Credential>,
    pub trust: Option<PathBuf>,
    pub suites: Option<Vec<CipherSuite>>,
    pub groups: Vec<NamedGroup>,
    pub alpn: Vec<Vec<u8>>,
    pub no_ticket: bool,
    pub client_certificate: ClientCertificate,
    pub names_no_authorities: bool,
    /// On a client: that a certificate is refused is told and nothing else.
    pub tolerates_bad_server: bool,
    pub psk: Vec<u8>,
    pub psk_identity: Vec<u8>,
    pub tls_unique: bool,
}

/// A certificate and its key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credential {
    pub chain: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientCertificate {
    #[default]
    Off,
    Optional,
    Required,
}

/// What it does.
#[derive(Clone, Debug, Default)]
pub struct Conduct {
    pub host_name: Option<String>,
    pub paced: bool,
    pub verify_fails: bool,
    pub refuses_hello: Option<Alert>,
    pub writes_first: bool,
    pub reads_with_unfinished_write: bool,
    pub writes_different_sizes: bool,
    pub shuts_down: bool,
    pub checks_close_notify: bool,
    pub peeks: bool,
    pub exports_between_reads: bool,
    pub read_size: usize,
    pub max_send_fragment: usize,
    pub export_len: usize,
    pub export_label: Vec<u8>,
    pub export_context: Vec<u8>,
    pub export_has_context: bool,
    pub sends_tls_unique: bool,
    pub schemes: Vec<u16>,
}

/// What must be true of it once the handshake is over.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    pub never_done: bool,
    pub session_miss: bool,
    pub no_session: bool,
    pub session_id: bool,
    pub no_session_id: bool,
    pub extended_master_secret: bool,
    pub secure_renegotiation: bool,
    pub verify_result: bool,
    pub server_name: Option<String>,
    pub alpn: Option<Vec<u8>>,
    pub advertised_alpn: Option<Vec<u8>>,
    pub cipher_suite: Option<u16>,
    pub group: Option<u16>,
    pub peer_scheme: Option<u16>,
    pub peer_certificates: Option<PathBuf>,
    pub peer_schemes: Vec<u16>,
}

const TLS_12: u16 = 0x0303;

impl Options {
    /// Takes one flag, without its scope.
    pub fn set(&mut self, name: &str, value: &[u8]) -> Result<(), Failure> {
        let (terms, conduct, expected) = (&mut self.terms, &mut self.conduct, &mut self.expected);
        match name {
            "-server" => terms.server = true,
            "-new-x509-credential" => terms.credentials.push(Credential::default()),
            "-cert-file" => terms.credential().chain = Some(path(value)),
            "-key-file" => terms.credential().key = Some(path(value)),
            "-trust-cert" => terms.trust = Some(path(value)).filter(|p| !p.as_os_str().is_empty()),
            "-cipher" => terms.suites = Some(suites(value)?),
            "-curves" => match group(number(name, value)?) {
                Some(group) => terms.groups.push(group),
                None => return Err(lacks(name, value)),
            },
            "-advertise-alpn" => terms.alpn = protocols(value)?,
            "-select-alpn" if !value.is_empty() => {
                terms.alpn = vec![value.to_vec()];
                expected.alpn = Some(value.to_vec());
            }
            "-select-alpn" => {}
            // A protocol that no client of the runner has.
            "-reject-alpn" => terms.alpn = vec![b"none of yours".to_vec()],
            "-no-ticket" => terms.no_ticket = true,
            "-require-any-client-certificate" => {
                if terms.client_certificate == ClientCertificate::Off {
                    terms.client_certificate = ClientCertificate::Required;
                }
            }
            "-verify-peer" => terms.client_certificate = ClientCertificate::Optional,
            "-use-client-ca-list" => match value {
                b"<EMPTY>" | b"<NULL>" => terms.names_no_authorities = true,
                _ => return Err(lacks(name, value)),
            },
            "-psk" => terms.psk = value.to_vec(),
            "-psk-identity" => terms.psk_identity = value.to_vec(),
            "-fips-202205" => policy(terms, FIPS_SUITES, FIPS_GROUPS),
            "-wpa-202304" => policy(terms, WPA_SUITES, WPA_GROUPS),
            // Each signature that is known is accepted, and the peer's list says which is made: these flags are
            // taken where they ask for one of them, and the tests that want no other are in config.json.
            "-verify-prefs" | "-signing-prefs" => {
                conduct.schemes.push(number(name, value)?);
            }
            "-tls-unique" => {
                terms.tls_unique = true;
                conduct.sends_tls_unique = true;
            }
            "-min-version" => match number::<u16>(name, value)? {
                ..=TLS_12 => {}
                _ => return Err(lacks(name, value)),
            },
            "-max-version" => match number::<u16>(name, value)? {
                // 0: whatever there is.
                0 | TLS_12.. => {}
                _ => return Err(lacks(name, value)),
            },

            "-host-name" => conduct.host_name = Some(text(name, value)?),
            "-async" => conduct.paced = true,
            "-verify-fail" => conduct.verify_fails = true,
            "-fail-early-callback" => conduct.refuses_hello = Some(Alert::HandshakeFailure),
            "-fail-ddos-callback" => conduct.refuses_hello = Some(Alert::InternalError),
            "-shim-writes-first" => conduct.writes_first = true,
            "-read-with-unfinished-write" => conduct.reads_with_unfinished_write = true,
            "-write-different-record-sizes" => conduct.writes_different_sizes = true,
            "-shim-shuts-down" => conduct.shuts_down = true,
            "-check-close-notify" => conduct.checks_close_notify = true,
            "-peek-then-read" => conduct.peeks = true,
            "-use-exporter-between-reads" => conduct.exports_between_reads = true,
            "-read-size" => conduct.read_size = number(name, value)?,
            "-max-send-fragment" => conduct.max_send_fragment = number(name, value)?,
            "-export-keying-material" => conduct.export_len = number(name, value)?,
            "-export-label" => conduct.export_label = value.to_vec(),
            "-export-context" => conduct.export_context = value.to_vec(),
            "-use-export-context" => conduct.export_has_context = true,

            "-handshake-never-done" => expected.never_done = true,
            "-expect-session-miss" => expected.session_miss = true,
            "-expect-no-session" => expected.no_session = true,
            "-expect-session-id" => expected.session_id = true,
            "-expect-no-session-id" => expected.no_session_id = true,
            "-expect-extended-master-secret" => expected.extended_master_secret = true,
            "-expect-secure-renegotiation" => expected.secure_renegotiation = true,
            "-expect-verify-result" => expected.verify_result = true,
            "-expect-server-name" => expected.server_name = Some(text(name, value)?),
            "-expect-alpn" => expected.alpn = Some(value.to_vec()),
            "-expect-advertised-alpn" => expected.advertised_alpn = Some(value.to_vec()),
            "-expect-cipher" => expected.cipher_suite = Some(number(name, value)?),
            "-expect-peer-signature-algorithm" => {
                expected.peer_scheme = Some(number(name, value)?);
            }
            "-expect-curve-id" => expected.group = Some(number(name, value)?),
            "-expect-peer-cert-file" => expected.peer_certificates = Some(path(value)),
            "-expect-peer-verify-pref" => expected.peer_schemes.push(number(name, value)?),
            "-expect-version" => match number::<u16>(name, value)? {
                TLS_12 => {}
                _ => return Err(lacks(name, value)),
            },

            // Always so here.
            "-no-tls1" | "-no-tls11" | "-no-tls13" | "-server-preference" => {}
            "-decline-alpn" | "-expect-no-hrr" | "-partial-write" => {}
            // A session is what a handshake ends with: there is none without, and no second one.
            "-implicit-handshake" | "-no-op-extra-handshake" | "-handshake-twice" => {}
            // The same through other functions of the other library. Here a server always reads the ClientHello
            // before it chooses, and there is one verifier and one key of tickets.
            "-use-early-callback" | "-install-ddos-callback" | "-use-ticket-callback" => {}
            "-use-custom-verify-callback" | "-use-old-client-cert-callback" => {}
            // The runner looks at the certificate itself.
            "-expect-selected-credential" => {}
            // It changes the keys of its tickets: only with the new one is the next session resumed.
            "-expect-ticket-renewal" => {}
            // There is no TLS 1.3 to keep from old Java.
            "-jdk11-workaround" => {}
            _ => return Err(Failure::unimplemented(name)),
        }
        Ok(())
    }
}

impl Options {
    /// Takes what several flags say together.
    pub fn settle(&mut self) -> Result<(), Failure> {
        let schemes = &self.conduct.schemes;
        let is_known = |&scheme: &u16| SignatureScheme::from_iana_number(scheme).is_some();
        if !schemes.is_empty() && !schemes.iter().any(is_known) {
            return Err(Failure::unimplemented(format!("signatures {schemes:04x?}")));
        }
        let terms = &mut self.terms;
        terms.tolerates_bad_server = !terms.server
            && self.conduct.verify_fails
            && terms.client_certificate == ClientCertificate::Off;
        Ok(())
    }
}

impl Terms {
    /// The one that flags are about: the last that was begun.
    fn credential(&mut self) -> &mut Credential {
        if self.credentials.is_empty() {
            self.credentials.push(Credential::default());
        }
        self.credentials
            .last_mut()
            .expect("one was pushed if there was none")
    }
}

/// Whether a value follows the flag. For a flag that is not known it does not
/// matter.
pub fn takes_value(name: &str) -> bool {
    const TAKE_VALUES: &[&str] = &[
        "-advertise-alpn",
        "-cert-file",
        "-cipher",
        "-curves",
        "-expect-advertised-alpn",
        "-expect-alpn",
        "-expect-cipher",
        "-expect-curve-id",
        "-expect-peer-cert-file",
        "-expect-peer-signature-algorithm",
        "-expect-peer-verify-pref",
        "-expect-selected-credential",
        "-expect-server-name",
        "-expect-version",
        "-export-context",
        "-export-keying-material",
        "-export-label",
        "-host-name",
        "-key-file",
        "-max-send-fragment",
        "-max-version",
        "-min-version",
        "-psk",
        "-psk-identity",
        "-read-size",
        "-select-alpn",
        "-signing-prefs",
        "-trust-cert",
        "-use-client-ca-list",
        "-verify-prefs",
    ];
    TAKE_VALUES.contains(&name)
}

/// The value of a flag as a number.
pub fn number<N: FromStr>(name: &str, value: &[u8]) -> Result<N, Failure> {
    let number = std::str::from_utf8(value)
        .ok()
        .and_then(|value| value.parse().ok());
    number.ok_or_else(|| {
        let value = value.escape_ascii();
        Failure::Usage(format!("{name} {value}: that is no number, or too large"))
    })
}

fn text(name: &str, value: &[u8]) -> Result<String, Failure> {
    let text = String::from_utf8(value.to_vec());
    text.map_err(|_| Failure::Usage(format!("{name}: its value is no text")))
}

fn path(value: &[u8]) -> PathBuf {
    String::from_utf8_lossy(value).into_owned().into()
}

fn lacks(name: &str, value: &[u8]) -> Failure {
    Failure::unimplemented(format!("{name} {}", value.escape_ascii()))
}

fn group(number: u16) -> Option<NamedGroup> {
    let mut all = NamedGroup::ALL.iter().copied();
    all.find(|group| group.iana_number() == number)
}

/// Policies of the other library, as far as suites and groups go.
const FIPS_SUITES: &[CipherSuite] = &[
    CipherSuite::EcdheEcdsaWithAes128GcmSha256,
    CipherSuite::EcdheRsaWithAes128GcmSha256,
    CipherSuite::EcdheEcdsaWithAes256GcmSha384,
    CipherSuite::EcdheRsaWithAes256GcmSha384,
];
const FIPS_GROUPS: &[NamedGroup] = &[NamedGroup::Secp256r1, NamedGroup::Secp384r1];
const WPA_SUITES: &[CipherSuite] = &[
    CipherSuite::EcdheEcdsaWithAes256GcmSha384,
    CipherSuite::EcdheRsaWithAes256GcmSha384,
];
const WPA_GROUPS: &[NamedGroup] = &[NamedGroup::Secp384r1];

fn policy(terms: &mut Terms, suites: &[CipherSuite], groups: &[NamedGroup]) {
    terms.suites = Some(suites.to_vec());
    terms.groups = groups.to_vec();
}

/// Names with their lengths before them.
fn protocols(mut list: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut protocols = Vec::new();
    while let Some((&len, rest)) = list.split_first() {
        let (name, rest) = rest
            .split_at_checked(len.into())
            .ok_or_else(|| Failure::Usage("the list of protocols is cut short".into()))?;
        protocols.push(name.to_vec());
        list = rest;
    }
    Ok(protocols)
}

/// Suites by their names, with colons between them.
fn suites(value: &[u8]) -> Result<Vec<CipherSuite>, Failure> {
    let everything = [CipherSuite::ALL, CipherSuite::LEGACY, CipherSuite::PSK].concat();
    let mut suites = Vec::new();
    for name in value.split(|&byte| byte == b':') {
        let mut everything = everything.iter().copied();
        match everything.find(|suite| suite.name().as_bytes() == name) {
            Some(suite) => suites.push(suite),
            None if name == b"ALL" => {
                suites.extend([CipherSuite::ALL, CipherSuite::LEGACY].concat())
            }
            // Words of OpenSSL, and brackets around suites that are as good as each other.
            None => return Err(lacks("-cipher", value)),
        }
    }
    Ok(suites)
}
